"""Tells the access decision how a caller and a client are related."""

from __future__ import annotations

from services.chassis.context import Actor
from services.chassis.db.pool import Database

_IS_ON_TEAM = "select 1 from care_team where practice_id = %s and client_id = %s and therapist_id = %s"


class CareTeamRelations:
    """
    Answers "self" from the actor token and "care_team" from our rows, in a transaction of its own.

    Nothing is cached: a therapist taken off a team must lose sight of the client with the next call. The
    decision asks only when it would deny otherwise, so that front desk and booking clients cost no query.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def relations(self, actor: Actor, client_id: str) -> frozenset[str]:
        """Return which of "self" and "care_team" hold between the actor and the client."""
        if actor.client_id and actor.client_id == client_id:
            return frozenset({"self"})
        if not actor.therapist_id:
            return frozenset()
        async with self._database.begin([actor.practice_id]) as conn:
            cursor = await conn.execute(_IS_ON_TEAM, (actor.practice_id, client_id, actor.therapist_id))
            return frozenset({"care_team"}) if await cursor.fetchone() else frozenset()
