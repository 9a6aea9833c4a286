"""Tells the access decision how a caller and a client are related."""

from __future__ import annotations

from services.chassis.context import Actor, current
from services.chassis.db.pool import Database
from services.chassis.glasses import broken_glass
from services.matching.adapters.booking import BookingStanding

_IN_CARE = "select 1 from caseload_clients where practice_id = %s and therapist_id = %s and client_id = %s"


class PostgresRelations:
    """Answers "self" from the actor token, "care_team" and "break_glass" from our rows, "proxy" from booking."""

    def __init__(self, database: Database, standing: BookingStanding) -> None:
        self._database = database
        self._standing = standing

    async def relations(self, actor: Actor, client_id: str) -> frozenset[str]:
        """Return which of "self", "proxy", "care_team" and "break_glass" hold."""
        if actor.client_id and actor.client_id == client_id:
            return frozenset({"self"})
        if actor.client_id and await self._standing.acts_for(current(), client_id):
            return frozenset({"proxy"})
        if actor.therapist_id and client_id and await self._is_in_care(actor, client_id):
            return frozenset({"care_team"})
        return await broken_glass(self._database, actor, client_id)

    async def _is_in_care(self, actor: Actor, client_id: str) -> bool:
        async with self._database.begin([actor.practice_id]) as conn:
            cursor = await conn.execute(_IN_CARE, (actor.practice_id, actor.therapist_id, client_id))
            return await cursor.fetchone() is not None
