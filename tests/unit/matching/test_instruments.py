"""PHQ-9 and GAD-7 are scored as their manuals say, and shown with source and permission."""

from __future__ import annotations

import pytest

from services.matching.adapters.triage_proto import instrument_to
from services.matching.domain import errors
from services.matching.domain.instruments import (
    C_SSRS,
    GAD_7,
    INSTRUMENTS,
    PHQ_9,
    Instrument,
    Score,
    instrument_of,
    score,
)
from services.matching.domain.triage import Priority, judge
from services.matching.domain.wordings import held


def summing_to(instrument: Instrument, total: int) -> dict[str, int]:
    """Answers to every item, with this sum; the last item is answered last."""
    answers = {}
    for item in instrument.items:
        answers[item.link_id] = min(3, total)
        total -= answers[item.link_id]
    assert total == 0
    return answers


@pytest.mark.parametrize(
    ("instrument", "total", "severity"),
    [
        (PHQ_9, 0, "MINIMAL"),
        (PHQ_9, 4, "MINIMAL"),
        (PHQ_9, 5, "MILD"),
        (PHQ_9, 9, "MILD"),
        (PHQ_9, 10, "MODERATE"),
        (PHQ_9, 14, "MODERATE"),
        (PHQ_9, 15, "MODERATELY_SEVERE"),
        (PHQ_9, 19, "MODERATELY_SEVERE"),
        (PHQ_9, 20, "SEVERE"),
        (PHQ_9, 27, "SEVERE"),
        (GAD_7, 4, "MINIMAL"),
        (GAD_7, 5, "MILD"),
        (GAD_7, 9, "MILD"),
        (GAD_7, 10, "MODERATE"),
        (GAD_7, 14, "MODERATE"),
        (GAD_7, 15, "SEVERE"),
        (GAD_7, 21, "SEVERE"),
    ],
)
def test_a_sum_stands_for_a_severity(instrument: Instrument, total: int, severity: str) -> None:
    """Both sides of every cut point."""
    found = score(instrument, summing_to(instrument, total))

    assert (found.is_complete, found.total, found.severity) == (True, total, severity)


@pytest.mark.parametrize("value", [1, 2, 3])
def test_any_answer_to_the_ninth_item_counts_whatever_else_is_missing(value: int) -> None:
    """A flag does not wait for the last item, and a sum does."""
    assert score(PHQ_9, {"phq9-9": value}) == Score(False, 0, "", is_self_harm=True)


def test_no_other_item_and_no_no_raises_a_flag() -> None:
    """Everything else at its worst, and a no to the ninth."""
    worst = {item.link_id: 3 for item in PHQ_9.items} | {"phq9-9": 0}

    assert not score(PHQ_9, worst).is_self_harm
    assert not score(GAD_7, summing_to(GAD_7, 21)).is_self_harm


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ({}, errors.NothingAnswered),
        ({"gad7-1": 1}, errors.UnknownQuestion),
        ({"phq9-1": 4}, errors.AnswerOutOfRange),
        ({"phq9-1": -1}, errors.AnswerOutOfRange),
    ],
)
def test_what_is_no_answer_is_refused(answers: dict[str, int], refusal: type[Exception]) -> None:
    """Each with its own reason."""
    with pytest.raises(refusal):
        score(PHQ_9, answers)


@pytest.mark.parametrize("instrument", [PHQ_9, GAD_7], ids=lambda each: each.code)
def test_an_instrument_is_shown_with_its_source_and_permission(instrument: Instrument) -> None:
    """Wherever the text goes, they go with it."""
    wording = held(instrument)
    assert wording is not None

    shown = instrument_to(wording)

    assert "No permission required to reproduce" in shown.permission
    assert shown.source
    assert len(shown.options) == 4
    assert [item.link_id for item in instrument.items] == [item.link_id for item in shown.items]


def test_no_text_without_permission_is_held() -> None:
    """The C-SSRS is scored, and not one of its words is here; of others nothing is."""
    assert {"PHQ-9", "GAD-7", "C-SSRS"} == INSTRUMENTS.keys()
    assert held(C_SSRS) is None
    assert not any(item.text for item in C_SSRS.items)
    with pytest.raises(errors.UnknownInstrument):
        instrument_of("AUDIT")


@pytest.mark.parametrize(
    ("yes", "level", "rule"),
    [
        ({"cssrs-1": 1}, "LOW", "RISK_LOW"),
        ({"cssrs-2": 1}, "LOW", "RISK_LOW"),
        ({"cssrs-2": 1, "cssrs-3": 1}, "MODERATE", "RISK_MODERATE"),
        ({"cssrs-6": 1}, "MODERATE", "RISK_MODERATE"),
        ({"cssrs-2": 1, "cssrs-4": 1}, "HIGH", "RISK_HIGH"),
        ({"cssrs-2": 1, "cssrs-5": 1}, "HIGH", "RISK_HIGH"),
        ({"cssrs-6": 2}, "HIGH", "RISK_HIGH"),
        ({"cssrs-1": 1, "cssrs-2": 1, "cssrs-3": 1, "cssrs-4": 1, "cssrs-5": 1, "cssrs-6": 2}, "HIGH", "RISK_HIGH"),
    ],
)
def test_the_gravest_yes_to_the_screener_says_the_risk(yes: dict[str, int], level: str, rule: str) -> None:
    """1 and 2 low; 3, and 6 longer ago, moderate; 4, 5, and 6 within three months high. Each yes raises a flag."""
    asked = [item.link_id for item in C_SSRS.items if not item.needs or yes.get(item.needs)]
    found = score(C_SSRS, dict.fromkeys(asked, 0) | yes)

    assert found == Score(True, 0, level, is_self_harm=True)
    assert judge("C-SSRS", found) == (Priority.HIGH, ("SELF_HARM_ANSWERED", rule))


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"cssrs-1": 0, "cssrs-2": 0, "cssrs-6": 0}, Score(True, 0, "NONE_ENDORSED", is_self_harm=False)),
        ({"cssrs-1": 0, "cssrs-2": 0}, Score(False, 0, "", is_self_harm=False)),
        ({"cssrs-1": 0, "cssrs-2": 1, "cssrs-6": 0}, Score(False, 0, "LOW", is_self_harm=True)),
        ({"cssrs-5": 1}, Score(False, 0, "HIGH", is_self_harm=True)),
    ],
)
def test_three_questions_are_asked_only_after_a_yes_to_the_second(answers: dict[str, int], found: Score) -> None:
    """A level is known before the last answer, since it can only rise; no word says that anybody is safe."""
    assert score(C_SSRS, answers) == found


def test_the_sixth_answer_alone_says_when() -> None:
    """The others are no and yes."""
    with pytest.raises(errors.AnswerOutOfRange):
        score(C_SSRS, {"cssrs-5": 2})
    with pytest.raises(errors.AnswerOutOfRange):
        score(C_SSRS, {"cssrs-6": 3})
