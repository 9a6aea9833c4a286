"""Who is asked first and why, and how long they have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.booking.domain import errors
from services.booking.domain.appointment import Slot
from services.booking.domain.turns import answer_by, is_batch_time, rank
from services.booking.domain.waitlist import HEAD_START_MAX, Standing, Urgency, Window, WishState

NOW = datetime(2030, 1, 7, 15, tzinfo=UTC)
ZONE = "America/New_York"
START = datetime(2030, 1, 8, 15, tzinfo=ZoneInfo(ZONE))


def slot(start: datetime = START, **parts: object) -> Slot:
    """A Tuesday at 15:00 in New York, 50 minutes."""
    start = start.astimezone(UTC)
    made = Slot("t", "s", start, start + timedelta(minutes=50), "2030-01-08T15:00", ZONE, 0, "x", 2, "", "", 1)
    return replace(made, **parts)  # type: ignore[arg-type]


def wish(name: str = "w", *, days: float = 0, urgency: Urgency = Urgency.ROUTINE, **parts: object) -> Standing:
    """Somebody who waits for anything of that session type."""
    made = Standing(
        name, name, (), ("s",), (), ZONE, (), (), 120, date(2030, 1, 1), date(2030, 6, 1), urgency, False,
        WishState.WAITING, NOW - timedelta(days=days), NOW,
    )  # fmt: skip
    return replace(made, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "suits"),
    [
        ({}, True),
        ({"session_type_ids": ("other",)}, False),
        ({"therapist_ids": ("other",)}, False),
        ({"therapist_ids": ("other", "t")}, True),
        ({"modalities": (1,)}, False),
        ({"windows": (Window(2, 15 * 60, 16 * 60),)}, True),
        ({"windows": (Window(2, 15 * 60, 15 * 60 + 49),)}, False),
        ({"windows": (Window(1, 0, 24 * 60),)}, False),
        ({"from_date": date(2030, 1, 9)}, False),
        ({"to_date": date(2030, 1, 7)}, False),
        ({"notice_min": 60 * 24 * 3}, False),
        ({"time_zone": "Asia/Tokyo", "windows": (Window(3, 5 * 60, 6 * 60),)}, True),
    ],
)
def test_a_slot_suits_a_wish_on_the_wishs_own_clock(parts: dict[str, object], suits: bool) -> None:
    """Windows and days are those the client sees, and notice counts from now."""
    assert wish(**parts).suits(slot(), at=NOW) is suits  # type: ignore[arg-type]


def test_urgency_wait_and_fit_add_up_in_days_and_are_told() -> None:
    """Whoever waited 43 days comes before an urgent one of today; a named therapist tips the balance of equals."""
    found = rank(
        [
            wish("urgent", urgency=Urgency.URGENT),
            wish("long", days=43),
            wish("plain", days=10),
            wish("named", days=10, therapist_ids=("t",)),
        ],
        slot(),
        at=NOW,
    )

    assert [each.wish_id for each, _ in found] == ["long", "urgent", "named", "plain"]
    why = found[1][1]
    assert (why.place, why.fitting_count, why.urgency_days, why.score) == (2, 4, 42.0, 42.0)
    assert why.words() == "Place 2 of 4: waited 0.0 days, urgent counts as 42 more, the fit as 0.0."


def test_nobody_who_came_much_later_is_ever_asked_first() -> None:
    """The bound that keeps everybody from starving: 45 days."""
    early = wish("early", days=HEAD_START_MAX + 0.01)
    late = wish("late", urgency=Urgency.URGENT, therapist_ids=("t",), modalities=(2,), windows=(Window(2, 0, 24 * 60),))

    assert next(iter(rank([late, early], slot(), at=NOW)))[0].wish_id == "early"


def test_minutes_of_the_clients_night_do_not_count() -> None:
    """Asked at ten to nine in the evening, they have ten minutes then and twenty in the morning."""
    evening = datetime(2030, 1, 5, 20, 50, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    night = datetime(2030, 1, 6, 3, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    noon = datetime(2030, 1, 6, 12, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    morning = datetime(2030, 1, 6, 8, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)

    assert answer_by(slot(), ZONE, at=evening) == morning + timedelta(minutes=20)
    assert answer_by(slot(), ZONE, at=night) == morning + timedelta(minutes=30)
    assert answer_by(slot(), ZONE, at=noon) == noon + timedelta(minutes=30)


def test_near_the_session_a_few_are_asked_and_never_beyond_the_last_call() -> None:
    """Eight hours before it is a batch; half an hour before nobody can answer any more."""
    near = START.astimezone(UTC) - timedelta(minutes=45)

    assert not is_batch_time(slot(), at=START.astimezone(UTC) - timedelta(hours=8))
    assert is_batch_time(slot(), at=near)
    assert answer_by(slot(), ZONE, at=near) == START.astimezone(UTC) - timedelta(minutes=30)


def test_a_change_keeps_the_place_in_line_and_only_staff_says_how_urgent() -> None:
    """What is wanted changes, who waits since when does not."""
    before = wish(days=9)
    wanted = wish(urgency=Urgency.URGENT, modalities=(2,))

    changed = before.changed_to(wanted, at=NOW, etag="v1", is_staff=False)

    assert (changed.since_time, changed.urgency, changed.modalities) == (before.since_time, Urgency.ROUTINE, (2,))
    assert before.changed_to(wanted, at=NOW, etag="", is_staff=True).urgency is Urgency.URGENT
    with pytest.raises(errors.StaleVersion):
        before.changed_to(wanted, at=NOW, etag="v7", is_staff=True)
    with pytest.raises(errors.WishClosed):
        before.closed(WishState.WITHDRAWN, at=NOW).changed_to(wanted, at=NOW, etag="", is_staff=True)
