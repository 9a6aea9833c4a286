"""Says which rules hide a start, strongest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from services.availability.domain.days import Rule, working_day
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span
from services.availability.domain.hours import Modality, Option, Schedule, SessionType, Stretch
from services.availability.domain.limits import HIGH_NEED, holding_window, is_reserved
from services.availability.domain.wall import MINUTE_S, edge, local_date, wall_at, zone
from services.availability.domain.wish import bounds, opens_s


class Reason(IntEnum):
    """Why a start is not offered; the contract's numbers, strongest first."""

    PAST = 1
    CLOSURE = 2
    TIME_OFF = 3
    OVERRIDE = 4
    HOLIDAY = 5
    TRAVEL = 6
    OUTSIDE_HOURS = 7
    MODALITY = 8
    GRID = 9
    TYPE_NOT_GIVEN = 10
    NOT_SELF_BOOKABLE = 11
    SAME_DAY = 12
    NOTICE = 13
    HORIZON = 14
    TAKEN = 15
    BUFFER = 16
    NO_ROOM = 17
    RESERVED = 18
    PRIORITY_WINDOW = 19
    CAP = 20


CLIENTS_ONLY = frozenset({Reason.NOT_SELF_BOOKABLE, Reason.SAME_DAY, Reason.NOTICE, Reason.HORIZON})
"""Reasons that hold for clients; staff may pass over them."""

TOLD_AS = {
    Reason.TIME_OFF: Reason.TAKEN,
    Reason.BUFFER: Reason.TAKEN,
    Reason.OVERRIDE: Reason.OUTSIDE_HOURS,
    Reason.TRAVEL: Reason.OUTSIDE_HOURS,
}
"""What clients are told instead: why a therapist is not there is nobody's business."""

_BY_RULE = {
    Rule.CLOSURE: Reason.CLOSURE,
    Rule.OVERRIDE: Reason.OVERRIDE,
    Rule.HOLIDAY: Reason.HOLIDAY,
    Rule.TRAVEL: Reason.TRAVEL,
}


@dataclass(frozen=True, slots=True)
class Hiding:
    """One rule that hides a start; name is a holiday's or a closure's, span what is off or taken."""

    reason: Reason
    name: str = ""
    source_id: str = ""
    span: Span | None = None

    def for_clients(self) -> Hiding:
        """Return what clients may be told of it."""
        reason = TOLD_AS.get(self.reason, self.reason)
        return Hiding(reason, self.name if reason is self.reason else "")


@dataclass(frozen=True, slots=True)
class Taker:
    """Something that takes a therapist's time; inner is what it uses, whole has what is kept free around it."""

    is_time_off: bool
    source_id: str
    whole: Span
    inner: Span


@dataclass(frozen=True, slots=True)
class Start:
    """A start somebody asks about; modality 0 means any way."""

    schedule: Schedule
    session_type: SessionType
    at_s: int
    modality: int

    @property
    def span(self) -> Span:
        """Return the session's time."""
        return self.at_s, self.at_s + self.session_type.length_min * MINUTE_S

    def options(self, directory: Directory) -> Sequence[Option]:
        """Return the ways it may take place as far as hours say, whoever is there already."""
        found = directory.options_at(self.schedule, self.session_type, self.at_s)
        return [each for each in found if self.modality in (Modality.ANY, each.modality)]


def explain(
    start: Start,
    directory: Directory,
    *,
    now_s: int,
    takers: Sequence[Taker],
    is_room_free: bool,
    audiences: Collection[int] = (),
    is_capped: bool = False,
) -> list[Hiding]:
    """
    Return every rule that hides a start, strongest first; none if it is offered.

    Args:
        takers: Everything that meets the session with its buffers.
        is_room_free: Whether one of its options has a room, or needs none.
        audiences: Who asks, by the contract's numbers.
        is_capped: Whether what the therapist has already leaves no room for it.

    Source:
        Equal to what search says: tests/integration/availability/test_explain.py.
    """
    found = [*_by_rules(start, directory, now_s), *_by_hours(start, directory), *_by_takers(start, takers)]
    if not is_room_free and start.options(directory):
        found.append(Hiding(Reason.NO_ROOM))
    found += _by_limits(start, directory, now_s, audiences)
    if is_capped:
        found.append(Hiding(Reason.CAP))
    return sorted(dict.fromkeys(found), key=lambda each: (each.reason, each.span or (0, 0), each.source_id))


def _by_rules(start: Start, directory: Directory, now_s: int) -> Iterator[Hiding]:
    kind = start.session_type
    if start.at_s <= now_s:
        yield Hiding(Reason.PAST)
    if kind.session_type_id not in start.schedule.session_type_ids:
        yield Hiding(Reason.TYPE_NOT_GIVEN)
    if not kind.is_self_bookable:
        yield Hiding(Reason.NOT_SELF_BOOKABLE)
    earliest_s, latest_s = bounds(kind, now_s=now_s)
    if now_s < start.at_s < opens_s(kind, directory.calendar.zone_at(start.schedule, now_s), now_s=now_s):
        yield Hiding(Reason.SAME_DAY)
    if now_s < start.at_s < earliest_s:
        yield Hiding(Reason.NOTICE)
    if start.at_s >= latest_s:
        yield Hiding(Reason.HORIZON)


def _by_limits(start: Start, directory: Directory, now_s: int, audiences: Collection[int]) -> Iterator[Hiding]:
    limits, therapist_id = directory.limits, start.schedule.therapist_id
    for each in limits.reservations if HIGH_NEED not in audiences else ():
        if is_reserved([each], therapist_id, start.schedule.time_zone, start.at_s, now_s=now_s):
            yield Hiding(Reason.RESERVED, source_id=each.reservation_id)
    type_id = start.session_type.session_type_id
    window = holding_window(limits.windows, therapist_id, type_id, start.at_s, now_s=now_s, audiences=audiences)
    if window is not None:
        yield Hiding(Reason.PRIORITY_WINDOW, source_id=window.window_id)


def _by_hours(start: Start, directory: Directory) -> Iterator[Hiding]:
    if start.options(directory):
        return
    is_said = False
    for time_zone in sorted(directory.zones(start.schedule)):
        day = local_date(start.at_s, time_zone)
        plan = working_day(start.schedule, directory.calendar, day)
        if plan.time_zone != time_zone:
            continue
        for hidden in plan.hidden:
            if _ways(start, hidden.stretch) and _holds(hidden.stretch, day, time_zone, start.at_s):
                yield Hiding(_BY_RULE[hidden.rule], hidden.name, hidden.source_id)
                is_said = True
        there = [each for each in plan.stretches if _holds(each, day, time_zone, start.at_s)]
        fitting = [each for each in there if _ways(start, each)]
        if there and not fitting:
            yield Hiding(Reason.MODALITY)
            is_said = True
        shown = wall_at(start.at_s, time_zone).local
        if (int(shown[-5:-3]) * 60 + int(shown[-2:])) % start.session_type.grid_min or start.at_s % MINUTE_S:
            yield Hiding(Reason.GRID)
            is_said = is_said or bool(fitting)
    if not is_said:
        yield Hiding(Reason.OUTSIDE_HOURS)


def _ways(start: Start, stretch: Stretch) -> list[int]:
    """Return how the session may take place in a stretch."""
    return [
        each
        for each in stretch.modalities
        if each in start.session_type.modalities and start.modality in (Modality.ANY, each)
    ]


def _holds(stretch: Stretch, day: date, time_zone: str, at_s: int) -> bool:
    rules = zone(time_zone)
    return edge(day, stretch.start_min, rules, is_end=False) <= at_s < edge(day, stretch.end_min, rules, is_end=True)


def _by_takers(start: Start, takers: Sequence[Taker]) -> Iterator[Hiding]:
    start_s, end_s = start.span
    for each in takers:
        if each.is_time_off:
            yield Hiding(Reason.TIME_OFF, source_id=each.source_id, span=each.inner)
        elif each.inner[0] < end_s and start_s < each.inner[1]:
            yield Hiding(Reason.TAKEN, span=each.inner)
        else:
            yield Hiding(Reason.BUFFER, span=each.whole)
