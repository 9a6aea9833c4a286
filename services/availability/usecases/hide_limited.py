"""Hides starts that a hold would be refused by what a practice limits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date

from services.availability.domain.caps import Caps, Session, count_breaches, order_breaches, reach, tally, too_far
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Option, SessionType
from services.availability.domain.limits import is_reserved
from services.availability.domain.wall import MINUTE_S, local_date
from services.availability.usecases.ports import Taken

Starts = dict[str, list[tuple[int, Option]]]
"""Therapist id to starts in epoch seconds, each with the way it takes place."""

NEAR_S = 2 * 86_400
"""Seconds around a start within which neighbours matter: the longest cool-down is a day."""


async def hide_limited(
    starts: Starts,
    practice_id: str,
    session_type: SessionType,
    directory: Directory,
    taken: Taken,
    *,
    now_s: int,
    is_high_need: bool,
) -> Starts:
    """
    Return the starts that caps, travel and reservations leave; a practice without any costs nothing.

    Cost:
        One query for all therapists who have caps; a count for each of their local days.
    """
    limits = directory.limits
    if limits.reservations and not is_high_need:
        starts = {
            therapist_id: [
                each
                for each in some
                if not is_reserved(
                    limits.reservations,
                    therapist_id,
                    directory.schedules[therapist_id].time_zone,
                    each[0],
                    now_s=now_s,
                )
            ]
            for therapist_id, some in starts.items()
        }
    counted = [each for each, some in starts.items() if some and limits.are_counted(each)]
    if not counted:
        return starts
    length_s = session_type.length_min * MINUTE_S
    first_s = min(at_s for each in counted for at_s, _ in starts[each])
    last_s = max(at_s for each in counted for at_s, _ in starts[each])
    span = reach(Session("", "", "", first_s, last_s + length_s))
    agendas = await taken.agendas(practice_id, counted, span)
    for therapist_id in counted:
        sessions = agendas.of(practice_id, therapist_id)
        starts[therapist_id] = _fitting(
            starts[therapist_id], sessions, therapist_id, session_type, directory, length_s=length_s
        )
    return starts


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
