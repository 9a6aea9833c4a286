"""Refuses to replace what somebody else has changed since it was read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.availability.domain import errors
from services.availability.usecases.ports import Directories
from services.chassis.context import Call


async def require_current(
    etag: str, now: Callable[[], Awaitable[str]], call: Call, *, directories: Directories
) -> None:
    """
    Compare the etag a caller read with that of what stands, under the lock every change of the directory takes.

    Args:
        etag: What was read; empty replaces whatever is there.
        now: Gives the present etag in the call's own transaction, empty when there is nothing.

    Raises:
        StaleVersion: It is another by now, or gone. (ABORTED)
    """
    if not etag:
        return
    await directories.lock(call)
    if await now() != etag:
        raise errors.StaleVersion("It has changed since you looked.")
