"""Finds free slots, earliest first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.availability.domain import errors
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span, blocked_everywhere, blocked_starts, cut
from services.availability.domain.hours import Modality, Option, Schedule, SessionType
from services.availability.domain.wall import MINUTE_S, local_date, wall_at
from services.availability.domain.wish import DAY_S, bounds
from services.availability.usecases.hide_limited import hide_limited
from services.availability.usecases.ports import Clock, Directories, Slot, Taken

MAX_DAYS = 184
"""Days one search may span. Source: the contract."""

FIRST_STEP_DAYS = 7
"""Days looked at first; each further look takes in twice as many, so a full calendar costs few queries."""

Cursor = tuple[int, str]
"""Start and therapist of the last slot of a page."""


@dataclass(frozen=True, slots=True)
class Query:
    """
    What is searched for; empty ids and modality 0 limit nothing.

    from_s and to_s are epoch seconds; a slot starts at from_s or later and before to_s.
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
    is_high_need: bool = False


async def search_slots(
    query: Query, *, directories: Directories, taken: Taken, clock: Clock, limit: int, after: Cursor | None = None
) -> list[Slot]:
    """
    Return at most *limit* slots by start, then therapist.

    Raises:
        IntervalReversed: to_s is not after from_s. (INVALID_ARGUMENT)
        HorizonExceeded: The stretch is longer than MAX_DAYS. (FAILED_PRECONDITION)
        Unknown: No such session type. (NOT_FOUND)
    """
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
        earliest_s, latest_s = bounds(session_type, now_s=now_s)
        from_s, to_s = max(from_s, earliest_s), min(to_s, latest_s)
    left = {each.therapist_id: each for each in _schedules(query, directory)}
    if after is not None and not query.is_first_only:
        from_s = max(from_s, after[0])
    found: list[Slot] = []
    step_s = FIRST_STEP_DAYS * DAY_S
    while left and from_s < to_s and len(found) < limit:
        span = (from_s, min(from_s + step_s, to_s))
        starts = await _free_starts(query, left.values(), directory, session_type, taken, span)
        starts = await hide_limited(
            starts, query.practice_id, session_type, directory, taken, now_s=now_s, is_high_need=query.is_high_need
        )
        if query.is_first_only:
            starts = {therapist_id: each[:1] for therapist_id, each in starts.items()}
            for therapist_id, each in starts.items():
                if each:
                    del left[therapist_id]
        ordered = sorted((at_s, therapist_id, option) for therapist_id, each in starts.items() for at_s, option in each)
        wanted = [each for each in ordered if after is None or each[:2] > after][: limit - len(found)]
        found += [
            _slot(directory.schedules[therapist_id], session_type, at_s, option)
            for at_s, therapist_id, option in wanted
        ]
        from_s, step_s = span[1], step_s * 2
    return found


def _schedules(query: Query, directory: Directory) -> Iterator[Schedule]:
    names: Collection[str] = query.therapist_ids or directory.schedules.keys()
    for therapist_id in names:
        schedule = directory.schedules.get(therapist_id)
        if schedule is not None and query.session_type_id in schedule.session_type_ids:
            yield schedule


async def _free_starts(
    query: Query,
    schedules: Collection[Schedule],
    directory: Directory,
    session_type: SessionType,
    taken: Taken,
    span: Span,
) -> dict[str, list[tuple[int, Option]]]:
    """Return the free starts of each therapist in one stretch, each with the best way it may take place."""
    offered = {each.therapist_id: _offered(query, each, directory, session_type, span) for each in schedules}
    sites = {site_id for ways in offered.values() for options in ways for _, site_id in options if site_id}
    rooms = [room_id for site_id in sites for room_id in directory.rooms.get(site_id, ())]
    reach_s = (session_type.length_min + session_type.buffer_before_min + session_type.buffer_after_min) * MINUTE_S
    wide = (span[0] - reach_s, span[1] + reach_s)
    busy = await taken.times(query.practice_id, [*offered, *rooms], wide)
    before_s, after_s = session_type.buffer_before_min * MINUTE_S, session_type.buffer_after_min * MINUTE_S
    length_s = session_type.length_min * MINUTE_S
    full = {site_id: _full(directory.rooms.get(site_id, ()), busy, length_s, span) for site_id in sites}
    found: dict[str, list[tuple[int, Option]]] = {}
    for therapist_id, ways in offered.items():
        blocked = blocked_starts(busy.get(therapist_id, ()), before_s=before_s, length_s=length_s, after_s=after_s)
        best: list[tuple[int, Option]] = []
        for options, starts in ways.items():
            left = cut(starts, blocked)
            for option in options:
                possible = cut(left, full[option.site_id]) if option.site_id else left
                best += [(at_s, option) for at_s in possible]
                if len(possible) == len(left):
                    break
                left = sorted(set(left).difference(possible))
        found[therapist_id] = sorted(best)
    return found


def _offered(
    query: Query, schedule: Schedule, directory: Directory, session_type: SessionType, span: Span
) -> dict[tuple[Option, ...], list[int]]:
    """Return the starts a therapist offers in a stretch, by the ways they may take place that the query allows."""
    found: dict[tuple[Option, ...], list[int]] = {}
    last_day = local_date(span[1], schedule.time_zone)
    day = local_date(span[0], schedule.time_zone)
    while day <= last_day:
        for options, starts in directory.offers(schedule, session_type, day).groups:
            found.setdefault(options, []).extend(starts)
        day += timedelta(days=1)
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
            allowed[kept] = sorted(allowed.get(kept, []) + inside)
    return allowed


def _full(rooms: Sequence[str], busy: Mapping[str, Sequence[Span]], length_s: int, span: Span) -> list[Span]:
    """Return the starts at which every room of a site is taken; all of them where there is no room."""
    if not rooms:
        return [span]
    blocked = [blocked_starts(busy.get(room_id, ()), before_s=0, length_s=length_s, after_s=0) for room_id in rooms]
    return blocked_everywhere(blocked)


def _slot(schedule: Schedule, session_type: SessionType, at_s: int, option: Option) -> Slot:
    return Slot(
        therapist_id=schedule.therapist_id,
        session_type_id=session_type.session_type_id,
        start_s=at_s,
        end_s=at_s + session_type.length_min * MINUTE_S,
        wall=wall_at(at_s, schedule.time_zone),
        modality=option.modality,
        site_id=option.site_id,
    )
