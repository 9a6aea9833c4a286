"""Turns wall times into instants and back, in the pinned zones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from zoneinfo import ZoneInfo

from services.availability.domain import errors

YEARS = range(1970, 2200)
"""Years a wall time may lie in; zone rules beyond are guesses."""

TZDATA_VERSION: str = import_module("tzdata").IANA_VERSION
"""Release of the pinned zone rules, for example "2026f"; stored with every time made by them."""

MINUTE_S = 60
DAY_MIN = 1440

_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_ZONE_NAMES = frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split())


@dataclass(frozen=True, slots=True)
class WallTime:
    """A time on a wall clock: local is "YYYY-MM-DDTHH:MM"; fold 1 and 2 tell two equal times apart, 0 says nothing."""

    local: str
    time_zone: str
    fold: int = 0


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """
    Return the rules of a zone from the pinned tzdata wheel, never from the machine.

    Raises:
        UnknownTimeZone: No zone has this name. (INVALID_ARGUMENT)

    Source:
        The machine's own zone files are older than the wheel and zoneinfo reads them first; held by
        tests/unit/availability/test_wall.py.
    """
    if name not in _ZONE_NAMES:
        raise errors.UnknownTimeZone("No such IANA time zone.", time_zone=name[:64])
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


def instant(wall: WallTime, *, field: str = "start_wall") -> int:
    """
    Return the instant of a wall time.

    Returns:
        Epoch seconds, UTC.

    Raises:
        Malformed: local is no minute of a calendar day in YEARS, or fold is not 0, 1 or 2. (INVALID_ARGUMENT)
        UnknownTimeZone: No zone has this name. (INVALID_ARGUMENT)
        TimeDoesNotExist: Clocks skip it. (INVALID_ARGUMENT)
        TimeAmbiguous: Clocks show it twice and fold is 0. (INVALID_ARGUMENT)
    """
    local = _parse(wall.local, field)
    if wall.fold not in (0, 1, 2):
        raise errors.Malformed("The fold is 0, 1 or 2.", field=f"{field}.fold")
    both = instants(local.date(), local.hour * 60 + local.minute, zone(wall.time_zone))
    if not both:
        raise errors.TimeDoesNotExist("Clocks skip this time.", local=wall.local, time_zone=wall.time_zone)
    if len(both) == 1:
        return both[0]
    if wall.fold == 0:
        raise errors.TimeAmbiguous("Clocks show this time twice.", local=wall.local, time_zone=wall.time_zone)
    return both[wall.fold - 1]


@lru_cache(maxsize=16384)
def wall_at(at_s: int, time_zone: str) -> WallTime:
    """Return what a wall clock shows at an instant; fold is said only where clocks show the time twice."""
    local = datetime.fromtimestamp(at_s, zone(time_zone))
    is_twice = len(instants(local.date(), local.hour * 60 + local.minute, zone(time_zone))) == 2
    return WallTime(local.strftime("%Y-%m-%dT%H:%M"), time_zone, local.fold + 1 if is_twice else 0)


def local_date(at_s: int, time_zone: str) -> date:
    """Return the day a wall clock shows at an instant."""
    return datetime.fromtimestamp(at_s, zone(time_zone)).date()


def instants(day: date, minute: int, rules: ZoneInfo) -> tuple[int, ...]:
    """
    Return every instant at which clocks show a minute of a day: none, one or two.

    Args:
        minute: Minutes from local midnight on the wall clock, 0 to 1440; 1440 is the next day's midnight.
    """
    plain_s = _plain_midnight(day, rules)
    if plain_s is not None:
        return (plain_s + minute * MINUTE_S,)
    _, first_s, second_s = _readings(day, minute, rules)
    if first_s == second_s:
        return (first_s,)
    return (first_s, second_s) if first_s < second_s else ()


def edge(day: date, minute: int, rules: ZoneInfo, *, is_end: bool) -> int:
    """
    Return the instant at which hours written on the wall clock start or end.

    Hours that start at a time shown twice start at the first, and end at the second. Hours that start or
    end at a time clocks skip do so when clocks jump.
    """
    both = instants(day, minute, rules)
    if both:
        return both[-1] if is_end else both[0]
    _, later_s, earlier_s = _readings(day, minute, rules)
    before = _offset_s(earlier_s, rules)
    while later_s - earlier_s > 1:
        middle_s = (earlier_s + later_s) // 2
        if _offset_s(middle_s, rules) == before:
            earlier_s = middle_s
        else:
            later_s = middle_s
    return later_s


def _parse(local: str, field: str) -> datetime:
    if not _LOCAL.fullmatch(local):
        raise errors.Malformed("A wall time is YYYY-MM-DDTHH:MM.", field=f"{field}.local")
    try:
        parsed = datetime.fromisoformat(local)
    except ValueError:
        raise errors.Malformed("No calendar has this day and time.", field=f"{field}.local") from None
    if parsed.year not in YEARS:
        raise errors.Malformed("The year is too far from now.", field=f"{field}.local")
    return parsed


@lru_cache(maxsize=65536)
def _plain_midnight(day: date, rules: ZoneInfo) -> int | None:
    """Return the instant of local midnight of a day on which clocks don't change; None if they do."""
    midnight_s, first_s, second_s = _readings(day, 0, rules)
    _, next_first_s, next_second_s = _readings(day, DAY_MIN, rules)
    offsets = {midnight_s - first_s, midnight_s - second_s}
    offsets |= {midnight_s + DAY_MIN * MINUTE_S - each for each in (next_first_s, next_second_s)}
    return first_s if len(offsets) == 1 else None


def _readings(day: date, minute: int, rules: ZoneInfo) -> tuple[int, int, int]:
    """Return the wall time as if it were UTC, and its instant read by the rules before and after a change."""
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    naive_s = (day.toordinal() - _EPOCH_ORDINAL) * DAY_MIN * MINUTE_S + minute * MINUTE_S
    both = []
    for fold in (0, 1):
        offset = rules.utcoffset(local.replace(tzinfo=rules, fold=fold))
        assert offset is not None, "an IANA zone always has an offset"
        both.append(naive_s - offset.days * 86400 - offset.seconds)
    return naive_s, both[0], both[1]


def _offset_s(at_s: int, rules: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(at_s, rules).utcoffset()
    assert offset is not None, "an IANA zone always has an offset"
    return offset.days * 86400 + offset.seconds
