"""Weekly hours offer starts on the wall clock, and sessions that fit."""

from __future__ import annotations

from datetime import date

import pytest

from services.availability.domain import errors
from services.availability.domain.hours import Option
from services.availability.domain.offers import offer
from services.availability.domain.wall import wall_at
from tests.unit.availability.samples import SITE, ZONE, hours, schedule, session_type

WEDNESDAY = date(2027, 5, 5)


def locals_of(starts: object, time_zone: str = ZONE) -> list[str]:
    """Return the times of day of starts."""
    return [wall_at(at_s, time_zone).local[11:] for at_s in starts]  # type: ignore[attr-defined]


def test_a_day_offers_every_start_on_the_grid_that_fits() -> None:
    """Fifty minutes between nine and noon, every half hour: 11:30 would end after noon."""
    found = offer(schedule(hours(end=12)), session_type(), WEDNESDAY)

    assert locals_of(found.options_by_start) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert set(found.options_by_start.values()) == {(Option(1, SITE), Option(2, ""))}
    assert found.groups == (((Option(1, SITE), Option(2, "")), list(found.options_by_start)),)


def test_another_weekday_offers_nothing() -> None:
    """Thursday is not Wednesday."""
    assert not offer(schedule(), session_type(), date(2027, 5, 6)).options_by_start


def test_the_grid_counts_from_midnight_not_from_the_hours() -> None:
    """Hours from 9:20 on a grid of 45 minutes start at 9:45."""
    odd = hours(start=0, end=12)
    odd = type(odd)(3, 9 * 60 + 20, 12 * 60, SITE, (2,))
    found = offer(schedule(odd), session_type(grid_min=45), WEDNESDAY)
    assert locals_of(found.options_by_start) == ["09:45", "10:30"]


def test_hours_and_session_type_have_to_agree_how() -> None:
    """A telephone session finds no hours by video."""
    assert not offer(schedule(hours(modalities=(2,))), session_type(modalities=(3,)), WEDNESDAY).options_by_start


def test_hours_that_touch_count_as_one() -> None:
    """Across noon at the same site; and across midnight."""
    noon = offer(schedule(hours(end=12), hours(start=12, end=13)), session_type(), WEDNESDAY)
    night = offer(schedule(hours(start=23, end=24), hours(4, 0, 1)), session_type(), WEDNESDAY)

    assert "11:30" in locals_of(noon.options_by_start)
    assert locals_of(night.options_by_start) == ["23:00", "23:30"]


def test_hours_that_touch_elsewhere_do_not() -> None:
    """In person nobody is at two sites; by video the site does not matter to the session, but the hours do."""
    found = offer(schedule(hours(end=12), hours(start=12, end=13, site_id="other")), session_type(), WEDNESDAY)
    assert "11:30" not in locals_of(found.options_by_start)


def test_no_start_is_offered_at_a_time_that_does_not_exist() -> None:
    """On the day clocks go forward, 2:00 and 2:30 are missing, and a session at 1:30 ends at 3:20 by the wall."""
    found = offer(schedule(hours(7, 1, 4)), session_type(), date(2027, 3, 14))
    assert locals_of(found.options_by_start) == ["01:00", "01:30", "03:00"]


def test_a_time_shown_twice_is_offered_twice() -> None:
    """On the day clocks go back."""
    found = offer(schedule(hours(7, 1, 3)), session_type(), date(2027, 11, 7))
    assert locals_of(found.options_by_start) == ["01:00", "01:30", "01:00", "01:30", "02:00"]


def test_a_week_that_cannot_be_is_refused() -> None:
    """Reversed or overlapping hours, an unknown zone."""
    with pytest.raises(errors.HoursReversed):
        schedule(hours(start=12, end=9)).check()
    with pytest.raises(errors.HoursOverlap):
        schedule(hours(), hours(start=16, end=18)).check()
    with pytest.raises(errors.UnknownTimeZone):
        schedule(time_zone="Mars/Base").check()
    schedule(hours(end=12), hours(start=12, end=14), hours(4)).check()
