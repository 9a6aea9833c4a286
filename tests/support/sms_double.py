"""A provider of text messages that speaks as Twilio does, and misbehaves on demand."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx

from services.notifications.adapters.twilio_signature import signature_of

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "test_token"


@dataclass(frozen=True, slots=True)
class Taken:
    """A message the double took, and will have sent if it was a real one."""

    sid: str
    form: dict[str, str]

    @property
    def body(self) -> str:
        """What it says."""
        return self.form["Body"]


@dataclass(slots=True)
class SmsDouble:
    """
    A server on a loopback port.

    *moods* are used up one a request, then it behaves. A mood is a status code, (status, Twilio code),
    (status, headers), "hang" (takes it and never answers), "cut" (takes it and cuts the line) or "silent_sid" (takes
    it, and answers without an id).
    """

    moods: deque[object] = field(default_factory=deque)
    taken: list[Taken] = field(default_factory=list)
    requests: int = 0
    opted_out: set[str] = field(default_factory=set)
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """What KEPT_SMS_URLS says to use it."""
        return f"twilio+http://{ACCOUNT_SID}:{AUTH_TOKEN}@127.0.0.1:{self.port}/?from=%2B15005550006"

    async def start(self) -> None:
        """Listen, after a stop on the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Go away, and cut every line."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            self._server = None

    async def report(
        self,
        post: Callable[[str, dict[str, str], dict[str, str]], object],
        taken: Taken,
        status: str,
        *,
        token: str = AUTH_TOKEN,
        code: str = "",
        url: str = "",
    ) -> object:
        """Say what became of a message, by *post* (address, form, headers), signed with *token*."""
        form = {
            "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "From": taken.form.get("From", ""),
            "MessageSid": taken.sid, "MessageStatus": status, "SmsSid": taken.sid, "SmsStatus": status,
            "To": taken.form["To"], **({"ErrorCode": code} if code else {}),
        }  # fmt: skip
        url = url or taken.form["StatusCallback"]
        return post(url, form, {"X-Twilio-Signature": signature_of(token, url, form.items())})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while request := await _read(reader):
                if not await self._answer(*request, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, path: str, headers: dict[str, str], body: bytes, writer: asyncio.StreamWriter) -> bool:
        self.requests += 1
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        expected = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        if headers.get("authorization") != f"Basic {expected}":
            return _write(writer, 401, {"code": 20003, "message": "Authenticate"})
        if path != f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json" or not {"To", "Body"} <= form.keys():
            return _write(writer, 404, {"code": 20404, "message": "Not found"})
        mood = self.moods.popleft() if self.moods else 201
        if form["To"] in self.opted_out:
            mood = (400, 21610)
        if mood == "hang":
            self._take(form)
            await asyncio.Event().wait()
        if mood == "cut":
            self._take(form)
            writer.transport.abort()
            return False
        if mood == "silent_sid":
            self._take(form)
            return _write(writer, 201, {"status": "queued"})
        status, more = mood if isinstance(mood, tuple) else (mood, None)
        assert isinstance(status, int)
        if status < 300:
            taken = self._take(form)
            return _write(writer, 201, {"sid": taken.sid, "status": "queued", "num_segments": "1"})
        code = more if isinstance(more, int) else None
        return _write(writer, status, {"code": code, "message": "No"}, more if isinstance(more, dict) else {})

    def _take(self, form: dict[str, str]) -> Taken:
        taken = Taken(f"SM{len(self.taken):032x}", form)
        self.taken.append(taken)
        return taken


async def _read(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes] | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return first.split(" ")[1], headers, body


def _write(
    writer: asyncio.StreamWriter, status: int, said: dict[str, object], headers: dict[str, str] | None = None
) -> bool:
    body = json.dumps(said).encode()
    lines = [
        f"HTTP/1.1 {status} {httpx.codes.get_reason_phrase(status)}",
        f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    return True
