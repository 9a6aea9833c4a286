"""Nudges that are due, over all practices: found by id, planned inside the walls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from services.chassis.db.pool import Connection, Database
from services.notifications.adapters import nudges
from services.notifications.adapters.matters import PostgresMatters
from services.notifications.domain.nudge import Nudge
from services.notifications.usecases.plan_due_nudges import Bell, Open


class PostgresBell:
    """The due nudges of one transaction."""

    def __init__(self, conn: Connection, keys: Sequence[nudges.Key]) -> None:
        """Look at these."""
        self._conn = conn
        self._keys = keys
        self.matters = PostgresMatters(conn)

    async def taken(self, *, at: datetime) -> list[tuple[str, str, Nudge]]:
        """Return (practice, zone, nudge) of those that are due and that nobody else is at, locked."""
        return await nudges.taken(self._conn, self._keys, at=at)

    async def move_on(self, moved: Sequence[tuple[str, Nudge]]) -> None:
        """Write their next occurrences."""
        await nudges.move_on(self._conn, moved)


def bells(database: Database) -> Open:
    """Return what opens a transaction with what is due."""

    @asynccontextmanager
    async def ring(at: datetime, most: int) -> AsyncIterator[Bell | None]:
        async with database.begin([]) as conn:
            keys = await nudges.due(conn, most, at=at)
        if not keys:
            yield None
            return
        async with database.begin({practice_id for practice_id, _ in keys}) as conn:
            yield PostgresBell(conn, keys)

    return ring
