"""Keeps who is in high need, and looks up who a client is to rules of priority."""

from __future__ import annotations

from datetime import datetime

from services.booking.domain import errors
from services.booking.domain.priority import ESTABLISHED, HIGH_NEED, STANDING, Priority
from services.chassis.context import Call
from services.chassis.db.pool import Database

_PUT = """
    insert into client_priorities (practice_id, client_id, is_high_need, until_date, actor_id, update_time)
    select practice_id, client_id, %s, %s, %s, %s from clients where practice_id = %s and client_id = %s
    on conflict on constraint client_priorities_pkey do update
    set is_high_need = excluded.is_high_need, until_date = excluded.until_date, actor_id = excluded.actor_id,
        update_time = excluded.update_time
"""

_GET = "select is_high_need, until_date from client_priorities where practice_id = %s and client_id = %s"

_AUDIENCES = """
    select exists (
        select from client_priorities p
        where p.practice_id = %(practice_id)s and p.client_id = %(client_id)s and p.is_high_need
            and (p.until_date is null or p.until_date >= %(today)s)
    ), exists (
        select from appointments a
        where a.practice_id = %(practice_id)s and a.client_id = %(client_id)s and a.state = 'COMPLETED'
    ), exists (
        select from series s
        where s.practice_id = %(practice_id)s and s.client_id = %(client_id)s and s.state in ('ACTIVE', 'PAUSED')
            and s.therapist_id = nullif(%(therapist_id)s, '')::uuid
    )
"""


class PostgresPriorities:
    """Is the store of priorities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, call: Call, priority: Priority, *, at: datetime) -> None:
        """Store what staff said. Raises UnknownClient."""
        said = (priority.is_high_need, priority.until_date, call.actor.actor_id, at)
        async with call.tx() as conn:
            if (await conn.execute(_PUT, (*said, call.practice_id, priority.client_id))).rowcount != 1:
                raise errors.UnknownClient("No such client.", client_id=priority.client_id)

    async def get(self, call: Call, client_id: str) -> Priority:
        """Return what staff said; nothing in particular where they said nothing."""
        async with call.tx() as conn:
            row = await (await conn.execute(_GET, (call.practice_id, client_id))).fetchone()
        return Priority(client_id, *row) if row else Priority(client_id, is_high_need=False)

    async def now(self, call: Call, client_id: str) -> Priority:
        """Return what staff said as it stands, the client locked with it until this call ends."""
        lock = "select from clients where practice_id = %s and client_id = %s for no key update"
        async with call.tx() as conn:
            await conn.execute(lock, (call.practice_id, client_id))
        return await self.get(call, client_id)

    async def audiences(self, practice_id: str, client_id: str, therapist_id: str, *, at: datetime) -> tuple[int, ...]:
        """Return who a client is, in a transaction of its own; a standing hour counts with its own therapist."""
        values = {
            "practice_id": practice_id,
            "client_id": client_id,
            "therapist_id": therapist_id,
            "today": at.date(),
        }
        async with self._database.begin([practice_id]) as conn:
            row = await (await conn.execute(_AUDIENCES, values)).fetchone()
        assert row is not None, "a row of three answers"
        return tuple(audience for audience, holds in zip((HIGH_NEED, ESTABLISHED, STANDING), row, strict=True) if holds)
