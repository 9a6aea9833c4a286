"""Copies a tree's latest checkpoint to places the service can't rewrite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.audit.usecases.ports import Trail
from services.audit.usecases.retention_ports import Archive
from services.chassis.context import Call

WITNESSED_FOR = timedelta(days=3_653)
"""How long a copy is locked: as long as the records it covers are kept by default."""


def copy_name(practice_id: str, size: int) -> str:
    """Return the name of a copy; ordered by size, so that the last one is the newest."""
    return f"{practice_id}/checkpoints/{size:020}"


async def witness_checkpoint(call: Call, *, trail: Trail, witnesses: Sequence[Archive], at: datetime) -> int:
    """
    Copy the checkpoint that was signed last to every witness; return its size.

    It counts as copied only when all of them have it. A witness that has another checkpoint of this size has seen
    another tree: that is told as ArchiveRefused, and never overwritten.
    """
    size, note = await trail.last_signed(call)
    for witness in witnesses:
        await witness.put(copy_name(call.practice_id, size), note.encode(), retain_until=at + WITNESSED_FOR)
    await trail.mark_copied(call, size)
    return size
