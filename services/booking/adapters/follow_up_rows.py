"""Turns rows of the follow_ups table into follow-ups."""

from __future__ import annotations

from typing import Any

from services.booking.domain.follow_up import DismissReason, FollowUp, FollowUpState, Kind
from services.chassis.db.pool import Connection

COLUMNS = """
    follow_up_id::text, client_id::text, therapist_id::text, kind, due_date::text, create_time,
    coalesce(cause_appointment_id::text, ''), coalesce(answer_session_type_id::text, ''), state, dismiss_reason,
    version, prompt_time, prompted_time is not null, is_confidential
"""
"""What `follow_up` reads, in its order."""

_OPEN = f"""
    insert into follow_ups (
        practice_id, follow_up_id, client_id, therapist_id, kind, due_date, state, dismiss_reason,
        cause_appointment_id, answer_session_type_id, create_time, version, prompt_time, is_confidential
    )
    values (%s, %s, %s, %s, %s, %s, 'OPEN', '', nullif(%s, '')::uuid, nullif(%s, '')::uuid, %s, 1, %s, %s)
    on conflict (practice_id, client_id, therapist_id, kind) where state = 'OPEN' do nothing
    returning {COLUMNS}
"""  # noqa: S608 - only the literal column list is put in


def follow_up(row: tuple[Any, ...]) -> FollowUp:
    """Return the follow-up in a row of COLUMNS."""
    follow_up_id, client_id, therapist_id, kind, due_date, create_time, cause_id, answer_id, state, reason, *rest = row
    return FollowUp(
        follow_up_id,
        client_id,
        therapist_id,
        Kind(kind),
        due_date,
        create_time,
        cause_id,
        answer_id,
        FollowUpState(state),
        DismissReason(reason),
        *rest,
    )


async def open_follow_up(conn: Connection, practice_id: str, wanted: FollowUp) -> bool:
    """Store an open follow-up, unless one of its kind is open; tell whether it was stored."""
    values = (wanted.client_id, wanted.therapist_id, wanted.kind.value, wanted.due_date)
    linked = (wanted.cause_appointment_id, wanted.answer_session_type_id, wanted.create_time)
    told = (wanted.prompt_time or wanted.create_time, wanted.is_confidential)
    stored = await conn.execute(_OPEN, (practice_id, wanted.follow_up_id, *values, *linked, *told))
    return await stored.fetchone() is not None
