"""Keeps proxies, confidentiality and fences in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.booking.adapters.rules import FENCE_COLUMNS, NIL, bump, fence_of
from services.booking.domain import errors
from services.booking.domain.policy import Fence
from services.booking.domain.proxy import PROXIES_MAX, Proxy, Scope
from services.chassis.context import Call

FENCES_MAX = 1_000
"""Fences of a practice at most; all of them are remembered by every process."""

CONFLICTS_MAX = 100
"""Appointments too close already that a new fence lists at most."""

_PUT_PROXY = """
    insert into client_proxies (practice_id, client_id, proxy_client_id, scopes, expire_time, actor_id)
    select c.practice_id, c.client_id, p.client_id, %s, %s, %s
    from clients c join clients p on p.practice_id = c.practice_id
    where c.practice_id = %s and c.client_id = %s and p.client_id = %s
    on conflict (practice_id, client_id, proxy_client_id) do update
    set scopes = excluded.scopes, expire_time = excluded.expire_time, actor_id = excluded.actor_id
"""

_PUT_FENCE = f"""
    insert into fences
        (practice_id, fence_id, client_id, other_client_id, site_id, gap_min, reason, actor_id, create_time)
    select a.practice_id, %s, a.client_id, b.client_id, %s, %s, %s, %s, %s
    from clients a join clients b on b.practice_id = a.practice_id
    where a.practice_id = %s and a.client_id = %s and b.client_id = %s
    on conflict on constraint fences_pair_key do update
    set gap_min = excluded.gap_min, reason = excluded.reason, actor_id = excluded.actor_id
    returning {FENCE_COLUMNS}
"""  # noqa: S608 - only the literal column list is put in

_REMOVE_FENCE = f"delete from fences where practice_id = %s and fence_id = %s returning {FENCE_COLUMNS}"  # noqa: S608

# Sessions ahead of the two that share a place, or one session; each client's own and those they take part in.
_CONFLICTS = """
    with ahead as (
        select a.appointment_id, a.group_session_id, a.site_id, a.start_time, a.end_time, person.client_id
        from appointments a
        cross join lateral (
            select a.client_id
            union
            select p.client_id from appointment_participants p
            where p.practice_id = a.practice_id and p.appointment_id = a.appointment_id
        ) person
        where a.practice_id = %(practice_id)s and a.state in ('BOOKED', 'CONFIRMED') and a.start_time > %(at)s
            and person.client_id in (%(client_id)s, %(other_client_id)s)
    )
    select distinct one.appointment_id::text
    from ahead one join ahead other on one.client_id <> other.client_id and (
        one.appointment_id = other.appointment_id or one.group_session_id = other.group_session_id or (
            one.site_id = other.site_id and (%(site_id)s = '' or one.site_id::text = %(site_id)s)
            and one.start_time < other.end_time + make_interval(mins => %(gap_min)s)
            and other.start_time < one.end_time + make_interval(mins => %(gap_min)s)
        )
    )
    order by 1 limit %(limit)s
"""


class PostgresSafety:
    """Is the store of who may act for whom, and who must not meet."""

    async def put_proxy(self, call: Call, proxy: Proxy) -> None:
        """Let somebody act for a client. Raises UnknownClient, LimitReached."""
        scopes = [scope.value for scope in proxy.scopes]
        key = (call.practice_id, proxy.client_id)
        values = (scopes, proxy.expire_time, call.actor.actor_id, *key, proxy.proxy_client_id)
        async with call.tx() as conn:
            if (await conn.execute(_PUT_PROXY, values)).rowcount != 1:
                raise errors.UnknownClient("No such client.", client_id=proxy.client_id)
        if len(await self.proxies(call, proxy.client_id)) > PROXIES_MAX:
            raise errors.LimitReached("There are too many proxies.", limit=str(PROXIES_MAX))

    async def remove_proxy(self, call: Call, client_id: str, proxy_client_id: str) -> None:
        """End it with this transaction. Raises Unknown."""
        statement = "delete from client_proxies where practice_id = %s and client_id = %s and proxy_client_id = %s"
        async with call.tx() as conn:
            if (await conn.execute(statement, (call.practice_id, client_id, proxy_client_id))).rowcount != 1:
                raise errors.Unknown("No such proxy.", proxy_client_id=proxy_client_id)

    async def proxies(self, call: Call, client_id: str) -> list[Proxy]:
        """Return who may, or might, act for a client."""
        query = (
            "select client_id::text, proxy_client_id::text, scopes, expire_time from client_proxies"
            " where practice_id = %s and client_id = %s order by proxy_client_id"
        )
        async with call.tx() as conn:
            rows = await (await conn.execute(query, (call.practice_id, client_id))).fetchall()
        return [Proxy(row[0], row[1], tuple(Scope(each) for each in row[2]), row[3]) for row in rows]

    async def proxy_now(self, call: Call, client_id: str, proxy_client_id: str) -> Proxy | None:
        """Return a proxy as it stands, the client's others locked with it until this call ends."""
        lock = "select from client_proxies where practice_id = %s and client_id = %s for no key update"
        async with call.tx() as conn:
            await conn.execute(lock, (call.practice_id, client_id))
        found = await self.proxies(call, client_id)
        return next((each for each in found if each.proxy_client_id == proxy_client_id), None)

    async def is_confidential(self, call: Call, client_id: str) -> bool:
        """Tell whether a client is hidden from whoever may act for them."""
        query = "select 1 from clients where practice_id = %s and client_id = %s and is_confidential"
        async with call.tx() as conn:
            return await (await conn.execute(query, (call.practice_id, client_id))).fetchone() is not None

    async def set_confidential(self, call: Call, client_id: str, appointment_id: str, *, is_hidden: bool) -> None:
        """Hide a client, or one appointment of theirs. Raises UnknownClient, UnknownAppointment."""
        async with call.tx() as conn:
            if appointment_id:
                statement = (
                    "update appointments set is_confidential = %s"
                    " where practice_id = %s and client_id = %s and appointment_id = %s and state <> 'ABANDONED'"
                )
                done = await conn.execute(statement, (is_hidden, call.practice_id, client_id, appointment_id))
                if done.rowcount != 1:
                    raise errors.UnknownAppointment("No such appointment.", appointment_id=appointment_id)
                return
            statement = "update clients set is_confidential = %s where practice_id = %s and client_id = %s"
            if (await conn.execute(statement, (is_hidden, call.practice_id, client_id))).rowcount != 1:
                raise errors.UnknownClient("No such client.", client_id=client_id)

    async def put_fence(self, call: Call, fence: Fence, *, at: datetime) -> tuple[Fence, list[str]]:
        """
        Keep two clients apart, and say which appointments ahead already break it.

        The same pair at the same site is the same fence: its id stays. What is being booked at this moment is either
        stopped by it or named; only before a practice's first rule of any kind is there nothing to wait on.

        Raises:
            UnknownClient: The practice does not have both. (NOT_FOUND)
            LimitReached: There are FENCES_MAX already. (FAILED_PRECONDITION)
        """
        practice_id = call.practice_id
        what = (fence.fence_id, fence.site_id or NIL, fence.gap_min, fence.reason, call.actor.actor_id, at)
        async with call.tx() as conn:
            await bump(conn, practice_id)
            stored = await conn.execute(_PUT_FENCE, (*what, practice_id, fence.client_id, fence.other_client_id))
            row = await stored.fetchone()
            if row is None:
                raise errors.UnknownClient("No such clients.")
            query = "select count(*) from fences where practice_id = %s"
            count = await (await conn.execute(query, (practice_id,))).fetchone()
            if count and count[0] > FENCES_MAX:
                raise errors.LimitReached("There are too many fences.", limit=str(FENCES_MAX))
            values = {
                "practice_id": practice_id,
                "client_id": fence.client_id,
                "other_client_id": fence.other_client_id,
                "site_id": fence.site_id,
                "gap_min": fence.gap_min,
                "at": at,
                "limit": CONFLICTS_MAX,
            }
            broken = await (await conn.execute(_CONFLICTS, values)).fetchall()
        return fence_of(row), [appointment_id for (appointment_id,) in broken]

    async def fence_now(self, call: Call, fence: Fence) -> Fence | None:
        """Return the fence of a pair at a place as it stands; no other is put up or taken away until this call ends."""
        query = (
            f"select {FENCE_COLUMNS} from fences where practice_id = %s and client_id = %s and other_client_id = %s"  # noqa: S608
            " and site_id = %s"
        )
        async with call.tx() as conn:
            await bump(conn, call.practice_id)
            pair = (call.practice_id, fence.client_id, fence.other_client_id, fence.site_id or NIL)
            row = await (await conn.execute(query, pair)).fetchone()
        return fence_of(row) if row else None

    async def fence(self, call: Call, fence_id: str) -> Fence:
        """Return a fence. Raises Unknown."""
        query = f"select {FENCE_COLUMNS} from fences where practice_id = %s and fence_id = %s"  # noqa: S608
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id, fence_id))).fetchone()
        if row is None:
            raise errors.Unknown("No such fence.", fence_id=fence_id)
        return fence_of(row)

    async def remove_fence(self, call: Call, fence_id: str) -> Fence:
        """Take a fence away and return it. Raises Unknown."""
        async with call.tx() as conn:
            await bump(conn, call.practice_id)
            row = await (await conn.execute(_REMOVE_FENCE, (call.practice_id, fence_id))).fetchone()
        if row is None:
            raise errors.Unknown("No such fence.", fence_id=fence_id)
        return fence_of(row)

    async def fences(self, call: Call, client_id: str, *, after: str, limit: int) -> Sequence[Fence]:
        """Return at most *limit* fences by id, of one client or of the practice."""
        wheres, values = ["practice_id = %s"], [call.practice_id]
        if client_id:
            wheres.append("(client_id = %s or other_client_id = %s)")
            values += [client_id, client_id]
        if after:
            wheres.append("fence_id > %s::uuid")
            values.append(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = f"select {FENCE_COLUMNS} from fences where {' and '.join(wheres)} order by fence_id limit %s"  # noqa: S608
        parameters: list[Any] = [*values, limit]
        async with call.tx() as conn:
            return [fence_of(row) for row in await (await conn.execute(statement, parameters)).fetchall()]
