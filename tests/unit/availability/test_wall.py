"""A wall time is one instant, or says why it is none."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from services.availability.domain import errors
from services.availability.domain.wall import WallTime, edge, instant, wall_at, zone


def utc(text: str) -> int:
    """Return the epoch seconds of a UTC time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("local", "time_zone", "expected"),
    [
        ("2027-01-15T09:00", "America/New_York", "2027-01-15T14:00"),
        ("2027-07-15T09:00", "America/New_York", "2027-07-15T13:00"),
        ("2027-01-15T09:00", "Australia/Lord_Howe", "2027-01-14T22:00"),
        ("2027-07-15T09:00", "Australia/Lord_Howe", "2027-07-14T22:30"),
        ("2027-07-15T09:00", "America/Santiago", "2027-07-15T13:00"),
        ("2027-01-15T09:00", "Asia/Kathmandu", "2027-01-15T03:15"),
    ],
)
def test_a_plain_wall_time_is_one_instant(local: str, time_zone: str, expected: str) -> None:
    """In winter and in summer."""
    assert instant(WallTime(local, time_zone)) == utc(expected)


def test_zone_rules_are_the_wheels_not_the_machines() -> None:
    """Vancouver keeps its summer time from November 2026 on, which older rules don't know."""
    program = (
        "from services.availability.domain.wall import WallTime, instant;"
        "print(instant(WallTime('2026-12-01T09:00', 'America/Vancouver')))"
    )
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONTZPATH"}
    found = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert int(found.stdout) == utc("2026-12-01T16:00")


@pytest.mark.parametrize(
    ("local", "time_zone"),
    [
        ("2027-03-14T02:30", "America/New_York"),
        ("2027-10-03T02:15", "Australia/Lord_Howe"),
        ("2027-09-05T00:00", "America/Santiago"),
        ("2011-12-30T12:00", "Pacific/Apia"),
    ],
)
def test_a_time_that_clocks_skip_is_refused(local: str, time_zone: str) -> None:
    """An hour, half an hour, midnight, a whole day."""
    with pytest.raises(errors.TimeDoesNotExist):
        instant(WallTime(local, time_zone))


@pytest.mark.parametrize(
    ("local", "time_zone", "apart_s"),
    [
        ("2027-11-07T01:30", "America/New_York", 3_600),
        ("2027-04-04T01:45", "Australia/Lord_Howe", 1_800),
        ("2027-04-03T23:30", "America/Santiago", 3_600),
    ],
)
def test_a_time_shown_twice_needs_to_be_told_apart(local: str, time_zone: str, apart_s: int) -> None:
    """Fold 0 is refused, 1 is the first, 2 the second, and the way back says which."""
    with pytest.raises(errors.TimeAmbiguous):
        instant(WallTime(local, time_zone))
    first, second = (instant(WallTime(local, time_zone, fold)) for fold in (1, 2))
    assert second - first == apart_s
    assert wall_at(first, time_zone) == WallTime(local, time_zone, 1)
    assert wall_at(second, time_zone) == WallTime(local, time_zone, 2)


@pytest.mark.parametrize("name", ["", "Mars/Base", "america/new_york", "../tzdata/zones", "/etc/localtime", "EST\x00"])
def test_a_zone_nobody_knows_is_refused(name: str) -> None:
    """Paths too."""
    with pytest.raises(errors.UnknownTimeZone):
        zone(name)


@pytest.mark.parametrize(
    "wall",
    [
        WallTime("2027-1-5T9:00", "Etc/UTC"),
        WallTime("2027-02-29T09:00", "Etc/UTC"),
        WallTime("2027-01-05T24:00", "Etc/UTC"),
        WallTime("2027-01-05T09:00:00", "Etc/UTC"),
        WallTime("2027-01-05T09:00Z", "Etc/UTC"),
        WallTime("9999-12-31T23:59", "Etc/UTC"),
        WallTime("٢٠٢٧-01-05T09:00", "Etc/UTC"),
        WallTime("2027-01-05T09:00", "Etc/UTC", fold=-1),
    ],
)
def test_what_is_no_wall_time_is_malformed(wall: WallTime) -> None:
    """No calendar day, no minute, too far away, another alphabet."""
    with pytest.raises(errors.Malformed):
        instant(wall)


def test_hours_at_a_change_start_and_end_when_clocks_do() -> None:
    """A skipped edge is the moment of the jump; of a doubled one the start is the first, the end the second."""
    rules = zone("America/New_York")
    spring, autumn = date(2027, 3, 14), date(2027, 11, 7)

    assert edge(spring, 150, rules, is_end=False) == utc("2027-03-14T07:00")
    assert edge(spring, 150, rules, is_end=True) == utc("2027-03-14T07:00")
    assert edge(autumn, 90, rules, is_end=False) == utc("2027-11-07T05:30")
    assert edge(autumn, 90, rules, is_end=True) == utc("2027-11-07T06:30")
