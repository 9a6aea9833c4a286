"""Turns a place in a list into a page token and back; opaque, and bound to its query."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json

from services.chassis import errors

CHECK_BYTES = 6
"""Bytes of the query's hash in a token: enough to catch a token of another query, no secret."""


def page_token(query: str, *place: str | int) -> str:
    """
    Write where the next page begins.

    Args:
        query: Says which list this is; a token of another one is refused.
        place: The sort key of the last row given.
    """
    body = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(query) + body).decode().rstrip("=")


def read_page_token(query: str, token: str) -> list[str | int] | None:
    """
    Read where the page begins; None for the first.

    Raises:
        InvalidRequest: MALFORMED_REQUEST, when it is no token of this query. (INVALID_ARGUMENT)
    """
    if not token:
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        place = json.loads(raw[CHECK_BYTES:])
    except (binascii.Error, ValueError, RecursionError):
        raw, place = b"", None
    if raw[:CHECK_BYTES] != _check(query) or not isinstance(place, list):
        raise errors.InvalidRequest("The page token is not one of this list.", field="page_token")
    return place


def page_size(asked: int, *, default: int, most: int) -> int:
    """Return the size of a page. Raises InvalidRequest when it is negative or too large."""
    if not 0 <= asked <= most:
        raise errors.InvalidRequest("The page size is out of range.", field="page_size", limit=str(most))
    return asked or default


def _check(query: str) -> bytes:
    return hashlib.sha256(query.encode()).digest()[:CHECK_BYTES]
