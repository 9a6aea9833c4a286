"""Tells the access decision which therapists look after which client."""

from __future__ import annotations

from services.chassis.context import Actor
from services.chassis.db.pool import Database

_IN_CARE = "select 1 from caseload_clients where practice_id = %s and therapist_id = %s and client_id = %s"


class PostgresRelations:
    """Answers "self" from the actor token and "care_team" from our rows; who acts for a client is booking's to know."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def relations(self, actor: Actor, client_id: str) -> frozenset[str]:
        """Return which of "self" and "care_team" hold."""
        if actor.client_id and actor.client_id == client_id:
            return frozenset({"self"})
        if not actor.therapist_id or not client_id:
            return frozenset()
        async with self._database.begin([actor.practice_id]) as conn:
            cursor = await conn.execute(_IN_CARE, (actor.practice_id, actor.therapist_id, client_id))
            return frozenset({"care_team"}) if await cursor.fetchone() else frozenset()
