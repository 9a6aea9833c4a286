"""Tells the access decision how a caller and a client are related."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar

from services.chassis.context import Actor, Call
from services.chassis.db.pool import Database

_MEMBERS_OF = """
    select client_id::text from care_team
    where practice_id = %s and therapist_id = %s and client_id = any (%s::uuid[])
"""

_foreseen: ContextVar[tuple[Actor, dict[str, bool]] | None] = ContextVar("booking_foreseen", default=None)


class PostgresCareTeam:
    """
    Answers "self" from the actor token and "care_team" from our rows.

    Nothing is cached beyond the call at hand: a therapist taken off a team must lose sight of the client with the
    next call. The decision asks only when it would deny otherwise, so front desk and clients cost no query.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def relations(self, actor: Actor, client_id: str) -> frozenset[str]:
        """Return which of "self" and "care_team" hold between the actor and the client."""
        if actor.client_id and actor.client_id == client_id:
            return frozenset({"self"})
        if not actor.therapist_id:
            return frozenset()
        foreseen = _foreseen.get()
        if foreseen is not None and foreseen[0] == actor and client_id in foreseen[1]:
            is_member = foreseen[1][client_id]
        else:
            is_member = bool(await self._cared_for(actor, [client_id]))
        return frozenset({"care_team"}) if is_member else frozenset()

    async def foresee(self, call: Call, client_ids: Collection[str]) -> None:
        """Read in one query what the decisions about a list's clients will ask, for this call's task alone."""
        if call.actor.therapist_id and client_ids:
            found = await self._cared_for(call.actor, client_ids)
            _foreseen.set((call.actor, {client_id: client_id in found for client_id in client_ids}))

    async def _cared_for(self, actor: Actor, client_ids: Collection[str]) -> set[str]:
        async with self._database.begin([actor.practice_id]) as conn:
            cursor = await conn.execute(_MEMBERS_OF, (actor.practice_id, actor.therapist_id, list(client_ids)))
            return {client_id for (client_id,) in await cursor.fetchall()}
