"""Reads and writes hours, overrides, travels, closures and holidays as rows hold them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg.types.range import DateRange

from services.availability.adapters.holiday_names import holiday_names
from services.availability.domain.days import Calendar, Closure, HolidayCalendar, Override, Travel
from services.availability.domain.hours import Stretch, WeeklyHours
from services.chassis.db.pool import Connection

NO_SITE = "00000000-0000-0000-0000-000000000000"
"""Stands for the practice in a key, where NULL can't."""

DAYS_KEPT = 7
"""Days after which an exception is no longer read: every zone has left them, and nobody searches the past."""

_OVERRIDES = "select therapist_id::text, local_date, is_extension, hours from overrides where local_date >= %s"
_TRAVELS = "select travel_id::text, therapist_id::text, during, time_zone from travels where upper(during) >= %s"
_CLOSURES = """
select closure_id::text, coalesce(site_id::text, ''), from_date, to_date, display_name from closures
 where to_date >= %s
"""
_HOLIDAYS = "select site_id::text, country, subdivision, worked_dates from holiday_calendars where practice_id = %s"


async def load_calendar(conn: Connection, practice_id: str) -> Calendar:
    """Read everything of a practice that changes what weekly hours say, but for what is over."""
    since = today() - timedelta(days=DAYS_KEPT)
    overrides: dict[str, dict[date, Override]] = {}
    found = await conn.execute(f"{_OVERRIDES} and practice_id = %s", (since, practice_id))
    for therapist_id, day, is_extension, hours in await found.fetchall():
        overrides.setdefault(therapist_id, {})[day] = Override(therapist_id, day, is_extension, read_day(hours))
    travels: dict[str, list[Travel]] = {}
    found = await conn.execute(f"{_TRAVELS} and practice_id = %s order by during", (since, practice_id))
    for travel_id, therapist_id, during, time_zone in await found.fetchall():
        travel = Travel(travel_id, therapist_id, *days_of(during), time_zone)
        travels.setdefault(therapist_id, []).append(travel)
    found = await conn.execute(f"{_CLOSURES} and practice_id = %s order by from_date, closure_id", (since, practice_id))
    closures = [Closure(*row) for row in await found.fetchall()]
    found = await conn.execute(_HOLIDAYS, (practice_id,))
    calendars = {}
    for site_id, country, subdivision, worked in await found.fetchall():
        site_id = "" if site_id == NO_SITE else site_id
        calendars[site_id] = HolidayCalendar(site_id, country, subdivision, frozenset(worked))
    return Calendar(overrides, travels, closures, calendars, holiday_names)


def today() -> date:
    """Return the present day in UTC; zones are a day off at most, which `DAYS_KEPT` allows for."""
    return datetime.now(UTC).date()


def week_words(week: Sequence[WeeklyHours]) -> str:
    """Write weekly hours as the column holds them."""
    return json.dumps(
        [
            [h.weekday, *_stretch_words(h.stretch), h.every_weeks, _day(h.anchor), _day(h.from_day), _day(h.to_day)]
            for h in week
        ]
    )


def read_week(words: Iterable[list[Any]]) -> tuple[WeeklyHours, ...]:
    """Read weekly hours; rows from before alternating weeks have five members, later ones nine."""
    return tuple(
        WeeklyHours(h[0], h[1], h[2], h[3], tuple(h[4]), *((h[5], *map(_read_day, h[6:9])) if len(h) > 5 else ()))
        for h in words
    )


def day_words(hours: Sequence[Stretch]) -> str:
    """Write the hours of one date as the column holds them."""
    return json.dumps([_stretch_words(each) for each in hours])


def read_day(words: Iterable[list[Any]]) -> tuple[Stretch, ...]:
    """Read the hours of one date."""
    return tuple(Stretch(h[0], h[1], h[2], tuple(h[3])) for h in words)


def days_of(during: DateRange) -> tuple[date, date]:
    """Return the first and the last day of a range."""
    assert during.lower is not None, "no travel is endless"
    assert during.upper is not None, "no travel is endless"
    return during.lower, during.upper - timedelta(days=1)


def _stretch_words(stretch: Stretch) -> list[object]:
    return [stretch.start_min, stretch.end_min, stretch.site_id, list(stretch.modalities)]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _read_day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
