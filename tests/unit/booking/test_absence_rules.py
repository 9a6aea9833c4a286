"""Who comes first when a therapist is away, how long they have, and what states a fate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.booking.domain import errors
from services.booking.domain.absence import (
    ESCALATE_LEAD,
    LAST_CALL,
    Affected,
    Fate,
    Kind,
    Need,
    Offer,
    OfferState,
    Option,
    OptionState,
    answer_by,
    fate_of,
    gap_days,
    is_too_late,
    rank,
)
from services.booking.domain.appointment import Appointment, CancelledBy
from services.booking.domain.wording import WORDING_MAX, check_wording
from tests.unit.booking.states import booked as an_appointment

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)


def item(name: str, need: Need, *, hours: int = 48) -> Affected:
    """An open item."""
    start_time = NOON + timedelta(hours=hours)
    return Affected(
        "p", "a", "away", name, "client", "type", start_time, 0, need, Fate.OPEN, start_time - ESCALATE_LEAD, None
    )


def offer(*states: OptionState) -> Offer:
    """A made offer with options in these states."""
    slot = an_appointment().slot
    options = tuple(Option(f"o{at}", Kind.OTHER_TIME, slot, "NEAREST", state) for at, state in enumerate(states))
    return Offer("p", "offer", "a", "away", "x", "client", NOON, 1, OfferState.MADE, options, NOON, NOON)


def test_the_greatest_need_comes_first() -> None:
    """High need, then crisis, then the longest gap, then weight, then the soonest; the order is total."""
    found = [
        item("soon", Need(gap_days=7), hours=1),
        item("heavy", Need(gap_days=7, load_weight=5)),
        item("alone", Need(gap_days=90)),
        item("crisis", Need(is_crisis=True)),
        item("urgent", Need(is_high_need=True)),
        item("late", Need(gap_days=7), hours=2),
    ]

    ranked = rank(found)

    assert [each.appointment_id for each in ranked] == ["urgent", "crisis", "alone", "heavy", "soon", "late"]
    assert [each.rank for each in ranked] == [1, 2, 3, 4, 5, 6]
    assert rank(reversed(found)) == ranked


def test_the_reason_is_said_in_one_sentence() -> None:
    """Without a name in it."""
    assert Need(True, True, 21, 3).words(2) == (
        "Place 2: high need, a crisis session, 21 days without a session, weight 3."
    )


def test_a_gap_lasts_from_the_session_before_to_the_one_after() -> None:
    """Where one of them is missing it is as long as any."""
    assert gap_days(NOON, NOON + timedelta(days=14)) == 14
    assert gap_days(NOON, NOON + timedelta(days=400)) == gap_days(None, NOON) == gap_days(NOON, None) == 90


def test_near_the_session_there_is_less_time_to_answer_and_then_none() -> None:
    """Half an hour before it nobody is asked any more."""
    assert answer_by(NOON + timedelta(days=9), 24, at=NOON) == NOON + timedelta(hours=24)
    assert answer_by(NOON + timedelta(hours=3), 24, at=NOON) == NOON + timedelta(hours=3) - LAST_CALL
    assert is_too_late(NOON + LAST_CALL, at=NOON)
    assert not is_too_late(NOON + LAST_CALL + timedelta(seconds=1), at=NOON)


@pytest.mark.parametrize(
    ("changed", "fate"),
    [
        ({}, None),
        ({"therapist_id": "cover"}, Fate.COVERED),
        ({"start_time": NOON + timedelta(days=9), "end_time": NOON + timedelta(days=9, hours=1)}, Fate.MOVED),
        ({"modality": 2}, Fate.BY_VIDEO),
        ({"start_time": NOON + timedelta(hours=1), "end_time": NOON + timedelta(hours=2), "modality": 2}, None),
    ],
)
def test_what_happens_to_the_appointment_states_its_fate(changed: dict[str, object], fate: Fate | None) -> None:
    """A move inside the absence states nothing: the therapist is still away then."""
    before = at_noon(modality=1)
    after = replace(before, slot=replace(before.slot, **changed))  # type: ignore[arg-type]

    assert fate_of(before, after, ("away", NOON - timedelta(hours=4), NOON + timedelta(hours=4))) is fate


def test_a_cancellation_and_an_arrival_state_it_too() -> None:
    """Called off, or taking place after all."""
    before = at_noon()
    away = ("away", NOON, NOON + timedelta(hours=4))

    assert fate_of(before, before.cancel(CancelledBy.PRACTICE, at=NOON)[0], away) is Fate.CANCELLED
    assert fate_of(before, before.check_in(at=NOON)[0], away) is Fate.KEPT


def test_options_that_are_gone_leave_the_offer_as_long_as_one_is_left() -> None:
    """Without any it is withdrawn; what was refused stays refused."""
    made = offer(OptionState.HELD, OptionState.HELD, OptionState.REFUSED)

    fewer = made.without(["o0"], at=NOON)
    none = fewer.without(["o1"], at=NOON)

    assert (fewer.state, len(fewer.open_options)) == (OfferState.MADE, 1)
    assert (none.state, none.close_time, none.open_options) == (OfferState.WITHDRAWN, NOON, ())
    assert none.options[2].state is OptionState.REFUSED
    with pytest.raises(errors.OfferClosed):
        fewer.option("o0")
    with pytest.raises(errors.UnknownOffer):
        fewer.option("o2")


def test_only_what_waits_for_an_answer_takes_one() -> None:
    """Each end has its own reason."""
    made = offer(OptionState.HELD)
    made.require_made()

    with pytest.raises(errors.OfferExpired):
        made.closed(OfferState.EXPIRED, at=NOON).require_made()
    with pytest.raises(errors.OfferClosed):
        made.accepted("o0", at=NOON).require_made()
    assert made.made((replace(made.options[0], state=OptionState.REFUSED),), at=NOON).state is OfferState.EMPTY


def test_what_is_settled_stays_so() -> None:
    """And says as what."""
    with pytest.raises(errors.ItemSettled) as refused:
        item("x", Need()).settled(Fate.KEPT, at=NOON).require_unsettled()
    assert refused.value.metadata["state"] == "KEPT"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Call 555-123-4567", "CONTACT"),
        ("Write to a@b.example", "CONTACT"),
        ("See https://example", "CONTACT"),
        ("See practice.com", "CONTACT"),
        ("Dear {name}", "PLACEHOLDER"),
        ("Your THERAPIST is away", "CLINICAL_WORD"),
        ("After your diagnosis", "CLINICAL_WORD"),
    ],
)
def test_a_wording_gives_nothing_away(text: str, found: str) -> None:
    """No contact, no placeholder, no clinical word."""
    with pytest.raises(errors.WordingRefused) as refused:
        check_wording(text)
    assert refused.value.metadata["found"] == found


@pytest.mark.parametrize("text", ["", "   ", "x" * (WORDING_MAX + 1), "two\nlines"])
def test_a_wording_is_one_line_within_its_length(text: str) -> None:
    """Anything else is malformed."""
    with pytest.raises(errors.Malformed):
        check_wording(text)


def test_a_plain_wording_is_kept_as_it_is() -> None:
    """Times, prices and ordinary words pass."""
    text = "We are sorry: on Monday at 10:30 we can't see you. Please choose another time."
    assert check_wording(f"  {text} ") == text


def at_noon(**slot: object) -> Appointment:
    """An appointment of the absent therapist at noon, for an hour."""
    found = an_appointment()
    times = {"therapist_id": "away", "start_time": NOON, "end_time": NOON + timedelta(hours=1)}
    return replace(found, slot=replace(found.slot, **(times | slot)))  # type: ignore[arg-type]
