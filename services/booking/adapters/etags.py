"""Keeps what staff has set from being replaced by who saw an older state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from services.booking.adapters.proto import etag_of
from services.booking.domain import errors

T = TypeVar("T")


class Tagged(Protocol):
    """Is a message with an etag."""

    etag: str


async def require_current(etag: str, read: Callable[[], Awaitable[T | None]], message: Callable[[T], Tagged]) -> None:
    """
    Compare the etag a caller read with that of what stands.

    Args:
        etag: What was read; empty replaces whatever is there.
        read: Gives what stands, locked until the call ends; None when there is nothing.

    Raises:
        Malformed: That is no etag. (INVALID_ARGUMENT)
        StaleVersion: It is another by now, or gone. (ABORTED)
    """
    if not etag_of(etag):
        return
    found = await read()
    if found is None or message(found).etag != etag:
        raise errors.StaleVersion("It has changed since you looked.")
