"""Says which instant a wall time is, also where clocks skip it or show it twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from services.booking.domain import errors
from services.booking.domain.client import known_time_zones

LOCAL_FORMAT = "%Y-%m-%dT%H:%M"
"""How a wall time is written: without seconds, without an offset."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    Is a wall time that clocks do show, said so that nobody can misread it.

    fold is 1 for the first of two equal wall times, else 0.
    """

    local: str
    fold: int
    start_time: datetime


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """
    Return the rules of a zone from the pinned tzdata wheel, never from the machine.

    Raises:
        UnknownTimeZone: No zone has this name. (INVALID_ARGUMENT)
    """
    if name not in known_time_zones():
        raise errors.UnknownTimeZone("No such IANA time zone.", field="time_zone")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


def tell(local: datetime, rules: ZoneInfo) -> Told:
    """
    Return when a wall time is.

    A time that clocks skip is read with the offset before the change: 02:30 becomes 03:30 where they jump an hour.
    Of a time they show twice the first is meant.

    Source:
        RFC 5545, 3.3.5; held by tests/property/booking/test_recurrence_zones.py.
    """
    at = local.replace(tzinfo=rules, fold=0).astimezone(UTC)
    shown = at.astimezone(rules)
    is_twice = shown.replace(fold=0).utcoffset() != shown.replace(fold=1).utcoffset() and not shown.fold
    return Told(shown.strftime(LOCAL_FORMAT), 1 if is_twice else 0, at)
