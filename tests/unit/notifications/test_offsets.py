"""When reminders are due: on the calendar, in elapsed hours, and never in the recipient's night."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain.offset import Offset, Unit
from services.notifications.domain.quiet_hours import QuietHours, opens_at, plan_around, put_off

NEW_YORK = "America/New_York"
DAY_BEFORE, HOURS_BEFORE = Offset(1, Unit.DAYS), Offset(24)


def utc(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("wall", "zone", "day_before", "hours_before"),
    [
        (datetime(2026, 3, 8, 9), NEW_YORK, "2026-03-07T14:00Z", "2026-03-07T13:00Z"),
        (datetime(2026, 11, 1, 9), NEW_YORK, "2026-10-31T13:00Z", "2026-10-31T14:00Z"),
        (datetime(2026, 3, 29, 9), "Europe/Madrid", "2026-03-28T08:00Z", "2026-03-28T07:00Z"),
        (datetime(2026, 10, 4, 9), "Australia/Lord_Howe", "2026-10-02T22:30Z", "2026-10-02T22:00Z"),
        (datetime(2026, 6, 10, 9), NEW_YORK, "2026-06-09T13:00Z", "2026-06-09T13:00Z"),
    ],
)
def test_a_day_before_is_the_same_wall_time_and_24_hours_are_24_hours(
    wall: datetime, zone: str, day_before: str, hours_before: str
) -> None:
    """Acceptance check 11: the two differ by what the clocks do in between."""
    start_time = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    assert DAY_BEFORE.before(start_time, zone) == utc(day_before)
    assert HOURS_BEFORE.before(start_time, zone) == utc(hours_before)


def test_a_day_before_a_wall_time_that_is_skipped_that_day_is_just_after_the_gap() -> None:
    """09 March 02:30 exists, 08 March 02:30 does not: the reminder is due an hour later on the wall, never lost."""
    start_time = datetime(2026, 3, 9, 2, 30, tzinfo=ZoneInfo(NEW_YORK)).astimezone(UTC)

    assert DAY_BEFORE.before(start_time, NEW_YORK) == utc("2026-03-08T07:30Z")


def test_a_day_after_keeps_the_wall_time_too() -> None:
    """What follows a session is counted like what comes before it."""
    end_time = datetime(2026, 3, 7, 10, tzinfo=ZoneInfo(NEW_YORK)).astimezone(UTC)

    assert DAY_BEFORE.after(end_time, NEW_YORK) == utc("2026-03-08T14:00Z")
    assert HOURS_BEFORE.after(end_time, NEW_YORK) == utc("2026-03-08T15:00Z")


@pytest.mark.parametrize(
    ("due", "opens"),
    [
        ("2026-07-01T01:00:00Z", "2026-07-01T12:00Z"),
        ("2026-07-01T00:59:59Z", None),
        ("2026-07-01T11:59:59Z", "2026-07-01T12:00Z"),
        ("2026-07-01T12:00:00Z", None),
        ("2026-03-08T06:30:00Z", "2026-03-08T12:00Z"),
    ],
)
def test_quiet_hours_are_kept_to_the_second_on_the_recipients_clock(due: str, opens: str | None) -> None:
    """Acceptance check 12: 21:00 is quiet, 20:59:59 and 08:00 are not, in the night the clocks change too."""
    assert opens_at(utc(due), NEW_YORK) == (utc(opens) if opens else None)


def test_a_reminder_whose_morning_is_too_near_the_start_is_said_the_evening_before() -> None:
    """Acceptance check 12: two hours before 08:30 is night, and 08:00 is too late."""
    start_time = utc("2026-07-01T12:30Z")

    due_time = plan_around(start_time - timedelta(hours=2), start_time=start_time, time_zone=NEW_YORK)

    assert due_time.astimezone(ZoneInfo(NEW_YORK)) == datetime(2026, 6, 30, 20, 59, tzinfo=ZoneInfo(NEW_YORK))


def test_a_reminder_with_time_to_spare_waits_for_the_morning() -> None:
    """A day before 23:00 is night; the next morning leaves hours."""
    start_time = utc("2026-07-02T03:00Z")

    due_time = plan_around(start_time - timedelta(hours=24), start_time=start_time, time_zone=NEW_YORK)

    assert due_time == utc("2026-07-01T12:00Z")


def test_at_the_moment_of_sending_the_night_is_waited_out() -> None:
    """An outage pushed it into the night: it goes at eight, or not at all when the session is over by then."""
    night = utc("2026-07-01T05:00Z")

    assert put_off(at=night, start_time=utc("2026-07-01T16:00Z"), time_zone=NEW_YORK) == utc("2026-07-01T12:00Z")
    assert put_off(at=night, start_time=utc("2026-07-01T11:00Z"), time_zone=NEW_YORK) == utc("2026-07-01T11:00Z")
    assert put_off(at=utc("2026-07-01T12:00Z"), start_time=utc("2026-07-01T16:00Z"), time_zone=NEW_YORK) is None


def test_a_practice_may_have_quiet_hours_of_its_own() -> None:
    """20:00 to 8:00, or a siesta: forward to their end, or before their beginning."""
    early = QuietHours(time(20), time(8))
    siesta = QuietHours(time(13), time(16))
    start_time = utc("2026-07-01T21:00Z")

    assert opens_at(utc("2026-07-01T00:30Z"), NEW_YORK, early) == utc("2026-07-01T12:00Z")
    assert opens_at(utc("2026-07-01T18:00Z"), NEW_YORK, siesta) == utc("2026-07-01T20:00Z")
    planned = plan_around(utc("2026-07-01T18:00Z"), start_time=start_time, time_zone=NEW_YORK, quiet=siesta)
    assert planned == utc("2026-07-01T16:59Z")
