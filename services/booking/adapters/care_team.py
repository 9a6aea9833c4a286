"""Tells the access decision how a caller and a client are related."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from datetime import datetime

from services.booking.domain import errors
from services.booking.domain.follow_up import TEAM_MAX
from services.booking.domain.proxy import scope_of
from services.chassis.context import Actor, Call, current
from services.chassis.db.pool import Database

_MEMBERS_OF = """
    select client_id::text from care_team
    where practice_id = %s and therapist_id = %s and client_id = any (%s::uuid[])
"""

_IS_PROXY = """
    select 1 from client_proxies p join clients c on c.practice_id = p.practice_id and c.client_id = p.client_id
    where p.practice_id = %s and p.client_id = %s and p.proxy_client_id = %s and p.expire_time > now()
        and %s = any (p.scopes) and not c.is_confidential
"""

_PUT_MEMBER = """
    insert into care_team (practice_id, client_id, therapist_id, since_time)
    select practice_id, client_id, %s, %s from clients where practice_id = %s and client_id = %s
    on conflict (practice_id, client_id, therapist_id) do update set since_time = care_team.since_time
    returning since_time
"""

_foreseen: ContextVar[tuple[Actor, dict[str, bool]] | None] = ContextVar("booking_foreseen", default=None)


class PostgresCareTeam:
    """
    Answers "self" from the actor token, "care_team" and "proxy" from our rows.

    A proxy holds for what its scope says, until it expires, and never for a confidential client.

    Nothing is cached beyond the call at hand: a therapist taken off a team must lose sight of the client with the
    next call. The decision asks only when it would deny otherwise, so front desk and clients cost no query.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def relations(self, actor: Actor, client_id: str) -> frozenset[str]:
        """Return which of "self", "care_team" and "proxy" hold between the actor and the client."""
        if actor.client_id and actor.client_id == client_id:
            return frozenset({"self"})
        if actor.client_id and await self._acts_for(actor, client_id):
            return frozenset({"proxy"})
        if not actor.therapist_id:
            return frozenset()
        foreseen = _foreseen.get()
        if foreseen is not None and foreseen[0] == actor and client_id in foreseen[1]:
            is_member = foreseen[1][client_id]
        else:
            is_member = bool(await self._cared_for(actor, [client_id]))
        return frozenset({"care_team"}) if is_member else frozenset()

    async def foresee(self, call: Call, client_ids: Collection[str]) -> Collection[str]:
        """Read in one query what the decisions about a list's clients will ask, for this call's task alone."""
        if not call.actor.therapist_id or not client_ids:
            return client_ids
        found = await self._cared_for(call.actor, client_ids)
        _foreseen.set((call.actor, {client_id: client_id in found for client_id in client_ids}))
        return found

    async def put(self, call: Call, client_id: str, therapist_id: str, *, at: datetime) -> datetime:
        """Add a therapist and return since when they belong. Raises UnknownClient, LimitReached."""
        async with call.tx() as conn:
            values = (therapist_id, at, call.practice_id, client_id)
            row = await (await conn.execute(_PUT_MEMBER, values)).fetchone()
        if row is None:
            raise errors.UnknownClient("No such client.", client_id=client_id)
        if len(await self.members(call, client_id)) > TEAM_MAX:
            raise errors.LimitReached("The care team is full.", limit=str(TEAM_MAX))
        since_time: datetime = row[0]
        return since_time

    async def remove(self, call: Call, client_id: str, therapist_id: str) -> None:
        """Take a therapist off. Raises Unknown."""
        statement = "delete from care_team where practice_id = %s and client_id = %s and therapist_id = %s"
        async with call.tx() as conn:
            if (await conn.execute(statement, (call.practice_id, client_id, therapist_id))).rowcount != 1:
                raise errors.Unknown("The therapist is not in the care team.", therapist_id=therapist_id)

    async def members(self, call: Call, client_id: str) -> list[tuple[str, datetime]]:
        """Return the therapists, each with since when, oldest first."""
        query = (
            "select therapist_id::text, since_time from care_team where practice_id = %s and client_id = %s"
            " order by since_time, therapist_id limit %s"
        )
        async with call.tx() as conn:
            return list(await (await conn.execute(query, (call.practice_id, client_id, TEAM_MAX + 1))).fetchall())

    async def _acts_for(self, actor: Actor, client_id: str) -> bool:
        rule = current().rule
        scope = scope_of(rule.action) if rule else None
        if scope is None:
            return False
        async with self._database.begin([actor.practice_id]) as conn:
            cursor = await conn.execute(_IS_PROXY, (actor.practice_id, client_id, actor.client_id, scope.value))
            return await cursor.fetchone() is not None

    async def _cared_for(self, actor: Actor, client_ids: Collection[str]) -> set[str]:
        async with self._database.begin([actor.practice_id]) as conn:
            cursor = await conn.execute(_MEMBERS_OF, (actor.practice_id, actor.therapist_id, list(client_ids)))
            return {client_id for (client_id,) in await cursor.fetchall()}
