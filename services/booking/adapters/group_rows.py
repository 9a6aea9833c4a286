"""Turns rows of groups, rosters and sessions into domain words and back."""

from __future__ import annotations

from typing import Any

from services.booking.domain.appointment import Slot
from services.booking.domain.group import Group, GroupSession, Member, MemberState, SessionState

GROUP_COLUMNS = """
    g.practice_id::text, g.group_id::text, g.display_name, g.therapist_id::text,
    array_to_string(g.co_therapist_ids, ' '), g.session_type_id::text, g.is_open, g.needs_screening, g.min_seats,
    g.decide_h, g.version, g.create_time, g.is_self_bookable
"""

GROUP_WIDTH = 13
"""Columns in GROUP_COLUMNS."""

MEMBER_COLUMNS = "group_id::text, client_id::text, state, create_time, update_time"

SESSION_COLUMNS = """
    s.practice_id::text, s.group_session_id::text, s.group_id::text, s.state,
    s.therapist_id::text, s.session_type_id::text, s.start_time, s.end_time, s.start_local, s.time_zone, s.fold,
    s.tzdata_version, s.modality, coalesce(s.site_id::text, ''), coalesce(s.room_id::text, ''), s.claim_version,
    array_to_string(s.co_therapist_ids, ' '), s.min_seats, s.decide_time, s.version,
    coalesce(s.group_series_id::text, ''), coalesce(s.abandoned_claim_version, 0),
    s.pause_time, s.keeps_time
"""


def group_of(row: tuple[Any, ...]) -> Group:
    """Return the group in a row of GROUP_COLUMNS."""
    values: list[Any] = [*row[:4], tuple(row[4].split()), *row[5:]]
    return Group(*values)


def member_of(row: tuple[Any, ...]) -> Member:
    """Return the place in a row of MEMBER_COLUMNS."""
    return Member(row[0], row[1], MemberState(row[2]), row[3], row[4])


def session_of(row: tuple[Any, ...]) -> GroupSession:
    """Return the session in a row of SESSION_COLUMNS."""
    values: list[Any] = [*row[:3], SessionState(row[3]), Slot(*row[4:16]), tuple(row[16].split()), *row[17:]]
    return GroupSession(*values)


def session_values(session: GroupSession) -> tuple[object, ...]:
    """Return the values of a new row, in the order of its columns."""
    slot = session.slot
    return (
        session.practice_id,
        session.group_session_id,
        session.group_id,
        session.state.value,
        slot.therapist_id,
        slot.session_type_id,
        slot.start_time,
        slot.end_time,
        slot.start_local,
        slot.time_zone,
        slot.fold,
        slot.tzdata_version,
        slot.modality,
        slot.site_id or None,
        slot.room_id or None,
        slot.claim_version,
        list(session.co_therapist_ids),
        session.min_seats,
        session.decide_time,
        session.version,
        session.group_series_id or None,
    )
