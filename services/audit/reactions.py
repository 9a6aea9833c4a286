"""What audit does with captured records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from kept.audit.v1 import audit_events_pb2

from services.audit.usecases.append_records import append_records
from services.audit.usecases.ports import Trail
from services.chassis.context import Call

Reaction = Callable[[Any, Call], Awaitable[None]]


def reactions(trail: Trail) -> dict[str, Reaction]:
    """Return the reaction to each event, by its full name."""

    async def on_captured(event: audit_events_pb2.RecordsCaptured, call: Call) -> None:
        """Take the records in. The taking in is not itself recorded: the trail would never end."""
        await append_records(event.records, call, trail=trail)

    return {audit_events_pb2.RecordsCaptured.DESCRIPTOR.full_name: on_captured}
