"""A reply does one thing, or asks one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.answer import (
    Ahead,
    Asked,
    Situation,
    State,
    decide,
    move_question,
    undo_question,
)
from services.notifications.domain.reply import Meaning, Word, meaning_of

NOW = datetime(2026, 3, 2, 23, tzinfo=UTC)
ONE = Ahead("appointment-1", 1, NOW + timedelta(days=1))
TWO = Ahead("appointment-2", 4, NOW + timedelta(days=8))
SINGLE, BOTH = Situation([ONE]), Situation([ONE, TWO])


@pytest.mark.parametrize(
    ("text", "asked"), [("C", Asked.CONFIRM), ("yes", Asked.CONFIRM), ("X", Asked.CANCEL), ("R", Asked.RESCHEDULE)]
)
def test_with_one_appointment_ahead_a_letter_is_enough(text: str, asked: Asked) -> None:
    """And so are 1, 2 and 3."""
    number = {"C": "1", "yes": "1", "R": "2", "X": "3"}[text]

    for said in (text, number):
        step = decide(meaning_of(said), SINGLE, at=NOW)
        assert (asked, ONE, State.HANDLED) == (step.act, step.about, step.state)


def test_with_two_ahead_it_is_asked_which_and_the_number_decides() -> None:
    """Nothing is done before; X2 needs no question; a number that was not offered is a human's."""
    asked = decide(meaning_of("x"), BOTH, at=NOW)
    assert (asked.act, asked.say) == (None, "which")
    assert asked.question is not None
    answered = replace(BOTH, question=asked.question)

    assert _done(decide(meaning_of("2"), answered, at=NOW)) == (Asked.CANCEL, TWO)
    assert _done(decide(meaning_of("X1"), answered, at=NOW)) == (Asked.CANCEL, ONE)
    assert _done(decide(meaning_of("X2"), BOTH, at=NOW)) == (Asked.CANCEL, TWO)
    assert State.OPEN is decide(meaning_of("7"), answered, at=NOW).state


def test_a_number_means_what_it_meant_when_it_was_asked() -> None:
    """The first has moved meanwhile: nothing is done, a human looks. After two hours the question is forgotten."""
    question = decide(meaning_of("c"), BOTH, at=NOW).question
    moved = Situation([TWO, replace(ONE, start_time=NOW + timedelta(days=9))], question)

    assert (decide(Meaning(Word.CHOICE, 1), moved, at=NOW).act, State.OPEN) == (None, State.OPEN)
    late = decide(Meaning(Word.CHOICE, 2), replace(BOTH, question=question), at=NOW + timedelta(hours=2))
    assert late.say == "which"


def test_other_times_are_picked_by_number() -> None:
    """The question's times, for the appointment it was about."""
    times = [NOW + timedelta(days=2), NOW + timedelta(days=3)]
    seen = replace(BOTH, question=move_question(TWO, times, at=NOW))

    step = decide(meaning_of("2"), seen, at=NOW)

    assert (Asked.MOVE, TWO, times[1]) == (step.act, step.about, step.start_time)


def test_a_cancellation_is_taken_back_by_u_for_two_minutes() -> None:
    """Later, or without one, it is too late."""
    seen = Situation([TWO], undo_question(ONE, at=NOW))

    assert Asked.UNDO is decide(meaning_of("U"), seen, at=NOW + timedelta(seconds=119)).act
    assert decide(meaning_of("U"), seen, at=NOW + timedelta(minutes=2)).say == "late"
    assert decide(meaning_of("U"), SINGLE, at=NOW).say == "late"


def test_what_nobody_can_read_is_a_humans_and_told_once() -> None:
    """The second time nothing is answered: two machines must not talk to each other for ever."""
    first = decide(meaning_of("who is this?"), SINGLE, at=NOW)
    again = decide(meaning_of("hello??"), replace(SINGLE, was_told=True), at=NOW)

    assert [(each.say, each.state) for each in (first, again)] == [("unknown", State.OPEN), ("", State.OPEN)]


def test_an_answer_about_nothing_is_a_humans() -> None:
    """No appointment ahead, or a number nobody has."""
    assert _said(decide(meaning_of("C"), Situation(), at=NOW)) == ("none", State.OPEN)
    assert _said(decide(meaning_of("C"), Situation([ONE], is_known=False), at=NOW)) == ("unknown", State.OPEN)


def test_a_sentence_about_not_coming_is_asked_about() -> None:
    """Neither cancelled nor opted out."""
    step = decide(meaning_of("I can't make it tomorrow"), SINGLE, at=NOW)

    assert (step.act, step.say) == (None, "unclear")


def _done(step: object) -> tuple[object, object]:
    return step.act, step.about  # type: ignore[attr-defined]


def _said(step: object) -> tuple[object, object]:
    return step.say, step.state  # type: ignore[attr-defined]
