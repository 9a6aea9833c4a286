"""What follows from a text that comes back: one thing is done, or one thing is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifications.domain.link import UNDO
from services.notifications.domain.reply import Meaning, Word

ASKED_FOR = timedelta(hours=2)
"""How long the numbers of a question mean what they meant."""

MOST_OPTIONS = 3
"""Options of a question: more do not fit into one text."""

ALONE = {1: Word.CONFIRM, 2: Word.RESCHEDULE, 3: Word.CANCEL}
"""What a number means that answers no question. Source: reference design, section 8.9."""


class State(StrEnum):
    """What became of a reply."""

    HANDLED = "HANDLED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Asked(StrEnum):
    """What a question was about."""

    CONFIRM = "CONFIRM"
    CANCEL = "CANCEL"
    RESCHEDULE = "RESCHEDULE"
    MOVE = "MOVE"
    UNDO = "UNDO"


@dataclass(frozen=True, slots=True)
class Ahead:
    """An appointment that lies ahead, in the version that gave it its time."""

    appointment_id: str
    version: int
    start_time: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: each number stands for an appointment, or for a time one appointment could move to."""

    asked: Asked
    appointment_ids: tuple[str, ...]
    start_times: tuple[datetime, ...]
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a reply is judged by."""

    ahead: Sequence[Ahead] = ()
    """What the client was written to about lately, or else all that lies ahead; soonest first."""

    question: Question | None = None
    is_known: bool = True
    is_opted_out: bool = False
    was_told: bool = False
    """They were told within a day that a human will look."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done, and what is to be said about it; *say* names the words."""

    say: str
    act: Asked | None = None
    about: Ahead | None = None
    start_time: datetime | None = None
    state: State = State.HANDLED
    question: Question | None = None


def decide(meaning: Meaning, seen: Situation, *, at: datetime) -> Step:
    """
    Say what a reply leads to; opting out and in are not decided here.

    Nothing is done where two things could be meant: then it is asked. What nobody can read is a human's.
    """
    question = seen.question if seen.question and at < seen.question.expire_time else None
    word, number = meaning.word, meaning.number
    if word is Word.CHOICE:
        if question is not None and question.asked is not Asked.UNDO:
            return _chosen(question, number, seen, at)
        word, number = ALONE.get(number, Word.UNKNOWN), 0
    if word is Word.HELP:
        return Step("help")
    if word is Word.UNCLEAR_CANCEL and seen.ahead:
        return Step("unclear")
    if word is Word.UNDO and question is not None and question.asked is Asked.UNDO:
        cancelled = Ahead(question.appointment_ids[0], 0, question.start_times[0])
        return Step("undone", Asked.UNDO, cancelled)
    if word is Word.UNDO:
        return Step("late")
    if word in (Word.CONFIRM, Word.YES, Word.CANCEL, Word.RESCHEDULE) and seen.is_known:
        asked = Asked.CONFIRM if word is Word.YES else Asked(word)
        return _answer(asked, number, question, seen, at)
    return Step("" if seen.was_told else "unknown", state=State.OPEN)


def _answer(asked: Asked, number: int, question: Question | None, seen: Situation, at: datetime) -> Step:
    if not seen.ahead:
        return Step("none", state=State.OPEN)
    if number:
        if question is not None and question.asked is not Asked.UNDO and question.asked is not Asked.MOVE:
            return _chosen(replace(question, asked=asked), number, seen, at)
        if number <= len(seen.ahead):
            return _do(asked, seen.ahead[number - 1])
    elif len(seen.ahead) == 1:
        return _do(asked, seen.ahead[0])
    return _ask(asked, seen.ahead, at)


def _chosen(question: Question, number: int, seen: Situation, at: datetime) -> Step:
    place = number - 1
    if place >= len(question.start_times):
        return Step("unknown", state=State.OPEN)
    if question.asked is Asked.MOVE:
        about = next((each for each in seen.ahead if each.appointment_id == question.appointment_ids[0]), None)
        if about is None:
            return Step("late", state=State.OPEN)
        return Step("moved", Asked.MOVE, about, question.start_times[place])
    about = next((each for each in seen.ahead if each.appointment_id == question.appointment_ids[place]), None)
    if about is None or about.start_time != question.start_times[place]:
        return Step("late", state=State.OPEN)
    return _do(question.asked, about)


def _do(asked: Asked, about: Ahead) -> Step:
    said = {Asked.CONFIRM: "confirmed", Asked.CANCEL: "cancelled", Asked.RESCHEDULE: "times"}
    return Step(said[asked], asked, about)


def _ask(asked: Asked, ahead: Sequence[Ahead], at: datetime) -> Step:
    options = tuple(ahead[:MOST_OPTIONS])
    question = Question(
        asked,
        tuple(each.appointment_id for each in options),
        tuple(each.start_time for each in options),
        at + ASKED_FOR,
    )
    return Step("which", question=question)


def undo_question(about: Ahead, *, at: datetime) -> Question:
    """Remember what was cancelled, as long as it can be taken back."""
    return Question(Asked.UNDO, (about.appointment_id,), (about.start_time,), at + UNDO)


def move_question(about: Ahead, times: Sequence[datetime], *, at: datetime) -> Question:
    """Ask which other time it is to be."""
    chosen = tuple(times[:MOST_OPTIONS])
    return Question(Asked.MOVE, (about.appointment_id,) * len(chosen), chosen, at + ASKED_FOR)
