"""Commits a change's events, audit records and stored answer in its own transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson
from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from services.chassis.db.pool import Connection, together

GENESIS = "0" * 64
"""Stands where the hash of the previous record would, in the first record of an emitter."""

AuditDraft: TypeAlias = dict[str, Any]
"""
One audit record before its place in the chain is known; JSON values without floats.

`write_envelopes` fills `emitter`, `emitter_seq` and `prev`, then serialises and stores the bytes.
A draft is not reused: the caller hands it over.
"""


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """A fact to publish: who it is about, its body, and where it came from."""

    event_id: str
    type: str
    """Protobuf full name; becomes the routing key."""
    aggregate_id: str
    version: int
    """Counts changes of the aggregate: a consumer ignores a lower one than it has handled."""
    body: bytes
    """The serialised message; the relay writes it as canonical proto JSON."""
    actor: str = ""
    traceparent: str = ""
    causation_id: str = ""


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """What a retry of this request id is given."""

    request_id: str
    method: str
    body_hash: bytes
    response: bytes
    """Serialised response message."""


@dataclass(slots=True)
class Envelope:
    """Everything that is committed beside the rows of one change, or nothing of it."""

    practice_id: str
    events: list[OutboxEvent] = field(default_factory=list)
    audit: list[AuditDraft] = field(default_factory=list)
    answer: RequestAnswer | None = None
    emitter: str = ""
    """In whose name the records are numbered, when it is not this process: one that has no database."""


class RequestReplayed(Exception):
    """
    A request id of this envelope or batch was taken before, or by a call that just committed.

    Not a refusal: whoever catches it looks up the stored answer. The transaction must roll back.
    """

    def __init__(self, request_ids: Collection[str]) -> None:
        super().__init__(", ".join(sorted(request_ids)))
        self.request_ids = frozenset(request_ids)


async def write_envelopes(conn: Connection, envelopes: Sequence[Envelope]) -> None:
    """
    Insert what the envelopes hold into the open transaction, in two round trips.

    Danger: call it last. It ends with the lock on this process's emitter row, held until commit: whatever
    runs after it keeps every other transaction of the process waiting, and a record numbered
    before the lock could commit after a later number.

    Args:
        conn: A transaction of `Database.begin` whose practices include those of all envelopes.
        envelopes: Their audit drafts are filled in place; all of one emitter.

    Raises:
        RequestReplayed: A request id was taken. Nothing of this transaction may be committed.

    Source:
        ADR 0005, ADR 0013; held by tests/integration/chassis/test_envelope.py.
    """
    events = [(each.practice_id, event) for each in envelopes for event in each.events]
    answers = [(each.practice_id, each.answer) for each in envelopes if each.answer is not None]
    drafts = [(str(draft["tenant"]), draft) for each in envelopes for draft in each.audit]
    [emitter] = {each.emitter or conn.emitter for each in envelopes} or {conn.emitter}
    async with together(conn):
        if events:
            await _insert_events(conn, events)
        taken = await _insert_answers(conn, answers) if answers else None
        head = await conn.execute(_LOCK_EMITTER, (emitter,)) if drafts else None
    if taken is not None:
        stored = {(str(row[0]), str(row[1])) for row in await taken.fetchall()}
        if len(stored) < len(answers):
            asked = {(practice_id, answer.request_id) for practice_id, answer in answers}
            # Nothing missing means that one id came twice in this batch; each is then asked alone.
            raise RequestReplayed([request_id for _, request_id in (asked - stored) or asked])
    if head is not None:
        row = await head.fetchone() or await _register_emitter(conn, emitter)
        await _append_records(conn, emitter, drafts, seq=row[0], head=row[1])


# Arrays travel as binary text (%b): written as array literals, JSON costs psycopg one regular-expression
# match a quotation mark, which was four fifths of this module's time.
_INSERT_EVENTS = """
insert into outbox (practice_id, event_id, type, aggregate_id, version, body, actor, traceparent, causation_id)
select * from unnest(%b::text[]::uuid[], %b::text[]::uuid[], %b::text[], %b::text[], %b::text[]::bigint[],
                     %b::bytea[], %b::text[], %b::text[], %b::text[])
"""

# A concurrent call with the same id makes this wait for its commit, and then find the id taken.
_INSERT_ANSWERS = """
insert into requests (practice_id, request_id, method, body_hash, response)
select * from unnest(%b::text[]::uuid[], %b::text[]::uuid[], %b::text[], %b::bytea[], %b::bytea[])
on conflict (practice_id, request_id) do nothing
returning practice_id, request_id
"""

_LOCK_EMITTER = "select emitter_seq, head from audit_emitters where emitter = %s for no key update"

_REGISTER_EMITTER = "insert into audit_emitters (emitter) values (%s) on conflict (emitter) do nothing"

_APPEND_RECORDS = """
with head as (
    update audit_emitters set emitter_seq = %s, head = %s where emitter = %s
)
insert into audit_outbox (practice_id, emitter, emitter_seq, record)
select practice_id, %s, %s + place, record
  from unnest(%b::text[]::uuid[], %b::text[]) with ordinality as given (practice_id, record, place)
"""


async def _insert_events(conn: Connection, events: Sequence[tuple[str, OutboxEvent]]) -> None:
    await conn.execute(
        _INSERT_EVENTS,
        (
            [practice_id for practice_id, _ in events],
            [event.event_id for _, event in events],
            [event.type for _, event in events],
            [event.aggregate_id for _, event in events],
            [str(event.version) for _, event in events],
            [event.body for _, event in events],
            [event.actor for _, event in events],
            [event.traceparent for _, event in events],
            [event.causation_id for _, event in events],
        ),
    )


async def _insert_answers(conn: Connection, answers: Sequence[tuple[str, RequestAnswer]]) -> AsyncCursor[TupleRow]:
    # One order for all replicas: two batches with the same ids wait for each other instead of deadlocking.
    answers = sorted(answers, key=lambda each: (each[0], each[1].request_id))
    return await conn.execute(
        _INSERT_ANSWERS,
        (
            [practice_id for practice_id, _ in answers],
            [answer.request_id for _, answer in answers],
            [answer.method for _, answer in answers],
            [answer.body_hash for _, answer in answers],
            [answer.response for _, answer in answers],
        ),
    )


async def _register_emitter(conn: Connection, emitter: str) -> TupleRow:
    await conn.execute(_REGISTER_EMITTER, (emitter,))
    row = await (await conn.execute(_LOCK_EMITTER, (emitter,))).fetchone()
    if row is None:
        raise RuntimeError("The emitter's row is not visible to its own process.")
    return row


async def _append_records(
    conn: Connection, emitter: str, drafts: Sequence[tuple[str, AuditDraft]], *, seq: int, head: str
) -> None:
    first, records = seq, []
    for _, draft in drafts:
        seq += 1
        draft["emitter"], draft["emitter_seq"], draft["prev"] = emitter, seq, head
        record = orjson.dumps(draft, option=orjson.OPT_SORT_KEYS)
        head = hashlib.sha256(record).hexdigest()
        records.append(record.decode())
    practices = [practice_id for practice_id, _ in drafts]
    await conn.execute(
        _APPEND_RECORDS,
        (seq, head, emitter, emitter, first, practices, records),
    )
