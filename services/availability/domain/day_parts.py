"""Cuts local days into morning, afternoon and evening."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from services.availability.domain.free import Span, merge
from services.availability.domain.wall import DAY_MIN, edge, local_date, zone


class PartOfDay(IntEnum):
    """A part of a local day; the contract's numbers."""

    MORNING = 1
    AFTERNOON = 2
    EVENING = 3


BOUNDS_MIN = {
    PartOfDay.MORNING: (0, 12 * 60),
    PartOfDay.AFTERNOON: (12 * 60, 17 * 60),
    PartOfDay.EVENING: (17 * 60, DAY_MIN),
}
"""Minutes of the local day from which, and before which, a start lies in a part. Source: the contract."""


def outside_parts(span: Span, parts: Collection[int], time_zone: str) -> list[Span]:
    """
    Return what of a stretch lies in none of the parts.

    Args:
        span: Epoch seconds.
        parts: Numbers of PartOfDay; none of them means all.

    Returns:
        Sorted and disjoint; whole days are cut, so it may reach a day past either end of the stretch.
    """
    if not parts:
        return []
    rules = zone(time_zone)
    day, last = local_date(span[0], time_zone), local_date(span[1], time_zone)
    found: list[Span] = []
    while day <= last:
        for part, (first_min, end_min) in BOUNDS_MIN.items():
            if part not in parts:
                found.append((_at(day, first_min, rules), _at(day, end_min, rules)))
        day += timedelta(days=1)
    return merge(found)


def _at(day: date, minute: int, rules: ZoneInfo) -> int:
    return edge(day, minute, rules, is_end=False)
