"""What the watching of the trail leads to: officers are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from kept.audit.v1 import watch_events_pb2

from services.chassis.context import Call
from services.notifications.adapters import proto
from services.notifications.adapters.notices import ALARM, DIGEST, end_notice, open_notice
from services.notifications.domain import errors

PAGING = "HIGH"
"""The severity that somebody is told of at once; others wait for the officer's next look."""

Told = watch_events_pb2.AlarmRaised | watch_events_pb2.AlarmSettled | watch_events_pb2.DigestMade


def officer_reactions(clock: Callable[[], datetime]) -> dict[str, Callable[..., Awaitable[None]]]:
    """Return the reaction to each event of the watching, by its full name."""

    async def on_raised(event: watch_events_pb2.AlarmRaised, call: Call) -> None:
        """Tell officers of a severe alarm until one of them has seen it."""
        alarm_id = await _begun(event, event.alarm_id, call)
        if event.severity == PAGING:
            async with call.tx() as conn:
                await open_notice(conn, call.practice_id, alarm_id, ALARM, version=event.version, at=clock())

    async def on_settled(event: watch_events_pb2.AlarmSettled, call: Call) -> None:
        """Tell them no more."""
        alarm_id = await _begun(event, event.alarm_id, call)
        async with call.tx() as conn:
            await end_notice(conn, call.practice_id, alarm_id, version=event.version, at=clock())

    async def on_digest(event: watch_events_pb2.DigestMade, call: Call) -> None:
        """Tell them once that the week's digest is there."""
        digest_id = await _begun(event, event.digest_id, call)
        async with call.tx() as conn:
            await open_notice(conn, call.practice_id, digest_id, DIGEST, version=event.version, at=clock())

    return {
        watch_events_pb2.AlarmRaised.DESCRIPTOR.full_name: on_raised,
        watch_events_pb2.AlarmSettled.DESCRIPTOR.full_name: on_settled,
        watch_events_pb2.DigestMade.DESCRIPTOR.full_name: on_digest,
    }


async def _begun(event: Told, id_: str, call: Call) -> str:
    """Return what an event is about, once it is known to be of this practice."""
    if event.practice_id != call.practice_id:
        raise errors.Malformed("The event is of another practice.", field="practice_id")
    found = proto.uuid(id_, field="id")
    await call.authorize(resource_id=found)
    return found
