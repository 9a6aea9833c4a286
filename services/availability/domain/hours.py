"""Says what a session type asks for, and which weekly hours a therapist keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from itertools import combinations
from math import gcd
from typing import NamedTuple

from services.availability.domain import errors, wall

MAX_STRETCHES = 50
"""Stretches of weekly hours in one schedule. Source: the contract."""

MAX_SESSION_TYPES = 50
"""Session types one therapist gives. Source: the contract."""

MAX_EVERY_WEEKS = 8
"""Weeks between two turns of the same hours. Source: the contract; nobody's rota is longer."""

MONDAY = 1
WEEK_DAYS = 7


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


class Stretch(NamedTuple):
    """Working hours of one day: minutes of the local day, 0 to 1440; site_id is empty for remote hours."""

    start_min: int
    end_min: int
    site_id: str
    modalities: tuple[int, ...]


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
    is_self_bookable: bool = True
    is_same_day_allowed: bool = True
    load_weight: int = 1
    capacity: int = 1
    needs_room: bool = True


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """
    One weekly stretch of working hours on the wall clock.

    weekday is ISO's, 1 Monday to 7 Sunday; start_min and end_min are minutes of the local day, 0 to 1440.
    With every_weeks above 1 they hold in the anchor's week and every so many weeks before and after it; anchor
    is a Monday. from_day and to_day are the first and the last day on which they hold.
    """

    weekday: int
    start_min: int
    end_min: int
    site_id: str
    modalities: tuple[int, ...]
    every_weeks: int = 1
    anchor: date | None = None
    from_day: date | None = None
    to_day: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the stretch takes place on a day."""
        if self.weekday != day.isoweekday():
            return False
        if (self.from_day is not None and day < self.from_day) or (self.to_day is not None and day > self.to_day):
            return False
        return self.anchor is None or (day - self.anchor).days // WEEK_DAYS % self.every_weeks == 0

    @property
    def stretch(self) -> Stretch:
        """Return what it is on a day on which it holds."""
        return Stretch(self.start_min, self.end_min, self.site_id, self.modalities)

    def check(self) -> None:
        """Refuse what no week can have. Raises HoursReversed, IntervalReversed, AnchorNotMonday."""
        if self.end_min <= self.start_min:
            raise errors.HoursReversed("Hours end after they start.", weekday=str(self.weekday))
        if self.from_day is not None and self.to_day is not None and self.to_day < self.from_day:
            raise errors.IntervalReversed("Hours hold until a day before they begin to.", weekday=str(self.weekday))
        if (self.anchor is None) != (self.every_weeks == 1) or (
            self.anchor is not None and self.anchor.isoweekday() != MONDAY
        ):
            raise errors.AnchorNotMonday("Alternating weeks count from a Monday.", weekday=str(self.weekday))

    def meets(self, other: WeeklyHours) -> bool:
        """Tell whether there can be a day on which both hold and share a minute."""
        if self.weekday != other.weekday or self.start_min >= other.end_min or other.start_min >= self.end_min:
            return False
        first = max(self.from_day or date.min, other.from_day or date.min)
        last = min(self.to_day or date.max, other.to_day or date.max)
        if first > last:
            return False
        if self.anchor is None or other.anchor is None:
            return True
        weeks_apart = (self.anchor - other.anchor).days // WEEK_DAYS
        return weeks_apart % gcd(self.every_weeks, other.every_weeks) == 0


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
            IntervalReversed: A stretch holds until a day before it begins to. (INVALID_ARGUMENT)
            AnchorNotMonday: Alternating weeks without a Monday to count from. (INVALID_ARGUMENT)
            HoursOverlap: Two stretches of a day share a minute. (INVALID_ARGUMENT)
        """
        wall.zone(self.time_zone)
        for hours in self.weekly_hours:
            hours.check()
        for one, other in combinations(self.weekly_hours, 2):
            if one.meets(other):
                raise errors.HoursOverlap("Hours of one day overlap.", weekday=str(other.weekday))


def check_stretches(stretches: Sequence[Stretch]) -> None:
    """Refuse hours that no day can have. Raises HoursReversed, HoursOverlap."""
    for each in stretches:
        if each.end_min <= each.start_min:
            raise errors.HoursReversed("Hours end after they start.")
    for one, other in combinations(stretches, 2):
        if one.start_min < other.end_min and other.start_min < one.end_min:
            raise errors.HoursOverlap("Hours of one day overlap.")
