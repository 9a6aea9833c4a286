"""Says which hours a day has: closures, overrides, holidays, travels, weekly hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from services.availability.domain import errors, wall
from services.availability.domain.hours import Modality, Schedule, Stretch, check_stretches

MAX_STRETCHES_A_DAY = 20
"""Stretches of hours in one override. Source: the contract."""

MAX_DAYS_AWAY = 366
"""Days from the first to the last of a closure or a travel. Source: the contract."""

MAX_WORKED_DATES = 100
"""Holidays on which a calendar says that work goes on. Source: the contract."""

PRACTICE = ""
"""Stands for the whole practice where a site's id may stand."""

HolidayNames = Callable[[str, str, int], Mapping[date, str]]
"""Gives the public holidays of a country, subdivision ("" for none) and year: their names by date."""


class Rule(Enum):
    """What hides hours that a day would have had, strongest first."""

    CLOSURE = "closure"
    OVERRIDE = "override"
    HOLIDAY = "holiday"
    TRAVEL = "travel"


@dataclass(frozen=True, slots=True)
class Override:
    """Other hours of one date; an extension adds them to what the date has, otherwise they stand in its place."""

    therapist_id: str
    day: date
    is_extension: bool
    hours: tuple[Stretch, ...]

    def check(self) -> None:
        """Refuse hours that no day can have. Raises HoursReversed, HoursOverlap, Malformed."""
        check_stretches(self.hours)
        if self.is_extension and not self.hours:
            raise errors.Malformed("Extended hours are at least one stretch.", field="override.hours")


@dataclass(frozen=True, slots=True)
class Closure:
    """Whole local days on which a site, or the practice, is closed; both ends are closed days."""

    closure_id: str
    site_id: str
    from_day: date
    to_day: date
    display_name: str


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """Which public holidays a site, or the practice, keeps."""

    site_id: str
    country: str
    subdivision: str
    worked_days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Travel:
    """Whole local days on which a therapist works from another zone; both ends are days there."""

    travel_id: str
    therapist_id: str
    from_day: date
    to_day: date
    time_zone: str

    def check(self) -> None:
        """Refuse a travel to nowhere or into the past. Raises UnknownTimeZone, IntervalReversed, Malformed."""
        wall.zone(self.time_zone)
        check_days(self.from_day, self.to_day, field="travel.to_date")

    def spans(self) -> tuple[int, int]:
        """Return from when until when the therapist is there, in epoch seconds."""
        rules = wall.zone(self.time_zone)
        return (
            wall.edge(self.from_day, 0, rules, is_end=False),
            wall.edge(self.to_day, wall.DAY_MIN, rules, is_end=True),
        )


def no_holidays(_country: str, _subdivision: str, _year: int) -> Mapping[date, str]:
    """Know no holidays."""
    return {}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything of a practice that changes what weekly hours say; overrides by therapist and date."""

    overrides: Mapping[str, Mapping[date, Override]] = field(default_factory=dict)
    travels: Mapping[str, Sequence[Travel]] = field(default_factory=dict)
    closures: Sequence[Closure] = ()
    holiday_calendars: Mapping[str, HolidayCalendar] = field(default_factory=dict)
    holiday_names: HolidayNames = no_holidays

    def holiday(self, site_id: str, day: date) -> str:
        """Return the name of the holiday kept on a day at a site, or in remote hours; empty if there is none."""
        kept = self.holiday_calendars.get(site_id) or self.holiday_calendars.get(PRACTICE)
        if kept is None or day in kept.worked_days:
            return ""
        return self.holiday_names(kept.country, kept.subdivision, day.year).get(day, "")

    def closure(self, site_id: str, day: date) -> Closure | None:
        """Return a closure of the practice, or of the site, that holds the day."""
        for each in self.closures:
            if each.site_id in (PRACTICE, site_id) and each.from_day <= day <= each.to_day:
                return each
        return None

    def travel(self, therapist_id: str, day: date) -> Travel | None:
        """Return the travel a therapist is on."""
        for each in self.travels.get(therapist_id, ()):
            if each.from_day <= day <= each.to_day:
                return each
        return None

    def zone_at(self, schedule: Schedule, at_s: int) -> str:
        """Return the zone a therapist's clock shows at an instant."""
        for each in self.travels.get(schedule.therapist_id, ()):
            start_s, end_s = each.spans()
            if start_s <= at_s < end_s:
                return each.time_zone
        return schedule.time_zone


NOTHING = Calendar()
"""A practice without any exception."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Hours a day would have had but for a rule; name is the holiday's or the closure's, source_id the closure's."""

    stretch: Stretch
    rule: Rule
    name: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """The hours of a day on the wall clock of a zone, and what was hidden of them."""

    time_zone: str
    stretches: tuple[Stretch, ...]
    hidden: tuple[Hidden, ...] = ()


def working_day(schedule: Schedule, calendar: Calendar, day: date) -> WorkingDay:
    """
    Say which hours a therapist works on a local day.

    Of all that speaks about a day, the first of these wins:

    1. A closure of the practice, or of the site of the hours, hides them; remote hours close with the practice only.
    2. Time off. It is no part of this function: it stands in the ledger as taken time, so that no claim races it.
    3. An override says the date's hours, or adds to them, on a holiday too.
    4. A holiday of the site's calendar, or of the practice's where the site has none, hides weekly hours.
    5. Weekly hours that hold in this week and on this date.

    A travel changes the zone in which all of them are meant; of weekly hours it leaves those not in person.

    Args:
        day: The day on the wall clock where the therapist is.

    Source:
        tests/unit/availability/test_days.py, tests/property/availability/test_days.py.
    """
    travel = calendar.travel(schedule.therapist_id, day) if calendar.travels else None
    hidden: list[Hidden] = []
    override = calendar.overrides.get(schedule.therapist_id, {}).get(day)
    weekly = [each.stretch for each in schedule.weekly_hours if each.holds_on(day)]
    wanted: list[Stretch] = []
    if override is not None and not override.is_extension:
        hidden += [Hidden(each, Rule.OVERRIDE) for each in weekly]
    else:
        for each in weekly:
            name = calendar.holiday(each.site_id, day) if calendar.holiday_calendars else ""
            if name:
                hidden.append(Hidden(each, Rule.HOLIDAY, name))
            elif travel is not None:
                wanted += _remote(each, hidden)
            else:
                wanted.append(each)
    if override is not None:
        wanted += override.hours
    if calendar.closures:
        wanted = list(_open(wanted, calendar, day, hidden))
    zone = schedule.time_zone if travel is None else travel.time_zone
    return WorkingDay(zone, tuple(wanted), tuple(hidden))


def check_days(first: date, last: date, *, field: str) -> None:
    """Refuse days that end before they begin, or are too many. Raises IntervalReversed, Malformed."""
    if last < first:
        raise errors.IntervalReversed("The last day lies before the first.")
    if (last - first).days > MAX_DAYS_AWAY:
        raise errors.Malformed("There are too many days.", field=field, most=str(MAX_DAYS_AWAY))


def _remote(stretch: Stretch, hidden: list[Hidden]) -> list[Stretch]:
    """Return what is left of weekly hours while their site is far away."""
    if Modality.IN_PERSON not in stretch.modalities:
        return [stretch]
    hidden.append(Hidden(stretch._replace(modalities=(Modality.IN_PERSON,)), Rule.TRAVEL))
    ways = tuple(each for each in stretch.modalities if each != Modality.IN_PERSON)
    return [stretch._replace(modalities=ways)] if ways else []


def _open(stretches: Sequence[Stretch], calendar: Calendar, day: date, hidden: list[Hidden]) -> Iterator[Stretch]:
    """Give the hours that no closure hides."""
    for each in stretches:
        closure = calendar.closure(each.site_id, day)
        if closure is None:
            yield each
        else:
            hidden.append(Hidden(each, Rule.CLOSURE, closure.display_name, closure.closure_id))
