"""Tells, once for each time agreed, that a client has not confirmed."""

from __future__ import annotations

from kept.booking.v1 import policy_events_pb2

from services.booking.adapters.answered import own_call
from services.booking.adapters.proto import timestamp_of
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Database

_MARK = """
    update appointments set overdue_time = now()
    where (practice_id, appointment_id) in (
        select a.practice_id, a.appointment_id from appointments a
        where (a.practice_id, a.appointment_id) in (select * from unnest(%s::uuid[], %s::uuid[]))
            and a.state = 'BOOKED' and a.overdue_time is null and a.confirm_by_time <= now()
        order by a.practice_id, a.appointment_id
        for no key update skip locked
    )
    returning practice_id::text, appointment_id::text, client_id::text, therapist_id::text, start_time,
        confirm_by_time, version
"""


class Overdue:
    """Marks overdue confirmations and tells of them in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def announce(self, *, limit: int) -> int:
        """Announce at most *limit* appointments, of any practice, and return how many; one being changed waits."""
        async with self._database.begin([]) as conn:
            query = "select practice_id::text, appointment_id::text from confirmations_overdue(%s)"
            due = await (await conn.execute(query, (limit,))).fetchall()
        if not due:
            return 0
        calls = {practice_id: own_call(practice_id, "AnnounceOverdue") for practice_id, _ in due}
        async with self._database.begin(set(calls)) as conn:
            marked = await conn.execute(_MARK, ([row[0] for row in due], [row[1] for row in due]))
            rows = await marked.fetchall()
            for practice_id, appointment_id, client_id, therapist_id, start_time, confirm_by_time, version in rows:
                event = policy_events_pb2.ConfirmationOverdue(
                    practice_id=practice_id,
                    appointment_id=appointment_id,
                    client_id=client_id,
                    therapist_id=therapist_id,
                    start_time=timestamp_of(start_time),
                    confirm_by_time=timestamp_of(confirm_by_time),
                    version=version,
                )
                calls[practice_id].publish(event, aggregate_id=appointment_id, version=version)
            await write_envelopes(conn, [call.envelope for call in calls.values()])
        return len(rows)
