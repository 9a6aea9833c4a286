"""Hides starts that a hold would be refused by what a practice limits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from datetime import date

from services.availability.domain.caps import Caps, Session, count_breaches, order_breaches, reach, tally, too_far
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Option, SessionType
from services.availability.domain.limits import HIGH_NEED, holding_window, is_reserved
from services.availability.domain.wall import MINUTE_S, local_date
from services.availability.usecases.ports import Taken

Free = dict[int, list[tuple[str, Option]]]
"""Free starts in epoch seconds, each with the therapists who have it and the way it takes place."""

NEAR_S = 2 * 86_400
"""Seconds around a start within which neighbours matter: the longest cool-down is a day."""


async def hide_limited(
    free: Free,
    practice_id: str,
    therapist_ids: Collection[str],
    session_type: SessionType,
    directory: Directory,
    taken: Taken,
    *,
    now_s: int,
    audiences: Collection[int],
) -> Free:
    """
    Return the starts that caps, travel, reservations and priority windows leave; a practice without any costs nothing.

    Args:
        audiences: Who looks, by the contract's numbers.

    Cost:
        One query for all therapists who have caps; a count for each of their local days.
    """
    limits = directory.limits
    reservations = () if HIGH_NEED in audiences else limits.reservations
    windows = [each for each in limits.windows if each.audiences.isdisjoint(audiences)]
    counted = [each for each in therapist_ids if limits.are_counted(each)]
    if not free or not (reservations or windows or counted):
        return free
    starts: dict[str, list[tuple[int, Option]]] = {}
    for at_s in sorted(free):
        for therapist_id, option in free[at_s]:
            zone = directory.schedules[therapist_id].time_zone
            if is_reserved(reservations, therapist_id, zone, at_s, now_s=now_s):
                continue
            type_id = session_type.session_type_id
            if not holding_window(windows, therapist_id, type_id, at_s, now_s=now_s, audiences=audiences):
                starts.setdefault(therapist_id, []).append((at_s, option))
    if counted := [each for each in counted if each in starts]:
        length_s = session_type.length_min * MINUTE_S
        first_s = min(starts[each][0][0] for each in counted)
        last_s = max(starts[each][-1][0] for each in counted)
        agendas = await taken.agendas(practice_id, counted, reach(Session("", "", "", first_s, last_s + length_s)))
        for therapist_id in counted:
            sessions = agendas.of(practice_id, therapist_id)
            starts[therapist_id] = _fitting(
                starts[therapist_id], sessions, therapist_id, session_type, directory, length_s=length_s
            )
    left: Free = {}
    for therapist_id in sorted(starts):
        for at_s, option in starts[therapist_id]:
            left.setdefault(at_s, []).append((therapist_id, option))
    return left


def _fitting(
    starts: Sequence[tuple[int, Option]],
    sessions: Sequence[Session],
    therapist_id: str,
    session_type: SessionType,
    directory: Directory,
    *,
    length_s: int,
) -> list[tuple[int, Option]]:
    caps = directory.limits.caps.get(therapist_id, Caps(therapist_id))
    zone, types = directory.schedules[therapist_id].time_zone, directory.session_types
    counted, full_days = tally(sessions, zone), dict[date, bool]()
    ordered = sorted(sessions, key=_start)
    is_order_free = not (caps.max_consecutive or caps.crisis_cool_down_min or directory.limits.travel)
    found = []
    for at_s, option in starts:
        wanted = Session("", session_type.session_type_id, option.site_id, at_s, at_s + length_s)
        day = local_date(at_s, zone)
        if day not in full_days:
            full_days[day] = bool(count_breaches(wanted, counted, caps, types, zone))
        if full_days[day]:
            continue
        if not is_order_free:
            first = bisect_left(ordered, at_s - NEAR_S, key=_start)
            near = ordered[first : bisect_left(ordered, at_s + length_s + NEAR_S, key=_start)]
            if order_breaches(wanted, near, caps, types) or too_far(wanted, near, directory.limits.travel):
                continue
        found.append((at_s, option))
    return found


def _start(each: Session) -> int:
    return each.start_s
