"""Describes operations for the API document: answers by contract, refusals by problem type."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Header
from google.protobuf.descriptor import Descriptor

from services.gateway.callers import Caller, signed_in
from services.gateway.problems import MEDIA_TYPE

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

_TITLES = {
    400: "The request can't be read",
    401: "Nobody is signed in",
    403: "The person may not do this",
    404: "There is no such thing in this practice",
    409: "A rule, or somebody faster, says no",
    410: "The link has expired",
    412: "It has changed since it was read; `current` holds what it is now",
    413: "The body is too large",
    415: "The body is no JSON",
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
    always = [each for each in ALWAYS if not (is_public and each in (401, 403))]
    found: Responses = {
        each: {
            "description": _TITLES[each],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for each in sorted({*always, *refusals})
    }
    found[status] = {"description": "Done"}
    if message is not None:
        found[status]["content"] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{message.name}"}}}
    return found


def edits(message: Descriptor, *refusals: int, status: int = 200) -> Responses:
    """Return the responses of an operation that changes a version somebody read."""
    return answers(message, 404, 409, 412, 428, *refusals, status=status)
