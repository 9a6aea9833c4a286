"""Turns rows of groups, rosters and sessions into domain words and back."""

from __future__ import annotations

from typing import Any

from services.booking.domain.appointment import Slot
from services.booking.domain.group import Group, GroupSession, Member, MemberState, SessionState

GROUP_COLUMNS = """
    practice_id::text, group_id::text, display_name, therapist_id::text, array_to_string(co_therapist_ids, ' '),
    session_type_id::text, is_open, needs_screening, min_seats, decide_h, version, create_time
"""

MEMBER_COLUMNS = "group_id::text, client_id::text, state, create_time, update_time"

SESSION_COLUMNS = """
    practice_id::text, group_session_id::text, group_id::text, state,
    therapist_id::text, session_type_id::text, start_time, end_time, start_local, time_zone, fold, tzdata_version,
    modality, coalesce(site_id::text, ''), coalesce(room_id::text, ''), claim_version,
    array_to_string(co_therapist_ids, ' '), min_seats, decide_time, version
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
    )
