"""Wall clocks rule: weekly at 15:00 stays 15:00, whatever the zone does that year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.availability.domain import errors
from services.availability.domain.hours import Schedule, SessionType, WeeklyHours
from services.availability.domain.offers import offer
from services.availability.domain.wall import WallTime, instant, instants, wall_at, zone

ZONES = st.sampled_from(
    ["America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "America/Vancouver", "Etc/UTC"]
)
DAYS = st.integers(0, 3 * 365).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
SESSION = SessionType("type", "Session", 50, 0, 0, 0, 365, 30, (2,))


def all_week(time_zone: str, start_min: int, end_min: int) -> Schedule:
    """Return the same hours every day."""
    week = tuple(WeeklyHours(weekday, start_min, end_min, "", (2,)) for weekday in range(1, 8))
    return Schedule("therapist", time_zone, week, ("type",))


@given(ZONES, DAYS)
def test_weekly_at_three_stays_at_three(time_zone: str, day: date) -> None:
    """Today and in every week of the next half year."""
    schedule = all_week(time_zone, 15 * 60, 16 * 60)
    for week in range(26):
        that_day = day + timedelta(weeks=week)
        (start_s,) = offer(schedule, SESSION, that_day).options_by_start
        assert wall_at(start_s, time_zone) == WallTime(f"{that_day}T15:00", time_zone)


@given(ZONES, DAYS)
def test_every_start_of_a_day_is_a_time_of_that_day_that_names_it_back(time_zone: str, day: date) -> None:
    """Offered starts lie on the grid, in order, and their wall time means them and no other."""
    found = list(offer(all_week(time_zone, 0, 24 * 60), SESSION, day).options_by_start)

    assert found == sorted(set(found))
    assert len(found) in (46, 47, 48, 49, 50)
    for start_s in found:
        wall = wall_at(start_s, time_zone)
        assert wall.local.startswith(str(day))
        assert int(wall.local[-2:]) % SESSION.grid_min == 0
        assert instant(wall) == start_s


@given(ZONES, DAYS, st.integers(0, 1439), st.integers(0, 2))
def test_a_wall_time_is_one_instant_or_says_why_not(time_zone: str, day: date, minute: int, fold: int) -> None:
    """And the instant reads back as the same wall time."""
    wall = WallTime(f"{day}T{minute // 60:02}:{minute % 60:02}", time_zone, fold)
    shown = instants(day, minute, zone(time_zone))
    if not shown or (len(shown) == 2 and fold == 0):
        with pytest.raises(errors.TimeAmbiguous if shown else errors.TimeDoesNotExist):
            instant(wall)
    else:
        assert wall_at(instant(wall), time_zone).local == wall.local


@given(ZONES, st.integers(1_767_225_600, 1_861_920_000))
def test_every_instant_has_a_wall_time_that_means_it(time_zone: str, at_s: int) -> None:
    """To the minute."""
    whole = at_s - at_s % 60
    assert instant(wall_at(whole, time_zone)) == whole
