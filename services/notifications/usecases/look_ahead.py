"""Says what a workflow would have said: about a made-up appointment, or about the past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.domain.appointment import (
    Appointment,
    Person,
    Planning,
    Report,
    State,
    Step,
    Wish,
    objection,
    take,
)
from services.notifications.domain.channel import About
from services.notifications.domain.gate import Circumstances
from services.notifications.domain.message import Message, Reason
from services.notifications.domain.quiet_hours import DEFAULT_QUIET, QuietHours
from services.notifications.domain.workflow import Workflow
from services.notifications.usecases.gate_ahead import Fate, Outlook, gate_ahead
from services.notifications.usecases.planned_message import planned_message

LAST_STEPS = {State.CANCELLED: Step.CANCELLED, State.MISSED: Step.MISSED}
"""What else was told about an appointment that ended so."""


@dataclass(frozen=True, slots=True)
class Past:
    """An appointment of the past: when it was agreed, and when it last changed to what it is."""

    appointment: Appointment
    place_time: datetime
    update_time: datetime


def preview(
    workflow: Workflow, report: Report, person: Person, *, quiet: QuietHours, book_time: datetime, is_confirmed: bool
) -> list[Wish]:
    """Return what would be planned about a made-up appointment, in the order of the times, with reasons."""
    planning = Planning(book_time, workflow, {report.client_id: person}, quiet)
    appointment, wishes = take(None, report, planning)
    if is_confirmed:
        appointment, _ = take(appointment, replace(report, step=Step.CONFIRMED, version=report.version + 1), planning)
    return sorted((_fate(wish, appointment) for wish in wishes), key=lambda wish: wish.due_time)


def dry_run(
    workflows: Mapping[str, Workflow],
    fallback: Workflow,
    past: Sequence[Past],
    people: Mapping[str, Person],
    *,
    seen: Callable[[Message], Circumstances | None],
    quiet: QuietHours = DEFAULT_QUIET,
) -> Outlook:
    """
    Count what a workflow would have said about the past, by step, and by the way it would have gone or why not.

    Args:
        workflows: By session type; the others have *fallback*.
        fallback: The practice's.
        past: The appointments as they ended; a move is told as the booking of the time it moved to.
        people: By client.
        seen: What the gate would have judged a message by; None where nobody knows the client.
        quiet: The practice's quiet hours.
    """
    outlook = Outlook(Counter(), Counter())
    planned: list[Message] = []
    for each in past:
        ended = each.appointment
        workflow = workflows.get(ended.session_type_id, fallback)
        report = Report(
            step=Step.BOOKED,
            appointment_id=ended.appointment_id,
            client_id=ended.client_id,
            version=1,
            start_time=ended.start_time,
            time_zone=ended.time_zone,
            practice_id=ended.practice_id,
            session_type_id=ended.session_type_id,
            end_time=ended.end_time,
            modality=ended.modality,
            extra_client_ids=ended.extra_client_ids,
            is_confidential=ended.is_confidential,
        )
        planning = Planning(each.place_time, workflow, people, quiet)
        appointment, wishes = take(None, report, planning)
        after = replace(appointment, state=ended.state)
        told: list[Wish] = []
        for wish in wishes:
            # What was due before it came to what it is had been said by then.
            known = after if wish.due_time >= each.update_time else appointment
            told.append(_fate(wish, known))
        if step := LAST_STEPS.get(ended.state):
            later = replace(planning, at=each.update_time)
            told += take(appointment, replace(report, step=step, version=2), later)[1]
        for wish in told:
            if wish.reason:
                outlook.counts[Fate(wish.step.name, wish.reason)] += 1
            else:
                planned.append(_said(wish, appointment))
    return gate_ahead(planned, seen=seen, outlook=outlook)


def _fate(wish: Wish, appointment: Appointment) -> Wish:
    """Judge a planned message at its own time by how the appointment stands then."""
    if wish.reason:
        return wish
    reason = objection(_said(wish, appointment), appointment, at=wish.due_time)
    return replace(wish, reason=None if reason is Reason.NOT_ATTENDED and _is_open(appointment) else reason)


def _said(wish: Wish, appointment: Appointment) -> Message:
    return planned_message(
        wish, appointment.appointment_id, about=About.APPOINTMENT, version=0, message_id=appointment.appointment_id
    )


def _is_open(appointment: Appointment) -> bool:
    """Whether nobody has said yet how it ended: a preview supposes that the client came."""
    return appointment.state in (State.BOOKED, State.CONFIRMED)
