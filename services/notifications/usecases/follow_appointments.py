"""Takes in the steps of many appointments together and plans what is to be said about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.notifications.domain.appointment import Appointment, Person, Planning, Report, objection, take
from services.notifications.domain.channel import About
from services.notifications.domain.message import Message, State
from services.notifications.domain.quiet_hours import DEFAULT_QUIET, QuietHours
from services.notifications.domain.workflow import DEFAULT_WORKFLOW, Workflow
from services.notifications.usecases.planned_message import planned_message

Key = tuple[str, str]
"""Practice and id."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that planning a batch of reports needs, by practice and id."""

    appointments: Mapping[Key, Appointment] = field(default_factory=dict)
    planned: Mapping[Key, Sequence[Message]] = field(default_factory=dict)
    """What waits, by appointment; locked against the sender."""

    people: Mapping[Key, Person] = field(default_factory=dict)
    workflows: Mapping[Key, Workflow] = field(default_factory=dict)
    """By session type; what is missing has the built-in one."""

    quiet: Mapping[str, QuietHours] = field(default_factory=dict)


class Timeline(Protocol):
    """Appointments of any practices and their messages, inside one transaction."""

    async def read(self, reports: Sequence[Report]) -> Ledger:
        """Return what is known, locked against other reports of the same appointments."""

    async def save(
        self,
        appointments: Sequence[Appointment],
        *,
        changed: Sequence[tuple[str, Message]],
        new: Sequence[tuple[str, Message]],
        at: datetime,
    ) -> None:
        """Store all of it, as of now; a new message whose name is taken is left out."""


async def follow_appointments(
    reports: Sequence[Report], *, timeline: Timeline, at: datetime, new_id: Callable[[], str]
) -> list[Appointment]:
    """
    Update the appointments, keep back what no longer holds, plan what is asked for.

    A batch is as good as its reports one by one in their order, at the cost of a few statements in all.

    Cost:
        Figures: `python -m tests.bench.reminders`.
    """
    ledger = await timeline.read(reports)
    appointments = dict(ledger.appointments)
    old: dict[Key, list[Message]] = defaultdict(list)
    new: dict[Key, list[Message]] = defaultdict(list)
    for key, messages in ledger.planned.items():
        old[key] = list(messages)
    for report in reports:
        key = (report.practice_id, report.appointment_id)
        planning = Planning(
            at=at,
            workflow=_workflow(ledger, report, appointments.get(key)),
            people={
                client_id: ledger.people[report.practice_id, client_id]
                for client_id in (report.client_id, *report.extra_client_ids)
                if (report.practice_id, client_id) in ledger.people
            },
            quiet=ledger.quiet.get(report.practice_id, DEFAULT_QUIET),
        )
        appointment, wishes = take(appointments.get(key), report, planning)
        appointments[key] = appointment
        old[key] = [_checked(message, appointment, at) for message in old[key]]
        new[key] = [_checked(message, appointment, at) for message in new[key]]
        new[key] += [
            planned_message(
                wish,
                appointment.appointment_id,
                about=About.APPOINTMENT,
                version=planning.workflow.version,
                message_id=new_id(),
            )
            for wish in wishes
        ]
    changed = [(key[0], message) for key, messages in old.items() for message in messages if _is_kept_back(message)]
    planned = [(key[0], message) for key, messages in new.items() for message in messages]
    touched = {(report.practice_id, report.appointment_id) for report in reports}
    saved = [appointments[key] for key in sorted(touched)]
    await timeline.save(
        saved, changed=sorted(changed, key=lambda pair: (pair[0], pair[1].message_id)), new=planned, at=at
    )
    return saved


def _workflow(ledger: Ledger, report: Report, known: Appointment | None) -> Workflow:
    session_type_id = report.session_type_id or (known.session_type_id if known else "")
    return ledger.workflows.get((report.practice_id, session_type_id), DEFAULT_WORKFLOW)


def _checked(message: Message, appointment: Appointment, at: datetime) -> Message:
    """Keep a waiting message back if it does not hold any more."""
    if message.state is not State.PLANNED:
        return message
    reason = objection(message, appointment, at=at)
    return message.suppress(reason) if reason else message


def _is_kept_back(message: Message) -> bool:
    return message.state is not State.PLANNED
