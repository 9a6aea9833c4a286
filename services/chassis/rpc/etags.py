"""Gives what has no version of its own an etag: a hash of what stands in it."""

from __future__ import annotations

import hashlib
from typing import TypeVar

from google.protobuf.message import Message

DIGEST_BYTES = 12
"""Bytes of an etag's hash: two states of one thing never share it by chance."""

M = TypeVar("M", bound=Message)


def tagged(message: M) -> M:
    """
    Give a message the etag of its own content and return it.

    Whoever puts a state back that was there before makes the etag of then: nothing is lost by taking it for unchanged.
    """
    message.ClearField("etag")
    body = message.SerializeToString(deterministic=True)
    message.etag = "c" + hashlib.blake2b(body, digest_size=DIGEST_BYTES).hexdigest()  # type: ignore[attr-defined]
    return message
