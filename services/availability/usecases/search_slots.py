"""Finds free slots, earliest first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from services.availability.domain import errors
from services.availability.domain.day_parts import outside_parts
from services.availability.domain.directory import Directory
from services.availability.domain.free import Rooms, Span, cut, free_starts, merge
from services.availability.domain.hours import WEEK_DAYS, Modality, Option, Schedule, SessionType
from services.availability.domain.limits import HIGH_NEED
from services.availability.domain.wall import MINUTE_S, local_date, wall_at, zone
from services.availability.domain.wish import DAY_S, bounds, opens_s
from services.availability.usecases.hide_limited import hide_limited
from services.availability.usecases.ports import Clock, Directories, Slot, Taken

MAX_DAYS = 184
"""Days one search may span. Source: the contract."""

FIRST_STEP_DAYS = 7
"""Days looked at first for everybody's next; each further look takes in twice as many: full calendars cost little."""

FREE_A_DAY = 2
"""Free starts a therapist is taken to have on a working day: what a search looks at first should just do."""

WORK_DAYS = 5

Free = dict[int, list[tuple[str, Option]]]
"""Free starts, each with its therapists in order of their ids and the best way it may take place with each."""

Cursor = tuple[int, str]
"""Start and therapist of the last slot of a page."""


@dataclass(frozen=True, slots=True)
class Query:
    """
    What is searched for; empty ids and modality 0 limit nothing.

    from_s and to_s are epoch seconds; a slot starts at from_s or later and before to_s. parts_of_day are numbers of
    PartOfDay, meant on the viewer's wall clock, on the therapist's where no viewer's zone is named.
    """

    practice_id: str
    session_type_id: str
    therapist_ids: Sequence[str]
    from_s: int
    to_s: int
    modality: int
    site_id: str
    is_first_only: bool
    is_by_staff: bool
    viewer_time_zone: str = ""
    parts_of_day: tuple[int, ...] = ()
    is_high_need: bool = False
    audiences: frozenset[int] = frozenset()

    @property
    def everything(self) -> frozenset[int]:
        """Return who looks."""
        return self.audiences | {HIGH_NEED} if self.is_high_need else self.audiences


async def search_slots(
    query: Query, *, directories: Directories, taken: Taken, clock: Clock, limit: int, after: Cursor | None = None
) -> list[Slot]:
    """
    Return at most *limit* slots by start, then therapist.

    Raises:
        IntervalReversed: to_s is not after from_s. (INVALID_ARGUMENT)
        HorizonExceeded: The stretch is longer than MAX_DAYS. (FAILED_PRECONDITION)
        UnknownTimeZone: The viewer's zone has no such name. (INVALID_ARGUMENT)
        Unknown: No such session type. (NOT_FOUND)
    """
    if query.viewer_time_zone:
        zone(query.viewer_time_zone)
    if query.to_s <= query.from_s:
        raise errors.IntervalReversed("The search ends at or before its start.")
    if query.to_s - query.from_s > MAX_DAYS * DAY_S:
        raise errors.HorizonExceeded("The search spans too many days.", max_days=str(MAX_DAYS))
    directory = await directories.read(query.practice_id)
    session_type = directory.session_types.get(query.session_type_id)
    if session_type is None:
        raise errors.Unknown("No such session type.", session_type_id=query.session_type_id)
    now_s = clock()
    from_s, to_s = max(query.from_s, now_s + 1), query.to_s
    if not query.is_by_staff:
        if not session_type.is_self_bookable:
            return []
        earliest_s, latest_s = bounds(session_type, now_s=now_s)
        from_s, to_s = max(from_s, earliest_s), min(to_s, latest_s)
    left = {each.therapist_id: each for each in _schedules(query, directory)}
    if after is not None and not query.is_first_only:
        from_s = max(from_s, after[0])
    found: list[Slot] = []
    step_s = _first_step_days(query, len(left), limit) * DAY_S
    while left and from_s < to_s and len(found) < limit:
        span = (from_s, min(from_s + step_s, to_s))
        free = await _free_slots(query, left.values(), directory, session_type, taken, span, now_s=now_s)
        free = await hide_limited(
            free, query.practice_id, left, session_type, directory, taken, now_s=now_s, audiences=query.everything
        )
        if query.is_first_only:
            free = _firsts(free)
            for ways in free.values():
                for therapist_id, _ in ways:
                    del left[therapist_id]
        found += islice(_slots(query, directory, session_type, free, after), limit - len(found))
        from_s, step_s = span[1], step_s * 2
    return found


def _first_step_days(query: Query, therapists: int, limit: int) -> int:
    """Return how many days most likely hold enough; each further look takes in twice as many."""
    if query.is_first_only:
        return FIRST_STEP_DAYS
    return min(MAX_DAYS, 1 + limit // (FREE_A_DAY * therapists + 1) * WEEK_DAYS // WORK_DAYS)


def _schedules(query: Query, directory: Directory) -> Iterator[Schedule]:
    names: Collection[str] = query.therapist_ids or directory.schedules.keys()
    for therapist_id in names:
        schedule = directory.schedules.get(therapist_id)
        if schedule is not None and query.session_type_id in schedule.session_type_ids:
            yield schedule


async def _free_slots(
    query: Query,
    schedules: Collection[Schedule],
    directory: Directory,
    session_type: SessionType,
    taken: Taken,
    span: Span,
    *,
    now_s: int,
) -> Free:
    """Return the free starts of all therapists in one stretch, each with the best way it may take place."""
    hidden = _Hidden(query, directory, session_type, span, now_s=now_s)
    offered = {each.therapist_id: _offered(query, each, directory, session_type, span) for each in schedules}
    sites: set[str] = set()
    if session_type.needs_room:
        sites = {site_id for ways in offered.values() for options in ways for _, site_id in options if site_id}
    room_ids = [room_id for site_id in sites for room_id in directory.rooms.get(site_id, ())]
    reach_s = (session_type.length_min + session_type.buffer_before_min + session_type.buffer_after_min) * MINUTE_S
    wide = (span[0] - reach_s, span[1] + reach_s)
    busy = await taken.times(query.practice_id, [*offered, *room_ids], wide)
    before_s, after_s = session_type.buffer_before_min * MINUTE_S, session_type.buffer_after_min * MINUTE_S
    length_s = session_type.length_min * MINUTE_S
    rooms = {each: Rooms([busy.get(room_id, ()) for room_id in directory.rooms.get(each, ())]) for each in sites}
    found: Free = {}
    for therapist_id, ways in sorted(offered.items()):
        mine = busy.get(therapist_id, ())
        unseen = hidden.of(directory.schedules[therapist_id])
        for options, starts in ways.items():
            left: Sequence[int] = free_starts(starts, mine, before_s=before_s, length_s=length_s, after_s=after_s)
            if unseen:
                left = cut(left, unseen)
            possible: Sequence[int]
            for option in options:
                site = rooms.get(option.site_id)
                if site is None:
                    possible, left = left, []
                else:
                    possible, left = site.split(left, length_s)
                place = (therapist_id, option)
                for at_s in possible:
                    if at_s in found:
                        found[at_s].append(place)
                    else:
                        found[at_s] = [place]
                if not left:
                    break
    return found


class _Hidden:
    """Starts that the query, or a closed same day, hides from the viewer; by the therapist's zone."""

    def __init__(
        self, query: Query, directory: Directory, session_type: SessionType, span: Span, *, now_s: int
    ) -> None:
        self._query = query
        self._directory = directory
        self._session_type = session_type
        self._span = span
        self._now_s = now_s
        self._is_same_day_hidden = not query.is_by_staff and not session_type.is_same_day_allowed
        self._by_zones: dict[tuple[str, str], list[Span]] = {}

    def of(self, schedule: Schedule) -> Sequence[Span]:
        """Return the stretches that are hidden, sorted and disjoint."""
        if not self._query.parts_of_day and not self._is_same_day_hidden:
            return ()
        here = self._directory.calendar.zone_at(schedule, self._now_s)
        zones = (self._query.viewer_time_zone or schedule.time_zone, here)
        spans = self._by_zones.get(zones)
        if spans is None:
            spans = outside_parts(self._span, self._query.parts_of_day, zones[0])
            if self._is_same_day_hidden:
                spans.append((self._span[0], opens_s(self._session_type, here, now_s=self._now_s)))
            spans = self._by_zones[zones] = merge(spans)
        return spans


def _offered(
    query: Query, schedule: Schedule, directory: Directory, session_type: SessionType, span: Span
) -> dict[tuple[Option, ...], list[int]]:
    """Return the starts a therapist offers in a stretch, by the ways they may take place that the query allows."""
    found: dict[tuple[Option, ...], list[int]] = {}
    zones = directory.zones(schedule)
    last_day = max(local_date(span[1], each) for each in zones)
    day = min(local_date(span[0], each) for each in zones)
    day -= timedelta(days=day.weekday())
    while day <= last_day:
        for options, starts in directory.week_offers(schedule, session_type, day):
            found.setdefault(options, []).extend(starts)
        day += timedelta(days=WEEK_DAYS)
    if len(zones) > 1:
        found = _once(found)
    allowed: dict[tuple[Option, ...], list[int]] = {}
    for options, starts in found.items():
        kept = tuple(
            each
            for each in options
            if query.modality in (Modality.ANY, each.modality) and query.site_id in ("", each.site_id)
        )
        if kept:
            # Starts of one day come sorted, and days follow each other.
            inside = starts[bisect_left(starts, span[0]) : bisect_left(starts, span[1])]
            allowed[kept] = sorted(allowed[kept] + inside) if kept in allowed else inside
    return allowed


def _once(found: Mapping[tuple[Option, ...], Sequence[int]]) -> dict[tuple[Option, ...], list[int]]:
    """Return each start once, sorted: days of two zones may share hours."""
    ways: dict[int, tuple[Option, ...]] = {}
    for options, starts in found.items():
        for at_s in starts:
            known = ways.get(at_s, ())
            ways[at_s] = (*known, *(each for each in options if each not in known))
    once: dict[tuple[Option, ...], list[int]] = {}
    for at_s in sorted(ways):
        once.setdefault(ways[at_s], []).append(at_s)
    return once


def _firsts(free: Free) -> Free:
    """Return only the first free start of each therapist."""
    firsts: dict[str, tuple[int, Option]] = {}
    for at_s in sorted(free):
        for therapist_id, option in free[at_s]:
            firsts.setdefault(therapist_id, (at_s, option))
    found: Free = {}
    for therapist_id, (at_s, option) in sorted(firsts.items()):
        found.setdefault(at_s, []).append((therapist_id, option))
    return found


def _slots(
    query: Query, directory: Directory, session_type: SessionType, free: Free, after: Cursor | None
) -> Iterator[Slot]:
    """Say free starts in full, by start, then therapist, those after the cursor."""
    type_id, length_s = session_type.session_type_id, session_type.length_min * MINUTE_S
    viewer_zone, schedules, calendar = query.viewer_time_zone, directory.schedules, directory.calendar
    for at_s in sorted(free):
        viewer_wall = wall_at(at_s, viewer_zone) if viewer_zone else None
        for therapist_id, (modality, site_id) in free[at_s]:
            if after is not None and (at_s, therapist_id) <= after:
                continue
            schedule = schedules[therapist_id]
            wall = wall_at(at_s, calendar.zone_at(schedule, at_s) if calendar.travels else schedule.time_zone)
            yield Slot(therapist_id, type_id, at_s, at_s + length_s, wall, modality, site_id, viewer_wall)
