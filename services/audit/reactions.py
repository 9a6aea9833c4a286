"""What audit does with captured records, signs of life, and what is known of people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from kept.audit.v1 import audit_events_pb2, watch_events_pb2

from services.audit.adapters import emitter_rows
from services.audit.adapters.emitter_rows import Beat
from services.audit.domain.emitters import SKEW_S
from services.audit.usecases.append_records import append_records
from services.audit.usecases.ports import Trail
from services.chassis.context import Call

Reaction = Callable[[Any, Call], Awaitable[None]]

CAPTURED = audit_events_pb2.RecordsCaptured.DESCRIPTOR.full_name


def reactions(trail: Trail) -> dict[str, Reaction]:
    """Return the reaction to each event, by its full name."""

    async def on_captured(event: audit_events_pb2.RecordsCaptured, call: Call) -> None:
        """Take the records in. The taking in is not itself recorded: the trail would never end."""
        await append_records(event.records, call, trail=trail)

    return {CAPTURED: on_captured, **watching_reactions()}


def watching_reactions() -> dict[str, Reaction]:
    """Return the reactions of the watching."""
    return {watch_events_pb2.EmitterBeat.DESCRIPTOR.full_name: _on_beat}


async def _on_beat(event: watch_events_pb2.EmitterBeat, call: Call) -> None:
    """Note a sign of life; one from the future says that a clock is off, whatever it says itself."""
    now = datetime.now(UTC)
    ahead_s = event.version / 1000 - now.timestamp()
    sign = Beat(
        emitter=event.emitter,
        told_seq=event.emitter_seq,
        waiting_seq=event.waiting_seq,
        waiting_s=event.waiting_ms / 1000,
        skew_s=ahead_s if ahead_s > SKEW_S else event.skew_ms / 1000,
        is_last=event.is_farewell,
    )
    async with call.tx() as conn:
        await emitter_rows.beat(conn, sign, now=now)
