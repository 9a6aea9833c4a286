"""Takes in what happened to offers, follow-ups, nudges and threads, and plans what is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.notifications.domain.appointment import Person
from services.notifications.domain.matter import (
    Matter,
    MatterPlanning,
    MatterReport,
    matter_objection,
    take_matter,
)
from services.notifications.domain.message import Kind, Message, Reason, State
from services.notifications.domain.workflow import DEFAULT_WORKFLOW, Workflow
from services.notifications.usecases.planned_message import planned_message

Key = tuple[str, str]
"""Practice and id."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that planning a batch of reports needs, by practice and id."""

    matters: Mapping[Key, Matter] = field(default_factory=dict)
    planned: Mapping[Key, Sequence[Message]] = field(default_factory=dict)
    """What waits, by matter; locked against the sender."""

    people: Mapping[Key, Person] = field(default_factory=dict)
    workflows: Mapping[Key, Workflow] = field(default_factory=dict)


class Matters(Protocol):
    """Matters of any practices and their messages, inside one transaction."""

    async def read(self, reports: Sequence[MatterReport]) -> Dossier:
        """Return what is known, locked against other reports of the same matters."""

    async def save(
        self,
        matters: Sequence[Matter],
        *,
        changed: Sequence[tuple[str, Message]],
        new: Sequence[tuple[str, Message]],
    ) -> None:
        """Store all of it; a new message whose name is taken is left out."""


async def follow_matters(
    reports: Sequence[MatterReport], *, matters: Matters, at: datetime, new_id: Callable[[], str]
) -> int:
    """Update the matters, keep back what no longer holds, plan what is asked for; return how many messages wait."""
    dossier = await matters.read(reports)
    known = dict(dossier.matters)
    old = {key: list(messages) for key, messages in dossier.planned.items()}
    new: dict[Key, list[Message]] = defaultdict(list)
    for report in reports:
        key = (report.practice_id, report.matter_id)
        workflow = dossier.workflows.get((report.practice_id, report.session_type_id), DEFAULT_WORKFLOW)
        person = dossier.people.get((report.practice_id, report.client_id))
        planning = MatterPlanning(at, workflow, {report.client_id: person} if person else {})
        matter, wishes = take_matter(known.get(key), report, planning)
        known[key] = matter
        for waiting in (old.get(key, []), new[key]):
            waiting[:] = [_checked(message, matter, at) for message in waiting]
        new[key] += [
            planned_message(wish, matter.matter_id, about=report.about, version=workflow.version, message_id=new_id())
            for wish in wishes
        ]
    changed = [
        (key[0], message) for key, messages in old.items() for message in messages if message.state is not State.PLANNED
    ]
    planned = _one_for_all_forms([(key[0], message) for key, messages in new.items() for message in messages])
    touched = sorted({(report.practice_id, report.matter_id) for report in reports})
    await matters.save(
        [known[key] for key in touched],
        changed=sorted(changed, key=lambda pair: (pair[0], pair[1].message_id)),
        new=planned,
    )
    return sum(message.state is State.PLANNED for _, message in planned)


def _one_for_all_forms(planned: Sequence[tuple[str, Message]]) -> list[tuple[str, Message]]:
    """Let the last of several forms that are asked for at once speak for all: they wait in one place."""
    last: dict[tuple[str, str, str, str], str] = {}
    for practice_id, message in planned:
        if message.kind is Kind.FORM and message.state is State.PLANNED:
            last[practice_id, message.client_id, message.recipient_id, message.step] = message.message_id
    return [
        (
            practice_id,
            message.suppress(Reason.OVERTAKEN)
            if message.kind is Kind.FORM
            and message.state is State.PLANNED
            and last[practice_id, message.client_id, message.recipient_id, message.step] != message.message_id
            else message,
        )
        for practice_id, message in planned
    ]


def _checked(message: Message, matter: Matter, at: datetime) -> Message:
    if message.state is not State.PLANNED:
        return message
    reason = matter_objection(message, matter, at=at)
    return message.suppress(reason) if reason else message
