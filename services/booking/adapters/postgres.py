"""Keeps appointments in PostgreSQL, each step with its history row and its event."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import errors as database_errors

from services.booking.adapters import proto
from services.booking.adapters.affected import settle_affected
from services.booking.adapters.group_seat_calls import add_calls
from services.booking.adapters.openings import open_freed
from services.booking.adapters.rows import COLUMNS, appointment
from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment, CancelledBy, Change, Reason, State
from services.booking.domain.group import FREED_AFTER
from services.booking.usecases.ports import Cursor, Filter
from services.chassis.context import Call
from services.chassis.db.batch import GATHER_READ_PER_JOB_S, BatchWriter
from services.chassis.db.pool import Connection, Database

_FIND = f"""
    select {COLUMNS} from appointments
    where practice_id = %s and appointment_id = %s and state <> 'ABANDONED'
"""  # noqa: S608 - only the literal column list is put in

# Row by row through the key, whatever the planner knows: a join planned while the table was small is kept as long as
# the connection and reads all of it.
_FIND_MANY = f"""
    select {COLUMNS}
    from unnest(%s::uuid[], %s::uuid[]) as wanted (of_practice_id, of_appointment_id)
    cross join lateral (
        select * from appointments
        where practice_id = of_practice_id and appointment_id = of_appointment_id and state <> 'ABANDONED'
        limit 1
    ) as appointments
"""  # noqa: S608 - only the literal column list is put in

_HOLD_STILL = "select 1 from appointments where practice_id = %s and appointment_id = %s for no key update"

_UPDATE = """
    update appointments set
        state = %s, therapist_id = %s, start_time = %s, end_time = %s, start_local = %s, time_zone = %s, fold = %s,
        tzdata_version = %s, modality = %s, site_id = nullif(%s, '')::uuid, room_id = nullif(%s, '')::uuid,
        claim_version = %s, cancelled_by = %s, is_late_cancellation = %s, version = %s, update_time = %s,
        overdue_time = case when confirm_by_time is distinct from %s then null else overdue_time end,
        confirm_by_time = %s
    where practice_id = %s and appointment_id = %s and version = %s
"""

_ADD_CHANGE = """
    insert into appointment_changes
        (practice_id, appointment_id, version, state, previous_start_time, start_time, actor_id, change_time,
         reason)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_ADD_TO_CARE_TEAM = """
    insert into care_team (practice_id, client_id, therapist_id, since_time)
    select %s, client_id, %s, %s from unnest(%s::uuid[]) as moved (client_id) order by client_id
    on conflict do nothing
"""

_ABANDON = """
    insert into appointments
        (practice_id, appointment_id, state, version, create_time, update_time, create_actor_id)
    values (%s, %s, 'ABANDONED', 1, %s, %s, %s)
    on conflict on constraint appointments_pkey do nothing
"""

_BAR_MOVE = """
    update appointments set abandoned_claim_version = %s
    where practice_id = %s and appointment_id = %s and claim_version < %s
    returning 1
"""


# Sessions booked for a client, and those they take part in; the array is read once, so that both sides use an index.
_TAKES_PART = """(client_id = %s or appointment_id = any (array (
    select p.appointment_id from appointment_participants p where p.practice_id = %s and p.client_id = %s
)))"""

_RESTORE = """
    insert into appointments (
        practice_id, appointment_id, state, client_id, therapist_id, session_type_id, start_time, end_time,
        start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version, version,
        create_time, update_time, create_actor_id, confirm_by_time, is_confidential, has_participants,
        restores_appointment_id, warnings
    )
    select %s, %s, 'BOOKED', client_id, %s, session_type_id, %s, %s, %s, %s, %s, %s, %s, nullif(%s, '')::uuid,
        nullif(%s, '')::uuid, %s, 1, %s, %s, %s, %s, is_confidential, has_participants, appointment_id, warnings
    from appointments where practice_id = %s and appointment_id = %s
"""

_COPY_PARTICIPANTS = """
    insert into appointment_participants (practice_id, appointment_id, client_id)
    select practice_id, %s, client_id from appointment_participants where practice_id = %s and appointment_id = %s
"""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One look-up."""

    practice_id: str
    appointment_id: str


class PostgresAppointments:
    """Is the store of appointments; every method works in the call's own transaction unless it says so."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._finder: BatchWriter[_Wanted, Appointment] = BatchWriter(
            database, _find_many, gather_per_job_s=GATHER_READ_PER_JOB_S, name="find appointments"
        )

    async def find(self, call: Call, appointment_id: str) -> Appointment:
        """Return an appointment as last committed, looked up with whoever else asks now. Raises UnknownAppointment."""
        return await self._finder.submit(_Wanted(call.practice_id, appointment_id))

    async def close(self) -> None:
        """Answer the look-ups at hand."""
        await self._finder.close()

    async def lock(self, call: Call, appointment_id: str) -> Appointment:
        """Return an appointment that nobody else can change until this call ends."""
        return await self._one(call, appointment_id, _FIND + " for no key update")

    @asynccontextmanager
    async def held_still(self, call: Call, appointment_id: str) -> AsyncIterator[None]:
        """
        Keep everybody from changing an appointment while the body runs, in a transaction of its own.

        Danger: not the call's transaction. Reactions share one with their neighbours: a lock kept until its end
        would stop the next reaction to the same appointment, and callers, for as long as all of them take.
        """
        async with self._database.begin([call.practice_id]) as conn:
            await conn.execute(_HOLD_STILL, (call.practice_id, appointment_id))
            yield

    async def save(
        self, call: Call, before: Appointment, after: Appointment, fact: facts.Fact, *, reason: Reason = Reason.UNSAID
    ) -> None:
        """Store the new state, its history row and its event; time it frees is kept for those who wait for it."""
        slot = after.slot
        cancelled_by = None if after.cancelled_by is CancelledBy.NOBODY else after.cancelled_by.value
        async with call.tx() as conn:
            cursor = await conn.execute(
                _UPDATE,
                (
                    after.state.value,
                    slot.therapist_id,
                    slot.start_time,
                    slot.end_time,
                    slot.start_local,
                    slot.time_zone,
                    slot.fold,
                    slot.tzdata_version,
                    slot.modality,
                    slot.site_id,
                    slot.room_id,
                    slot.claim_version,
                    cancelled_by,
                    after.is_late_cancellation,
                    after.version,
                    after.update_time,
                    after.confirm_by_time,
                    after.confirm_by_time,
                    after.practice_id,
                    after.appointment_id,
                    before.version,
                ),
            )
            if cursor.rowcount != 1:
                raise errors.StaleVersion("The appointment changed meanwhile.", appointment_id=after.appointment_id)
            await conn.execute(
                _ADD_CHANGE,
                (
                    after.practice_id,
                    after.appointment_id,
                    after.version,
                    after.state.value,
                    before.slot.start_time,
                    slot.start_time,
                    call.actor.actor_id,
                    after.update_time,
                    reason.value,
                ),
            )
            if after.group_session_id and after.state is State.CANCELLED:
                due_time = after.update_time + FREED_AFTER
                await add_calls(conn, after.practice_id, [after.group_session_id], due_time=due_time, tries=1)
            if slot.therapist_id != before.slot.therapist_id:
                await conn.execute(
                    _ADD_TO_CARE_TEAM,
                    (after.practice_id, slot.therapist_id, after.update_time, list(after.client_ids)),
                )
        await settle_affected(call, before, after)
        told = await open_freed(call, before, fact)
        call.publish(proto.event_of(told), aggregate_id=after.appointment_id, version=after.version)

    async def page(self, call: Call, wanted: Filter, *, after: Cursor | None, limit: int) -> list[Appointment]:
        """Return at most *limit* appointments by start time and id, those after the cursor."""
        wheres = ["practice_id = %s", "start_time >= %s", "start_time < %s", "state <> 'ABANDONED'"]
        values: list[Any] = [call.practice_id, wanted.from_time, wanted.to_time]
        if wanted.client_id:
            wheres.append(_TAKES_PART)
            values += [wanted.client_id, call.practice_id, wanted.client_id]
        if wanted.therapist_id:
            wheres.append("therapist_id = %s")
            values.append(wanted.therapist_id)
        if after is not None:
            wheres.append("(start_time, appointment_id) > (%s, %s::uuid)")
            values.extend(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = (
            f"select {COLUMNS} from appointments where {' and '.join(wheres)} "  # noqa: S608
            "order by start_time, appointment_id limit %s"
        )
        async with call.tx() as conn:
            cursor = await conn.execute(statement, [*values, limit])
            return [appointment(row) for row in await cursor.fetchall()]

    async def changes(self, call: Call, appointment: Appointment) -> list[Change]:
        """Return every step, oldest first; the first one stands in the appointment's create columns."""
        async with call.tx() as conn:
            cursor = await conn.execute(
                "select version, state, start_time, actor_id, change_time, previous_start_time, reason"
                " from appointment_changes where practice_id = %s and appointment_id = %s order by version",
                (appointment.practice_id, appointment.appointment_id),
            )
            rows = await cursor.fetchall()
        first = Change(
            version=1,
            state=State.BOOKED,
            start_time=rows[0][5] if rows else appointment.slot.start_time,
            actor_id=appointment.create_actor_id,
            change_time=appointment.create_time,
            previous_start_time=rows[0][5] if rows else appointment.slot.start_time,
        )
        return [first, *(Change(row[0], State(row[1]), row[2], row[3], row[4], row[5], Reason(row[6])) for row in rows)]

    async def abandon(self, call: Call, appointment_id: str, *, at: datetime) -> Appointment | None:
        """Mark an id as never booked in a transaction of its own; return the appointment if there is one."""
        key = (call.practice_id, appointment_id)
        async with self._database.begin([call.practice_id]) as conn:
            # A booking about to commit makes this insert wait for its outcome: one of the two rows wins the key.
            await conn.execute(_ABANDON, (*key, at, at, call.actor.actor_id))
            row = await (await conn.execute(_FIND, key)).fetchone()
        return appointment(row) if row else None

    async def abandon_move(self, call: Call, appointment_id: str, *, moved_at: int, claim_version: int) -> bool:
        """Bar late moves in a transaction of its own; False when the appointment did move."""
        values = (claim_version, call.practice_id, appointment_id, moved_at)
        async with self._database.begin([call.practice_id]) as conn:
            return await (await conn.execute(_BAR_MOVE, values)).fetchone() is not None

    async def give_up_move(self, call: Call, appointment_id: str, *, claim_version: int) -> bool:
        """Roll the call's own changes back, which lets its lock go, then bar the move and commit that."""
        await call.close(errors.StaleVersion("The move is given up."))
        return await self.abandon_move(call, appointment_id, moved_at=claim_version, claim_version=claim_version)

    async def restore(self, call: Call, booked: Appointment, fact: facts.Booked) -> None:
        """Store an appointment that stands for a cancelled one. Raises NothingToUndo, HoldAbandoned."""
        slot, cancelled = booked.slot, (booked.practice_id, booked.restores_appointment_id)
        when = (slot.start_time, slot.end_time, slot.start_local, slot.time_zone, slot.fold, slot.tzdata_version)
        where = (slot.modality, slot.site_id, slot.room_id, slot.claim_version)
        who = (booked.create_time, booked.update_time, booked.create_actor_id, booked.confirm_by_time)
        values = (booked.practice_id, booked.appointment_id, slot.therapist_id, *when, *where, *who, *cancelled)
        try:
            async with call.tx() as conn:
                await conn.execute(_RESTORE, values)
                if booked.extra_client_ids:
                    await conn.execute(_COPY_PARTICIPANTS, (booked.appointment_id, *cancelled))
        except database_errors.UniqueViolation as error:
            if error.diag.constraint_name == "appointments_restores_key":
                raise errors.NothingToUndo("It was undone before.", appointment_id=cancelled[1]) from None
            raise errors.HoldAbandoned("The hold was given back; ask again.", appointment_id=cancelled[1]) from None
        call.publish(proto.event_of(fact), aggregate_id=booked.appointment_id, version=booked.version)

    async def _one(self, call: Call, appointment_id: str, statement: str) -> Appointment:
        async with call.tx() as conn:
            row = await (await conn.execute(statement, (call.practice_id, appointment_id))).fetchone()
        if row is None:
            raise errors.UnknownAppointment("No such appointment.", appointment_id=appointment_id)
        return appointment(row)


async def _find_many(conn: Connection, wanted: Sequence[_Wanted]) -> Sequence[Appointment | errors.UnknownAppointment]:
    """Look up many at once: one query for all who asked meanwhile, whatever their practice."""
    keys = [each.practice_id for each in wanted], [each.appointment_id for each in wanted]
    rows = await (await conn.execute(_FIND_MANY, keys)).fetchall()
    found = {(row[0], row[1]): appointment(row) for row in rows}
    return [
        found.get((each.practice_id, each.appointment_id))
        or errors.UnknownAppointment("No such appointment.", appointment_id=each.appointment_id)
        for each in wanted
    ]
