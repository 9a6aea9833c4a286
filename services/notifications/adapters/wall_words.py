"""Says moments in the words of a language and zone; the words are Babel's (CLDR)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta

from services.notifications.domain.contact import Locale

DATES = {Locale.EN: "EEEE d MMMM", Locale.ES: "EEEE d 'de' MMMM"}
YEARS = {Locale.EN: " y", Locale.ES: " 'de' y"}
SHORT_DATES = {Locale.EN: "EEE d MMM", Locale.ES: "EEE d MMM"}
"""CLDR patterns."""


def start_in_words(start_time: datetime, *, time_zone: str, locale: Locale, at: datetime) -> str:
    """
    Say a start as a person would, with its zone.

    Args:
        start_time: The start, UTC.
        time_zone: IANA zone to say it in.
        locale: Language.
        at: Now; another year than now's is said too.

    Returns:
        For example "Tuesday 3 March at 15:00 (Vancouver time)". In the hour that occurs twice
        when clocks go back, the offset is said with the zone.
    """
    local = start_time.astimezone(ZoneInfo(time_zone))
    return f"{date_in_words(start_time, time_zone=time_zone, locale=locale, at=at)} {_clock(local, locale)}" + (
        f" ({_zone_in_words(local, time_zone, locale)})"
    )


def date_in_words(instant: datetime, *, time_zone: str, locale: Locale, at: datetime) -> str:
    """Say a day, with its year if that is another than now's."""
    local = instant.astimezone(ZoneInfo(time_zone))
    has_other_year = local.year != at.astimezone(local.tzinfo).year
    pattern = DATES[locale] + (YEARS[locale] if has_other_year else "")
    return _day_in_words(local.date(), pattern, locale)


def start_in_short(start_time: datetime, *, time_zone: str, locale: Locale) -> str:
    """Say a start as a text message has room for: "Tue 3 Mar, 15:00"."""
    local = start_time.astimezone(ZoneInfo(time_zone))
    return f"{_day_in_words(local.date(), SHORT_DATES[locale], locale)}, {local:%H:%M}"


def days_between(instant: datetime, *, time_zone: str, at: datetime) -> int:
    """Count the days of the calendar from now to a moment."""
    zone = ZoneInfo(time_zone)
    return (instant.astimezone(zone).date() - at.astimezone(zone).date()).days


@lru_cache(maxsize=1024)
def days_in_words(days: int, locale: Locale) -> str:
    """Say "in 1 day", "in 3 days", as each language counts."""
    return format_timedelta(
        timedelta(days=days), granularity="day", threshold=1000, add_direction=True, locale=locale.value
    )


@lru_cache(maxsize=4096)
def _day_in_words(day: date, pattern: str, locale: Locale) -> str:
    """Say a day once: thousands of messages are about the same few weeks."""
    return format_date(day, pattern, locale=locale.value)


def start_on_the_clock(start_time: datetime, *, time_zone: str) -> str:
    """Write a start as "YYYY-MM-DDTHH:MM" on the clock of the zone."""
    return f"{start_time.astimezone(ZoneInfo(time_zone)):%Y-%m-%dT%H:%M}"


def _clock(local: datetime, locale: Locale) -> str:
    if locale is Locale.ES:
        return f"a {'la' if local.hour == 1 else 'las'} {local:%H:%M}"
    return f"at {local:%H:%M}"


def _zone_in_words(local: datetime, time_zone: str, locale: Locale) -> str:
    place = time_zone.rsplit("/", 1)[-1].replace("_", " ")
    if "/" not in time_zone or time_zone.startswith("Etc/"):
        return place + _offset(local)
    words = f"hora de {place}" if locale is Locale.ES else f"{place} time"
    return words + _offset(local)


def _offset(local: datetime) -> str:
    """The offset, in the hour that occurs twice; elsewhere nothing."""
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    return f", UTC{'+' if minutes >= 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
