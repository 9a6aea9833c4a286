"""Acts on a text that somebody sent back, and says what to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from services.chassis.errors import ServiceError, Unavailable
from services.notifications.domain import errors
from services.notifications.domain.answer import (
    Ahead,
    Asked,
    Question,
    Situation,
    State,
    Step,
    decide,
    move_question,
    undo_question,
)
from services.notifications.domain.appointment import Appointment
from services.notifications.domain.link import UNDO, Action, ActionLink
from services.notifications.domain.reply import Meaning
from services.notifications.usecases.use_action_link import Booking, Ledger, list_link_times, use_action_link

log = structlog.get_logger(__name__)

GONE = frozenset({"TIME_GONE", "SLOT_TAKEN", "CLIENT_OVERLAP", "SLOT_NOT_OFFERED", "SLOT_RESERVED", "CAP_REACHED"})
"""Refusals after which another time is chosen."""

ACTIONS = {
    Asked.CONFIRM: Action.CONFIRM,
    Asked.CANCEL: Action.CANCEL,
    Asked.MOVE: Action.RESCHEDULE,
    Asked.UNDO: Action.UNDO,
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a reply: the words are named, with the moments they speak of."""

    say: str
    state: State
    times: Sequence[datetime] = ()
    appointment_id: str = ""
    question: Question | None = None


class Appointments(Protocol):
    """What this service knows of appointments."""

    async def appointment(self, appointment_id: str) -> Appointment:
        """Return what is known of one that is ahead or was cancelled just now."""


async def answer_reply(
    meaning: Meaning,
    seen: Situation,
    *,
    reply_id: str,
    client_id: str,
    time_zone: str,
    appointments: Appointments,
    booking: Booking,
    ledger: Ledger,
    at: datetime,
) -> Answered:
    """
    Do what a reply asks for, if it is clear; never raises for what booking refuses.

    A provider does not call a second time: what could not be done now is said, and waits for a human.
    """
    step = decide(meaning, seen, at=at)
    if step.act is None or step.about is None:
        times = step.question.start_times if step.question else ()
        return Answered(step.say, step.state, times, question=step.question)
    about = step.about
    link = ActionLink(
        reply_id, client_id, about.appointment_id, about.version, Action.CONFIRM, about.start_time, time_zone
    )
    try:
        known = await appointments.appointment(about.appointment_id)
        if step.act is Asked.RESCHEDULE:
            return await _offer(about, link, known, booking=booking, ledger=ledger, at=at)
        if step.act is Asked.UNDO and seen.question is not None:
            link = link.used(Action.CANCEL, at=seen.question.expire_time - UNDO)
        await use_action_link(
            link,
            known,
            booking=booking,
            ledger=ledger,
            at=at,
            action=ACTIONS[step.act],
            start_time=step.start_time,
        )
    except (errors.LinkExpired, errors.StateForbids, errors.ActionNotOffered):
        return Answered("late", State.OPEN, appointment_id=about.appointment_id)
    except Unavailable:
        return Answered("retry", State.OPEN, appointment_id=about.appointment_id)
    except ServiceError as error:
        log.info("reply.refused", reason=error.reason)
        say = "gone" if error.reason in GONE else "late"
        return Answered(say, State.OPEN, appointment_id=about.appointment_id)
    return _done(step, about, at=at)


async def _offer(
    about: Ahead, link: ActionLink, known: Appointment, *, booking: Booking, ledger: Ledger, at: datetime
) -> Answered:
    times = [each.start_time for each in await list_link_times(link, known, booking=booking, ledger=ledger, at=at)]
    if not times:
        return Answered("no_times", State.OPEN, appointment_id=about.appointment_id)
    question = move_question(about, times, at=at)
    return Answered("times", State.HANDLED, question.start_times, about.appointment_id, question)


def _done(step: Step, about: Ahead, *, at: datetime) -> Answered:
    moment = step.start_time or about.start_time
    question = undo_question(about, at=at) if step.act is Asked.CANCEL else None
    return Answered(step.say, State.HANDLED, (moment,), about.appointment_id, question)
