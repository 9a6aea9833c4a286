"""Holds what one practice publishes, as of one version, and remembers what its hours offer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from zlib import crc32

from services.availability.domain.days import NOTHING, Calendar
from services.availability.domain.hours import WEEK_DAYS, Option, Schedule, SessionType
from services.availability.domain.offers import Offer, offer
from services.availability.domain.wall import local_date

MAX_DAYS_REMEMBERED = 20_000
"""Days of offers one practice's directory remembers for holds: about 40 starts each, 4 kB; then it starts afresh."""

MAX_WEEKS_REMEMBERED = 7_500
"""Weeks it remembers for searches: 1,000 therapists for a month and a half, about 5 kB each; then it starts afresh."""


Groups = Sequence[tuple[tuple[Option, ...], Sequence[int]]]
"""Starts in epoch seconds, ascending, grouped by the ways they may take place."""


class Directory:
    """
    The sites, rooms, session types, schedules and the calendar of a practice at one version.

    Never changed once built: a new version is a new object. Only `offers` remembers what it computed.
    """

    __slots__ = (
        "_offers",
        "_rooms_by_therapist",
        "_weeks",
        "calendar",
        "rooms",
        "schedules",
        "session_types",
        "sites",
        "version",
    )

    def __init__(
        self,
        *,
        version: int,
        sites: Mapping[str, str],
        rooms: Mapping[str, Sequence[str]],
        session_types: Mapping[str, SessionType],
        schedules: Mapping[str, Schedule],
        calendar: Calendar = NOTHING,
    ) -> None:
        self.version = version
        self.sites = sites
        """Site id to its time zone."""
        self.rooms = rooms
        """Site id to its room ids."""
        self.session_types = session_types
        self.schedules = schedules
        """Therapist id to their schedule."""
        self.calendar = calendar
        self._offers: dict[tuple[str, str, date], Offer] = {}
        self._weeks: dict[tuple[str, str, date], Groups] = {}
        self._rooms_by_therapist: dict[tuple[str, str], tuple[str, ...]] = {}

    def offers(self, schedule: Schedule, session_type: SessionType, day: date) -> Offer:
        """Return what a day offers."""
        key = (schedule.therapist_id, session_type.session_type_id, day)
        found = self._offers.get(key)
        if found is None:
            if len(self._offers) >= MAX_DAYS_REMEMBERED:
                self._offers.clear()
            found = self._offers[key] = offer(schedule, session_type, day, self.calendar)
        return found

    def week_offers(self, schedule: Schedule, session_type: SessionType, monday: date) -> Groups:
        """Return the starts of a week's seven days by the ways they may take place; see `Offer.groups`."""
        key = (schedule.therapist_id, session_type.session_type_id, monday)
        found = self._weeks.get(key)
        if found is None:
            if len(self._weeks) >= MAX_WEEKS_REMEMBERED:
                self._weeks.clear()
            groups: dict[tuple[Option, ...], list[int]] = {}
            for number in range(WEEK_DAYS):
                day = monday + timedelta(days=number)
                for options, starts in offer(schedule, session_type, day, self.calendar).groups:
                    groups.setdefault(options, []).extend(starts)
            found = self._weeks[key] = tuple(groups.items())
        return found

    def options_at(self, schedule: Schedule, session_type: SessionType, at_s: int) -> tuple[Option, ...]:
        """Return the ways in which a session may start at an instant; empty when none is offered."""
        found: tuple[Option, ...] = ()
        for day in sorted({local_date(at_s, zone) for zone in self.zones(schedule)}):
            more = self.offers(schedule, session_type, day).options_by_start.get(at_s, ())
            found = (*found, *(each for each in more if each not in found)) if found else more
        return found

    def zones(self, schedule: Schedule) -> Collection[str]:
        """Return every zone in which days of a therapist are meant: their own, and those of their travels."""
        travels = self.calendar.travels.get(schedule.therapist_id, ())
        return {schedule.time_zone, *(each.time_zone for each in travels)} if travels else (schedule.time_zone,)

    def inherit(self, before: Directory) -> None:
        """Take over the offers an earlier version remembered, of everything that is still as it was then."""
        old, new = before.calendar, self.calendar
        if (old.closures, old.holiday_calendars) != (new.closures, new.holiday_calendars):
            return
        same_types = {each for each, kind in self.session_types.items() if before.session_types.get(each) == kind}
        same = {
            each
            for each, schedule in self.schedules.items()
            if before.schedules.get(each) == schedule
            and old.overrides.get(each) == new.overrides.get(each)
            and old.travels.get(each) == new.travels.get(each)
        }
        kept = [key for key in before._offers if key[0] in same and key[1] in same_types]
        self._offers.update((key, before._offers[key]) for key in kept)
        weeks = [key for key in before._weeks if key[0] in same and key[1] in same_types]
        self._weeks.update((key, before._weeks[key]) for key in weeks)

    def rooms_for(self, therapist_id: str, site_id: str) -> tuple[str, ...]:
        """
        Return the rooms of a site in the order in which to try them.

        Each therapist has an order of their own that stays the same: they mostly sit in one room, and two
        therapists seldom want the same one first.
        """
        key = (therapist_id, site_id)
        found = self._rooms_by_therapist.get(key)
        if found is None:
            rooms = self.rooms.get(site_id, ())
            found = tuple(sorted(rooms, key=lambda room_id: crc32((therapist_id + room_id).encode())))
            self._rooms_by_therapist[key] = found
        return found
