"""What this service knows of an appointment, and what each step of its life asks to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from services.notifications.domain.cadence import DEFAULT_CADENCE
from services.notifications.domain.cadence import Step as Reminder
from services.notifications.domain.message import Kind, Message, Reason
from services.notifications.domain.quiet_hours import plan_around

SHORTEST_GAP = timedelta(hours=1)
"""Time a reminder must be due after the notice it follows; a closer one would only repeat it."""


class State(StrEnum):
    """Where the appointment stands, as far as messages care."""

    BOOKED = "BOOKED"
    CONFIRMED = "CONFIRMED"
    ATTENDED = "ATTENDED"
    CANCELLED = "CANCELLED"


class Step(StrEnum):
    """A step in an appointment's life."""

    BOOKED = "BOOKED"
    CONFIRMED = "CONFIRMED"
    RESCHEDULED = "RESCHEDULED"
    ATTENDED = "ATTENDED"
    CANCELLED = "CANCELLED"


STATE_AFTER = {
    Step.BOOKED: State.BOOKED,
    Step.CONFIRMED: State.CONFIRMED,
    Step.RESCHEDULED: State.BOOKED,
    Step.ATTENDED: State.ATTENDED,
    Step.CANCELLED: State.CANCELLED,
}

ASKED = {
    Step.BOOKED: (Kind.CONFIRMATION, Kind.REMINDER),
    Step.RESCHEDULED: (Kind.MOVED, Kind.REMINDER),
    Step.CANCELLED: (Kind.CANCELLED,),
}


@dataclass(frozen=True, slots=True)
class Report:
    """One event of an appointment: the step, and what held after it."""

    step: Step
    appointment_id: str
    client_id: str
    version: int
    start_time: datetime
    time_zone: str = ""
    """The session's IANA zone; empty in events of an older producer."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """
    The newest that is known of an appointment.

    *placed_version* is the version that gave it its time (booked or moved), 0 while only
    later steps were heard of: messages about any other version are out of date.
    """

    appointment_id: str
    client_id: str
    version: int
    state: State
    placed_version: int
    start_time: datetime
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A message that a step asks for; *reason* is set if it must not be sent."""

    kind: Kind
    version: int
    start_time: datetime
    due_time: datetime
    reason: Reason | None
    step: str = ""
    only_unconfirmed: bool = False
    overtake_time: datetime | None = None


def take(
    known: Appointment | None,
    report: Report,
    *,
    at: datetime,
    recipient_zone: str = "",
    cadence: Sequence[Reminder] = DEFAULT_CADENCE,
) -> tuple[Appointment, tuple[Wish, ...]]:
    """
    Take in one event, whatever its order, and say what it asks to be said.

    A late report never overwrites what a newer one said; it may still tell which version
    placed the appointment. Taking a report twice gives the same appointment and wishes of
    the same names, which the store keeps once.

    Args:
        known: What is known so far, or None.
        report: The event.
        at: Now, UTC.
        recipient_zone: Whose quiet hours reminders are planned around; empty leaves that to the moment of sending.
        cadence: The reminders of this kind of session.

    Source:
        Held by tests/property/notifications/test_event_order.py for any order and repetition.
    """
    appointment = _newest(known, report)
    if report.step in (Step.BOOKED, Step.RESCHEDULED):
        placed_version = max(appointment.placed_version, report.version)
        appointment = replace(appointment, placed_version=placed_version)
    wishes = []
    for kind in ASKED.get(report.step, ()):
        if kind is Kind.REMINDER:
            wishes += _reminders(cadence, report, appointment, at, recipient_zone)
        else:
            wishes.append(_notice(kind, report, appointment, at))
    return appointment, tuple(wishes)


def objection(message: Message, appointment: Appointment, *, at: datetime) -> Reason | None:
    """Say why a planned message must not be sent as the appointment stands, or None if it may."""
    reason = _objection(message.kind, message.appointment_version, message.start_time, appointment, at)
    if reason is None and message.overtake_time is not None and at >= message.overtake_time:
        return Reason.OVERTAKEN
    if reason is None and message.only_unconfirmed and appointment.state is State.CONFIRMED:
        return Reason.ALREADY_CONFIRMED
    return reason


def _objection(kind: Kind, version: int, start_time: datetime, appointment: Appointment, at: datetime) -> Reason | None:
    if kind is Kind.CANCELLED:
        return Reason.TOO_LATE if at >= start_time else None
    if appointment.state is State.CANCELLED:
        return Reason.APPOINTMENT_CANCELLED
    if version != appointment.placed_version or start_time != appointment.start_time:
        return Reason.APPOINTMENT_MOVED
    if appointment.state is State.ATTENDED:
        return Reason.APPOINTMENT_ATTENDED
    return Reason.TOO_LATE if at >= start_time else None


def _newest(known: Appointment | None, report: Report) -> Appointment:
    if known is None:
        return Appointment(
            appointment_id=report.appointment_id,
            client_id=report.client_id,
            version=report.version,
            state=STATE_AFTER[report.step],
            placed_version=0,
            start_time=report.start_time,
            time_zone=report.time_zone,
        )
    if report.version <= known.version:
        return known
    return replace(
        known,
        version=report.version,
        state=STATE_AFTER[report.step],
        start_time=report.start_time,
        time_zone=report.time_zone or known.time_zone,
    )


def _notice(kind: Kind, report: Report, appointment: Appointment, at: datetime) -> Wish:
    """Say at once what has happened: whoever asked for it, or is hit by it, waits for the answer."""
    reason = _objection(kind, report.version, report.start_time, appointment, at)
    return Wish(kind, report.version, report.start_time, at, reason)


def _reminders(
    cadence: Sequence[Reminder], report: Report, appointment: Appointment, at: datetime, recipient_zone: str
) -> list[Wish]:
    """
    Plan every step, each until the next is due: after an outage one reminder goes out, not all that were missed.
    """
    wishes = sorted(
        (_reminder(step, report, appointment, at, recipient_zone) for step in cadence), key=lambda wish: wish.due_time
    )
    followed = [replace(wish, overtake_time=after.due_time) for wish, after in pairwise(wishes)]
    return [*followed, *wishes[-1:]]


def _reminder(step: Reminder, report: Report, appointment: Appointment, at: datetime, recipient_zone: str) -> Wish:
    reason = _objection(Kind.REMINDER, report.version, report.start_time, appointment, at)
    due_time = step.due_time(report.start_time, report.time_zone)
    if recipient_zone:
        due_time = plan_around(due_time, start_time=report.start_time, time_zone=recipient_zone)
    if reason is None and due_time <= at:
        reason = Reason.STEP_PASSED
    if reason is None and due_time < at + SHORTEST_GAP:
        reason = Reason.CLOSE_TO_NOTICE
    if reason is None and step.only_unconfirmed and appointment.state is State.CONFIRMED:
        reason = Reason.ALREADY_CONFIRMED
    return Wish(Kind.REMINDER, report.version, report.start_time, due_time, reason, step.name, step.only_unconfirmed)
