"""Says how much a therapist takes on, and which caps one more session would break."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.availability.domain.free import Span
from services.availability.domain.hours import SessionType
from services.availability.domain.wall import MINUTE_S, local_date

REACH_S = 9 * 86_400
"""Seconds around a session within which others matter to its caps: its ISO week, a day's cool-down, changed clocks."""


@dataclass(frozen=True, slots=True)
class Caps:
    """
    Limits of one therapist; 0 means no such limit.

    Days and weeks are local ones of the therapist, weeks ISO's. Minutes are elapsed time without buffers. A break is
    break_min or more between the end of a session and the next one's start.
    """

    therapist_id: str
    max_sessions_day: int = 0
    max_sessions_week: int = 0
    max_minutes_day: int = 0
    max_minutes_week: int = 0
    max_load_day: int = 0
    max_load_week: int = 0
    max_consecutive: int = 0
    break_min: int = 0
    max_intakes_week: int = 0
    crisis_cool_down_min: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """One time of one claim; site_id is empty unless it is in person, times are epoch seconds."""

    claim_id: str
    session_type_id: str
    site_id: str
    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True)
class Breach:
    """A cap that would be broken."""

    cap: str
    limit: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Sessions by the local day they start in, and by the Monday of its week."""

    by_day: dict[date, list[Session]]
    by_week: dict[date, list[Session]]


def reach(session: Session) -> Span:
    """Return the stretch whose sessions `breaches` and `too_far` have to know."""
    return session.start_s - REACH_S, session.end_s + REACH_S


def breaches(
    wanted: Session, agenda: Iterable[Session], caps: Caps, types: Mapping[str, SessionType], time_zone: str
) -> list[Breach]:
    """
    Return the caps that break when *wanted* joins the agenda.

    Both times of another claim's pending move count, but once a day and a week: whichever way it ends, the caps hold.
    Own times of the wanted claim do not count beside the wanted one.

    Args:
        agenda: Whatever the therapist has within `reach`, in any order.
        time_zone: The therapist's.

    Source:
        ARCHITECTURE.md, invariant 2; held by tests/integration/availability/test_cap_races.py.
    """
    others = [each for each in agenda if each.claim_id != wanted.claim_id]
    return [
        *count_breaches(wanted, tally(others, time_zone), caps, types, time_zone),
        *order_breaches(wanted, others, caps, types),
    ]


def tally(sessions: Iterable[Session], time_zone: str) -> Tally:
    """Sort sessions into the local days and weeks they start in."""
    found = Tally({}, {})
    for each in sessions:
        day = local_date(each.start_s, time_zone)
        found.by_day.setdefault(day, []).append(each)
        found.by_week.setdefault(_monday(day), []).append(each)
    return found


def count_breaches(
    wanted: Session, others: Tally, caps: Caps, types: Mapping[str, SessionType], time_zone: str
) -> list[Breach]:
    """Return the caps of the day and the week that break; all starts of one local day give the same answer."""
    today = local_date(wanted.start_s, time_zone)
    in_day = _heaviest([*others.by_day.get(today, ()), wanted])
    in_week = _heaviest([*others.by_week.get(_monday(today), ()), wanted])

    def weight(each: Session) -> int:
        found = types.get(each.session_type_id)
        return max(found.load_weight, 1) if found else 1

    def is_intake(each: Session) -> int:
        found = types.get(each.session_type_id)
        return int(found is not None and found.is_intake)

    counted: list[tuple[str, int, Collection[Session], Callable[[Session], int]]] = [
        ("sessions_day", caps.max_sessions_day, in_day, _one),
        ("sessions_week", caps.max_sessions_week, in_week, _one),
        ("minutes_day", caps.max_minutes_day, in_day, _minutes),
        ("minutes_week", caps.max_minutes_week, in_week, _minutes),
        ("load_day", caps.max_load_day, in_day, weight),
        ("load_week", caps.max_load_week, in_week, weight),
    ]
    if is_intake(wanted):
        counted.append(("intakes_week", caps.max_intakes_week, in_week, is_intake))
    return [Breach(cap, limit) for cap, limit, some, size in counted if limit and sum(map(size, some)) > limit]


def order_breaches(
    wanted: Session, others: Sequence[Session], caps: Caps, types: Mapping[str, SessionType]
) -> list[Breach]:
    """Return the caps that break by what lies right before or after the wanted session."""
    found: list[Breach] = []
    if caps.max_consecutive and _run(wanted, others, caps.break_min * MINUTE_S) > caps.max_consecutive:
        found.append(Breach("consecutive", caps.max_consecutive))
    if caps.crisis_cool_down_min and _is_too_soon(wanted, others, caps.crisis_cool_down_min * MINUTE_S, types):
        found.append(Breach("crisis_cool_down_min", caps.crisis_cool_down_min))
    return found


def too_far(wanted: Session, agenda: Iterable[Session], travel: Mapping[tuple[str, str], int]) -> int:
    """Return the minutes of travel for which a neighbour at another site leaves no time; 0 when all can be reached."""
    if not wanted.site_id:
        return 0
    for each in agenda:
        if each.claim_id == wanted.claim_id or each.site_id in ("", wanted.site_id):
            continue
        minutes = travel.get((min(each.site_id, wanted.site_id), max(each.site_id, wanted.site_id)), 0)
        gap_s = max(wanted.start_s - each.end_s, each.start_s - wanted.end_s)
        if gap_s < minutes * MINUTE_S:
            return minutes
    return 0


def _heaviest(sessions: Iterable[Session]) -> Collection[Session]:
    """Return one session a claim, the longest."""
    found: dict[str, Session] = {}
    for each in sessions:
        known = found.get(each.claim_id)
        if known is None or _minutes(known) < _minutes(each):
            found[each.claim_id] = each
    return found.values()


def _run(wanted: Session, others: Iterable[Session], break_s: int) -> int:
    """Count the claims of the run of sessions, with no break between two of them, that holds the wanted one."""
    start_s, end_s, claims = wanted.start_s, wanted.end_s, {wanted.claim_id}
    left = list(others)
    while touching := [each for each in left if each.start_s - end_s < break_s and start_s - each.end_s < break_s]:
        start_s = min(start_s, *(each.start_s for each in touching))
        end_s = max(end_s, *(each.end_s for each in touching))
        claims.update(each.claim_id for each in touching)
        left = [each for each in left if each not in touching]
    return len(claims)


def _is_too_soon(
    wanted: Session, others: Iterable[Session], cool_down_s: int, types: Mapping[str, SessionType]
) -> bool:
    """Tell whether a session would start in the cool-down after a crisis session."""

    def is_crisis(each: Session) -> bool:
        found = types.get(each.session_type_id)
        return found is not None and found.is_crisis

    return any(
        (is_crisis(earlier) and earlier.start_s <= later.start_s < earlier.end_s + cool_down_s)
        for each in others
        for earlier, later in ((each, wanted), (wanted, each))
    )


def _one(_: Session) -> int:
    return 1


def _minutes(each: Session) -> int:
    return (each.end_s - each.start_s) // MINUTE_S


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
