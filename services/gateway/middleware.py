"""Stands in front of every route: limits, headers, one log line and the metrics."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from prometheus_client import Counter, Gauge, Histogram
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis import logs, tracing
from services.gateway.addresses import address_of
from services.gateway.callers import Door
from services.gateway.credentials import COOKIE, SAFE
from services.gateway.limits import Limited, headers_of
from services.gateway.problems import of_refusal, problem
from services.gateway.refusals import Recorder

BODY_BYTES = 64 * 1024
"""Bytes of a request body at most."""

BULK_BYTES = 1024 * 1024
"""Bytes of a body at most where many rows come at once."""

FILE_BYTES = 3 * 1024 * 1024
"""Bytes of a file at most, which comes as it is, in no JSON."""

BULK: Final = frozenset({"/v1/imports/therapists"})
"""Where many rows come at once."""

PROVIDERS: Final = "/v1/providers/"
"""Where providers report: few addresses, many calls, each signed."""

FILES: Final = re.compile(r"/v1/clients/[0-9a-fA-F-]{36}/attachments")
"""Where files are taken."""

JSON_DEPTH = 16
"""Levels of nesting in a JSON body at most; parsers recurse."""

BODY_S = 15.0
"""Seconds a request body may take."""

AT_ONCE = 2_000
"""Requests in hand at once; the next one is answered 503."""

STREAM: Final = "/v1/events/stream"
"""Stays open for minutes: it counts among the streams, not among the requests in hand."""

FREE: Final = ("/healthz", "/readyz", "/assets/", "/problems/", "/docs", "/openapi.json")
"""Paths no limit counts: probes, and pages that cost nothing."""

ODD_PATH: Final = re.compile(rb"//|\\|%2f|%5c|%00|%2e|%25|/\.\.?(/|$)|[\x00-\x20\x7f-\xff]", re.IGNORECASE)
"""Spellings that two programs read as two different paths; none of ours needs them."""

PERSONAL: Final = re.compile(rb"@|%40")
"""An e-mail address in a URL would stand in the log of every proxy on the way."""

Stream = Callable[[Receive, Send], Awaitable[None]]
"""An answer that goes on for minutes, left here by a route that is done."""

KEPT_OF_STREAMS: Final = frozenset({"type", "method", "http_version", "route", "state"})
"""What is kept of the request behind a stream: ten thousand times the rest is a lot of memory."""

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

_RAW: Final = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())

SHARED: Final = (
    (b"access-control-expose-headers", b"ETag, Location, Retry-After, RateLimit, RateLimit-Policy, DPoP-Nonce, "
    b"Deprecation, Sunset, X-Trace-Id, X-Kept-Live"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"vary", b"Origin"),
)  # fmt: skip
"""What a partner's page is told besides that it may read an answer."""

PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, QUERY",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, DPoP, Idempotency-Key, If-Match, If-None-Match, "
    "Last-Event-ID",
    "Access-Control-Max-Age": "600",
}
"""What a partner's page may send. Cookies are not among it: a partner brings a token of its own."""

REQUESTS = Counter(
    "kept_gateway_requests_total", "Requests, by route, method and status.", ["route", "method", "status"]
)
IN_HAND = Gauge("kept_gateway_requests_in_hand", "Requests that are being answered.")
SECONDS = Histogram("kept_gateway_request_duration_seconds", "Time a request took, by route.", ["route"])


class FrontDoor:
    """Reads the body within its limit, adds the headers, and writes the line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._in_hand = 0
        IN_HAND.set_function(lambda: self._in_hand)

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

        state = scope.setdefault("state", {})

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _dressed(message["headers"], state, trace)
            await send(message)

        counted = 0 if scope["path"] == STREAM else 1
        self._in_hand += counted
        try:
            refusal = await self._refusal(scope, headers)
            has_body = "content-length" in headers or "transfer-encoding" in headers
            if refusal is None and has_body:
                body, refusal = await _body(scope, headers, receive)
                receive = _replay(body, receive)
            await (refusal or self._app)(scope, receive, Recorder(scope, receive, answer))
            stream: Stream | None = state.pop("stream", None)
            state.pop("call", None)
            if stream is not None:
                for name in [each for each in scope if each not in KEPT_OF_STREAMS]:
                    del scope[name]
                scope["headers"] = []
                del headers
                await stream(receive, answer)
        finally:
            self._in_hand -= counted
            self._write(scope, status, time.perf_counter() - started, trace)

    async def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """Refuse what needs no look at the body: odd targets, foreign sites, too much at once."""
        if self._in_hand > AT_ONCE:
            return problem(
                "unavailable", 503, "Please try again", reason="TOO_MANY_REQUESTS_AT_ONCE", headers={"Retry-After": "1"}
            )
        odd = _odd(scope)
        if odd is not None or scope["path"].startswith(FREE):
            return odd
        door: Door | None = getattr(scope["app"].state, "door", None)
        if door is None:
            return None
        origin = headers.get("origin", "")
        if origin in door.partners and scope["path"].startswith("/v1/"):
            scope["state"]["partner"] = origin
            if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                return Response(status_code=204, headers=PREFLIGHT)
        elif (foreign := _foreign(scope["method"], headers)) is not None:
            return foreign
        address = address_of(scope, headers, door.proxies)
        scope["state"]["address"] = address
        if "authorization" not in headers and COOKIE not in headers.get("cookie", ""):
            try:
                scope["state"]["standings"] = await door.limits.spend((_bucket(scope["path"]), address))
            except Limited as limited:
                scope["state"]["standings"] = limited.standings
                return of_refusal(limited)
        return None

    def _write(self, scope: Scope, status: int, seconds: float, trace: str) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        count, durations = _meters(route, scope["method"], status)
        count.inc()
        durations.observe(seconds)
        actor = scope.get("state", {}).get("actor")
        # The path itself may hold a link's secret; the route does not.
        logs.write_call(
            event="request.finished",
            route=route,
            method=scope["method"],
            status=status,
            duration_ms=round(seconds * 1000, 1),
            actor_id=actor.actor_id if actor else "",
            practice_id=actor.practice_id if actor else "",
            trace=trace,
        )


def _dressed(given: Iterable[tuple[bytes, bytes]], state: Mapping[str, Any], trace: str) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with those every answer has; what a route has said itself stays."""
    found = list(given)
    if "partner" in state:
        found += [(b"access-control-allow-origin", state["partner"].encode()), *SHARED]
    has = {name for name, _ in found}
    found += [each for each in _RAW if each[0] not in has]
    if b"cache-control" not in has:
        found.append((b"cache-control", b"no-store"))
    found += state.get("headers", ())
    found += [(name.lower().encode(), value.encode()) for name, value in headers_of(state.get("standings", ())).items()]
    found.append((b"x-trace-id", trace[3:35].encode()))
    return found


@lru_cache(maxsize=4_096)
def _meters(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """Return what counts and times such requests; looking them up by their labels costs more than counting."""
    return REQUESTS.labels(route, method, str(status)), SECONDS.labels(route)


async def _body(scope: Scope, headers: Headers, receive: Receive) -> tuple[bytes, ASGIApp | None]:
    """Return the whole body, or why it is refused: too large, too deep, too slow."""
    too_large = problem("body-too-large", 413, "The body is too large", reason="BODY_TOO_LARGE")
    is_file = scope["method"] == "POST" and FILES.fullmatch(scope["path"]) is not None
    most_bytes = FILE_BYTES if is_file else BULK_BYTES if scope["path"] in BULK else BODY_BYTES
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > most_bytes:
        return b"", too_large
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_S):
            more = True
            while more:
                message = await receive()
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > most_bytes:
                    return b"", too_large
                more = message["type"] == "http.request" and message.get("more_body", False)
    except TimeoutError:
        slow = {"Connection": "close"}
        return b"", problem("too-slow", 408, "The request came too slowly", reason="TOO_SLOW", headers=slow)
    body = b"".join(parts)
    if not is_file and _depth(body) > JSON_DEPTH:
        return b"", problem("malformed", 400, "The body is nested too deeply", reason="BODY_TOO_DEEP")
    return body, None


def _bucket(path: str) -> str:
    """Name the limit that holds for whoever is not signed in."""
    return "provider" if path.startswith(PROVIDERS) else "address"


def _odd(scope: Scope) -> ASGIApp | None:
    """Refuse targets that two programs may read differently, and e-mail addresses in them."""
    hosts = sum(name == b"host" for name, _ in scope["headers"])
    target = scope["raw_path"] + b"?" + scope["query_string"]
    if ODD_PATH.search(scope["raw_path"]) or hosts > 1 or (hosts == 0 and scope["http_version"] == "1.1"):
        return problem("malformed", 400, "The request can't be read", reason="TARGET_MALFORMED")
    if PERSONAL.search(target):
        return problem("personal-data-in-url", 400, "Personal data is sent in a body", reason="PERSONAL_DATA_IN_URL")
    return None


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


_NO_BRACKETS: Final = bytes(each for each in range(256) if each not in b"[]{}")


def _depth(body: bytes) -> int:
    """Return how deep brackets nest, counting those inside strings too: an upper bound, without parsing."""
    depth = deepest = 0
    for byte in body.translate(None, _NO_BRACKETS):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _foreign(method: str, headers: Headers) -> ASGIApp | None:
    """Refuse a change that a browser sends from another site (fetch metadata)."""
    if method in SAFE or headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
        return None
    return problem("foreign-site", 403, "The request comes from another site", reason="FOREIGN_SITE")
