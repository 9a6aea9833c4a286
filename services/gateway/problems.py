"""Turns refusals into problem documents (RFC 9457), by one table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import groups_pb2, series_pb2
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from services.chassis import errors
from services.gateway.conversion import plain

MEDIA_TYPE: Final = "application/problem+json"
BASE: Final = "/problems/"
"""Types are relative references: they resolve to a page this gateway serves."""

# reason -> (type, HTTP status, title). A reason that is missing takes its status's row.
REASONS: Final[dict[str, tuple[str, int, str]]] = {
    "SLOT_TAKEN": ("slot-taken", 409, "The slot is taken"),
    "CLIENT_OVERLAP": ("client-overlap", 409, "The client has another appointment then"),
    "SLOT_NOT_OFFERED": ("slot-not-offered", 409, "The slot is not offered"),
    "SLOT_IN_PAST": ("slot-in-past", 422, "The slot is in the past"),
    "NOTICE_TOO_SHORT": ("outside-policy", 409, "The notice is too short"),
    "HORIZON_EXCEEDED": ("outside-policy", 422, "That is too far ahead"),
    "TIME_DOES_NOT_EXIST": ("time-does-not-exist", 422, "The clocks skip this time"),
    "TIME_AMBIGUOUS": ("time-ambiguous", 422, "The clocks show this time twice"),
    "UNKNOWN_TIME_ZONE": ("time-zone-unknown", 422, "There is no such time zone"),
    "INTERVAL_REVERSED": ("interval-reversed", 422, "The interval ends before it begins"),
    "OFFER_TAKEN": ("offer-taken", 409, "Somebody was faster; you keep your place in line"),
    "OFFER_EXPIRED": ("offer-expired", 409, "The time to answer is over; you keep your place in line"),
    "OFFER_CLOSED": ("offer-closed", 409, "The offer has ended"),
    "STATE_FORBIDS": ("state-forbids", 409, "The appointment's state does not allow this"),
    "STALE_VERSION": ("version-conflict", 412, "It has changed since you read it"),
    "MOVE_PENDING": ("move-pending", 409, "A move is under way"),
    "REQUEST_ID_REUSED": ("idempotency-key-reused", 422, "The idempotency key was used for another request"),
    "SERIES_CONFLICTS": ("series-conflicts", 409, "Some of the times can't be"),
    "SEATS_TAKEN": ("seats-taken", 409, "The group has no seat left"),
    "CLIENT_EXISTS": ("client-exists", 409, "The client is registered already"),
    "LINK_UNKNOWN": ("link-unknown", 404, "The link is not known"),
    "LINK_EXPIRED": ("link-expired", 410, "The link has expired"),
    "AUDIT_UNAVAILABLE": ("audit-unavailable", 503, "The audit trail can't be written"),
    "AUDIT_LAGGING": ("audit-lagging", 503, "The audit trail is behind, so nobody's data is shown"),
    "TOKEN_EXPIRED": ("token-expired", 401, "The sign-in has expired"),
    "SIGN_IN_FAILED": ("sign-in-failed", 401, "The sign-in failed"),
    "SIGN_IN_INTERRUPTED": ("sign-in-interrupted", 401, "The sign-in was interrupted"),
    "SESSION_ENDED": ("session-ended", 401, "The session has ended"),
    "SESSIONS_UNAVAILABLE": ("sessions-unavailable", 503, "Sessions can't be looked up for now"),
    "FRESH_SIGN_IN_NEEDED": ("fresh-sign-in-needed", 401, "Please sign in again, with two factors"),
    "DPOP_PROOF_INVALID": ("proof-invalid", 401, "The proof of the key does not hold"),
    "DPOP_NONCE_NEEDED": ("proof-nonce-needed", 401, "Make a proof with the nonce of this answer"),
    "PRECONDITION_MISSING": ("precondition-required", 428, "Say which version you read"),
    "IDEMPOTENCY_KEY_MISSING": ("idempotency-key-missing", 400, "An idempotency key is needed"),
    "MERGE_PATCH_NEEDED": ("merge-patch-needed", 415, "Changes are sent as a JSON merge patch"),
    "BODY_UNREADABLE": ("malformed", 400, "The body is no JSON"),
    "BODY_TOO_LARGE": ("body-too-large", 413, "The body is too large"),
    "BODY_TOO_DEEP": ("malformed", 400, "The body is nested too deeply"),
    "TOO_SLOW": ("too-slow", 408, "The request came too slowly"),
    "HEAD_TOO_LARGE": ("head-too-large", 431, "The headers are too large"),
    "URL_TOO_LONG": ("url-too-long", 414, "The address is too long"),
    "PERSONAL_DATA_IN_URL": ("personal-data-in-url", 400, "Personal data is sent in a body"),
    "FOREIGN_SITE": ("foreign-site", 403, "The request comes from another site"),
}

_STATUSES: Final[dict[str, tuple[str, int, str]]] = {
    "INVALID_ARGUMENT": ("malformed", 422, "The request is not right"),
    "UNAUTHENTICATED": ("unauthenticated", 401, "Please sign in"),
    "PERMISSION_DENIED": ("not-allowed", 403, "You may not do this"),
    "NOT_FOUND": ("not-found", 404, "There is no such thing"),
    "ALREADY_EXISTS": ("already-exists", 409, "It exists already"),
    "FAILED_PRECONDITION": ("rule-violated", 409, "A rule does not allow this"),
    "ABORTED": ("version-conflict", 409, "It has changed meanwhile"),
    "RESOURCE_EXHAUSTED": ("rate-limited", 429, "Too much at once"),
    "UNAVAILABLE": ("unavailable", 503, "Please try again"),
    "DEADLINE_EXCEEDED": ("timed-out", 504, "It took too long"),
    "INTERNAL": ("internal", 500, "Something went wrong"),
}

_HTTP: Final = {404: "NOT_FOUND", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 400: "INVALID_ARGUMENT"}

RETRY_AFTER_S = 1

TYPES: Final = {row[0]: row for row in (*REASONS.values(), *_STATUSES.values())}
"""Every problem type, for the pages and the API document."""

BY_STATUS: Final = frozenset(
    {(row[0], row[1]) for row in (*REASONS.values(), *_STATUSES.values())} | {("malformed", 400)}
)
"""Which types come with which status; a body that is no JSON is malformed with 400."""


def problem(
    type_: str,
    status: int,
    title: str,
    *,
    detail: str = "",
    reason: str = "",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return a problem document; empty members are left out."""
    body = {"type": BASE + type_, "title": title, "status": status, "detail": detail, "reason": reason, **more}
    content = json.dumps({key: value for key, value in body.items() if value not in ("", None, [])})
    return Response(content, status, headers=headers, media_type=MEDIA_TYPE)


def row_of(error: errors.ServiceError) -> tuple[str, int, str]:
    """Return type, HTTP status and title of a refusal."""
    return REASONS.get(error.reason) or _STATUSES.get(error.status) or _STATUSES["INTERNAL"]


def of_refusal(error: errors.ServiceError, **more: Any) -> Response:
    """Return the problem of a refusal: its reason, the nearest free slots, and when to come back."""
    type_, status, title = row_of(error)
    headers = {}
    if isinstance(error, errors.Exhausted):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    elif status in (503, 504):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    elif status == 401:
        headers["WWW-Authenticate"] = _challenge(error)
    alternatives = [
        plain(slot)
        for detail in error.details
        if isinstance(detail, availability_pb2.Alternatives)
        for slot in detail.slots
    ]
    conflicts = [
        plain(occurrence)
        for detail in error.details
        if isinstance(detail, series_pb2.SeriesConflicts | groups_pb2.GroupConflicts)
        for occurrence in detail.occurrences
    ]
    field = error.metadata.get("field")
    pointed = [{"pointer": "#/" + field.replace(".", "/"), "detail": error.message}] if field else []
    return problem(
        type_,
        status,
        title,
        detail=error.message,
        reason=error.reason,
        headers=headers,
        errors=pointed,
        alternatives=alternatives,
        conflicts=conflicts,
        **more,
    )


def _challenge(error: errors.ServiceError) -> str:
    """Return what a front end has to bring (RFC 6750; RFC 9449 7.1 for proofs, RFC 9470 for a sign-in anew)."""
    if error.reason == "FRESH_SIGN_IN_NEEDED":
        age = error.metadata.get("max_age_s", "0")
        return f'Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="{age}"'
    if error.reason == "DPOP_NONCE_NEEDED":
        return 'DPoP error="use_dpop_nonce"'
    if error.reason == "DPOP_PROOF_INVALID":
        return 'DPoP error="invalid_dpop_proof"'
    return 'Bearer realm="kept"'


async def on_refusal(request: Request, error: Exception) -> Response:
    """Answer a refusal anywhere in a route."""
    assert isinstance(error, errors.ServiceError)
    return of_refusal(error)


async def on_invalid(request: Request, error: Exception) -> Response:
    """Answer a request that does not fit its schema; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    found = [{"pointer": _pointer(each["loc"]), "detail": str(each["msg"])} for each in error.errors()]
    is_unreadable = any(each["type"] == "json_invalid" for each in error.errors())
    type_, status, title = _STATUSES["INVALID_ARGUMENT"]
    return problem(type_, 400 if is_unreadable else status, title, reason="MALFORMED_REQUEST", errors=found)


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what the router refused: unknown paths, methods a path does not have."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        found = _leaves(request.app.routes)
        allowed = sorted({method for route in found for method in _methods(route, request)})
        return problem("method-not-allowed", 405, "The path has no such method", headers={"Allow": ", ".join(allowed)})
    type_, _, title = _STATUSES[_HTTP.get(error.status_code, "INTERNAL")]
    return problem(type_, error.status_code, title)


async def on_crash(request: Request, error: Exception) -> Response:
    """Answer a bug without detail; the log has it."""
    return problem(*_STATUSES["INTERNAL"])


def _leaves(routes: Sequence[Any]) -> Iterator[Any]:
    """Give the routes themselves: FastAPI keeps those of an included router behind it."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _leaves(inner.routes)


def _methods(route: Any, request: Request) -> Sequence[str]:
    """Return the methods of a route whose path matches, whatever the method asked for."""
    match, _ = route.matches(request.scope)
    return sorted(getattr(route, "methods", None) or ()) if match is not Match.NONE else ()


def _pointer(location: Sequence[object]) -> str:
    """Return where in the request something is wrong: a JSON pointer for bodies, the name for the rest."""
    head, *rest = location or ("",)
    return "#/" + "/".join(map(str, rest)) if head == "body" else "/".join(map(str, location))
