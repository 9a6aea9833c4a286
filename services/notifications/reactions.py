"""What each event leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import uuid_utils
from google.protobuf.message import Message
from kept.audit.v1 import retention_events_pb2
from kept.availability.v1 import availability_events_pb2
from kept.booking.v1 import (
    absence_events_pb2,
    booking_events_pb2,
    care_events_pb2,
    erasure_events_pb2,
    groups_events_pb2,
    policy_events_pb2,
    series_events_pb2,
    waitlist_events_pb2,
)
from kept.matching.v1 import (
    feedback_events_pb2,
    forms_events_pb2,
    intake_events_pb2,
    matching_events_pb2,
    triage_events_pb2,
)

from services.chassis.context import Call
from services.chassis.glasses import emergency_reactions
from services.chassis.told import telling_of
from services.notifications.adapters import event_proto, proto
from services.notifications.adapters.care import note_pairs
from services.notifications.adapters.care_reactions import care_reactions, tell_care_team
from services.notifications.adapters.erasures import erase_client
from services.notifications.adapters.matters import PostgresMatters
from services.notifications.adapters.officer_reactions import officer_reactions
from services.notifications.adapters.pages import end_page, open_page
from services.notifications.adapters.timeline import PostgresTimeline
from services.notifications.adapters.webhooks import tell
from services.notifications.domain import errors
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
    availability_events_pb2.ScheduleChanged,
    availability_events_pb2.AbsenceStarted,
    availability_events_pb2.AbsenceClosed,
    booking_events_pb2.ClientRegistered,
    booking_events_pb2.ClientUpdated,
    erasure_events_pb2.ClientErased,
    groups_events_pb2.GroupSessionScheduled,
    groups_events_pb2.GroupSessionCancelled,
    groups_events_pb2.GroupSessionMoved,
    groups_events_pb2.GroupSeriesChanged,
    groups_events_pb2.GroupConflictFound,
    policy_events_pb2.FeeProposed,
    policy_events_pb2.FeeWaived,
    policy_events_pb2.FeeAccepted,
    series_events_pb2.SeriesCreated,
    series_events_pb2.SeriesChanged,
    series_events_pb2.SeriesCancelled,
    series_events_pb2.SeriesConflictFound,
    waitlist_events_pb2.WishCreated,
    waitlist_events_pb2.WishChanged,
    waitlist_events_pb2.WishClosed,
    waitlist_events_pb2.SlotOpened,
    waitlist_events_pb2.SlotClosed,
    forms_events_pb2.FormCompleted,
    intake_events_pb2.IntakeChanged,
    matching_events_pb2.MatchProposed,
)
"""What only receivers of webhooks are told of, beside what is followed here anyway."""


def reactions(clock: Callable[[], datetime]) -> dict[str, Reaction]:
    """Return the reaction to each event that is handled alone, by its full name."""
    return {
        triage_events_pb2.CrisisFlagged.DESCRIPTOR.full_name: _on_crisis(open_page, clock),
        triage_events_pb2.CrisisAcknowledged.DESCRIPTOR.full_name: _on_crisis(end_page, clock),
        triage_events_pb2.CrisisClosed.DESCRIPTOR.full_name: _on_crisis(end_page, clock),
        **officer_reactions(clock),
        **care_reactions(clock),
        **emergency_reactions(),
        retention_events_pb2.ClientErasureOrdered.DESCRIPTOR.full_name: partial(erase_client, clock=clock),
    }


def gatherings(clock: Callable[[], datetime]) -> dict[str, Gathering]:
    """Return the reaction to each event that is handled with its neighbours, by its full name."""
    # What is followed here is told of by whoever follows it: of two, the later one counts.
    of: dict[Gathering, Sequence[type[Message]]] = {
        _telling(clock): TOLD,
        _following_appointments(clock): APPOINTMENT_EVENTS,
        _following_matters(clock): MATTER_EVENTS,
    }
    return {event.DESCRIPTOR.full_name: gathering for gathering, events in of.items() for event in events}


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
            await tell(conn, _with_ids(events), at=clock())

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
            await tell(conn, _with_ids(events), at=clock())

    return follow


def _telling(clock: Callable[[], datetime]) -> Gathering:
    async def follow(events: Sequence[tuple[Any, Call]]) -> None:
        """Plan to tell the receivers of webhooks, in the transaction that marks the events as handled."""
        for event, call in events:
            telling = telling_of(event.DESCRIPTOR)
            if telling is not None:
                facts = telling.facts(event)
                _require_own(facts.practice_id, call)
                await call.authorize(resource_id=proto.uuid(facts.resource_id, field=telling.id_fields[-1]))
        async with events[0][1].tx() as conn:
            await tell(conn, _with_ids(events), at=clock())

    return follow


def _with_ids(events: Sequence[tuple[Any, Call]]) -> list[tuple[str, Message]]:
    return [(call.causation_id, event) for event, call in events]


def _require_own(practice_id: str, call: Call) -> None:
    if practice_id != call.practice_id:
        raise errors.Malformed("The event is of another practice.", field="practice_id")


def _new_id() -> str:
    return str(uuid_utils.uuid7())
