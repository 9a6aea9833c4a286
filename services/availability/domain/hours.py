"""Says which sessions a therapist's weekly hours offer on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

from services.availability.domain import errors, wall

MAX_STRETCHES = 50
"""Stretches of weekly hours in one schedule. Source: the contract."""

MAX_SESSION_TYPES = 50
"""Session types one therapist gives. Source: the contract."""


class Modality(IntEnum):
    """How a session takes place; the contract's numbers."""

    ANY = 0
    IN_PERSON = 1
    VIDEO = 2
    PHONE = 3


class Option(NamedTuple):
    """One way a session may take place at a start; site_id is empty unless it is in person."""

    modality: int
    site_id: str


@dataclass(frozen=True, slots=True)
class SessionType:
    """A kind of session a practice offers; lengths are elapsed time."""

    session_type_id: str
    display_name: str
    length_min: int
    buffer_before_min: int
    buffer_after_min: int
    notice_min: int
    horizon_days: int
    grid_min: int
    modalities: tuple[int, ...]
    load_weight: int = 1
    is_intake: bool = False
    is_crisis: bool = False
    equipment_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """
    One weekly stretch of working hours on the wall clock.

    weekday is ISO's, 1 Monday to 7 Sunday; start_min and end_min are minutes of the local day, 0 to 1440.
    """

    weekday: int
    start_min: int
    end_min: int
    site_id: str
    modalities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When and how a therapist works."""

    therapist_id: str
    time_zone: str
    weekly_hours: tuple[WeeklyHours, ...]
    session_type_ids: tuple[str, ...]
    version: int = 0

    def check(self) -> None:
        """
        Refuse hours that no week can have.

        Raises:
            UnknownTimeZone: No zone has this name. (INVALID_ARGUMENT)
            HoursReversed: A stretch ends at or before its start. (INVALID_ARGUMENT)
            HoursOverlap: Two stretches of a day share a minute. (INVALID_ARGUMENT)
        """
        wall.zone(self.time_zone)
        for hours in self.weekly_hours:
            if hours.end_min <= hours.start_min:
                raise errors.HoursReversed("Hours end after they start.", weekday=str(hours.weekday))
        ordered = sorted(self.weekly_hours, key=lambda each: (each.weekday, each.start_min))
        for before, after in pairwise(ordered):
            if before.weekday == after.weekday and after.start_min < before.end_min:
                raise errors.HoursOverlap("Hours of one day overlap.", weekday=str(after.weekday))


@dataclass(frozen=True, slots=True)
class Offer:
    """
    What a day offers, whatever is taken.

    options_by_start has every start in epoch seconds, ascending, with the ways it may take place, in the order
    the hours list them. groups has the same starts, grouped by their ways.
    """

    options_by_start: Mapping[int, tuple[Option, ...]]
    groups: Sequence[tuple[tuple[Option, ...], Sequence[int]]]


def offer(schedule: Schedule, session_type: SessionType, day: date) -> Offer:
    """
    Work out what a day offers.

    Hours and grid are read off the wall clock; the session's length is elapsed time and has to fit between
    the instants at which the hours start and end. Stretches that touch at the same site count as one. Buffers may
    lie outside of the hours.

    Cost:
        A dictionary and its groups a therapist, session type and day; `Directory` remembers them.

    Source:
        "Weekly at 15:00 stays 15:00": ARCHITECTURE.md, invariant 10; held by
        tests/property/availability/test_wall_clocks.py.
    """
    found: dict[int, tuple[Option, ...]] = {}
    rules = wall.zone(schedule.time_zone)
    length_s = session_type.length_min * wall.MINUTE_S
    for hours in schedule.weekly_hours:
        if hours.weekday != day.isoweekday():
            continue
        start_s = wall.edge(day, hours.start_min, rules, is_end=False)
        first_min = -(-hours.start_min // session_type.grid_min) * session_type.grid_min
        for modality in hours.modalities:
            if modality not in session_type.modalities:
                continue
            days, end_min = _reach(schedule.weekly_hours, hours, modality)
            last_s = wall.edge(day + timedelta(days=days), end_min, rules, is_end=True) - length_s
            option = Option(modality, hours.site_id if modality == Modality.IN_PERSON else "")
            for minute in range(first_min, hours.end_min, session_type.grid_min):
                for at_s in wall.instants(day, minute, rules):
                    if start_s <= at_s <= last_s:
                        found[at_s] = (*found.get(at_s, ()), option)
    options_by_start = dict(sorted(found.items()))
    groups: dict[tuple[Option, ...], list[int]] = {}
    for at_s, options in options_by_start.items():
        groups.setdefault(options, []).append(at_s)
    return Offer(options_by_start, tuple(groups.items()))


def _reach(week: Sequence[WeeklyHours], hours: WeeklyHours, modality: int) -> tuple[int, int]:
    """Return how many days later, and at which minute, the hours end that begin with this stretch."""
    days = 0
    while days < 2:
        weekday, minute = hours.weekday, hours.end_min
        if minute == wall.DAY_MIN:
            weekday, minute = weekday % 7 + 1, 0
        following = [
            each
            for each in week
            if each.weekday == weekday
            and each.start_min == minute
            and each.site_id == hours.site_id
            and modality in each.modalities
        ]
        if not following:
            break
        days += hours.end_min == wall.DAY_MIN
        hours = following[0]
    return days, hours.end_min
