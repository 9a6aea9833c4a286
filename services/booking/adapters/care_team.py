"""Tells the access decision how a caller and a client are related."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from datetime import datetime

from services.booking.domain import errors
from services.booking.domain.follow_up import TEAM_MAX
from services.booking.domain.proxy import scopes_of
from services.chassis.access import BREAK_GLASS
from services.chassis.context import Actor, Call, current
from services.chassis.db.pool import Database
from services.chassis.glasses import GLASS_BREAKERS

_MEMBERS_OF = """
    select client_id::text from care_team
    where practice_id = %s and therapist_id = %s and client_id = any (%s::uuid[]) and cover_until is null
"""

_COVERS = """
    select 1 from care_team where practice_id = %s and therapist_id = %s and client_id = %s and cover_until > now()
"""

_BROKEN = """
    select break_glass_id::text from break_glasses
    where practice_id = %s and actor_id = %s and client_id = %s and expire_time > now() and %s = any (scopes)
    order by expire_time desc limit 1
"""

_IS_PROXY = """
    select 1 from client_proxies p join clients c on c.practice_id = p.practice_id and c.client_id = p.client_id
    where p.practice_id = %s and p.client_id = %s and p.proxy_client_id = %s and p.expire_time > now()
        and p.scopes && %s and not c.is_confidential
"""

_PUT_MEMBER = """
    insert into care_team (practice_id, client_id, therapist_id, since_time, cover_until)
    select practice_id, client_id, %s, %s, %s from clients where practice_id = %s and client_id = %s
    on conflict (practice_id, client_id, therapist_id) do update
    set cover_until = case when care_team.cover_until is not null then excluded.cover_until end
    returning since_time
"""

_foreseen: ContextVar[tuple[Actor, dict[str, bool]] | None] = ContextVar("booking_foreseen", default=None)


class PostgresCareTeam:
    """
    Answers "self" from the actor token, "care_team", "cover", "proxy" and "break_glass" from our rows.

    A cover and a broken glass hold until they end, which may be in the middle of a session. A proxy holds for what its
    scope says, until it expires, and never for a confidential client.

    Nothing is cached beyond the call at hand: a therapist taken off a team must lose sight of the client with the
    next call. The decision asks only when it would deny otherwise, so front desk and clients cost no query.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def relations(self, actor: Actor, client_id: str) -> frozenset[str]:
        """Return what holds between the actor and the client; a broken glass with its id."""
        if actor.client_id and actor.client_id == client_id:
            return frozenset({"self"})
        rule = current().rule
        if actor.client_id and rule and await self.acts_for(actor, client_id, rule.action):
            return frozenset({"proxy"})
        if not actor.therapist_id:
            return await self._broken(actor, client_id)
        foreseen = _foreseen.get()
        if foreseen is not None and foreseen[0] == actor and client_id in foreseen[1]:
            is_member = foreseen[1][client_id]
        else:
            is_member = bool(await self._cared_for(actor, [client_id]))
        if is_member:
            return frozenset({"care_team"})
        broken = await self._broken(actor, client_id)
        return broken | {"cover"} if await self._covers(actor, client_id) else broken

    async def foresee(self, call: Call, client_ids: Collection[str]) -> Collection[str]:
        """Read in one query what the decisions about a list's clients will ask, for this call's task alone."""
        if not call.actor.therapist_id or not client_ids:
            return client_ids
        found = await self._cared_for(call.actor, client_ids)
        _foreseen.set((call.actor, {client_id: client_id in found for client_id in client_ids}))
        return found

    async def put(
        self, call: Call, client_id: str, therapist_id: str, *, at: datetime, cover_until: datetime | None = None
    ) -> datetime:
        """Add a therapist, or a cover, and return since when they belong. Raises UnknownClient, LimitReached."""
        async with call.tx() as conn:
            values = (therapist_id, at, cover_until, call.practice_id, client_id)
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

    async def members(self, call: Call, client_id: str) -> list[tuple[str, datetime, datetime | None]]:
        """Return the therapists, each with since when and, of a cover, until when; oldest first."""
        query = (
            "select therapist_id::text, since_time, cover_until from care_team"
            " where practice_id = %s and client_id = %s order by since_time, therapist_id limit %s"
        )
        async with call.tx() as conn:
            return list(await (await conn.execute(query, (call.practice_id, client_id, TEAM_MAX + 1))).fetchall())

    async def acts_for(self, actor: Actor, client_id: str, action: str) -> bool:
        """Tell whether the actor is the client's proxy as far as an action of the policies goes."""
        scopes = scopes_of(action)
        if not scopes or not actor.client_id:
            return False
        values = (actor.practice_id, client_id, actor.client_id, [scope.value for scope in scopes])
        async with self._database.begin([actor.practice_id]) as conn:
            return await (await conn.execute(_IS_PROXY, values)).fetchone() is not None

    async def _covers(self, actor: Actor, client_id: str) -> bool:
        async with self._database.begin([actor.practice_id]) as conn:
            cursor = await conn.execute(_COVERS, (actor.practice_id, actor.therapist_id, client_id))
            return await cursor.fetchone() is not None

    async def _broken(self, actor: Actor, client_id: str) -> frozenset[str]:
        """Return the glass the actor broke, when it opens what this call touches; nobody but staff has one."""
        rule = current().rule
        if rule is None or not rule.is_read or not actor.roles & GLASS_BREAKERS:
            return frozenset()
        values = (actor.practice_id, actor.actor_id, client_id, rule.resource_class.upper())
        async with self._database.begin([actor.practice_id]) as conn:
            row = await (await conn.execute(_BROKEN, values)).fetchone()
        return frozenset({f"{BREAK_GLASS}:{row[0]}"}) if row else frozenset()

    async def _cared_for(self, actor: Actor, client_ids: Collection[str]) -> set[str]:
        async with self._database.begin([actor.practice_id]) as conn:
            cursor = await conn.execute(_MEMBERS_OF, (actor.practice_id, actor.therapist_id, list(client_ids)))
            return {client_id for (client_id,) in await cursor.fetchall()}
