"""A bucket with versioning and Object Lock on a real port, as far as S3's documented answers go."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

KEY_ID, SECRET, REGION = "AKIATEST", "bucket-secret", "eu-central-1"


@dataclass
class Object:
    """A version of an object and its lock."""

    data: bytes
    mode: str
    retain_until: str


@dataclass
class Bucket:
    """What is stored, what was refused, and how the store misbehaves when told to."""

    objects: dict[str, list[Object]] = field(default_factory=dict)
    knows_locks: bool = True
    is_down: bool = False
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to answer."""
        bucket = self

        class Page(BaseHTTPRequestHandler):
            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, data, more = bucket.answer(self.command, self.path, headers, body)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_PUT = do_HEAD = do_DELETE = handle_one  # noqa: N815 - the names http.server looks for

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Do what S3 does: signature first, then preconditions, then the object."""
        if self.is_down:
            return 503, b"<Error><Code>SlowDown</Code></Error>", {}
        if problem := signature_problem(method, path, headers, body):
            self.refused.append(problem)
            return 403, f"<Error><Code>{problem}</Code></Error>".encode(), {}
        name = urlsplit(path).path.partition("/")[2].partition("/")[2]
        versions = self.objects.get(name, [])
        if method == "PUT":
            return self._put(name, versions, headers, body)
        if method == "DELETE":
            return self._delete(versions)
        if not versions:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>", {}
        newest = versions[-1]
        locks = {"x-amz-object-lock-mode": newest.mode, "x-amz-object-lock-retain-until-date": newest.retain_until}
        return 200, newest.data, locks if newest.mode else {}

    def _put(
        self, name: str, versions: list[Object], headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        mode = headers.get("x-amz-object-lock-mode", "") if self.knows_locks else ""
        digest = headers.get("content-md5", "")
        if mode and not digest:
            return 400, b"<Error><Code>InvalidRequest</Code></Error>", {}
        if digest and base64.b64decode(digest) != hashlib.md5(body, usedforsecurity=False).digest():
            return 400, b"<Error><Code>BadDigest</Code></Error>", {}
        if headers.get("if-none-match") == "*" and versions:
            return 412, b"<Error><Code>PreconditionFailed</Code></Error>", {}
        until = headers.get("x-amz-object-lock-retain-until-date", "") if mode else ""
        self.objects.setdefault(name, []).append(Object(body, mode, until))
        return 200, b"", {}

    def _delete(self, versions: list[Object]) -> tuple[int, bytes, dict[str, str]]:
        """Remove the newest version, unless its lock holds: in COMPLIANCE mode nobody does."""
        newest = versions[-1]
        if newest.mode == "COMPLIANCE" and datetime.fromisoformat(newest.retain_until) > datetime.now(UTC):
            return 403, b"<Error><Code>AccessDenied</Code></Error>", {}
        versions.pop()
        return 204, b"", {}


def signature_problem(method: str, path: str, headers: dict[str, str], body: bytes) -> str:
    """Check Signature Version 4 from what arrived, written from the specification and not from the sender's code."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    told = dict(part.strip().split("=", 1) for part in rest.split(",")) if rest else {}
    if scheme != "AWS4-HMAC-SHA256" or set(told) != {"Credential", "SignedHeaders", "Signature"}:
        return "MissingAuthenticationToken"
    key_id, date, region, service, end = told["Credential"].split("/")
    if (key_id, region, service, end) != (KEY_ID, REGION, "s3", "aws4_request"):
        return "InvalidAccessKeyId"
    if hashlib.sha256(body).hexdigest() != headers.get("x-amz-content-sha256"):
        return "XAmzContentSHA256Mismatch"
    names = told["SignedHeaders"].split(";")
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names) or any(
        name.startswith("x-amz-") and name not in names for name in headers
    ):
        return "AccessDenied"
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    parts = urlsplit(path)
    request = (
        f"{method}\n{parts.path}\n{parts.query}\n{lines}\n{told['SignedHeaders']}\n{headers['x-amz-content-sha256']}"
    )
    hashed = hashlib.sha256(request.encode()).hexdigest()
    string = f"AWS4-HMAC-SHA256\n{headers['x-amz-date']}\n{date}/{region}/{service}/aws4_request\n{hashed}"
    key = b"AWS4" + SECRET.encode()
    for word in (date, region, service, "aws4_request"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    expected = hmac.new(key, string.encode(), hashlib.sha256).hexdigest()
    return "" if hmac.compare_digest(expected, told["Signature"]) else "SignatureDoesNotMatch"
