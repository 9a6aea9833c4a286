"""Scores instruments; holds the text of those whose text may be reproduced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.matching.domain import errors

OPTIONS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
"""Worth 0 to 3, in both instruments."""

PREAMBLE = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"

PERMISSION = (
    "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an educational grant "
    "from Pfizer Inc. No permission required to reproduce, translate, display or distribute."
)
"""
Stands below the items wherever they are shown; Pfizer lifted its restrictions on both instruments in July 2010.

Danger: this holds for these two texts. No other instrument's text is kept here, the C-SSRS's least of all: a practice
that may show it brings the text itself (`domain/wordings.py`).
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One question, its LOINC code, and whether any answer but the first raises a flag."""

    link_id: str
    loinc: str
    text: str
    is_self_harm: bool = False
    options: int = len(OPTIONS)
    """How many there are to choose from."""
    needs: str = ""
    """It is asked only when this item has any answer but the first; always when empty."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire that is summed, or one whose answers each stand for a level."""

    code: str
    items: tuple[Item, ...]
    severities: tuple[tuple[int, str], ...]
    """(lowest sum, name), rising."""
    source: str
    levels: tuple[tuple[str, int, str], ...] = ()
    """(item, least answer, name), the gravest first; where there are any, nothing is summed."""


@dataclass(frozen=True, slots=True)
class Score:
    """What answers come to; without every item there is no sum, and a level is the least it can be."""

    is_complete: bool
    total: int
    severity: str
    is_self_harm: bool


PHQ_9 = Instrument(
    code="PHQ-9",
    items=(
        Item("phq9-1", "44250-9", "Little interest or pleasure in doing things"),
        Item("phq9-2", "44255-8", "Feeling down, depressed, or hopeless"),
        Item("phq9-3", "44259-0", "Trouble falling or staying asleep, or sleeping too much"),
        Item("phq9-4", "44254-1", "Feeling tired or having little energy"),
        Item("phq9-5", "44251-7", "Poor appetite or overeating"),
        Item(
            "phq9-6",
            "44258-2",
            "Feeling bad about yourself — or that you are a failure or have let yourself or your family down",
        ),
        Item(
            "phq9-7",
            "44252-5",
            "Trouble concentrating on things, such as reading the newspaper or watching television",
        ),
        Item(
            "phq9-8",
            "44253-3",
            "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so fidgety or "
            "restless that you have been moving around a lot more than usual",
        ),
        Item(
            "phq9-9",
            "44260-8",
            "Thoughts that you would be better off dead or of hurting yourself in some way",
            is_self_harm=True,
        ),
    ),
    severities=((0, "MINIMAL"), (5, "MILD"), (10, "MODERATE"), (15, "MODERATELY_SEVERE"), (20, "SEVERE")),
    source="Kroenke, Spitzer, Williams (2001), The PHQ-9, J Gen Intern Med 16(9), 606-613.",
)

GAD_7 = Instrument(
    code="GAD-7",
    items=(
        Item("gad7-1", "69725-0", "Feeling nervous, anxious or on edge"),
        Item("gad7-2", "68509-9", "Not being able to stop or control worrying"),
        Item("gad7-3", "69733-4", "Worrying too much about different things"),
        Item("gad7-4", "69734-2", "Trouble relaxing"),
        Item("gad7-5", "69735-9", "Being so restless that it is hard to sit still"),
        Item("gad7-6", "69689-8", "Becoming easily annoyed or irritable"),
        Item("gad7-7", "69736-7", "Feeling afraid as if something awful might happen"),
    ),
    severities=((0, "MINIMAL"), (5, "MILD"), (10, "MODERATE"), (15, "SEVERE")),
    source="Spitzer, Kroenke, Williams, Löwe (2006), The GAD-7, Arch Intern Med 166(10), 1092-1097.",
)

NONE_ENDORSED = "NONE_ENDORSED"
"""Nothing was answered with yes; no word for "safe"."""

C_SSRS = Instrument(
    code="C-SSRS",
    items=(
        Item("cssrs-1", "", "", is_self_harm=True, options=2),
        Item("cssrs-2", "", "", is_self_harm=True, options=2),
        Item("cssrs-3", "", "", is_self_harm=True, options=2, needs="cssrs-2"),
        Item("cssrs-4", "", "", is_self_harm=True, options=2, needs="cssrs-2"),
        Item("cssrs-5", "", "", is_self_harm=True, options=2, needs="cssrs-2"),
        Item("cssrs-6", "", "", is_self_harm=True, options=3),
    ),
    severities=(),
    source="Posner and others (2011), The Columbia-Suicide Severity Rating Scale, Am J Psychiatry 168(12), 1266-1277.",
    levels=(
        ("cssrs-6", 2, "HIGH"),
        ("cssrs-5", 1, "HIGH"),
        ("cssrs-4", 1, "HIGH"),
        ("cssrs-3", 1, "MODERATE"),
        ("cssrs-6", 1, "MODERATE"),
        ("cssrs-2", 1, "LOW"),
        ("cssrs-1", 1, "LOW"),
    ),
)
"""
The screener of six questions: no and yes; the sixth no, yes but longer ago than three months, and yes since then.

Danger: its words are not ours to give; terms vary by setting, and the Columbia Lighthouse Project is who to ask.
"""

INSTRUMENTS = {each.code: each for each in (PHQ_9, GAD_7, C_SSRS)}


def instrument_of(code: str) -> Instrument:
    """Return an instrument. Raises UnknownInstrument. (NOT_FOUND)"""
    found = INSTRUMENTS.get(code)
    if found is None:
        raise errors.UnknownInstrument("There is no such instrument.", known=", ".join(INSTRUMENTS))
    return found


def score(instrument: Instrument, answers: Mapping[str, int]) -> Score:
    """
    Score answers, finished or not; a self-harm answer counts whatever else is missing.

    Args:
        answers: By item; each the place of the chosen option, from 0.

    Raises:
        UnknownQuestion: An answer names no item of this instrument. (INVALID_ARGUMENT)
        AnswerOutOfRange: An answer is none of the item's options. (INVALID_ARGUMENT)
        NothingAnswered: There is no answer at all. (INVALID_ARGUMENT)

    Source:
        The instruments' own manuals; held by tests/unit/matching/test_instruments.py.
    """
    known = {item.link_id: item.options for item in instrument.items}
    if not answers:
        raise errors.NothingAnswered("There is no answer.", field="answers")
    if answers.keys() - known.keys():
        raise errors.UnknownQuestion("An answer names no item of this instrument.", field="answers")
    if not all(0 <= value < known[link_id] for link_id, value in answers.items()):
        raise errors.AnswerOutOfRange("An answer is the place of one of the item's options.", field="answers")
    is_self_harm = any(item.is_self_harm and answers.get(item.link_id, 0) > 0 for item in instrument.items)
    asked = [item.link_id for item in instrument.items if not item.needs or answers.get(item.needs, 0) > 0]
    is_complete = all(link_id in answers for link_id in asked)
    if instrument.levels:
        level = next((name for link_id, least, name in instrument.levels if answers.get(link_id, 0) >= least), "")
        return Score(is_complete, 0, level or (NONE_ENDORSED if is_complete else ""), is_self_harm)
    if not is_complete:
        return Score(False, 0, "", is_self_harm)
    total = sum(answers.values())
    severity = next(name for least, name in reversed(instrument.severities) if total >= least)
    return Score(True, total, severity, is_self_harm)
