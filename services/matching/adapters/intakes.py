"""Keeps who waits for a therapist in PostgreSQL; what they asked for is sealed."""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from kept.matching.v1 import intake_events_pb2, intake_pb2, matching_pb2

from services.chassis.context import Call
from services.chassis.db.pool import Connection, Database
from services.chassis.errors import ClientErased
from services.matching.adapters.proto import need_from, need_to
from services.matching.adapters.sealing import Sealing
from services.matching.domain import errors
from services.matching.domain.intake import Intake, IntakeState
from services.matching.domain.needs import Need
from services.matching.domain.triage import Priority

FIELD = "intakes.need"
"""
Danger: bound into every ciphertext, with the intake's id; another name makes every stored need unreadable.
"""

_COLUMNS = "intake_id::text, client_id::text, priority, create_time, state, settle_time, version, need_sealed"

_ADD = """
    insert into intakes (practice_id, intake_id, client_id, need_sealed, priority, state, create_time, version)
    values (%s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (practice_id, client_id) where state <= 2 do nothing
"""
_FIND = f"select {_COLUMNS} from intakes where practice_id = %s and intake_id = %s"  # noqa: S608 - literal columns
_LOCK_MANY = f"""
    select {_COLUMNS} from intakes where practice_id = %s and intake_id = any (%s::uuid[])
    order by intake_id for no key update
"""  # noqa: S608 - literal columns
_SAVE = """
    update intakes set priority = %s, state = %s, settle_time = %s, version = %s
    where practice_id = %s and intake_id = %s
"""
_PAGE = f"""
    select {_COLUMNS} from intakes
    where practice_id = %s and state = %s and (create_time, intake_id) > (%s, %s::uuid)
    order by create_time, intake_id limit %s
"""  # noqa: S608 - literal columns
_KEYED = f"""
    select {_COLUMNS}, wrapped_key from intakes i join client_keys using (practice_id, client_id)
"""  # noqa: S608 - literal columns
_WAITING = f"{_KEYED} where practice_id = %s and state = 1 order by i.create_time, intake_id limit %s"
_CREATED = f"""{_KEYED}
    where practice_id = %s and i.create_time >= %s and i.create_time < %s order by i.create_time, intake_id limit %s
"""
_REFUSE = """
    insert into intake_refusals (practice_id, intake_id, therapist_id) values (%s, %s, %s) on conflict do nothing
"""
_REFUSED = """
    select intake_id::text, therapist_id::text from intake_refusals
    where practice_id = %s and intake_id = any (%s::uuid[])
"""
_HELD = "select client_id::text from crisis_flags where practice_id = %s and state = 1"

FIRST = (datetime.min.replace(year=1970), "00000000-0000-0000-0000-000000000000")
"""Sorts before every intake."""


class PostgresIntakes:
    """Is the intake waitlist."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def add(self, call: Call, intake: Intake) -> None:
        """Store a new intake and say so. Raises AlreadyWaiting."""
        assert intake.need is not None, "a new intake says whom they need"
        text = base64.b64encode(need_to(intake.need).SerializeToString()).decode()
        field = f"{FIELD}|{intake.intake_id}"
        async with call.tx() as conn:
            sealed = await self._sealing.seal(conn, call.practice_id, intake.client_id, field, text)
            key = (call.practice_id, intake.intake_id, intake.client_id)
            values = (*key, sealed, intake.priority, intake.state, intake.create_time, intake.version)
            if (await conn.execute(_ADD, values)).rowcount != 1:
                raise errors.AlreadyWaiting("The client waits already.")
        _publish(call, intake)

    async def find(self, call: Call, intake_id: str) -> Intake:
        """Return an intake with its need. Raises IntakeNotFound."""
        async with call.tx() as conn:
            row = await (await conn.execute(_FIND, (call.practice_id, intake_id))).fetchone()
            if row is None:
                raise errors.IntakeNotFound("There is no such intake.", intake_id=intake_id)
            return _intake(row, await self._need(conn, call.practice_id, row))

    async def lock(self, call: Call, intake_id: str) -> Intake:
        """Return one that nobody else can change until this call ends. Raises IntakeNotFound."""
        found = await self.lock_many(call, [intake_id])
        if not found:
            raise errors.IntakeNotFound("There is no such intake.", intake_id=intake_id)
        return found[0]

    async def lock_many(self, call: Call, intake_ids: Collection[str]) -> list[Intake]:
        """Return those there are, locked in the order of their ids."""
        async with call.tx() as conn:
            cursor = await conn.execute(_LOCK_MANY, (call.practice_id, list(intake_ids)))
            return [_intake(row) for row in await cursor.fetchall()]

    async def save(self, call: Call, *intakes: Intake) -> None:
        """Store changes, and say so."""
        rows = [
            (each.priority, each.state, each.settle_time, each.version, call.practice_id, each.intake_id)
            for each in intakes
        ]
        async with call.tx() as conn, conn.cursor() as cursor:
            await cursor.executemany(_SAVE, rows)
        for each in intakes:
            _publish(call, each)

    async def page(self, call: Call, state: int, *, after: tuple[datetime, str] | None, limit: int) -> list[Intake]:
        """Return at most limit intakes of a state, the longest waiting first, without needs."""
        async with call.tx() as conn:
            cursor = await conn.execute(_PAGE, (call.practice_id, state, *(after or FIRST), limit))
            return [_intake(row) for row in await cursor.fetchall()]

    async def waiting(self, call: Call, *, limit: int) -> list[Intake]:
        """Return who waits, with needs, the longest waiting first; outside of the call's own transaction."""
        return await self._with_needs(call, _WAITING, limit)

    async def created(self, call: Call, *, from_time: datetime, to_time: datetime, limit: int) -> list[Intake]:
        """Return intakes made in an interval, with needs; outside of the call's own transaction."""
        return await self._with_needs(call, _CREATED, from_time, to_time, limit)

    async def refuse(self, call: Call, intake_id: str, therapist_id: str) -> None:
        """Remember that a therapist will not be proposed again; again changes nothing."""
        async with call.tx() as conn:
            await conn.execute(_REFUSE, (call.practice_id, intake_id, therapist_id))

    async def refused(self, call: Call, intake_ids: Collection[str]) -> dict[str, set[str]]:
        """Return therapists that will not be proposed again, by intake; outside of the call's own transaction."""
        found: dict[str, set[str]] = {}
        async with self._database.begin([call.practice_id]) as conn:
            cursor = await conn.execute(_REFUSED, (call.practice_id, list(intake_ids)))
            for intake_id, therapist_id in await cursor.fetchall():
                found.setdefault(intake_id, set()).add(therapist_id)
        return found

    async def held_clients(self, call: Call) -> set[str]:
        """Return clients whose crisis flag nobody has answered."""
        async with self._database.begin([call.practice_id]) as conn:
            return {row[0] for row in await (await conn.execute(_HELD, (call.practice_id,))).fetchall()}

    async def _with_needs(self, call: Call, statement: str, *values: object) -> list[Intake]:
        """Return intakes with needs; whoever was erased asks for nothing any more."""
        found = []
        async with self._database.begin([call.practice_id]) as conn:
            for row in await (await conn.execute(statement, (call.practice_id, *values))).fetchall():
                key, who = row[8], (call.practice_id, row[1])
                with suppress(ClientErased):
                    text = await self._sealing.open_with(key, *who, f"{FIELD}|{row[0]}", row[7])
                    found.append(_intake(row[:8], _need_of(text)))
        return found

    async def _need(self, conn: Connection, practice_id: str, row: Sequence[Any]) -> Need:
        return _need_of(await self._sealing.open(conn, practice_id, row[1], f"{FIELD}|{row[0]}", row[7]))


def _need_of(text: str) -> Need:
    return need_from(matching_pb2.Need.FromString(base64.b64decode(text)))


def _intake(row: Sequence[Any], need: Need | None = None) -> Intake:
    intake_id, client_id, priority, create_time, state, settle_time, version, _ = row
    return Intake(intake_id, client_id, Priority(priority), create_time, need, IntakeState(state), settle_time, version)


def _publish(call: Call, intake: Intake) -> None:
    changed = intake_events_pb2.IntakeChanged(
        practice_id=call.practice_id,
        intake_id=intake.intake_id,
        client_id=intake.client_id,
        state=intake_pb2.Intake.State.ValueType(intake.state),
        version=intake.version,
    )
    call.publish(changed, aggregate_id=intake.intake_id, version=intake.version)
