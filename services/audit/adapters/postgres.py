"""Keeps records and trees in PostgreSQL, in the transaction of the call."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from services.audit.adapters import alarm_rows, emitter_rows, metrics, tree_rows
from services.audit.domain import errors, merkle
from services.audit.domain.alarms import Sighting
from services.audit.domain.records import Record
from services.audit.usecases.ports import Head, Question, Stored
from services.chassis.context import Call
from services.chassis.db.pool import Connection, acting_as, widen

INGEST = "ingest"
"""The role that may add to a trail, and can't read what is in it."""

_NEW_HEADS = """
    insert into heads (practice_id, size, frontier, root)
    select practice_id, 0, '', %s from unnest(%b::text[]::uuid[]) as given (practice_id)
        on conflict do nothing
"""

# Practices in one order, so that two processes can't wait for each other in a circle.
_LOCK_HEADS = """
    select practice_id::text, size, frontier from heads
     where practice_id = any (%b::text[]::uuid[]) order by practice_id for update
"""

_SET_HEADS = """
    update heads set size = given.size::bigint, frontier = given.frontier, root = given.root
      from unnest(%b::text[]::uuid[], %b::text[], %b::bytea[], %b::bytea[])
           as given (practice_id, size, frontier, root)
     where heads.practice_id = given.practice_id
"""

_ROOT = "select size, root from heads where practice_id = %s"
_LOCKED_ROOT = f"{_ROOT} for update"

# The last number known of each emitter: one look-up an emitter instead of one a record, a fifth of all the taking in.
_LAST_KNOWN = """
    select given.practice_id::text, given.emitter, newest.emitter_seq
      from unnest(%b::text[]::uuid[], %b::text[]) as given (practice_id, emitter)
     cross join lateral (
        select r.emitter_seq from records r
         where r.practice_id = given.practice_id and r.emitter = given.emitter
         order by r.emitter_seq desc limit 1) newest
"""

_KNOWN = """
    select r.practice_id::text, r.emitter, r.emitter_seq, r.leaf_hash
      from unnest(%b::text[]::uuid[], %b::text[], %b::text[]::bigint[]) as given (practice_id, emitter, emitter_seq)
      join records r using (practice_id, emitter, emitter_seq)
"""

# Arrays travel as binary text (%b): array literals cost psycopg several times as much.
_APPEND = """
    insert into records (practice_id, seq, client_id, actor_id, operation, stage, occur_time,
                         emitter, emitter_seq, canonical, leaf_hash)
    select practice_id, seq, nullif(client_id, '')::uuid, actor_id, operation, stage, occur_time,
           emitter, emitter_seq, canonical, leaf_hash
      from unnest(%b::text[]::uuid[], %b::text[]::bigint[], %b::text[], %b::text[], %b::text[], %b::text[],
                  %b::text[]::timestamptz[], %b::text[], %b::text[]::bigint[], %b::bytea[], %b::bytea[])
           as given (practice_id, seq, client_id, actor_id, operation, stage, occur_time,
                     emitter, emitter_seq, canonical, leaf_hash)
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
    """Keeps records and trees."""

    async def append(self, call: Call, records: Mapping[str, Sequence[Record]]) -> int:
        """
        Append what is new to the trees of practices; return how many. A known number with other bytes is kept aside.

        Cost:
            Seven statements and four changes of role, however many practices and records there are.
        """
        practices = sorted(records)
        async with call.tx() as conn:
            await widen(conn, practices)
            async with acting_as(conn, INGEST):
                await conn.execute(_NEW_HEADS, (merkle.EMPTY_ROOT, practices))
                # Danger: what is known is looked up behind this lock, or two processes could both find a record new.
                heads = await (await conn.execute(_LOCK_HEADS, (practices,))).fetchall()
                new, doubles = await _unknown(conn, [record for each in practices for record in records[each]])
            await alarm_rows.see(conn, doubles)
            await emitter_rows.receive(conn, new)
            frontiers = {row[0]: merkle.Frontier(row[1], tree_rows.unpack(row[2])) for row in heads if row[0] in new}
            if not frontiers:
                return 0
            async with acting_as(conn, INGEST):
                await _insert(conn, new, frontiers)
        count = sum(map(len, new.values()))
        metrics.APPENDED.inc(count)
        return count

    async def put_aside(self, call: Call, record: str, reason: str) -> None:
        """Keep a record that can't be read, and say so."""
        digest = hashlib.sha256(record.encode()).hexdigest()
        async with call.tx() as conn:
            await conn.execute(_PUT_ASIDE, (call.practice_id, digest, record.replace("\x00", "\ufffd"), reason))
            await alarm_rows.see(conn, [Sighting(call.practice_id, "record.unreadable", digest, {"reason": reason})])
        metrics.UNREADABLE.inc()
        log.error("record.quarantined", reason=reason, digest=digest)

    async def head(self, call: Call, *, is_locked: bool = False) -> Head | None:
        """Return the tree's size and root; locked, it does not grow until the transaction ends."""
        async with call.tx() as conn:
            found = await conn.execute(_LOCKED_ROOT if is_locked else _ROOT, (call.practice_id,))
            row = await found.fetchone()
        return Head(row[0], bytes(row[1])) if row else None

    async def nodes(self, call: Call, wanted: Sequence[merkle.Node]) -> Sequence[bytes]:
        """Return the hashes of complete subtrees. Raises TreeInconsistent when a record is missing."""
        async with call.tx() as conn:
            return await tree_rows.read_nodes(conn, call.practice_id, wanted)

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

    async def detached_seq(self, call: Call) -> int:
        """Return the place of the first record that was never taken out."""
        async with call.tx() as conn:
            found = await conn.execute("select detached_seq from heads where practice_id = %s", (call.practice_id,))
            row = await found.fetchone()
        return int(row[0]) if row else 0

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
        metrics.SIGNED.inc()

    async def note(self, call: Call, size: int) -> str:
        """Return the note signed for this size, or an empty text."""
        async with call.tx() as conn:
            found = await conn.execute(
                "select note from checkpoints where practice_id = %s and size = %s", (call.practice_id, size)
            )
            row = await found.fetchone()
        return str(row[0]) if row else ""

    async def last_signed(self, call: Call) -> tuple[int, str]:
        """Return the size that was signed last, and its note."""
        query = "select size, note from checkpoints where practice_id = %s order by size desc limit 1"
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id,))).fetchone()
        if row is None:
            raise errors.Missing("Nothing was signed yet.")
        return int(row[0]), str(row[1])

    async def mark_copied(self, call: Call, size: int) -> None:
        """Note that every witness has the checkpoint of this size."""
        query = "update heads set copied_size = greatest(copied_size, %s) where practice_id = %s"
        async with call.tx() as conn:
            await conn.execute(query, (size, call.practice_id))


async def _unknown(conn: Connection, records: Sequence[Record]) -> tuple[dict[str, list[Record]], list[Sighting]]:
    """Return the records that are not in the trail yet, each once, and those whose number is taken by others."""
    emitters = list({(each.practice_id, each.emitter) for each in records})
    pairs = ([practice_id for practice_id, _ in emitters], [emitter for _, emitter in emitters])
    rows = await (await conn.execute(_LAST_KNOWN, pairs)).fetchall()
    last = {(practice_id, emitter): seq for practice_id, emitter, seq in rows}
    # What an emitter wrote after all that is known of it is new; only what came late or twice is looked up.
    doubtful = [each for each in records if each.emitter_seq <= last.get((each.practice_id, each.emitter), 0)]
    rows = []
    if doubtful:
        asked = (
            [each.practice_id for each in doubtful],
            [each.emitter for each in doubtful],
            [str(each.emitter_seq) for each in doubtful],
        )
        rows = await (await conn.execute(_KNOWN, asked)).fetchall()
    known = {(practice_id, emitter, seq): bytes(leaf) for practice_id, emitter, seq, leaf in rows}
    new: dict[str, list[Record]] = {}
    doubles: list[Sighting] = []
    for record in records:
        key = (record.practice_id, record.emitter, record.emitter_seq)
        if key not in known:
            known[key] = merkle.leaf_hash(record.canonical)
            new.setdefault(record.practice_id, []).append(record)
        elif known[key] != (leaf := merkle.leaf_hash(record.canonical)):
            await conn.execute(_EQUIVOCATION, (*key, record.digest, record.canonical.decode()))
            metrics.EQUIVOCATIONS.inc()
            first = known[key].hex()
            log.error(
                "emitter.equivocated",
                practice_id=record.practice_id,
                emitter=record.emitter,
                emitter_seq=record.emitter_seq,
                first=first,
                other=leaf.hex(),
            )
            subject = f"{record.emitter}:{record.emitter_seq}"
            evidence = {"first": first, "other": leaf.hex()}
            doubles.append(Sighting(record.practice_id, "emitter.equivocation", subject, evidence))
    return new, doubles


async def _insert(
    conn: Connection, new: Mapping[str, Sequence[Record]], frontiers: Mapping[str, merkle.Frontier]
) -> None:
    """Insert records behind their trees' frontiers, the nodes that they complete, and the new heads."""
    columns: list[list[Any]] = [[] for _ in range(11)]
    nodes: list[tuple[str, merkle.Node, bytes]] = []
    for practice_id, frontier in frontiers.items():
        records = new[practice_id]
        leaves = [merkle.leaf_hash(record.canonical) for record in records]
        first = frontier.size
        nodes += [(practice_id, node, digest) for node, digest in frontier.append(leaves)]
        for column, values in zip(columns, _columns(practice_id, records, leaves, first), strict=True):
            column += values
    await conn.execute(_APPEND, columns)
    await tree_rows.add_nodes(conn, nodes)
    await conn.execute(
        _SET_HEADS,
        (
            list(frontiers),
            [str(each.size) for each in frontiers.values()],
            [b"".join(each.hashes) for each in frontiers.values()],
            [each.root() for each in frontiers.values()],
        ),
    )


def _columns(practice_id: str, records: Sequence[Record], leaves: list[bytes], first: int) -> tuple[list[Any], ...]:
    return (
        [practice_id] * len(records),
        [str(seq) for seq in range(first, first + len(records))],
        [each.client_id for each in records],
        [each.actor_id for each in records],
        [each.operation for each in records],
        [each.stage for each in records],
        [each.occur_time.isoformat() for each in records],
        [each.emitter for each in records],
        [str(each.emitter_seq) for each in records],
        [each.canonical for each in records],
        leaves,
    )


def _stored(row: Sequence[Any]) -> Stored:
    return Stored(row[0], bytes(row[1]), bytes(row[2]), *row[3:])
