"""What audit does with captured records, life signs, facts of people, and erasures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from kept.audit.v1 import audit_events_pb2, watch_events_pb2
from kept.booking.v1 import erasure_events_pb2 as booking_events
from kept.booking.v1 import people_events_pb2
from kept.matching.v1 import erasure_events_pb2 as matching_events
from kept.notifications.v1 import erasure_events_pb2 as notifications_events

from services.audit.adapters import emitter_rows, people_facts
from services.audit.adapters.emitter_rows import Beat
from services.audit.domain import errors
from services.audit.domain.emitters import SKEW_S
from services.audit.domain.retention import ErasurePart
from services.audit.usecases.append_records import append_records
from services.audit.usecases.erase_client import note_erased
from services.audit.usecases.ports import Trail
from services.audit.usecases.retention_ports import RetentionStore
from services.chassis.context import Call

Reaction = Callable[[Any, Call], Awaitable[None]]

ERASED = {
    "booking": booking_events.ClientErased,
    "matching": matching_events.ClientErased,
    "notifications": notifications_events.ClientErased,
}

CAPTURED = audit_events_pb2.RecordsCaptured.DESCRIPTOR.full_name


def reactions(trail: Trail, store: RetentionStore, sign: Callable[[str], str]) -> dict[str, Reaction]:
    """Return the reaction to each event, by its full name."""

    async def on_captured(event: audit_events_pb2.RecordsCaptured, call: Call) -> None:
        """Take the records in. The taking in is not itself recorded: the trail would never end."""
        await append_records(event.records, call, trail=trail)

    def on_erased(service: str) -> Reaction:
        async def note(event: Any, call: Call) -> None:
            """Note what a service destroyed; the last of them makes the certificate."""
            if event.practice_id != call.practice_id:
                raise errors.Malformed("The event is of another practice.", field="practice_id")
            part = ErasurePart(service, event.keys_destroyed, event.erase_time.ToDatetime(tzinfo=UTC))
            await note_erased(event.erasure_id, part, call, store=store, sign=sign)
            await people_facts.forget(call, event.client_id)

        return note

    return {
        CAPTURED: on_captured,
        **{event.DESCRIPTOR.full_name: on_erased(service) for service, event in ERASED.items()},
        **watching_reactions(),
    }


def watching_reactions() -> dict[str, Reaction]:
    """Return the reactions of the watching."""
    return {
        watch_events_pb2.EmitterBeat.DESCRIPTOR.full_name: _on_beat,
        people_events_pb2.PersonMarked.DESCRIPTOR.full_name: _on_marked,
    }


async def _on_marked(event: people_events_pb2.PersonMarked, call: Call) -> None:
    """Note what is known of somebody now; an older word changes nothing."""
    if event.practice_id != call.practice_id:
        raise errors.FactMalformed("The event is of another practice.", field="practice_id")
    await people_facts.put(call, event)


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
