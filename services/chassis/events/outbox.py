"""Takes what waits to be published from the outbox tables, and forgets what was confirmed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import psycopg
import structlog
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError

from services.chassis.events.contracts import event_class

RECORDS_TYPE = "kept.audit.v1.RecordsCaptured"

RECORDS_NAMESPACE = uuid.UUID("6b657074-0000-4000-8000-617564697400")
"""A run of records that is published again keeps its message id, so the trail stores it once."""

POSITION = 4
"""Where the position stands in a row after id, type and body."""

RETRY_S = (1, 300)
"""First and longest wait before a refused event is offered again, in seconds; doubles each time."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for the broker."""

    message_id: str
    type: str
    body: str
    """Canonical proto JSON."""
    subject: str
    """The aggregate: its messages are published one after the other."""
    version: int
    practice_id: str
    """UUID, or `*` when the message holds several practices."""
    create_time: datetime
    position: int
    actor: str = ""
    traceparent: str = ""
    causation_id: str = ""


log = structlog.get_logger(__name__)

_TAKE_EVENTS = """
select event_id::text, type, body, aggregate_id, version, practice_id::text, create_time, position,
       actor, traceparent, causation_id
  from outbox o
 where next_attempt_time <= now()
   and not exists (
       select 1 from outbox b
        where b.practice_id = o.practice_id and b.aggregate_id = o.aggregate_id
          and b.position < o.position and b.attempt_count > 0 and b.next_attempt_time > now())
 order by position
 limit %s
"""

_POSTPONE_EVENTS = """
update outbox
   set attempt_count = attempt_count + 1, last_error = %s,
       next_attempt_time = now() + make_interval(secs => least(%s * 2 ^ least(attempt_count, 20), %s))
 where position = any (%b)
"""

# Walks from emitter to emitter along the index, so that a busy one does not keep the others waiting.
_TAKE_RECORDS = """
with recursive emitters as (
    (select emitter from audit_outbox order by emitter limit 1)
    union all
    select (select a.emitter from audit_outbox a where a.emitter > e.emitter order by a.emitter limit 1)
      from emitters e where e.emitter is not null
)
select run.emitter, run.emitter_seq, run.record, run.create_time
  from emitters e
 cross join lateral (
    select a.emitter, a.emitter_seq, a.record, a.create_time
      from audit_outbox a where a.emitter = e.emitter order by a.emitter_seq limit %s) run
"""

_FORGET_RECORDS = """
delete from audit_outbox a using unnest(%b::text[], %b::text[]::bigint[]) as gone (emitter, last_seq)
 where a.emitter = gone.emitter and a.emitter_seq <= gone.last_seq
"""


def take_events(conn: psycopg.Connection, limit: int) -> list[Outgoing]:
    """
    Due events in the order they were written; an event that was refused holds its aggregate back.

    One whose contract this version does not have, or that is not of it, is postponed like one the broker refused:
    a newer version beside this one, or after it, publishes it.
    """
    found = []
    for id_, type_, body, *rest in conn.execute(_TAKE_EVENTS, (limit,)).fetchall():
        try:
            found.append(Outgoing(id_, type_, as_json(type_, body), *rest))
        except (KeyError, DecodeError) as error:
            words = "unknown type" if isinstance(error, KeyError) else "unreadable"
            log.error("outbox.unreadable", type=type_, event_id=id_, error=words)
            conn.execute(_POSTPONE_EVENTS, (words, *RETRY_S, [rest[POSITION]]))
    return found


def as_json(type_: str, body: bytes) -> str:
    """
    Return a serialised event as canonical proto JSON.

    Done here, in the process that carries, and not in the call that published: it takes as long as a fifth of
    what a booking does in Python (ADR 0014).
    """
    message = event_class(type_)()
    message.ParseFromString(body)
    return MessageToJson(message, indent=None)


def forget_events(conn: psycopg.Connection, events: Sequence[Outgoing]) -> None:
    """Delete events the broker has confirmed."""
    if events:
        conn.execute("delete from outbox where position = any (%b)", ([each.position for each in events],))


def postpone_events(conn: psycopg.Connection, events: Sequence[Outgoing], error: str) -> None:
    """Offer refused events again later, and later each time."""
    if events:
        conn.execute(_POSTPONE_EVENTS, (error[:500], *RETRY_S, [each.position for each in events]))


def take_records(conn: psycopg.Connection, limit: int) -> list[Outgoing]:
    """
    Audit records in their emitters' order, one message of at most *limit* records an emitter.

    Safe to read by order alone: the lock on the emitter's row makes the sequence dense in commit
    order, so no lower number can appear behind a higher one.
    """
    rows = conn.execute(_TAKE_RECORDS, (limit,)).fetchall()
    return [_captured(emitter, list(run)) for emitter, run in groupby(rows, key=lambda row: str(row[0]))]


def forget_records(conn: psycopg.Connection, messages: Sequence[Outgoing]) -> None:
    """Delete records the broker has confirmed."""
    if messages:
        emitters, last = [each.subject for each in messages], [str(each.version) for each in messages]
        conn.execute(_FORGET_RECORDS, (emitters, last))


def backlog(conn: psycopg.Connection) -> tuple[int, float]:
    """How many events and records wait, and the age in seconds of the oldest."""
    row = conn.execute(
        "select count(*), coalesce(extract(epoch from now() - min(create_time)), 0)::float8 from ("
        "select create_time from outbox union all select create_time from audit_outbox) waiting"
    ).fetchone()
    return (int(row[0]), float(row[1])) if row else (0, 0.0)


def waves(events: Iterable[Outgoing]) -> list[list[Outgoing]]:
    """
    Split events so that no wave holds two of one aggregate.

    A wave is confirmed before the next is published: were both in flight, the broker could refuse the first
    and take the second, and the consumer would pass over the first as late.
    """
    found: list[list[Outgoing]] = []
    seen: dict[tuple[str, str], int] = {}
    for event in events:
        key = (event.practice_id, event.subject)
        number = seen[key] = seen.get(key, -1) + 1
        if number == len(found):
            found.append([])
        found[number].append(event)
    return found


def _captured(emitter: str, rows: Sequence[tuple[str, int, str, datetime]]) -> Outgoing:
    first, last = rows[0][1], rows[-1][1]
    return Outgoing(
        message_id=str(uuid.uuid5(RECORDS_NAMESPACE, f"{emitter}:{first}-{last}")),
        type=RECORDS_TYPE,
        body=json.dumps({"records": [record for _, _, record, _ in rows]}, ensure_ascii=False),
        subject=emitter,
        version=last,
        practice_id="*",
        create_time=rows[0][3],
        position=0,
    )
