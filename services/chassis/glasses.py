"""Remembers emergencies begun in another service: who may read whom, and until when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC

from kept.booking.v1 import break_glass_events_pb2, break_glass_pb2

from services.chassis.access import BREAK_GLASS
from services.chassis.context import Actor, Call, current
from services.chassis.db.pool import Database

Told = break_glass_events_pb2.BreakGlassStarted | break_glass_events_pb2.BreakGlassEnded

GLASS_BREAKERS = frozenset({"therapist", "practice_admin"})
"""Roles the policies let break a glass: nobody else's rows are worth a query."""

_BROKEN = """
    select break_glass_id::text from broken_glasses
     where practice_id = %s and actor_id = %s and client_id = %s and expire_time > now() and %s = any (scopes)
     order by expire_time desc limit 1
"""

# The end may be heard of before the beginning: the higher version stays.
_KEEP = """
    insert into broken_glasses as b (practice_id, break_glass_id, client_id, actor_id, scopes, expire_time, version)
    values (%s, %s, %s, %s, %s, %s, %s)
        on conflict on constraint broken_glasses_pkey
        do update set scopes = excluded.scopes, expire_time = excluded.expire_time, version = excluded.version
     where b.version < excluded.version
"""

_FORGET = "delete from broken_glasses where practice_id = %s and expire_time < now() - interval '1 day'"


async def broken_glass(database: Database, actor: Actor, client_id: str) -> frozenset[str]:
    """Return the glass the actor broke, with its id, when it opens what this call reads; else nothing."""
    rule = current().rule
    if not client_id or rule is None or not rule.is_read or not actor.roles & GLASS_BREAKERS:
        return frozenset()
    values = (actor.practice_id, actor.actor_id, client_id, rule.resource_class.upper())
    async with database.begin([actor.practice_id]) as conn:
        row = await (await conn.execute(_BROKEN, values)).fetchone()
    return frozenset({f"{BREAK_GLASS}:{row[0]}"}) if row else frozenset()


def emergency_reactions() -> dict[str, Callable[[Told, Call], Awaitable[None]]]:
    """Return the reaction to each event of an emergency, by its full name."""
    return {
        event.DESCRIPTOR.full_name: on_emergency
        for event in (break_glass_events_pb2.BreakGlassStarted, break_glass_events_pb2.BreakGlassEnded)
    }


async def on_emergency(event: Told, call: Call) -> None:
    """Remember how far and how long it goes, unless something newer is known; forget those that ended a day ago."""
    facts = event.break_glass
    await call.authorize(client_ids=[facts.client_id], resource_id=facts.break_glass_id)
    scopes = [break_glass_pb2.BreakGlass.Scope.Name(each).removeprefix("SCOPE_") for each in facts.scopes]
    expire_time = facts.expire_time.ToDatetime(tzinfo=UTC)
    who = (call.practice_id, facts.break_glass_id, facts.client_id, facts.actor_id)
    async with call.tx() as conn:
        await conn.execute(_KEEP, (*who, scopes, expire_time, facts.version))
        await conn.execute(_FORGET, (call.practice_id,))
