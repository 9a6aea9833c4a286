"""Standing hours in zones with odd clocks: the wall time stays, the length is elapsed time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.recurrence import read_rule
from services.booking.domain.recurrence_days import expand
from services.booking.domain.recurrence_walls import LOCAL_FORMAT, tell, zone

ZONES = ("Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "America/Vancouver")
DAYS_MAX = 800


@given(st.sampled_from(ZONES), st.integers(0, DAYS_MAX), st.integers(0, 24 * 60 - 1))
def test_a_time_that_clocks_show_is_kept_and_a_skipped_one_moves_by_the_gap(name: str, day: int, minute: int) -> None:
    """What is told is what clocks show at that instant, and it is off by exactly what clocks skip."""
    rules = zone(name)
    local = datetime(2026, 1, 1) + timedelta(days=day, minutes=minute)

    told = tell(local, rules)

    shown = told.start_time.astimezone(rules).replace(tzinfo=None)
    assert told.local == shown.strftime(LOCAL_FORMAT)
    before, after = (local.replace(tzinfo=rules, fold=fold).utcoffset() for fold in (0, 1))
    assert before is not None
    assert after is not None
    assert shown - local == max(after - before, timedelta(0))


@given(st.sampled_from(ZONES), st.integers(0, DAYS_MAX), st.integers(0, 24 * 60 - 1))
def test_of_two_equal_times_the_first_is_meant(name: str, day: int, minute: int) -> None:
    """No earlier instant shows the same wall time."""
    rules = zone(name)
    local = datetime(2026, 1, 1) + timedelta(days=day, minutes=minute)

    told = tell(local, rules)

    for earlier in (30, 60):
        shown = (told.start_time - timedelta(minutes=earlier)).astimezone(rules)
        assert shown.strftime(LOCAL_FORMAT) != told.local
    later = [(told.start_time + timedelta(minutes=each)).astimezone(rules) for each in (30, 60)]
    assert (told.fold == 1) == any(each.strftime(LOCAL_FORMAT) == told.local for each in later)


@given(st.sampled_from(ZONES), st.integers(0, 6), st.integers(4, 22))
def test_a_weekly_afternoon_keeps_its_wall_time_all_year(name: str, weekday: int, hour: int) -> None:
    """Every occurrence shows the same hour; instants are whole weeks apart, but for what clocks were changed."""
    rules = zone(name)
    start = datetime(2026, 1, 5 + weekday, hour)

    told = [
        tell(each, rules)
        for each in expand(
            read_rule("FREQ=WEEKLY", rules=rules), start, since=start, before=start + timedelta(days=DAYS_MAX)
        )
    ]

    assert {each.local[11:] for each in told} == {start.strftime("%H:%M")}
    assert {each.start_time.astimezone(rules).weekday() for each in told} == {start.weekday()}


@pytest.mark.parametrize(
    ("name", "local", "told", "fold", "instant"),
    [
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T03:30", 0, "2026-03-08T07:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T01:30", 1, "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45", 0, "2026-10-03T15:45"),
        ("America/Santiago", "2026-09-06T00:30", "2026-09-06T01:30", 0, "2026-09-06T04:30"),
        ("America/Vancouver", "2026-12-01T09:00", "2026-12-01T09:00", 0, "2026-12-01T16:00"),
    ],
)
def test_known_changes_of_clocks(name: str, local: str, told: str, fold: int, instant: str) -> None:
    """New York, half an hour on Lord Howe, midnight in Santiago, and Vancouver's last change of 2026."""
    found = tell(datetime.fromisoformat(local), zone(name))

    assert (found.local, found.fold) == (told, fold)
    assert found.start_time == datetime.fromisoformat(instant).replace(tzinfo=UTC)
