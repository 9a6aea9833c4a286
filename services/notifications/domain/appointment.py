"""What this service knows of an appointment, and what each step of its life asks to be said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.domain.message import Kind, Message, Reason

REMINDER_LEAD = timedelta(hours=24)
"""
Elapsed time a reminder is due before the start, whatever the wall clocks do in between.

Source: issue 2, main job; held over DST by tests/unit/notifications/test_planning.py.
"""

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


@dataclass(frozen=True, slots=True)
class Wish:
    """A message that a step asks for; *reason* is set if it must not be sent."""

    kind: Kind
    version: int
    start_time: datetime
    due_time: datetime
    reason: Reason | None


def take(known: Appointment | None, report: Report, *, at: datetime) -> tuple[Appointment, tuple[Wish, ...]]:
    """
    Take in one event, whatever its order, and say what it asks to be said.

    A late report never overwrites what a newer one said; it may still tell which version
    placed the appointment. Taking a report twice gives the same appointment and wishes of
    the same names, which the store keeps once.

    Args:
        known: What is known so far, or None.
        report: The event.
        at: Now, UTC.

    Source:
        Held by tests/property/notifications/test_event_order.py for any order and repetition.
    """
    appointment = _newest(known, report)
    if report.step in (Step.BOOKED, Step.RESCHEDULED):
        placed_version = max(appointment.placed_version, report.version)
        appointment = replace(appointment, placed_version=placed_version)
    return appointment, tuple(_wish(kind, report, appointment, at) for kind in ASKED.get(report.step, ()))


def objection(message: Message, appointment: Appointment, *, at: datetime) -> Reason | None:
    """Say why a planned message must not be sent as the appointment stands, or None if it may."""
    return _objection(message.kind, message.appointment_version, message.start_time, appointment, at)


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
        )
    if report.version <= known.version:
        return known
    return replace(known, version=report.version, state=STATE_AFTER[report.step], start_time=report.start_time)


def _wish(kind: Kind, report: Report, appointment: Appointment, at: datetime) -> Wish:
    reason = _objection(kind, report.version, report.start_time, appointment, at)
    due_time = at
    if kind is Kind.REMINDER:
        due_time = report.start_time - REMINDER_LEAD
        if reason is None and due_time < at + SHORTEST_GAP:
            reason = Reason.CLOSE_TO_NOTICE
    return Wish(kind, report.version, report.start_time, due_time, reason)
