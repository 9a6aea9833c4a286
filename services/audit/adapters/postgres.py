"""Keeps the trail in PostgreSQL: records, the tree above them, what was signed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import structlog
from prometheus_client import Counter

from services.audit.domain import merkle
from services.audit.domain.records import Record
from services.audit.usecases.ports import Head, Question, Stored
from services.chassis.context import Call
from services.chassis.db.pool import Connection, widen

STORED_LEVELS = 8
"""Every eighth level of the tree is stored; the ones between are made from it, as tlog tiles do."""

APPENDED = Counter("kept_audit_records_appended_total", "Records appended to the trail.")
EQUIVOCATIONS = Counter("kept_audit_equivocations_total", "Records that came twice with different bytes.")
UNREADABLE = Counter("kept_audit_unreadable_total", "Records that could not be read and were kept aside.")

_NEW_HEAD = "insert into heads (practice_id, size, frontier, root) values (%s, 0, '', %s) on conflict do nothing"
_LOCK_HEAD = "select size, frontier from heads where practice_id = %s for update"
_ROOT = "select size, root from heads where practice_id = %s"
_LOCKED_ROOT = f"{_ROOT} for update"
_SET_HEAD = "update heads set size = %s, frontier = %s, root = %s where practice_id = %s"

_KNOWN = """
    select r.emitter, r.emitter_seq, r.canonical
      from records r
      join unnest(%s::text[], %s::bigint[]) as given (emitter, emitter_seq) using (emitter, emitter_seq)
     where r.practice_id = %s
"""

_APPEND = """
    insert into records (practice_id, seq, client_id, actor_id, operation, stage, occur_time,
                         emitter, emitter_seq, canonical, leaf_hash)
    select %s, * from unnest(%s::bigint[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
                             %s::text[], %s::bigint[], %s::bytea[], %s::bytea[])
"""

_ADD_NODES = """
    insert into nodes (practice_id, level, index, hash)
    select %s, * from unnest(%s::smallint[], %s::bigint[], %s::bytea[])
"""

_EQUIVOCATION = """
    insert into equivocations (practice_id, emitter, emitter_seq, other_digest, other)
    values (%s, %s, %s, %s, %s) on conflict do nothing
"""

_PUT_ASIDE = """
    insert into unreadable_records (practice_id, digest, record, reason) values (%s, %s, %s, %s) on conflict do nothing
"""

_STORED = """
    select seq, canonical, leaf_hash, record_time, coalesce(client_id::text, ''), actor_id, operation, stage, occur_time
      from records
"""

log = structlog.get_logger(__name__)


class PostgresTrail:
    """Keeps records and trees; every method works in the call's transaction."""

    async def append(self, call: Call, practice_id: str, records: Sequence[Record]) -> int:
        """Append what is new; return how many. A known number with other bytes is kept aside and told."""
        async with call.tx() as conn:
            await widen(conn, [practice_id])
            await conn.execute(_NEW_HEAD, (practice_id, merkle.EMPTY_ROOT))
            row = await (await conn.execute(_LOCK_HEAD, (practice_id,))).fetchone()
            assert row is not None, "the head was inserted above"
            new = await _unknown(conn, practice_id, records)
            if not new:
                return 0
            size, frontier = row[0], merkle.Frontier(row[0], _unpack(row[1]))
            leaves = [merkle.leaf_hash(record.canonical) for record in new]
            completed = frontier.append(leaves)
            await conn.execute(_APPEND, (practice_id, *_columns(new, leaves, size)))
            await _add_nodes(conn, practice_id, completed)
            await conn.execute(_SET_HEAD, (frontier.size, b"".join(frontier.hashes), frontier.root(), practice_id))
        APPENDED.inc(len(new))
        return len(new)

    async def put_aside(self, call: Call, record: str, reason: str) -> None:
        """Keep a record that can't be read, and say so."""
        digest = hashlib.sha256(record.encode()).hexdigest()
        async with call.tx() as conn:
            await conn.execute(_PUT_ASIDE, (call.practice_id, digest, record.replace("\x00", "\ufffd"), reason))
        UNREADABLE.inc()
        log.error("record.quarantined", reason=reason, digest=digest)

    async def head(self, call: Call, *, is_locked: bool = False) -> Head | None:
        """Return the tree's size and root; locked, it does not grow until the transaction ends."""
        async with call.tx() as conn:
            found = await conn.execute(_LOCKED_ROOT if is_locked else _ROOT, (call.practice_id,))
            row = await found.fetchone()
        return Head(row[0], bytes(row[1])) if row else None

    async def nodes(self, call: Call, wanted: Sequence[merkle.Node]) -> Sequence[bytes]:
        """Return the hashes of complete subtrees, folded from the nearest stored level below."""
        async with call.tx() as conn:
            return [await _node(conn, call.practice_id, level, index) for level, index in wanted]

    async def query(self, call: Call, question: Question) -> list[Stored]:
        """Return records, newest first."""
        conditions, values = ["practice_id = %s"], [call.practice_id]
        for condition, value in (
            ("client_id = %s", question.client_id),
            ("actor_id = %s", question.actor_id),
            ("occur_time >= %s", question.from_time),
            ("occur_time < %s", question.to_time),
            ("seq < %s", question.before_seq),
        ):
            if value not in ("", None):
                conditions.append(condition)
                values.append(value)  # type: ignore[arg-type]
        statement = f"{_STORED} where {' and '.join(conditions)} order by seq desc limit %s"
        async with call.tx() as conn:
            found = await conn.execute(statement, (*values, question.limit))
            return [_stored(row) for row in await found.fetchall()]

    async def find(self, call: Call, seq: int) -> Stored | None:
        """Return a record, or None."""
        async with call.tx() as conn:
            found = await conn.execute(f"{_STORED} where practice_id = %s and seq = %s", (call.practice_id, seq))
            row = await found.fetchone()
        return _stored(row) if row else None

    async def save_checkpoint(self, call: Call, head: Head, note: str) -> None:
        """Store a signed checkpoint."""
        async with call.tx() as conn:
            await conn.execute(
                "insert into checkpoints (practice_id, size, root, note) values (%s, %s, %s, %s)"
                " on conflict do nothing",
                (call.practice_id, head.size, head.root, note),
            )
            await conn.execute(
                "update heads set signed_size = %s where practice_id = %s", (head.size, call.practice_id)
            )

    async def note(self, call: Call, size: int) -> str:
        """Return the note signed for this size, or an empty text."""
        async with call.tx() as conn:
            found = await conn.execute(
                "select note from checkpoints where practice_id = %s and size = %s", (call.practice_id, size)
            )
            row = await found.fetchone()
        return str(row[0]) if row else ""


async def _unknown(conn: Connection, practice_id: str, records: Sequence[Record]) -> list[Record]:
    """Return the records that are not in the trail yet, each once; tell of those whose number is taken by others."""
    asked = ([each.emitter for each in records], [each.emitter_seq for each in records], practice_id)
    rows = await (await conn.execute(_KNOWN, asked)).fetchall()
    known = {(emitter, seq): bytes(canonical) for emitter, seq, canonical in rows}
    new = []
    for record in records:
        key = (record.emitter, record.emitter_seq)
        if key not in known:
            known[key] = record.canonical
            new.append(record)
        elif known[key] != record.canonical:
            values = (practice_id, *key, record.digest, record.canonical.decode())
            await conn.execute(_EQUIVOCATION, values)
            EQUIVOCATIONS.inc()
            log.error(
                "emitter.equivocated", emitter=record.emitter, emitter_seq=record.emitter_seq, other=record.digest
            )
    return new


def _columns(records: Sequence[Record], leaves: Sequence[bytes], size: int) -> tuple[list[Any], ...]:
    return (
        list(range(size, size + len(records))),
        [each.client_id or None for each in records],
        [each.actor_id for each in records],
        [each.operation for each in records],
        [each.stage for each in records],
        [each.occur_time for each in records],
        [each.emitter for each in records],
        [each.emitter_seq for each in records],
        [each.canonical for each in records],
        list(leaves),
    )


async def _add_nodes(conn: Connection, practice_id: str, completed: Sequence[tuple[merkle.Node, bytes]]) -> None:
    kept = [(level, index, digest) for (level, index), digest in completed if level % STORED_LEVELS == 0]
    if kept:
        levels, indexes, hashes = zip(*kept, strict=True)
        await conn.execute(_ADD_NODES, (practice_id, list(levels), list(indexes), list(hashes)))


async def _node(conn: Connection, practice_id: str, level: int, index: int) -> bytes:
    """Fold a complete subtree from the stored level at or below it."""
    base = level - level % STORED_LEVELS
    first, count = index << (level - base), 1 << (level - base)
    if base == 0:
        statement = "select leaf_hash from records where practice_id = %s and seq >= %s and seq < %s order by seq"
        values: tuple[Any, ...] = (practice_id, first, first + count)
    else:
        statement = (
            "select hash from nodes where practice_id = %s and level = %s and index >= %s and index < %s order by index"
        )
        values = (practice_id, base, first, first + count)
    hashes = [bytes(row[0]) for row in await (await conn.execute(statement, values)).fetchall()]
    if len(hashes) != count:
        raise merkle.ProofRefused("records are missing from the tree")
    while len(hashes) > 1:
        hashes = [merkle.node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def _stored(row: Sequence[Any]) -> Stored:
    return Stored(row[0], bytes(row[1]), bytes(row[2]), *row[3:])


def _unpack(packed: bytes) -> list[bytes]:
    raw = bytes(packed)
    return [raw[at : at + merkle.HASH_BYTES] for at in range(0, len(raw), merkle.HASH_BYTES)]
