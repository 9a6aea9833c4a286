"""Overrides and travels keep to the wall clock, through every change of clocks."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.availability.domain.day_parts import BOUNDS_MIN, PartOfDay, outside_parts
from services.availability.domain.days import Calendar, Override, Travel
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Schedule, SessionType, Stretch, WeeklyHours
from services.availability.domain.offers import offer
from services.availability.domain.wall import edge, wall_at, zone

ODD = ["Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "America/Vancouver"]
ZONES = st.sampled_from([*ODD, "America/New_York", "Etc/UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
DAYS = st.integers(0, 365).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
SESSION = SessionType("type", "Session", 50, 0, 0, 0, 365, 30, (2,))
ALL_DAY = tuple(WeeklyHours(weekday, 0, 1440, "", (2,)) for weekday in range(1, 8))


def travelling(there: str, first: date, days: int) -> Calendar:
    """The therapist is there for some days."""
    return Calendar(travels={"therapist": [Travel("travel", "therapist", first, first + timedelta(days=days), there)]})


@given(ZONES, DAYS, st.integers(0, 47), st.integers(1, 48))
def test_an_overrides_hours_are_read_off_the_wall_clock(time_zone: str, day: date, first: int, length: int) -> None:
    """Whatever the clocks do that day: every start lies in the hours, and every session ends within them."""
    hours = Stretch(first * 30, min(1440, (first + length) * 30), "", (2,))
    calendar = Calendar(overrides={"therapist": {day: Override("therapist", day, False, (hours,))}})
    rules = zone(time_zone)

    found = offer(Schedule("therapist", time_zone, ALL_DAY, ("type",)), SESSION, day, calendar)

    last_s = edge(day, hours.end_min, rules, is_end=True)
    for start_s in found.options_by_start:
        shown = wall_at(start_s, time_zone).local
        assert shown[:10] == str(day)
        assert hours.start_min <= int(shown[11:13]) * 60 + int(shown[14:]) < hours.end_min
        # Hours until midnight run on into the next day's.
        assert hours.end_min == 1440 or start_s + SESSION.length_min * 60 <= last_s


@given(ZONES, ZONES, DAYS, st.integers(0, 9), st.integers(-3, 12))
def test_while_travelling_the_week_is_meant_there(home: str, there: str, first: date, days: int, number: int) -> None:
    """Three o'clock is three o'clock where the therapist is, that day."""
    week = tuple(WeeklyHours(weekday, 900, 960, "", (2,)) for weekday in range(1, 8))
    day = first + timedelta(days=number)
    expected = there if 0 <= number <= days else home

    (start_s,) = offer(
        Schedule("therapist", home, week, ("type",)), SESSION, day, travelling(there, first, days)
    ).options_by_start

    assert wall_at(start_s, expected).local == f"{day}T15:00"


@given(ZONES, ZONES, DAYS, st.integers(0, 4))
def test_every_offered_start_can_be_asked_for_by_its_instant(home: str, there: str, first: date, days: int) -> None:
    """Around the first and the last day of a travel, too, when one instant belongs to days of two zones."""
    schedule = Schedule("therapist", home, ALL_DAY, ("type",))
    directory = Directory(
        version=1,
        sites={},
        rooms={},
        session_types={"type": SESSION},
        schedules={"therapist": schedule},
        calendar=travelling(there, first, days),
    )

    for number in range(-2, days + 3):
        for start_s in directory.offers(schedule, SESSION, first + timedelta(days=number)).options_by_start:
            assert directory.options_at(schedule, SESSION, start_s)


@given(ZONES, DAYS, st.integers(0, 3 * 96), st.sets(st.sampled_from(PartOfDay), min_size=1))
def test_a_start_is_in_a_part_of_the_day_by_the_viewers_clock(
    time_zone: str, day: date, quarter: int, parts: set[PartOfDay]
) -> None:
    """Morning until noon, afternoon until five, then evening, on days of 23 to 25 hours."""
    from_s = edge(day, 0, zone(time_zone), is_end=False)
    at_s = from_s + quarter * 900
    shown = wall_at(at_s, time_zone).local
    minute = int(shown[11:13]) * 60 + int(shown[14:])

    hidden = outside_parts((from_s, from_s + 3 * 86_400), parts, time_zone)

    is_inside = any(BOUNDS_MIN[part][0] <= minute < BOUNDS_MIN[part][1] for part in parts)
    assert is_inside != any(start_s <= at_s < end_s for start_s, end_s in hidden)
