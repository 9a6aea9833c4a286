"""Settles the follow-ups that a new appointment answers, in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence

from services.booking.adapters import care_proto
from services.booking.adapters.follow_up_rows import COLUMNS, follow_up
from services.booking.domain.appointment import Appointment
from services.chassis.context import Actor, Call
from services.chassis.db.envelope import Envelope
from services.chassis.db.pool import Connection

_CLOSE = f"""
    with answer as (
        select * from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[])
            as answer (practice_id, client_id, therapist_id, session_type_id)
    )
    update follow_ups set state = 'BOOKED', version = version + 1
    where state = 'OPEN' and exists (
        select from answer
        where answer.practice_id = follow_ups.practice_id and answer.client_id = follow_ups.client_id
            and (
                answer.session_type_id = follow_ups.answer_session_type_id
                or (follow_ups.answer_session_type_id is null and answer.therapist_id = follow_ups.therapist_id)
            )
    )
    returning practice_id::text, {COLUMNS}
"""  # noqa: S608 - only the literal column list is put in


async def close_answered(conn: Connection, booked: Sequence[Appointment]) -> list[Envelope]:
    """
    Settle what the booked appointments answer and return the events, a practice an envelope.

    Danger: new envelopes each time. A batch may be written twice, and what is added to a caller's own is told twice.
    """
    values = (
        [one.practice_id for one in booked],
        [one.client_id for one in booked],
        [one.slot.therapist_id for one in booked],
        [one.slot.session_type_id for one in booked],
    )
    calls: dict[str, Call] = {}
    for practice_id, *row in await (await conn.execute(_CLOSE, values)).fetchall():
        closed = follow_up(tuple(row))
        call = calls.setdefault(practice_id, own_call(practice_id, "CloseFollowUps"))
        call.publish(
            care_proto.closed_event(practice_id, closed), aggregate_id=closed.follow_up_id, version=closed.version
        )
    return [call.envelope for call in calls.values()]


def own_call(practice_id: str, what: str) -> Call:
    """Return the call of something that nobody but this service asked for."""
    actor = Actor("service:booking", "system", practice_id, frozenset({"system"}))
    return Call(actor=actor, method=f"booking.{what}", practice_id=practice_id)
