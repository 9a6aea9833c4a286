"""Keeps policies, holds and detachments in PostgreSQL, in the transaction of the call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import errors as database_errors

from services.audit.adapters.postgres_erasures import PostgresErasures
from services.audit.domain import errors, tiles
from services.audit.domain.retention import Detachment, DetachmentState, HoldReason, LegalHold, Retention
from services.audit.usecases.retention_ports import Leaf
from services.chassis.context import Call

_SAVE_RETENTION = """
    insert into retentions (practice_id, years, version, actor_id, update_time) values (%s, %s, %s, %s, %s)
        on conflict on constraint retentions_pkey do update set years = excluded.years, version = excluded.version,
            actor_id = excluded.actor_id, update_time = excluded.update_time
"""

_HOLD_COLUMNS = """
    hold_id::text, coalesce(client_id::text, ''), reason, reference, set_actor_id, set_time, lift_actor_id, lift_time,
    version
"""

_ADD_HOLD = """
    insert into legal_holds (practice_id, hold_id, client_id, reason, reference, set_actor_id, set_time)
    values (%s, %s, nullif(%s, '')::uuid, %s, %s, %s, %s)
"""

_LOCK_HOLD = f"""
    select {_HOLD_COLUMNS} from legal_holds where practice_id = %s and hold_id = %s for no key update
"""  # noqa: S608 - a literal list of columns

_SAVE_HOLD = """
    update legal_holds set lift_actor_id = %s, lift_time = %s, version = %s where practice_id = %s and hold_id = %s
"""

_HOLDS = f"""
    select {_HOLD_COLUMNS} from legal_holds
     where practice_id = %s and (%s = '' or hold_id < nullif(%s, '')::uuid) and (lift_time is null or not %s)
     order by hold_id desc limit %s
"""  # noqa: S608 - a literal list of columns

_IS_HELD = """
    select 1 from legal_holds
     where practice_id = %s and lift_time is null and (client_id is null or client_id = nullif(%s, '')::uuid) limit 1
"""

_COLUMNS = """
    detachment_id::text, state, start_seq, end_seq, exported_seq, removed_seq, held_count, note, request_actor_id,
    request_time, approve_actor_id, approve_time, update_time, version
"""

_ADD = """
    insert into detachments (practice_id, detachment_id, state, start_seq, end_seq, exported_seq, removed_seq,
                             held_count, note, request_actor_id, request_time, approve_actor_id, approve_time,
                             update_time, version)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_FIND = f"select {_COLUMNS} from detachments where practice_id = %s and detachment_id = %s"  # noqa: S608 - a literal list of columns

_LOCK = f"{_FIND} for no key update"

_SAVE = """
    update detachments set state = %s, exported_seq = %s, removed_seq = %s, held_count = %s, note = %s,
        approve_actor_id = %s, approve_time = %s, update_time = %s, version = %s
     where practice_id = %s and detachment_id = %s
"""

_PAGE = f"""
    select {_COLUMNS} from detachments
     where practice_id = %s and (%s = '' or detachment_id < nullif(%s, '')::uuid)
     order by detachment_id desc limit %s
"""  # noqa: S608 - a literal list of columns

_DETACHED = """
    select h.detached_seq, coalesce((select d.note from detachments d
                                      where d.practice_id = h.practice_id and d.end_seq >= h.detached_seq
                                        and d.state in ('DETACHING', 'DETACHED')
                                      order by d.end_seq limit 1), '')
      from heads h where h.practice_id = %s
"""

_LEAVES = """
    select canonical, leaf_hash from records where practice_id = %s and seq >= %s and seq < %s order by seq
"""

_TAKEN_IN = "select record_time from records where practice_id = %s and seq >= %s order by seq limit 1"

# A clock that ran ahead: found by the summary of times, not by walking through the tree (hence `offset 0`).
_AHEAD = """
    select min(seq) from (
        select seq from records where practice_id = %s and occur_time >= %s and seq < %s offset 0) late
"""

_KEEP_TILE = "insert into leaf_tiles (practice_id, index, hashes) values (%s, %s, %s) on conflict do nothing"

_REMOVE = """
    delete from records r
     where r.practice_id = %s and r.seq >= %s and r.seq < %s
       and not exists (select from legal_holds h
                        where h.practice_id = r.practice_id and h.lift_time is null and h.client_id = r.client_id)
"""

_MARK = "update heads set detached_seq = greatest(detached_seq, %s) where practice_id = %s"


class PostgresRetention(PostgresErasures):
    """Is the store of keeping and destroying."""

    async def retention(self, call: Call) -> Retention:
        """Return the practice's own, or the default."""
        query = "select years, version, actor_id, update_time from retentions where practice_id = %s"
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id,))).fetchone()
        return Retention(*row) if row else Retention()

    async def save_retention(self, call: Call, retention: Retention) -> None:
        """Store it."""
        async with call.tx() as conn:
            await conn.execute(
                _SAVE_RETENTION,
                (call.practice_id, retention.years, retention.version, retention.actor_id, retention.update_time),
            )

    async def add_hold(self, call: Call, hold: LegalHold) -> None:
        """Store a new hold."""
        values = (hold.hold_id, hold.client_id, hold.reason, hold.reference, hold.set_actor_id, hold.set_time)
        async with call.tx() as conn:
            await conn.execute(_ADD_HOLD, (call.practice_id, *values))

    async def lock_hold(self, call: Call, hold_id: str) -> LegalHold:
        """Return a hold nobody else can change until the call ends. Raises Missing."""
        async with call.tx() as conn:
            row = await (await conn.execute(_LOCK_HOLD, (call.practice_id, hold_id))).fetchone()
        if row is None:
            raise errors.Missing("No such hold.", hold_id=hold_id)
        return _hold(row)

    async def save_hold(self, call: Call, hold: LegalHold) -> None:
        """Store that it was lifted."""
        values = (hold.lift_actor_id, hold.lift_time, hold.version, call.practice_id, hold.hold_id)
        async with call.tx() as conn:
            await conn.execute(_SAVE_HOLD, values)

    async def holds(self, call: Call, *, only_open: bool, before: str, limit: int) -> list[LegalHold]:
        """Return holds, newest first, older than the one named."""
        async with call.tx() as conn:
            found = await conn.execute(_HOLDS, (call.practice_id, before, before, only_open, limit))
            return [_hold(row) for row in await found.fetchall()]

    async def is_held(self, call: Call, client_id: str) -> bool:
        """Tell whether a hold names the client ("" asks about the practice alone), or the practice."""
        async with call.tx() as conn:
            return await (await conn.execute(_IS_HELD, (call.practice_id, client_id))).fetchone() is not None

    async def first_kept(self, call: Call, *, cutoff: datetime) -> int:
        """Return the place of the first record that happened, or was taken in, at or after *cutoff*."""
        practice_id = call.practice_id
        async with call.tx() as conn:
            query = "select coalesce(max(size), 0) from heads where practice_id = %s"
            row = await (await conn.execute(query, (practice_id,))).fetchone()
            low, high = (await self.detached(call))[0], int(row[0]) if row else 0
            # Records are taken in one after another, so their times of taking in rise: halve until the first is found.
            while low < high:
                middle = (low + high) // 2
                taken = await (await conn.execute(_TAKEN_IN, (practice_id, middle))).fetchone()
                if taken is not None and taken[0] < cutoff:
                    low = middle + 1
                else:
                    high = middle
            ahead = await (await conn.execute(_AHEAD, (practice_id, cutoff, low))).fetchone()
        return int(ahead[0]) if ahead and ahead[0] is not None else low

    async def detached(self, call: Call) -> tuple[int, str]:
        """Return how far records were taken out, and the statement of it."""
        async with call.tx() as conn:
            row = await (await conn.execute(_DETACHED, (call.practice_id,))).fetchone()
        return (int(row[0]), str(row[1])) if row else (0, "")

    async def has_open_detachment(self, call: Call) -> bool:
        """Tell whether a detachment is under way."""
        query = "select 1 from detachments where practice_id = %s and state in ('EXPORTING', 'EXPORTED', 'DETACHING')"
        async with call.tx() as conn:
            return await (await conn.execute(query, (call.practice_id,))).fetchone() is not None

    async def add_detachment(self, call: Call, detachment: Detachment) -> None:
        """Store a new one. Raises DetachmentOpen."""
        each = detachment
        values = (
            each.detachment_id, each.state, each.start_seq, each.end_seq, each.exported_seq, each.removed_seq,
            each.held_count, each.note, each.request_actor_id, each.request_time, each.approve_actor_id,
            each.approve_time, each.update_time, each.version,
        )  # fmt: skip
        try:
            async with call.tx() as conn:
                await conn.execute(_ADD, (call.practice_id, *values))
        except database_errors.UniqueViolation:
            raise errors.DetachmentOpen("Another detachment is not finished.") from None

    async def find_detachment(self, call: Call, detachment_id: str, *, is_locked: bool = False) -> Detachment:
        """Return one; locked, nobody else changes it until the call ends. Raises Missing."""
        async with call.tx() as conn:
            row = await (
                await conn.execute(_LOCK if is_locked else _FIND, (call.practice_id, detachment_id))
            ).fetchone()
        if row is None:
            raise errors.Missing("No such detachment.", detachment_id=detachment_id)
        return _detachment(row)

    async def save_detachment(self, call: Call, detachment: Detachment) -> None:
        """Store the new state."""
        each = detachment
        values = (
            each.state, each.exported_seq, each.removed_seq, each.held_count, each.note, each.approve_actor_id,
            each.approve_time, each.update_time, each.version,
        )  # fmt: skip
        async with call.tx() as conn:
            await conn.execute(_SAVE, (*values, call.practice_id, each.detachment_id))

    async def detachments(self, call: Call, *, before: str, limit: int) -> list[Detachment]:
        """Return detachments, newest first, older than the one named."""
        async with call.tx() as conn:
            found = await conn.execute(_PAGE, (call.practice_id, before, before, limit))
            return [_detachment(row) for row in await found.fetchall()]

    async def leaves(self, call: Call, first: int, count: int) -> list[Leaf]:
        """Return records in order; those that are there."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_LEAVES, (call.practice_id, first, first + count))).fetchall()
        return [Leaf(bytes(canonical), bytes(leaf_hash)) for canonical, leaf_hash in rows]

    async def remove_tile(self, call: Call, index: int) -> int:
        """Keep the hashes of 256 records, remove those that no hold names; return how many stayed."""
        first = index * tiles.WIDTH
        leaves = [each.leaf_hash for each in await self.leaves(call, first, tiles.WIDTH)]
        async with call.tx() as conn:
            if len(leaves) == tiles.WIDTH:
                await conn.execute(_KEEP_TILE, (call.practice_id, index, b"".join(leaves)))
            removed = await conn.execute(_REMOVE, (call.practice_id, first, first + tiles.WIDTH))
            await conn.execute(_MARK, (first + tiles.WIDTH, call.practice_id))
        return len(leaves) - removed.rowcount


def _hold(row: tuple[Any, ...]) -> LegalHold:
    hold_id, client_id, reason, *rest = row
    return LegalHold(hold_id, client_id, HoldReason(reason), *rest)


def _detachment(row: tuple[Any, ...]) -> Detachment:
    detachment_id, state, *rest = row
    return Detachment(detachment_id, DetachmentState(state), *rest)
