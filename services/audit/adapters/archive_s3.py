"""Keeps archived objects in S3 under Object Lock in COMPLIANCE mode."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from services.audit.usecases.retention_ports import ArchiveRefused
from services.chassis import errors

TIMEOUT_S = 20.0
ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who writes; from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for borrowed ones, AWS_SESSION_TOKEN."""

    key_id: str
    secret: str
    session_token: str = ""


class S3Archive:
    """
    A bucket with versioning and Object Lock, of S3 or of a store that speaks as it does.

    Args:
        endpoint: Such as https://s3.eu-central-1.amazonaws.com; the bucket goes into the path.
        prefix: Stands in front of every name.

    Source:
        S3 API: PutObject with x-amz-object-lock-mode and -retain-until-date, Content-MD5 (which locks demand) and
        If-None-Match; Signature Version 4. Held by S3's published signatures and a bucket in tests/support.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        prefix: str,
        *,
        region: str,
        credentials: Credentials,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._region = region
        self._credentials = credentials
        self._clock = clock
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @property
    def place(self) -> str:
        """Return where it is."""
        return f"s3://{self._bucket}/{self._prefix}"

    async def put(self, name: str, data: bytes, *, retain_until: datetime) -> None:
        """Store an object under a lock; the same bytes again change nothing. Raises ArchiveRefused."""
        answer = await self._send(
            "PUT",
            name,
            data,
            {
                "content-md5": base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode(),
                "if-none-match": "*",
                "x-amz-object-lock-mode": "COMPLIANCE",
                "x-amz-object-lock-retain-until-date": retain_until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        )
        if answer.status_code == httpx.codes.PRECONDITION_FAILED:
            if await self.get(name) != data:
                raise ArchiveRefused(f"{name} is there already, and is another")
        elif answer.is_error:
            raise _refused(answer)
        else:
            await self._check_lock(name, retain_until)

    async def get(self, name: str) -> bytes | None:
        """Return an object, or None."""
        answer = await self._send("GET", name, b"", {})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.is_error:
            raise _refused(answer)
        return answer.content

    async def _check_lock(self, name: str, retain_until: datetime) -> None:
        """Ask whether the lock is there: a store that does not know locks passes their headers over."""
        answer = await self._send("HEAD", name, b"", {})
        if answer.is_error:
            raise _refused(answer)
        held = answer.headers.get("x-amz-object-lock-retain-until-date", "")
        try:
            is_long = datetime.fromisoformat(held).replace(microsecond=0) >= retain_until.replace(microsecond=0)
        except ValueError:
            is_long = False
        if answer.headers.get("x-amz-object-lock-mode") != "COMPLIANCE" or not is_long:
            raise ArchiveRefused("the bucket does not lock what it is given")

    async def _send(self, method: str, name: str, data: bytes, more: Mapping[str, str]) -> httpx.Response:
        url = f"{self._endpoint}/{self._bucket}/{quote(self._prefix + name, safe='/-_.~')}"
        headers = sign(
            method, url, {**more}, data, credentials=self._credentials, region=self._region, at=self._clock()
        )
        try:
            return await self._http.request(method, url, content=data, headers=headers)
        except httpx.TransportError as error:
            raise errors.Unavailable("The archive does not answer.", dependency="archive") from error


def sign(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    credentials: Credentials,
    region: str,
    at: datetime,
    service: str = "s3",
) -> dict[str, str]:
    """
    Return the headers with those that prove who asks (Signature Version 4).

    Args:
        headers: By lower-case names; all of them are signed.
    """
    parts = urlsplit(url)
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    signed = {**headers, "host": parts.netloc, "x-amz-date": stamp, "x-amz-content-sha256": digest}
    if credentials.session_token:
        signed["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(signed))
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    canonical = "\n".join(
        [
            method,
            parts.path or "/",
            query,
            *(f"{name}:{signed[name].strip()}" for name in sorted(signed)),
            "",
            names,
            digest,
        ]
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    told = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret}".encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    signature = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
    signed["authorization"] = (
        f"{ALGORITHM} Credential={credentials.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return signed


def _refused(answer: httpx.Response) -> errors.Unavailable:
    return errors.Unavailable("The archive refused.", dependency="archive", code=str(answer.status_code))
