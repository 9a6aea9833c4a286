"""
Guards a connection before there is a request: size, time and form of its head.

uvicorn's own protocol waits for ever for a head and takes one of any size.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from services.gateway.problems import BASE, MEDIA_TYPE

HEAD_S = 10.0
"""Seconds a request's line and headers may take, from the connection or from their first byte."""

HEAD_BYTES = 16 * 1024
"""Bytes of a request's line and headers at most."""

HEADERS = 100
"""Headers of a request at most."""

URL_BYTES = 4 * 1024
"""Bytes of a request's target at most."""

CONNECTIONS = 15_000
"""Connections of one process at most; the next one is told so and closed."""

Refusal = tuple[int, str, str, str]
MALFORMED: Refusal = (400, "malformed", "The request can't be read", "MALFORMED_REQUEST")
HEAD_TOO_LARGE: Refusal = (431, "head-too-large", "The headers are too large", "HEAD_TOO_LARGE")
URL_TOO_LONG: Refusal = (414, "url-too-long", "The address is too long", "URL_TOO_LONG")
TOO_SLOW: Refusal = (408, "too-slow", "The request came too slowly", "TOO_SLOW")
FULL: Refusal = (503, "unavailable", "Please try again", "TOO_MANY_CONNECTIONS")


class Refused(Exception):
    """The head passes a limit."""


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits on what comes before a request."""

    _head_timer: asyncio.TimerHandle | None = None
    _is_in_head = True
    _head_bytes = 0
    _refusal: Refusal = MALFORMED

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head, unless the house is full."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            self._refuse(FULL)
        else:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, while the head is within its size."""
        if self.transport.is_closing():
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self._refuse(HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request's first byte: its head has so long."""
        super().on_message_begin()
        self._is_in_head, self._in_headers = True, 0
        self._wait_for_head()

    def on_url(self, url: bytes) -> None:
        """Take the target, within its size."""
        super().on_url(url)
        if len(self.url) > URL_BYTES:
            self._pass(URL_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, within number and size of all."""
        super().on_header(name, value)
        self._in_headers += len(name) + len(value)
        if len(self.headers) > HEADERS or self._in_headers > HEAD_BYTES:
            self._pass(HEAD_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The head is whole; from here on the body's own limits hold."""
        self._stop_waiting()
        self._is_in_head, self._head_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next byte is another request's."""
        super().on_message_complete()
        self._head_bytes = 0

    def send_400_response(self, msg: str) -> None:
        """Answer what can't be read with a problem document; nothing of it is repeated."""
        self._refuse(self._refusal)

    def _pass(self, refusal: Refusal) -> None:
        self._refusal = refusal
        raise Refused

    def _wait_for_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_S, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self._refuse(TOO_SLOW)

    def _refuse(self, refusal: Refusal) -> None:
        """Write the refusal and close, unless an answer is under way: then the connection just ends."""
        status, type_, title, reason = refusal
        self._stop_waiting()
        if self.cycle is None or self.cycle.response_complete:
            body = json.dumps({"type": BASE + type_, "title": title, "status": status, "reason": reason}).encode()
            self.transport.write(b"".join([STATUS_LINE[status], *_head(len(body), status), body]))
        self.transport.close()


def _head(length: int, status: int) -> list[bytes]:
    lines: dict[str, Any] = {
        "content-type": MEDIA_TYPE,
        "content-length": length,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "connection": "close",
        **({"retry-after": 1} if status == 503 else {}),
    }
    return [*(f"{name}: {value}\r\n".encode() for name, value in lines.items()), b"\r\n"]
