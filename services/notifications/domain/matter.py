"""Whatever else is told than appointments: offers, follow-ups, nudges, threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.notifications.domain.appointment import NOBODY, Person, Wish
from services.notifications.domain.channel import THE_CLIENT, About
from services.notifications.domain.message import Kind, Message, Reason
from services.notifications.domain.workflow import DEFAULT_WORKFLOW, Trigger, Workflow

AFTERWORDS = frozenset({Kind.OFFER_TAKEN, Kind.OFFER_WITHDRAWN})
"""What is said because a matter closed; the rest holds only while it is open."""


@dataclass(frozen=True, slots=True)
class MatterReport:
    """One event of a matter: whether it stands now, and what the event asks to be said."""

    practice_id: str
    matter_id: str
    about: About
    client_id: str
    version: int
    is_open: bool
    trigger: Trigger | None
    start_time: datetime
    """The moment it is about: an offered start, a day something is due."""

    end_time: datetime
    """From when on it is too late to be said."""

    time_zone: str = ""
    session_type_id: str = ""
    is_confidential: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """The newest that is known of it; messages of another *opened_version* are out of date."""

    practice_id: str
    matter_id: str
    about: About
    client_id: str
    version: int
    is_open: bool
    opened_version: int
    start_time: datetime
    end_time: datetime
    time_zone: str = ""
    is_confidential: bool = False


@dataclass(frozen=True, slots=True)
class MatterPlanning:
    """By what a matter's messages are planned."""

    at: datetime
    workflow: Workflow = DEFAULT_WORKFLOW
    people: Mapping[str, Person] = field(default_factory=dict)


def take_matter(
    known: Matter | None, report: MatterReport, planning: MatterPlanning
) -> tuple[Matter, tuple[Wish, ...]]:
    """
    Take in one event, whatever its order, and say what it asks to be said.

    Source:
        Held by tests/unit/notifications/test_matters.py for duplicates and any order.
    """
    matter = _newest(known, report)
    if report.trigger is None:
        return matter, ()
    person = planning.people.get(report.client_id, NOBODY)
    wishes = []
    for step in planning.workflow.of(report.trigger):
        for recipient_id in (THE_CLIENT, *person.guardian_ids):
            if not (step.to_client if recipient_id == THE_CLIENT else step.to_guardians):
                continue
            due_time = step.offset.after(planning.at, report.time_zone)
            reason = _objection(step.kind, report.version, report.end_time, matter, planning.at)
            if reason is None and recipient_id != THE_CLIENT and report.is_confidential:
                reason = Reason.CONFIDENTIAL
            wish = Wish(
                kind=step.kind,
                version=report.version,
                start_time=report.start_time,
                due_time=due_time,
                reason=reason,
                step=step,
                client_id=report.client_id,
                recipient_id=recipient_id,
                end_time=report.end_time,
            )
            wishes.append(wish)
    return matter, tuple(wishes)


def matter_objection(message: Message, matter: Matter, *, at: datetime) -> Reason | None:
    """Say why a planned message must not be sent as the matter stands, or None if it may."""
    reason = _objection(message.kind, message.appointment_version, message.last_time, matter, at)
    if reason is None and message.recipient_id != THE_CLIENT and matter.is_confidential:
        return Reason.CONFIDENTIAL
    return reason


def _newest(known: Matter | None, report: MatterReport) -> Matter:
    if known is not None and report.version <= known.version:
        return known
    opened_version = report.version if report.is_open else known.opened_version if known else 0
    found = known or Matter(
        practice_id=report.practice_id,
        matter_id=report.matter_id,
        about=report.about,
        client_id=report.client_id,
        version=0,
        is_open=False,
        opened_version=0,
        start_time=report.start_time,
        end_time=report.end_time,
    )
    return replace(
        found,
        version=report.version,
        is_open=report.is_open,
        opened_version=opened_version,
        start_time=report.start_time,
        end_time=report.end_time,
        time_zone=report.time_zone or found.time_zone,
        is_confidential=report.is_confidential,
    )


def _objection(kind: Kind, version: int, last_time: datetime, matter: Matter, at: datetime) -> Reason | None:
    if kind in AFTERWORDS:
        is_current = version == matter.version
    else:
        is_current = matter.is_open and version == matter.opened_version
    if not is_current:
        return Reason.MATTER_CLOSED
    return Reason.TOO_LATE if at >= last_time else None
