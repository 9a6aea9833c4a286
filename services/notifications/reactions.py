"""What each event of booking and matching leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

import uuid_utils
from google.protobuf.message import Message
from kept.audit.v1 import retention_events_pb2
from kept.booking.v1 import booking_events_pb2, series_events_pb2
from kept.matching.v1 import triage_events_pb2

from services.chassis.context import Call
from services.notifications.adapters import proto
from services.notifications.adapters.care import note_pairs
from services.notifications.adapters.erasures import erase_client
from services.notifications.adapters.officer_reactions import officer_reactions
from services.notifications.adapters.pages import end_page, open_page
from services.notifications.adapters.postgres import PostgresTimeline
from services.notifications.adapters.webhooks import queue
from services.notifications.domain import errors
from services.notifications.domain.appointment import Step
from services.notifications.domain.webhook import EVENTS
from services.notifications.usecases.follow_appointment import follow_appointment

Reaction = Callable[[Any, Call], Awaitable[None]]

STEPS = {
    booking_events_pb2.AppointmentBooked: Step.BOOKED,
    booking_events_pb2.AppointmentConfirmed: Step.CONFIRMED,
    booking_events_pb2.AppointmentRescheduled: Step.RESCHEDULED,
    booking_events_pb2.AppointmentCancelled: Step.CANCELLED,
    booking_events_pb2.AppointmentAttended: Step.ATTENDED,
}


TOLD: tuple[type[Message], ...] = (
    *STEPS,
    booking_events_pb2.AppointmentChangeUndone,
    series_events_pb2.SeriesCreated,
    series_events_pb2.SeriesChanged,
    series_events_pb2.SeriesCancelled,
    booking_events_pb2.ClientRegistered,
    booking_events_pb2.ClientUpdated,
)
"""What receivers of webhooks are told of."""


def reactions(clock: Callable[[], datetime]) -> dict[str, Reaction]:
    """Return the reaction to each event, by its full name."""
    followed = {event.DESCRIPTOR.full_name: _following(step, clock) for event, step in STEPS.items()}
    followed |= {
        triage_events_pb2.CrisisFlagged.DESCRIPTOR.full_name: _on_crisis(open_page, clock),
        triage_events_pb2.CrisisAcknowledged.DESCRIPTOR.full_name: _on_crisis(end_page, clock),
        triage_events_pb2.CrisisClosed.DESCRIPTOR.full_name: _on_crisis(end_page, clock),
        **officer_reactions(clock),
        retention_events_pb2.ClientErasureOrdered.DESCRIPTOR.full_name: partial(erase_client, clock=clock),
    }
    told = {event.DESCRIPTOR.full_name: _telling(event.DESCRIPTOR.name, clock) for event in TOLD}
    return followed | {name: _both(followed[name], told[name]) if name in followed else told[name] for name in told}


def _both(first: Reaction, second: Reaction) -> Reaction:
    async def react(event: Any, call: Call) -> None:
        """Do both, in one transaction."""
        await first(event, call)
        await second(event, call)

    return react


def _telling(name: str, clock: Callable[[], datetime]) -> Reaction:
    async def tell(event: Any, call: Call) -> None:
        """Plan to tell the receivers of webhooks, in the transaction that marks the event as handled."""
        facts = getattr(event, "appointment", None) or getattr(event, "series", None) or event
        if facts.practice_id != call.practice_id:
            raise errors.Malformed("The event is of another practice.", field="practice_id")
        resource = EVENTS[name].partition(".")[0]
        resource_id = proto.uuid(getattr(facts, f"{resource}_id"), field=f"{resource}_id")
        if not call.is_authorized:
            await call.authorize(resource_id=resource_id)
        async with call.tx() as conn:
            await queue(
                conn,
                call.practice_id,
                event_id=call.causation_id,
                event_type=EVENTS[name],
                resource_id=resource_id,
                version=facts.version,
                at=clock(),
            )

    return tell


def _on_crisis(change: Callable[..., Awaitable[None]], clock: Callable[[], datetime]) -> Reaction:
    async def react(event: Any, call: Call) -> None:
        """Begin or end the page of a flag, in the transaction that marks the event as handled."""
        crisis = event.crisis
        if crisis.practice_id != call.practice_id:
            raise errors.Malformed("The event is of another practice.", field="crisis.practice_id")
        flag_id = proto.uuid(crisis.flag_id, field="crisis.flag_id")
        client_id = proto.uuid(crisis.client_id, field="crisis.client_id")
        await call.authorize(client_ids=[client_id], resource_id=flag_id)
        async with call.tx() as conn:
            await change(conn, call.practice_id, flag_id, client_id, version=crisis.version, at=clock())

    return react


def _following(step: Step, clock: Callable[[], datetime]) -> Reaction:
    async def follow(event: Any, call: Call) -> None:
        """Plan what the step asks for, in the transaction that marks the event as handled."""
        if event.appointment.practice_id != call.practice_id:
            raise errors.Malformed("The event is of another practice.", field="appointment.practice_id")
        report = proto.report(step, event)
        await call.authorize(client_ids=[report.client_id], resource_id=report.appointment_id)
        async with call.tx() as conn:
            if therapist_id := event.appointment.therapist_id:
                clients = [report.client_id, *event.appointment.extra_client_ids]
                await note_pairs(conn, call.practice_id, clients, proto.uuid(therapist_id, field="therapist_id"))
            timeline = PostgresTimeline(conn, call.practice_id)
            await follow_appointment(report, timeline=timeline, at=clock(), new_id=lambda: str(uuid_utils.uuid7()))

    return follow
