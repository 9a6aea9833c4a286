"""What this service knows of an appointment, and what each step of its life asks to be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from services.notifications.domain import risk
from services.notifications.domain.channel import THE_CLIENT
from services.notifications.domain.message import Kind, Message, Reason
from services.notifications.domain.quiet_hours import DEFAULT_QUIET, QuietHours, plan_around
from services.notifications.domain.workflow import DEFAULT_WORKFLOW, Modality, Trigger, Workflow
from services.notifications.domain.workflow import Step as WorkflowStep

SHORTEST_GAP = timedelta(hours=1)
"""Time a reminder must be due after the notice it follows; a closer one would only repeat it."""

STALE_AFTER = timedelta(days=7)
"""How long what follows a session is worth saying."""


class State(StrEnum):
    """Where the appointment stands, as far as messages care."""

    BOOKED = "BOOKED"
    CONFIRMED = "CONFIRMED"
    ATTENDED = "ATTENDED"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"


class Step(StrEnum):
    """A step in an appointment's life."""

    BOOKED = "BOOKED"
    CONFIRMED = "CONFIRMED"
    RESCHEDULED = "RESCHEDULED"
    ATTENDED = "ATTENDED"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"
    RESTORED = "RESTORED"
    """An arrival or a miss was a mis-click: it stands as booked."""

    RECONFIRMED = "RECONFIRMED"
    """As RESTORED, and it had been confirmed."""

    OVERDUE = "OVERDUE"
    """It was not confirmed in time; it stands where it stood."""


STATE_AFTER = {
    Step.BOOKED: State.BOOKED,
    Step.CONFIRMED: State.CONFIRMED,
    Step.RESCHEDULED: State.BOOKED,
    Step.ATTENDED: State.ATTENDED,
    Step.MISSED: State.MISSED,
    Step.CANCELLED: State.CANCELLED,
    Step.RESTORED: State.BOOKED,
    Step.RECONFIRMED: State.CONFIRMED,
    Step.OVERDUE: State.BOOKED,
}

TRIGGERS: Mapping[Step, Sequence[Trigger]] = {
    Step.BOOKED: (Trigger.BOOKED, Trigger.BEFORE_SESSION, Trigger.AFTER_SESSION),
    Step.RESCHEDULED: (Trigger.MOVED, Trigger.BEFORE_SESSION, Trigger.AFTER_SESSION),
    Step.CANCELLED: (Trigger.CANCELLED,),
    Step.MISSED: (Trigger.NO_SHOW,),
    Step.OVERDUE: (Trigger.UNCONFIRMED,),
}

UNPLACED = frozenset({Kind.CANCELLED, Kind.NO_SHOW, Kind.UNCONFIRMED})
"""Kinds named by the version of their own step; the others by the version that gave the appointment its time."""


@dataclass(frozen=True, slots=True)
class Report:
    """One event of an appointment: the step, and what held after it."""

    step: Step
    appointment_id: str
    client_id: str
    version: int
    start_time: datetime
    time_zone: str = ""
    """The session's IANA zone; empty in events that do not say it."""

    practice_id: str = ""
    session_type_id: str = ""
    end_time: datetime | None = None
    modality: Modality | None = None
    extra_client_ids: tuple[str, ...] = ()
    is_confidential: bool = False


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
    practice_id: str = ""
    session_type_id: str = ""
    end_time: datetime | None = None
    modality: Modality | None = None
    extra_client_ids: tuple[str, ...] = ()
    is_confidential: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """What planning knows of a client."""

    time_zone: str = ""
    """Whose quiet hours are planned around; empty leaves that to the moment of sending."""

    guardian_ids: tuple[str, ...] = ()
    earlier_visits: int = 0
    earlier_misses: int = 0


NOBODY = Person()


@dataclass(frozen=True, slots=True)
class Wish:
    """A message that a step asks for; *reason* is set if it must not be sent."""

    kind: Kind
    version: int
    start_time: datetime
    due_time: datetime
    reason: Reason | None
    step: WorkflowStep
    client_id: str
    recipient_id: str = THE_CLIENT
    end_time: datetime | None = None
    overtake_time: datetime | None = None

    @property
    def last_time(self) -> datetime:
        """The moment from which on it is too late to be said."""
        return self.end_time or self.start_time


@dataclass(frozen=True, slots=True)
class Planning:
    """By what an appointment's messages are planned."""

    at: datetime
    """Now, UTC."""

    workflow: Workflow = DEFAULT_WORKFLOW
    people: Mapping[str, Person] = field(default_factory=dict)
    quiet: QuietHours = DEFAULT_QUIET


def take(known: Appointment | None, report: Report, planning: Planning) -> tuple[Appointment, tuple[Wish, ...]]:
    """
    Take in one event, whatever its order, and say what it asks to be said.

    A late report never overwrites what a newer one said; it may still tell which version
    placed the appointment. Taking a report twice gives the same appointment and wishes of
    the same names, which the store keeps once.

    Args:
        known: What is known so far, or None.
        report: The event.
        planning: Now, the workflow of its session type, and its people.

    Source:
        Held by tests/property/notifications/test_event_order.py for any order and repetition.
    """
    appointment = _newest(known, report)
    if report.step in (Step.BOOKED, Step.RESCHEDULED):
        placed_version = max(appointment.placed_version, report.version)
        appointment = replace(appointment, placed_version=placed_version)
    wishes: list[Wish] = []
    for trigger in TRIGGERS.get(report.step, ()):
        steps = planning.workflow.of(trigger)
        for client_id in (report.client_id, *report.extra_client_ids):
            person = planning.people.get(client_id, NOBODY)
            for recipient_id in (THE_CLIENT, *person.guardian_ids):
                told = [
                    _wish(step, report, appointment, client_id, recipient_id, person, planning)
                    for step in steps
                    if (step.to_client if recipient_id == THE_CLIENT else step.to_guardians)
                ]
                wishes += _overtaken(told) if trigger is Trigger.BEFORE_SESSION else told
    return appointment, tuple(wishes)


def objection(message: Message, appointment: Appointment, *, at: datetime) -> Reason | None:
    """Say why a planned message must not be sent as the appointment stands, or None if it may."""
    reason = _objection(
        message.kind, message.appointment_version, message.start_time, message.last_time, appointment, at
    )
    if reason is None and message.recipient_id != THE_CLIENT and appointment.is_confidential:
        return Reason.CONFIDENTIAL
    if reason is None and message.overtake_time is not None and at >= message.overtake_time:
        return Reason.OVERTAKEN
    if reason is None and message.only_unconfirmed and appointment.state is State.CONFIRMED:
        return Reason.ALREADY_CONFIRMED
    if reason is None and at >= message.due_time:
        if message.kind is Kind.AFTER_SESSION and appointment.state is not State.ATTENDED:
            return Reason.NOT_ATTENDED
        if message.only_confirmed and appointment.state is not State.CONFIRMED:
            return Reason.NOT_CONFIRMED
    return reason


def _objection(
    kind: Kind, version: int, start_time: datetime, last_time: datetime, appointment: Appointment, at: datetime
) -> Reason | None:
    if kind is Kind.CANCELLED:
        return Reason.TOO_LATE if at >= start_time else None
    if appointment.state is State.CANCELLED:
        return Reason.APPOINTMENT_CANCELLED
    if start_time != appointment.start_time or (kind not in UNPLACED and version != appointment.placed_version):
        return Reason.APPOINTMENT_MOVED
    if kind is Kind.NO_SHOW and appointment.state is not State.MISSED:
        return Reason.CHANGE_UNDONE
    if kind is Kind.UNCONFIRMED and appointment.state is State.CONFIRMED:
        return Reason.ALREADY_CONFIRMED
    if kind is not Kind.NO_SHOW and appointment.state is State.MISSED:
        return Reason.APPOINTMENT_MISSED
    if kind not in (Kind.NO_SHOW, Kind.AFTER_SESSION) and appointment.state is State.ATTENDED:
        return Reason.APPOINTMENT_ATTENDED
    return Reason.TOO_LATE if at >= last_time else None


def _newest(known: Appointment | None, report: Report) -> Appointment:
    if known is not None and report.version <= known.version:
        return known
    found = known or Appointment(
        appointment_id=report.appointment_id,
        client_id=report.client_id,
        version=report.version,
        state=STATE_AFTER[report.step],
        placed_version=0,
        start_time=report.start_time,
        practice_id=report.practice_id,
    )
    if report.step is Step.OVERDUE:
        # Of the appointment it says the start alone.
        return replace(found, version=report.version)
    return replace(
        found,
        version=report.version,
        state=STATE_AFTER[report.step],
        start_time=report.start_time,
        time_zone=report.time_zone or found.time_zone,
        session_type_id=report.session_type_id or found.session_type_id,
        end_time=report.end_time or found.end_time,
        modality=report.modality or found.modality,
        extra_client_ids=report.extra_client_ids,
        is_confidential=report.is_confidential,
    )


def _wish(
    step: WorkflowStep,
    report: Report,
    appointment: Appointment,
    client_id: str,
    recipient_id: str,
    person: Person,
    planning: Planning,
) -> Wish:
    due_time, end_time = _times(step, report, person, planning)
    last_time = end_time or report.start_time
    reason = _objection(step.kind, report.version, report.start_time, last_time, appointment, planning.at)
    if reason is None and recipient_id != THE_CLIENT and report.is_confidential:
        reason = Reason.CONFIDENTIAL
    reason = reason or _unmet(step, report, appointment, person, planning)
    if reason is None and step.trigger is Trigger.BEFORE_SESSION:
        # What was due before there was an appointment is never said late.
        if due_time <= planning.at:
            reason = Reason.STEP_PASSED
        elif due_time < planning.at + SHORTEST_GAP:
            reason = Reason.CLOSE_TO_NOTICE
    return Wish(
        kind=step.kind,
        version=report.version,
        start_time=report.start_time,
        due_time=due_time,
        reason=reason,
        step=step,
        client_id=client_id,
        recipient_id=recipient_id,
        end_time=end_time,
    )


def _times(step: WorkflowStep, report: Report, person: Person, planning: Planning) -> tuple[datetime, datetime | None]:
    """Say when a step is due, and until when it is worth saying if that is not the start."""
    if step.trigger is Trigger.BEFORE_SESSION:
        due_time = step.offset.before(report.start_time, report.time_zone)
        if person.time_zone:
            due_time = plan_around(
                due_time, start_time=report.start_time, time_zone=person.time_zone, quiet=planning.quiet
            )
        return due_time, None
    if step.trigger is Trigger.AFTER_SESSION:
        due_time = step.offset.after(report.end_time or report.start_time, report.time_zone)
        return due_time, due_time + STALE_AFTER
    due_time = step.offset.after(planning.at, report.time_zone)
    return due_time, due_time + STALE_AFTER if step.trigger is Trigger.NO_SHOW else None


def _unmet(
    step: WorkflowStep, report: Report, appointment: Appointment, person: Person, planning: Planning
) -> Reason | None:
    """Say which condition of a step does not hold; confirmed or not may still change."""
    conditions = step.conditions
    if conditions.is_first_visit is not None and conditions.is_first_visit is not (person.earlier_visits == 0):
        return Reason.NOT_FIRST_VISIT if conditions.is_first_visit else Reason.FIRST_VISIT
    modality = report.modality or appointment.modality
    if conditions.modalities and modality not in conditions.modalities:
        return Reason.OTHER_MODALITY
    if conditions.is_high_risk is not None:
        is_high = risk.is_high(lead=report.start_time - planning.at, misses=person.earlier_misses)
        if conditions.is_high_risk is not is_high:
            return Reason.LOW_RISK if conditions.is_high_risk else Reason.HIGH_RISK
    if conditions.is_confirmed is False and appointment.state is State.CONFIRMED:
        return Reason.ALREADY_CONFIRMED
    return None


def _overtaken(wishes: Sequence[Wish]) -> list[Wish]:
    """
    Let each reminder end when the next is due: after an outage one goes out, not all that were missed.

    One that will not be said itself overtakes nothing.
    """
    ordered = sorted(wishes, key=lambda wish: wish.due_time)
    said = [wish for wish in ordered if wish.reason is None]
    ends = {before.step.name: after.due_time for before, after in pairwise(said)}
    return [replace(wish, overtake_time=ends.get(wish.step.name)) for wish in ordered]
