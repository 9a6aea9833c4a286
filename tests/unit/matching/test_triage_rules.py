"""Urgency by rules anybody can read; flags that only a named human settles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.matching.domain import errors
from services.matching.domain.instruments import Score
from services.matching.domain.triage import Cause, CrisisFlag, Outcome, Priority, State, judge, resources_in

NOW = datetime(2030, 1, 1, 3, tzinfo=UTC)
RAISED = CrisisFlag("f", "c", Cause.ANSWER, NOW)


@pytest.mark.parametrize(
    ("instrument", "score", "expected"),
    [
        ("PHQ-9", Score(True, 14, "MODERATE", False), (Priority.ROUTINE, ())),
        ("PHQ-9", Score(True, 15, "MODERATELY_SEVERE", False), (Priority.HIGH, ("SCORE_HIGH",))),
        ("GAD-7", Score(True, 14, "MODERATE", False), (Priority.ROUTINE, ())),
        ("GAD-7", Score(True, 15, "SEVERE", False), (Priority.HIGH, ("SCORE_HIGH",))),
        ("PHQ-9", Score(True, 3, "MINIMAL", True), (Priority.HIGH, ("SELF_HARM_ANSWERED",))),
        ("PHQ-9", Score(False, 0, "", True), (Priority.HIGH, ("SELF_HARM_ANSWERED",))),
        ("PHQ-9", Score(False, 0, "", False), (Priority.UNSAID, ())),
    ],
)
def test_the_rules_say_how_soon_and_which_of_them_said_so(
    instrument: str, score: Score, expected: tuple[Priority, tuple[str, ...]]
) -> None:
    """Never urgent, which a human says; and never safe, which nobody does."""
    assert judge(instrument, score) == expected


def test_a_flag_is_taken_over_by_name_and_closed_with_a_reason() -> None:
    """Who and when stand in it for good."""
    taken = RAISED.acknowledge(actor_id="amara", at=NOW)
    closed = taken.close(Outcome.SAFETY_PLAN, actor_id="ben", at=NOW)

    assert (taken.state, taken.acknowledge_actor_id, taken.version) == (State.ACKNOWLEDGED, "amara", 2)
    assert (closed.state, closed.acknowledge_actor_id, closed.close_actor_id) == (State.CLOSED, "amara", "ben")
    assert (closed.outcome, closed.version) == (Outcome.SAFETY_PLAN, 3)


def test_nothing_closes_a_flag_that_nobody_has_taken_over() -> None:
    """Nor without a reason, nor twice, nor by an old look at it."""
    taken = RAISED.acknowledge(actor_id="amara", at=NOW)
    closed = taken.close(Outcome.ASSESSED, actor_id="amara", at=NOW)

    with pytest.raises(errors.FlagUnanswered):
        RAISED.close(Outcome.ASSESSED, actor_id="amara", at=NOW)
    with pytest.raises(errors.OutcomeMissing):
        taken.close(Outcome.NONE, actor_id="amara", at=NOW)
    with pytest.raises(errors.FlagSettled):
        closed.close(Outcome.ASSESSED, actor_id="amara", at=NOW)
    with pytest.raises(errors.FlagSettled):
        taken.acknowledge(actor_id="ben", at=NOW)
    with pytest.raises(errors.StaleVersion):
        replace(RAISED, version=2).acknowledge(actor_id="amara", at=NOW, etag="v1")


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("en", "en"), ("en-GB", "en"), ("es", "es"), ("es-MX", "es"), ("ES_us", "es"), ("", "en"), ("tlh", "en")],
)
def test_help_is_shown_in_the_language_asked_for_or_in_english(locale: str, expected: str) -> None:
    """Never nothing: whatever is sent, 988 and 911 stand in it."""
    found = resources_in(locale)
    text = " ".join(found.lines)

    assert found.locale == expected
    assert "988" in text
    assert "911" in text
