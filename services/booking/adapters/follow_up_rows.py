"""Turns rows of the follow_ups table into follow-ups."""

from __future__ import annotations

from typing import Any

from services.booking.domain.follow_up import DismissReason, FollowUp, FollowUpState, Kind

COLUMNS = """
    follow_up_id::text, client_id::text, therapist_id::text, kind, due_date::text, create_time,
    coalesce(cause_appointment_id::text, ''), coalesce(answer_session_type_id::text, ''), state, dismiss_reason, version
"""
"""What `follow_up` reads, in its order."""


def follow_up(row: tuple[Any, ...]) -> FollowUp:
    """Return the follow-up in a row of COLUMNS."""
    follow_up_id, client_id, therapist_id, kind, due_date, create_time, cause_id, answer_id, state, reason, version = (
        row
    )
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
        version,
    )
