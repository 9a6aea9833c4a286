"""Says which sessions a therapist's hours offer on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.availability.domain import wall
from services.availability.domain.days import NOTHING, Calendar, WorkingDay, working_day
from services.availability.domain.hours import Modality, Option, Schedule, SessionType, Stretch

MAX_NIGHTS = 2
"""Midnights a session may run past: more than the longest session needs."""


@dataclass(frozen=True, slots=True)
class Offer:
    """
    What a day offers, whatever is taken.

    options_by_start has every start in epoch seconds, ascending, with the ways it may take place, in the order
    the hours list them. groups has the same starts, grouped by their ways.
    """

    options_by_start: Mapping[int, tuple[Option, ...]]
    groups: Sequence[tuple[tuple[Option, ...], Sequence[int]]]


def offer(schedule: Schedule, session_type: SessionType, day: date, calendar: Calendar = NOTHING) -> Offer:
    """
    Work out what a day offers.

    Hours and grid are read off the wall clock; the session's length is elapsed time and has to fit between
    the instants at which the hours start and end. Stretches that touch or overlap at the same site count as one.
    Buffers may lie outside of the hours.

    Cost:
        A dictionary and its groups a therapist, session type and day; `Directory` remembers them.

    Source:
        "Weekly at 15:00 stays 15:00": ARCHITECTURE.md, invariant 10; held by
        tests/property/availability/test_wall_clocks.py.
    """
    found: dict[int, tuple[Option, ...]] = {}
    plan = working_day(schedule, calendar, day)
    rules = wall.zone(plan.time_zone)
    length_s = session_type.length_min * wall.MINUTE_S
    for hours in plan.stretches:
        start_s = wall.edge(day, hours.start_min, rules, is_end=False)
        first_min = -(-hours.start_min // session_type.grid_min) * session_type.grid_min
        for modality in hours.modalities:
            if modality not in session_type.modalities:
                continue
            nights, end_min = _reach(schedule, calendar, plan, day, hours, modality)
            last_s = wall.edge(day + timedelta(days=nights), end_min, rules, is_end=True) - length_s
            option = Option(modality, hours.site_id if modality == Modality.IN_PERSON else "")
            for minute in range(first_min, hours.end_min, session_type.grid_min):
                for at_s in wall.instants(day, minute, rules):
                    ways = found.get(at_s, ())
                    if start_s <= at_s <= last_s and option not in ways:
                        found[at_s] = (*ways, option)
    options_by_start = dict(sorted(found.items()))
    groups: dict[tuple[Option, ...], list[int]] = {}
    for at_s, options in options_by_start.items():
        groups.setdefault(options, []).append(at_s)
    return Offer(options_by_start, tuple(groups.items()))


def _reach(
    schedule: Schedule, calendar: Calendar, plan: WorkingDay, day: date, hours: Stretch, modality: int
) -> tuple[int, int]:
    """Return how many nights later, and at which minute, the hours end that begin with this stretch."""
    nights, end_min, stretches = 0, hours.end_min, plan.stretches
    while True:
        if end_min == wall.DAY_MIN and nights < MAX_NIGHTS:
            following = working_day(schedule, calendar, day + timedelta(days=nights + 1))
            if following.time_zone != plan.time_zone:
                break
            after = _latest(following.stretches, 0, hours.site_id, modality)
            if after == 0:
                break
            nights, end_min, stretches = nights + 1, after, following.stretches
            continue
        after = _latest(stretches, end_min, hours.site_id, modality)
        if after == end_min:
            break
        end_min = after
    return nights, end_min


def _latest(stretches: Sequence[Stretch], minute: int, site_id: str, modality: int) -> int:
    """Return the latest end of hours at the site that hold, or begin at, a minute; the minute if there are none."""
    ends = [
        each.end_min
        for each in stretches
        if each.start_min <= minute < each.end_min and each.site_id == site_id and modality in each.modalities
    ]
    return max(ends, default=minute)
