"""Reads events of booking and matching as what happened to appointments and other matters."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.message import Message
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import (
    absence_events_pb2,
    booking_events_pb2,
    booking_pb2,
    care_events_pb2,
    policy_events_pb2,
    waitlist_events_pb2,
)
from kept.matching.v1 import feedback_events_pb2, forms_events_pb2, intake_events_pb2

from services.notifications.adapters.proto import instant, uuid
from services.notifications.domain import errors
from services.notifications.domain.appointment import Report, Step
from services.notifications.domain.channel import About
from services.notifications.domain.matter import MatterReport
from services.notifications.domain.workflow import Modality, Trigger

STEPS: dict[type[Message], Step] = {
    booking_events_pb2.AppointmentBooked: Step.BOOKED,
    booking_events_pb2.AppointmentConfirmed: Step.CONFIRMED,
    booking_events_pb2.AppointmentRescheduled: Step.RESCHEDULED,
    booking_events_pb2.AppointmentCancelled: Step.CANCELLED,
}

STEPS_BACK = {
    booking_pb2.Appointment.STATE_BOOKED: Step.RESTORED,
    booking_pb2.Appointment.STATE_CONFIRMED: Step.RECONFIRMED,
    booking_pb2.Appointment.STATE_NO_SHOW: Step.MISSED,
}

MODALITIES = {
    availability_pb2.MODALITY_IN_PERSON: Modality.IN_PERSON,
    availability_pb2.MODALITY_VIDEO: Modality.VIDEO,
    availability_pb2.MODALITY_PHONE: Modality.PHONE,
}

OFFERS: dict[type[Message], tuple[bool, Trigger | None]] = {
    waitlist_events_pb2.OfferMade: (True, Trigger.OFFER_MADE),
    waitlist_events_pb2.OfferAccepted: (False, None),
    waitlist_events_pb2.OfferDeclined: (False, None),
    waitlist_events_pb2.OfferExpired: (False, None),
    waitlist_events_pb2.OfferTaken: (False, Trigger.OFFER_TAKEN),
    waitlist_events_pb2.OfferWithdrawn: (False, Trigger.OFFER_WITHDRAWN),
}
"""Whether the offer stands after the event, and what the event sets off."""

PROPOSALS: frozenset[type[Message]] = frozenset(
    {
        intake_events_pb2.ProposalMade,
        intake_events_pb2.ProposalAccepted,
        intake_events_pb2.ProposalDeclined,
        intake_events_pb2.ProposalExpired,
        intake_events_pb2.ProposalWithdrawn,
    }
)

WORTH_TELLING = timedelta(days=14)
"""How long the notice of something without an end of its own is worth sending."""


def report(event: Any) -> Report:
    """
    Read an event of an appointment.

    Raises:
        Malformed: An id or the start is missing: the producer is wrong. (INVALID_ARGUMENT)
    """
    if isinstance(event, policy_events_pb2.ConfirmationOverdue):
        _require(event.HasField("start_time") and event.version >= 1, "start_time")
        return Report(
            step=Step.OVERDUE,
            appointment_id=uuid(event.appointment_id, field="appointment_id"),
            client_id=uuid(event.client_id, field="client_id"),
            version=event.version,
            start_time=instant(event.start_time),
            practice_id=event.practice_id,
        )
    facts = event.appointment
    _require(facts.HasField("start_time") and facts.version >= 1, "appointment")
    return Report(
        step=_step(event),
        appointment_id=uuid(facts.appointment_id, field="appointment.appointment_id"),
        client_id=uuid(facts.client_id, field="appointment.client_id"),
        version=facts.version,
        start_time=instant(facts.start_time),
        time_zone=_known_zone(facts.start_wall.time_zone),
        practice_id=facts.practice_id,
        session_type_id=facts.session_type_id,
        end_time=instant(facts.end_time) if facts.HasField("end_time") else None,
        modality=MODALITIES.get(facts.modality),
        extra_client_ids=tuple(
            uuid(each, field="appointment.extra_client_ids") for each in dict.fromkeys(facts.extra_client_ids)
        ),
        is_confidential=facts.is_confidential,
    )


def pairs(event: Any) -> list[tuple[str, str, str]]:
    """Return (practice, client, therapist) of everybody whom an event of an appointment brings together."""
    if isinstance(event, policy_events_pb2.ConfirmationOverdue) or not event.appointment.therapist_id:
        return []
    facts = event.appointment
    therapist_id = uuid(facts.therapist_id, field="appointment.therapist_id")
    return [(facts.practice_id, client_id, therapist_id) for client_id in (facts.client_id, *facts.extra_client_ids)]


def matter_report(event: Any, *, at: datetime) -> MatterReport:
    """
    Read an event of an offer, a follow-up or a proposal.

    Raises:
        Malformed: An id or a time is missing: the producer is wrong. (INVALID_ARGUMENT)
    """
    if type(event) in OFFERS:
        return _offer_report(event)
    if isinstance(event, absence_events_pb2.AbsenceOffered | absence_events_pb2.AbsenceOfferClosed):
        return _absence_report(event)
    if type(event) in PROPOSALS:
        return _proposal_report(event, at=at)
    if isinstance(event, forms_events_pb2.FormDue | forms_events_pb2.FormSettled):
        return _form_report(event, at=at)
    if isinstance(event, feedback_events_pb2.FitAsked):
        return _fit_report(event, at=at)
    facts = event.follow_up
    due_time = _day(facts.due_date)
    is_open = not isinstance(event, care_events_pb2.FollowUpClosed)
    is_due = isinstance(event, care_events_pb2.FollowUpDue)
    return MatterReport(
        practice_id=facts.practice_id,
        matter_id=uuid(facts.follow_up_id, field="follow_up.follow_up_id"),
        about=About.FOLLOW_UP,
        client_id=uuid(facts.client_id, field="follow_up.client_id"),
        version=facts.version,
        is_open=is_open,
        trigger=Trigger.FOLLOW_UP_DUE if is_due else None,
        start_time=due_time,
        end_time=max(due_time, at) + WORTH_TELLING,
        is_confidential=is_due and event.is_confidential,
    )


def _form_report(event: Any, *, at: datetime) -> MatterReport:
    facts = event.due
    is_open = isinstance(event, forms_events_pb2.FormDue)
    since = instant(event.create_time) if is_open and event.HasField("create_time") else at
    return MatterReport(
        practice_id=facts.practice_id,
        matter_id=uuid(facts.due_id, field="due.due_id"),
        about=About.FORM,
        client_id=uuid(facts.client_id, field="due.client_id"),
        version=facts.version,
        is_open=is_open,
        trigger=Trigger.FORM_DUE if is_open else None,
        start_time=since,
        end_time=max(since, at) + WORTH_TELLING,
    )


def _fit_report(event: feedback_events_pb2.FitAsked, *, at: datetime) -> MatterReport:
    """Read it as a check-in about the third session, which no other matter is about."""
    return MatterReport(
        practice_id=event.practice_id,
        matter_id=uuid(event.appointment_id, field="appointment_id"),
        about=About.NUDGE,
        client_id=uuid(event.client_id, field="client_id"),
        version=event.version,
        is_open=True,
        trigger=Trigger.CHECK_IN,
        start_time=at,
        end_time=at + WORTH_TELLING,
    )


def _absence_report(event: Any) -> MatterReport:
    facts = event.offer
    is_open = isinstance(event, absence_events_pb2.AbsenceOffered)
    _require(facts.HasField("start_time") and facts.version >= 1, "offer")
    start_time = instant(facts.start_time)
    return MatterReport(
        practice_id=facts.practice_id,
        matter_id=uuid(facts.offer_id, field="offer.offer_id"),
        about=About.ABSENCE,
        client_id=uuid(facts.client_id, field="offer.client_id"),
        version=facts.version,
        is_open=is_open,
        trigger=Trigger.ABSENCE_OFFERED if is_open else None,
        start_time=start_time,
        end_time=instant(facts.expire_time) if facts.HasField("expire_time") else start_time,
        is_confidential=facts.is_confidential,
    )


def _proposal_report(event: Any, *, at: datetime) -> MatterReport:
    facts = event.proposal
    is_open = isinstance(event, intake_events_pb2.ProposalMade)
    ends = facts.HasField("expire_time")
    return MatterReport(
        practice_id=facts.practice_id,
        matter_id=uuid(facts.proposal_id, field="proposal.proposal_id"),
        about=About.MATCH,
        client_id=uuid(facts.client_id, field="proposal.client_id"),
        version=facts.version,
        is_open=is_open,
        trigger=Trigger.PROPOSAL_MADE if is_open else None,
        start_time=at,
        end_time=instant(facts.expire_time) if ends else at + WORTH_TELLING,
    )


def _offer_report(event: Any) -> MatterReport:
    facts = event.offer
    is_open, trigger = OFFERS[type(event)]
    _require(facts.HasField("start_time") and facts.version >= 1, "offer")
    start_time = instant(facts.start_time)
    return MatterReport(
        practice_id=facts.practice_id,
        matter_id=uuid(facts.offer_id, field="offer.offer_id"),
        about=About.OFFER,
        client_id=uuid(facts.client_id, field="offer.client_id"),
        version=facts.version,
        is_open=is_open,
        trigger=trigger,
        start_time=start_time,
        end_time=instant(facts.expire_time) if is_open and facts.HasField("expire_time") else start_time,
        time_zone=_known_zone(facts.start_wall.time_zone),
        session_type_id=facts.session_type_id,
        is_confidential=facts.is_confidential,
    )


def _step(event: Any) -> Step:
    if isinstance(event, booking_events_pb2.AppointmentAttended):
        return Step.MISSED if event.state == booking_pb2.Appointment.STATE_NO_SHOW else Step.ATTENDED
    if isinstance(event, booking_events_pb2.AppointmentChangeUndone):
        return STEPS_BACK.get(event.state, Step.ATTENDED)
    return STEPS[type(event)]


def _require(holds: bool, field: str) -> None:
    if not holds:
        raise errors.Malformed("The event has no time or no version.", field=field)


def _day(written: str) -> datetime:
    """Read a day as its noon, UTC: the same day in nearly every zone."""
    try:
        return datetime.combine(date.fromisoformat(written), time(12), UTC)
    except ValueError:
        raise errors.Malformed("Not a day.", field="follow_up.due_date") from None


def _known_zone(key: str) -> str:
    """Return the zone of an event, or nothing: an unknown one must not keep the rest from being handled."""
    try:
        return ZoneInfo(key).key if key and key != "localtime" else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
