"""Stands in front of every route: limits, headers, one log line and the metrics."""

from __future__ import annotations

import time
from typing import Final

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis import tracing
from services.gateway.problems import problem

BODY_BYTES = 64 * 1024
"""Bytes of a request body at most."""

JSON_DEPTH = 16
"""Levels of nesting in a JSON body at most; parsers recurse."""

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}

REQUESTS = Counter(
    "kept_gateway_requests_total", "Requests, by route, method and status.", ["route", "method", "status"]
)
SECONDS = Histogram("kept_gateway_request_duration_seconds", "Time a request took, by route.", ["route"])

log = structlog.get_logger(__name__)


class FrontDoor:
    """Reads the body within its limit, adds the headers, and writes the line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        trace = tracing.parent_of(headers.get("traceparent", ""))
        scope["headers"] = [
            *((k, v) for k, v in scope["headers"] if k != b"traceparent"),
            (b"traceparent", trace.encode()),
        ]
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                found = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    found.setdefault(name, value)
                found.setdefault("Cache-Control", "no-store")
                found["X-Trace-Id"] = trace[3:35]
            await send(message)

        try:
            refusal = _foreign(scope["method"], headers)
            body = b"" if refusal else await _body(headers, receive)
            if body is None:
                refusal = problem("body-too-large", 413, "The body is too large", reason="BODY_TOO_LARGE")
            elif _depth(body) > JSON_DEPTH:
                refusal = problem("malformed", 400, "The body is nested too deeply", reason="BODY_TOO_DEEP")
            if refusal is not None:
                await refusal(scope, receive, answer)
            else:
                await self._app(scope, _replay(body or b"", receive), answer)
        finally:
            self._write(scope, status, time.perf_counter() - started, trace)

    def _write(self, scope: Scope, status: int, seconds: float, trace: str) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        REQUESTS.labels(route, scope["method"], str(status)).inc()
        SECONDS.labels(route).observe(seconds)
        actor = scope.get("state", {}).get("actor")
        # The path itself may hold a link's secret; the route does not.
        log.info(
            "request.finished",
            route=route,
            method=scope["method"],
            status=status,
            duration_ms=round(seconds * 1000, 1),
            actor_id=actor.actor_id if actor else "",
            practice_id=actor.practice_id if actor else "",
            trace=trace,
        )


async def _body(headers: Headers, receive: Receive) -> bytes | None:
    """Return the whole body, or None when it passes the limit."""
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > BODY_BYTES:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives the body once, then what comes after it."""
    is_given = False

    async def again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _depth(body: bytes) -> int:
    """Return how deep brackets nest, counting those inside strings too: an upper bound, without parsing."""
    depth = deepest = 0
    for byte in body:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _foreign(method: str, headers: Headers) -> ASGIApp | None:
    """Refuse a change that a browser sends from another site (fetch metadata)."""
    if method in SAFE or headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
        return None
    return problem("foreign-site", 403, "The request comes from another site", reason="FOREIGN_SITE")
