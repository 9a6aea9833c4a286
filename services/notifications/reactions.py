"""What each event of booking and matching leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import uuid_utils
from google.protobuf.message import Message
from kept.audit.v1 import retention_events_pb2
from kept.booking.v1 import (
    absence_events_pb2,
    booking_events_pb2,
    care_events_pb2,
    policy_events_pb2,
    series_events_pb2,
    waitlist_events_pb2,
)
from kept.matching.v1 import feedback_events_pb2, forms_events_pb2, intake_events_pb2, triage_events_pb2

from services.chassis.context import Call
from services.chassis.glasses import emergency_reactions
from services.notifications.adapters import event_proto, proto
from services.notifications.adapters.care import note_pairs
from services.notifications.adapters.care_reactions import care_reactions, tell_care_team
from services.notifications.adapters.erasures import erase_client
from services.notifications.adapters.matters import PostgresMatters
from services.notifications.adapters.officer_reactions import officer_reactions
from services.notifications.adapters.pages import end_page, open_page
from services.notifications.adapters.timeline import PostgresTimeline
from services.notifications.adapters.webhooks import listening, queue
from services.notifications.domain import errors
from services.notifications.domain.webhook import EVENTS
from services.notifications.usecases.follow_appointments import follow_appointments
from services.notifications.usecases.follow_matters import follow_matters

Reaction = Callable[[Any, Call], Awaitable[None]]
Gathering = Callable[[Sequence[tuple[Any, Call]]], Awaitable[None]]

APPOINTMENT_EVENTS = (
    booking_events_pb2.AppointmentBooked,
    booking_events_pb2.AppointmentConfirmed,
    booking_events_pb2.AppointmentRescheduled,
    booking_events_pb2.AppointmentCancelled,
    booking_events_pb2.AppointmentAttended,
    booking_events_pb2.AppointmentChangeUndone,
    policy_events_pb2.ConfirmationOverdue,
)

MATTER_EVENTS = (
    waitlist_events_pb2.OfferMade,
    waitlist_events_pb2.OfferAccepted,
    waitlist_events_pb2.OfferDeclined,
    waitlist_events_pb2.OfferExpired,
    waitlist_events_pb2.OfferTaken,
    waitlist_events_pb2.OfferWithdrawn,
    care_events_pb2.FollowUpOpened,
    care_events_pb2.FollowUpClosed,
    care_events_pb2.FollowUpDue,
    absence_events_pb2.AbsenceOffered,
    absence_events_pb2.AbsenceOfferClosed,
    intake_events_pb2.ProposalMade,
    intake_events_pb2.ProposalAccepted,
    intake_events_pb2.ProposalDeclined,
    intake_events_pb2.ProposalExpired,
    intake_events_pb2.ProposalWithdrawn,
    forms_events_pb2.FormDue,
    forms_events_pb2.FormSettled,
    feedback_events_pb2.FitAsked,
)


TOLD: tuple[type[Message], ...] = (
    series_events_pb2.SeriesCreated,
    series_events_pb2.SeriesChanged,
    series_events_pb2.SeriesCancelled,
    booking_events_pb2.ClientRegistered,
    booking_events_pb2.ClientUpdated,
)
"""What receivers of webhooks are told of, beside what happens to appointments."""


def reactions(clock: Callable[[], datetime]) -> dict[str, Reaction]:
    """Return the reaction to each event that is handled alone, by its full name."""
    told: dict[str, Reaction] = {event.DESCRIPTOR.full_name: _telling(clock) for event in TOLD}
    return told | {
        triage_events_pb2.CrisisFlagged.DESCRIPTOR.full_name: _on_crisis(open_page, clock),
        triage_events_pb2.CrisisAcknowledged.DESCRIPTOR.full_name: _on_crisis(end_page, clock),
        triage_events_pb2.CrisisClosed.DESCRIPTOR.full_name: _on_crisis(end_page, clock),
        **officer_reactions(clock),
        **care_reactions(clock),
        **emergency_reactions(),
        retention_events_pb2.ClientErasureOrdered.DESCRIPTOR.full_name: partial(erase_client, clock=clock),
    }


def _telling(clock: Callable[[], datetime]) -> Reaction:
    async def tell(event: Any, call: Call) -> None:
        """Plan to tell the receivers of webhooks, in the transaction that marks the event as handled."""
        facts = getattr(event, "appointment", None) or getattr(event, "series", None) or event
        if facts.practice_id != call.practice_id:
            raise errors.Malformed("The event is of another practice.", field="practice_id")
        event_type = EVENTS[event.DESCRIPTOR.name]
        resource = event_type.partition(".")[0]
        resource_id = proto.uuid(getattr(facts, f"{resource}_id"), field=f"{resource}_id")
        if not call.is_authorized:
            await call.authorize(resource_id=resource_id)
        async with call.tx() as conn:
            await queue(
                conn,
                call.practice_id,
                event_id=call.causation_id,
                event_type=event_type,
                resource_id=resource_id,
                version=facts.version,
                at=clock(),
            )

    return tell


def gatherings(clock: Callable[[], datetime]) -> dict[str, Gathering]:
    """Return the reaction to each event that is handled with its neighbours, by its full name."""
    appointments, matters = _following_appointments(clock), _following_matters(clock)
    return {event.DESCRIPTOR.full_name: appointments for event in APPOINTMENT_EVENTS} | {
        event.DESCRIPTOR.full_name: matters for event in MATTER_EVENTS
    }


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


def _following_appointments(clock: Callable[[], datetime]) -> Gathering:
    tell = _telling(clock)

    async def follow(events: Sequence[tuple[Any, Call]]) -> None:
        """Plan what the steps ask for, in the transaction that marks the events as handled."""
        reports = []
        for event, call in events:
            report = event_proto.report(event)
            _require_own(report.practice_id, call)
            await call.authorize(
                client_ids=[report.client_id, *report.extra_client_ids], resource_id=report.appointment_id
            )
            reports.append(report)
        async with events[0][1].tx() as conn:
            await note_pairs(conn, [pair for event, _ in events for pair in event_proto.pairs(event)])
            await follow_appointments(reports, timeline=PostgresTimeline(conn), at=clock(), new_id=_new_id)
            receivers = await listening(conn, sorted({report.practice_id for report in reports}))
        for event, call in events:
            if call.practice_id in receivers and event.DESCRIPTOR.name in EVENTS:
                await tell(event, call)

    return follow


def _following_matters(clock: Callable[[], datetime]) -> Gathering:
    async def follow(events: Sequence[tuple[Any, Call]]) -> None:
        """Plan what offers, follow-ups and proposals ask for, in the transaction that marks the events as handled."""
        reports = []
        for event, call in events:
            report = event_proto.matter_report(event, at=clock())
            _require_own(report.practice_id, call)
            await call.authorize(client_ids=[report.client_id], resource_id=report.matter_id)
            reports.append(report)
        async with events[0][1].tx() as conn:
            await follow_matters(reports, matters=PostgresMatters(conn), at=clock(), new_id=_new_id)
            for event, _ in events:
                await tell_care_team(conn, event, at=clock())

    return follow


def _require_own(practice_id: str, call: Call) -> None:
    if practice_id != call.practice_id:
        raise errors.Malformed("The event is of another practice.", field="practice_id")


def _new_id() -> str:
    return str(uuid_utils.uuid7())
