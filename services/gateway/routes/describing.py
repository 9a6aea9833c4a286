"""Describes operations for the API document: answers by contract, refusals by problem type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query, Response
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from services.chassis import errors
from services.gateway.callers import Caller, signed_in
from services.gateway.conversion import plain, quoted
from services.gateway.problems import BASE, BY_STATUS, MEDIA_TYPE, of_refusal

SignedIn = Annotated[Caller, Depends(signed_in)]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="8 to 128 printable characters; the same key and body give the first answer again.",
        examples=["5f0c9a4e-7d1b-4d0e-9a57-3c5d1f0e8a11"],
    ),
]
IfMatch = Annotated[
    str, Header(alias="If-Match", description="The ETag you read; the change is refused if it is stale.")
]

PathId = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        description="A UUID.",
        examples=["0192f7a0-5f0c-7d1b-9a57-3c5d1f0e8a11"],
    ),
]
CURSOR_LONGEST = 2000
"""Characters of a cursor: several times what `Cursors` makes, and within an address's 4 KiB beside all filters."""

Cursor = Annotated[
    str, Query(max_length=CURSOR_LONGEST, description="`next_cursor` of the page before; empty for the first.")
]
Locale = Annotated[str, Query(max_length=35, examples=["es"], description="The language of what is said in words.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Entries of a page at most.")]
QueryId = Annotated[
    str, Query(max_length=36, pattern=r"^([0-9a-fA-F-]{36})?$", description="A UUID, or empty for any.")
]

DESCRIBED: dict[str, Descriptor] = {}
"""The messages that operations answer with, by full name; the API document holds their schemas."""

_TITLES = {
    400: "The request can't be read",
    401: "Nobody is signed in",
    403: "The person may not do this",
    404: "There is no such thing in this practice",
    409: "A rule, or somebody faster, says no",
    410: "The link has expired",
    412: "It has changed since it was read; `current` holds what it is now",
    413: "The body is too large",
    415: "The body is no JSON merge patch; see Accept-Patch",
    422: "The request is not right; `errors` says where",
    428: "If-Match is missing",
    429: "Too much at once; see Retry-After",
    503: "A service, or the audit trail, is not there; see Retry-After",
    504: "It took too long",
}

ALWAYS = (400, 401, 403, 422, 429, 503, 504)

Responses = dict[int | str, dict[str, Any]]


def answers(message: Descriptor | None, *refusals: int, status: int = 200, is_public: bool = False) -> Responses:
    """Return the responses of an operation: its answer, and a problem per refusal."""
    if message is not None:
        DESCRIBED[message.full_name] = message
    always = [each for each in ALWAYS if not (is_public and each in (401, 403))]
    found: Responses = {each: refusal(each) for each in sorted({*always, *refusals})}
    found[status] = {"description": "Done"}
    if message is not None:
        found[status]["content"] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{message.name}"}}}
    return found


def refusal(status: int) -> dict[str, Any]:
    """Return what the document says of a status that refuses: its problem types."""
    return {"description": _TITLES[status], "content": {MEDIA_TYPE: {"schema": _problem_schema(status)}}}


def edits(message: Descriptor, *refusals: int, status: int = 200) -> Responses:
    """Return the responses of an operation that changes a version somebody read."""
    return answers(message, 404, 409, 412, 428, *refusals, status=status)


def replaces(message: Descriptor, *refusals: int) -> Responses:
    """Return the responses of a PUT that creates, or replaces what stands; If-Match, when sent, must name that."""
    return answers(message, 404, 412, *refusals)


def _problem_schema(status: int) -> dict[str, Any]:
    """A problem, its type one of those that have this status."""
    types = sorted(BASE + name for name, known in BY_STATUS if known == status)
    schema: dict[str, Any] = {"$ref": "#/components/schemas/Problem"}
    return {"allOf": [schema, {"properties": {"type": {"enum": types}}}]} if types else schema


def respond(message: Message, status: int = 200, *, location: str = "") -> Response:
    """Answer with a message, and with its ETag when it has one."""
    headers = {"Location": location} if location else {}
    if "etag" in message.DESCRIPTOR.fields_by_name:
        headers["ETag"] = quoted(message.etag)  # type: ignore[attr-defined]
    return Response(orjson.dumps(plain(message)), status, headers, "application/json")


async def edited(change: Awaitable[Message], now: Callable[[], Awaitable[Message]]) -> Response:
    """Answer with what a change came to; when the version was stale, say what it is now."""
    try:
        return respond(await change)
    except errors.Stale as error:
        if error.reason != "STALE_VERSION":
            raise
        return of_refusal(error, current=plain(await now()))


def query_twin(router: APIRouter, path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Answer QUERY (RFC 10008) on a resource as its twin under /searches does; OpenAPI 3.1 can't describe it."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        router.api_route(path, methods=["QUERY"], include_in_schema=False)(function)
        return function

    return add
