"""Laws of forms, over forms and answers at random: skipping, scoring, sides, versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.adapters.form_proto import form_from, form_to
from services.matching.domain import errors
from services.matching.domain.answers import Answers, enabled, is_alarming, merged, missing, scored, visible
from services.matching.domain.forms import Condition, Form, FormSide, Item, Kind, Operator, Option, Score
from services.matching.domain.instruments import C_SSRS, GAD_7, PHQ_9, Instrument, score
from services.matching.domain.triage import Priority, judge

SIDES = st.sampled_from(FormSide)
OPTIONS = tuple(Option(f"o{worth}", f"Option {worth}", worth) for worth in range(4))
VALUES = {Kind.BOOLEAN: ("true", "false"), Kind.CHOICE: tuple(each.code for each in OPTIONS)}


@st.composite
def conditions(draw: st.DrawFn, before: Sequence[Item]) -> tuple[Condition, ...]:
    """Up to two conditions on questions further up."""
    if not before:
        return ()
    found = []
    for _ in range(draw(st.integers(0, 2))):
        on = draw(st.sampled_from(before))
        operator = draw(st.sampled_from([Operator.EXISTS, Operator.EQUALS, Operator.NOT_EQUALS]))
        found.append(Condition(on.link_id, operator, draw(st.sampled_from(VALUES[on.kind]))))
    return tuple(found)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Questions, some in sections, with branches on questions further up, and a sum over all choices."""
    asked: list[Item] = []
    top: list[Item] = []

    def question() -> Item:
        kind = draw(st.sampled_from([Kind.BOOLEAN, Kind.CHOICE]))
        item = Item(
            f"q{len(asked)}",
            kind,
            "?",
            is_required=draw(st.booleans()),
            options=OPTIONS if kind is Kind.CHOICE else (),
            conditions=draw(conditions(asked)),
            is_any_enough=draw(st.booleans()),
            side=draw(SIDES),
            is_self_harm=draw(st.booleans()),
        )
        asked.append(item)
        return item

    for place in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            when, some = draw(conditions(asked)), draw(st.booleans())
            inside = tuple(question() for _ in range(draw(st.integers(1, 3))))
            top.append(Item(f"s{place}", Kind.GROUP, conditions=when, is_any_enough=some, items=inside))
        else:
            top.append(question())
    sums = tuple(each.link_id for each in asked if each.kind is Kind.CHOICE)
    scores = (Score("sum", sums, ((0, "LOW"), (5, "HIGH"))),) if sums else ()
    return Form("f", "Any", tuple(top), scores, permission="Our own.").checked()


def questions(form: Form) -> list[Item]:
    """Those that are answered."""
    return [item for item in form.walk() if item.kind in VALUES]


@st.composite
def answered(draw: st.DrawFn) -> tuple[Form, dict[str, list[str]]]:
    """A form, and answers to some of it."""
    form = draw(forms())
    chosen = [item for item in questions(form) if draw(st.booleans())]
    return form, {item.link_id: [draw(st.sampled_from(VALUES[item.kind]))] for item in chosen}


def parents(form: Form) -> Iterator[tuple[str, str]]:
    """(section, what is in it)."""
    for item in form.walk():
        for inner in item.items:
            yield item.link_id, inner.link_id


@given(answered())
def test_what_is_skipped_counts_for_nothing(given_: tuple[Form, dict[str, list[str]]]) -> None:
    """Taking answers to hidden questions away changes neither what is shown, nor what is missing, nor a score."""
    form, answers = given_
    shown = set(enabled(form, answers))
    kept = {link_id: values for link_id, values in answers.items() if link_id in shown}

    assert enabled(form, kept) == enabled(form, answers)
    assert missing(form, kept) == missing(form, answers)
    assert scored(form, kept) == scored(form, answers)


@given(answered())
def test_what_stands_in_a_hidden_section_is_hidden(given_: tuple[Form, dict[str, list[str]]]) -> None:
    """And what has no condition, in a section that is shown, is shown."""
    form, answers = given_
    shown = set(enabled(form, answers))
    inner = dict((inside, outside) for outside, inside in parents(form))

    for item in form.walk():
        outside = inner.get(item.link_id)
        if outside is not None and outside not in shown:
            assert item.link_id not in shown
        elif not item.conditions:
            assert item.link_id in shown


@given(answered(), st.randoms())
def test_answers_come_to_the_same_in_any_order_and_in_any_pieces(
    given_: tuple[Form, dict[str, list[str]]], random: Random
) -> None:
    """Saved at once, or one by one as somebody comes back."""
    form, answers = given_
    pairs = list(answers.items())
    random.shuffle(pairs)
    pieces: Answers = {}
    for pair in pairs:
        pieces = merged(form, pieces, [pair], FormSide.EITHER)

    assert merged(form, {}, answers.items(), FormSide.EITHER) == pieces == answers


@given(answered())
def test_a_form_is_complete_when_each_side_is(given_: tuple[Form, dict[str, list[str]]]) -> None:
    """What is missing of the whole is missing of the one side or the other; nobody has to see what is theirs alone."""
    form, answers = given_
    whole = missing(form, answers)
    client, guardian = (missing(form, answers, side) for side in (FormSide.CLIENT, FormSide.GUARDIAN))

    assert set(whole) == set(client) | set(guardian)
    assert set(whole) <= set(enabled(form, answers)) - answers.keys()
    sides = {FormSide.CLIENT: FormSide.GUARDIAN, FormSide.GUARDIAN: FormSide.CLIENT}
    seen = {side: visible(form, answers, side) for side in sides}
    assert set(answers) == set().union(*seen.values())
    for side, other in sides.items():
        assert not any(item.side is other for item in questions(form) if item.link_id in seen[side])


@given(answered())
def test_a_side_changes_nothing_that_is_the_others(given_: tuple[Form, dict[str, list[str]]]) -> None:
    """And one refused answer saves none."""
    form, answers = given_
    for item in questions(form):
        for side, other in ((FormSide.CLIENT, FormSide.GUARDIAN), (FormSide.GUARDIAN, FormSide.CLIENT)):
            if item.side is other:
                before = {link_id: list(values) for link_id, values in answers.items()}
                with pytest.raises(errors.NotTheirs):
                    merged(form, answers, [(item.link_id, [VALUES[item.kind][0]])], side)
                assert before == answers


@given(answered())
def test_a_sum_is_that_of_its_options_or_none(given_: tuple[Form, dict[str, list[str]]]) -> None:
    """Complete when every choice is shown and answered; the band is the highest that is reached."""
    form, answers = given_
    worth, shown = {each.code: each.score for each in OPTIONS}, set(enabled(form, answers))

    for each, found in zip(form.scores, scored(form, answers), strict=True):
        counted = [worth[answers[link_id][0]] for link_id in each.link_ids if link_id in shown and link_id in answers]
        assert found.is_complete == (len(counted) == len(each.link_ids))
        assert found.total == (sum(counted) if found.is_complete else 0)
        assert found.band == (("HIGH" if found.total >= 5 else "LOW") if found.is_complete else "")


@given(answered())
def test_an_alarm_is_never_taken_back_by_other_answers(given_: tuple[Form, dict[str, list[str]]]) -> None:
    """One answer to a question about self-harm is enough, hidden or not, whatever else is said."""
    form, answers = given_
    alarming = [
        item.link_id
        for item in questions(form)
        if item.is_self_harm and answers.get(item.link_id, ["false"])[0] not in ("false", "o0")
    ]

    assert is_alarming(form, answers) == bool(alarming)
    for link_id in alarming:
        assert is_alarming(form, {link_id: answers[link_id]})


@given(forms())
def test_a_form_is_read_as_it_was_stored_and_each_change_is_a_version(form: Form) -> None:
    """Nothing is lost on the way through the contract; a stale change is refused."""
    stored = form_from(form_to(form), form_id=form.form_id, version=form.version)
    after = stored.followed_by(replace(stored, title="Other"), etag=stored.etag)

    assert stored == form
    assert after.version == stored.version + 1
    with pytest.raises(errors.StaleVersion):
        after.followed_by(form, etag=stored.etag)


@st.composite
def screenings(draw: st.DrawFn) -> tuple[Instrument, dict[str, int]]:
    """An instrument, and answers to some of its items."""
    instrument = draw(st.sampled_from([PHQ_9, GAD_7, C_SSRS]))
    items = [item for item in instrument.items if draw(st.booleans())] or [instrument.items[0]]
    return instrument, {item.link_id: draw(st.integers(0, item.options - 1)) for item in items}


RISING = ("", "NONE_ENDORSED", "LOW", "MODERATE", "HIGH")


@given(screenings(), st.data())
def test_a_graver_answer_never_lowers_what_a_screening_came_to(
    given_: tuple[Instrument, dict[str, int]], data: st.DataObject
) -> None:
    """Neither sum, nor risk, nor flag, nor priority; and no rule ever says urgent."""
    instrument, answers = given_
    item = data.draw(st.sampled_from([each for each in instrument.items if each.link_id in answers]))
    graver = data.draw(st.integers(answers[item.link_id], item.options - 1))
    before, after = score(instrument, answers), score(instrument, {**answers, item.link_id: graver})

    assert after.total >= before.total or not after.is_complete
    assert after.is_self_harm >= before.is_self_harm
    if instrument is C_SSRS and after.is_self_harm:
        assert RISING.index(after.severity) >= RISING.index(before.severity)
    for each in (before, after):
        said, rules = judge(instrument.code, each)
        assert said is not Priority.URGENT
        assert (said is Priority.HIGH) == bool(rules)
