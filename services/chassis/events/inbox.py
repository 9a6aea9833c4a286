"""Handles stored events: in order per aggregate, effect and mark in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from typing import Any

import structlog
from google.protobuf import descriptor_pool, json_format
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.chassis import crashpoints, errors, metrics
from services.chassis.context import Actor, Call, enter
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Connection, Database, DatabaseLost
from services.chassis.db.requests import sweep_requests
from services.chassis.events import outcomes

BATCH = 200
"""Events handled in one transaction; one that fails makes the others be handled one by one."""

AGGREGATES = 500
"""Aggregates looked at in one round."""

IDLE_FIRST_S, IDLE_LAST_S = 0.02, 0.25
"""Seconds between two looks while nothing comes; doubled from the first to the last."""

DOWN_S = 1.0
MEASURE_EVERY_S = 5.0
SWEEP_EVERY_S = 600.0
KEEP_DAYS = 14
"""Days a handled event is remembered: a broker that delivers it again within them changes nothing."""

INBOX_LOCK = 0x6B657074
"""Advisory lock of the one runner of a database: two would break the order of an aggregate."""

Reaction = Callable[[Any, Call], Awaitable[None]]
Gathering = Callable[[Sequence[tuple[Any, Call]]], Awaitable[None]]
"""Reacts to many events at once, in their order; all of their calls share one transaction."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event as the runner sees it."""

    practice_id: str
    event_id: str
    source: str
    type: str
    aggregate_id: str
    version: int
    body: str
    traceparent: str
    receive_time: datetime
    attempts: int
    is_replayed: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """Return whose order it belongs to."""
        return self.practice_id, self.source, self.aggregate_id


_DUE = "select practice_id::text, source, aggregate_id from inbox_pending(%s)"

_TAKE = """
    select i.practice_id::text, i.event_id::text, i.source, i.type, i.aggregate_id, i.version, i.body, i.traceparent,
           i.receive_time, i.attempt_count, i.is_replayed
      from inbox i
      join unnest(%s::uuid[], %s::text[], %s::text[]) as due (practice_id, source, aggregate_id)
        on i.practice_id = due.practice_id and i.source = due.source and i.aggregate_id = due.aggregate_id
     where i.state = 'pending' and i.next_attempt_time <= now()
     order by i.version, i.position
     limit %s
       for update of i
"""

_HANDLED_VERSIONS = """
    select i.practice_id::text, i.source, i.aggregate_id, max(i.version)
      from inbox i
      join unnest(%s::uuid[], %s::text[], %s::text[]) as due (practice_id, source, aggregate_id)
        on i.practice_id = due.practice_id and i.source = due.source and i.aggregate_id = due.aggregate_id
     where i.state in ('done', 'refused')
     group by 1, 2, 3
"""

_MARK = """
    update inbox set state = marked.state, handle_time = now()
      from unnest(%s::uuid[], %s::uuid[], %s::text[]) as marked (practice_id, event_id, state)
     where inbox.practice_id = marked.practice_id and inbox.event_id = marked.event_id
"""


class InboxRunner:
    """
    Runs a service's reactions to the events its worker stored.

    Many events share a transaction while all goes well. When one fails, they are run one by one, and only
    the failing one is retried, refused or put aside; later events of its aggregate wait for a retry, others go on.

    Args:
        gatherings: Reactions to many events at once, by type: what stands together in the order and has the same one
            is handed over together, for the cost of a few statements in all.
        additive: Types whose events each count, however late they come: none of them is told again by a newer one.
        batch: Events handled in one transaction at most; less for heavy ones, whose bodies are all in memory then.

    Source:
        ADR 0005; what follows from which error: `outcomes.py`; held by tests/integration/chassis/test_inbox.py.
    """

    def __init__(
        self,
        database: Database,
        reactions: Mapping[str, Reaction],
        *,
        service: str,
        gatherings: Mapping[str, Gathering] | None = None,
        additive: Collection[str] = (),
        batch: int = BATCH,
    ) -> None:
        self._database = database
        self._gatherings = dict(gatherings or {})
        self._reactions = {kind: alone(each) for kind, each in self._gatherings.items()} | dict(reactions)
        self._service = service
        self._additive = frozenset(additive)
        self._batch = batch
        self._measure_time = self._sweep_time = 0.0

    async def run(self) -> None:
        """Handle events until cancelled; what is cut off is rolled back and handled again."""
        pause = IDLE_FIRST_S
        while True:
            try:
                handled = await self.round()
                await self._look_after()
            except errors.Unavailable:
                await asyncio.sleep(DOWN_S)
                continue
            except Exception:
                log.exception("inbox.crashed")
                await asyncio.sleep(DOWN_S)
                continue
            pause = IDLE_FIRST_S if handled else min(pause * 2, IDLE_LAST_S)
            if not handled:
                await asyncio.sleep(pause)

    async def round(self) -> int:
        """Handle one batch; return how many events were looked at."""
        async with self._database.begin([]) as conn:
            due = await (await conn.execute(_DUE, (AGGREGATES,))).fetchall()
        if not due:
            return 0
        columns = [[row[at] for row in due] for at in range(3)]
        try:
            return await self._together(columns)
        except Exception as error:  # whichever event it was: each is tried alone, and tells for itself
            if isinstance(error, DatabaseLost):
                raise
            return await self._one_by_one(columns)

    async def _together(self, columns: Sequence[list[str]]) -> int:
        async with self._database.begin(set(columns[0])) as conn:
            events = await _take(conn, columns, self._batch)
            calls: list[Call] = []
            judged = await self._with_lateness(conn, columns, events)
            marks = [(event, "skipped" if is_late else "done") for event, is_late in judged]
            current = [event for event, is_late in judged if not is_late]
            for gathering, run in groupby(current, key=lambda event: self._gatherings.get(event.type)):
                if gathering is None:
                    calls += [await self._react(event, conn) for event in run]
                else:
                    calls += await self._react_together(gathering, list(run), conn)
            await _finish(conn, calls, marks)
        for event, state in marks:
            _tell(event, state)
        return len(events)

    async def _one_by_one(self, columns: Sequence[list[str]]) -> int:
        """Handle the head of each aggregate in a transaction of its own."""
        looked_at = 0
        blocked: set[tuple[str, str, str]] = set()
        async with self._database.begin(set(columns[0])) as conn:
            events = await _take(conn, columns, self._batch)
        for event in events:
            if event.key in blocked:
                continue
            looked_at += 1
            try:
                await self._alone(event)
            except Exception as error:  # a bug in a reaction is settled like any refusal, and told
                if isinstance(error, DatabaseLost):
                    raise
                if await outcomes.settle(self._database, event, error):
                    blocked.add(event.key)
        return looked_at

    async def _alone(self, event: Event) -> None:
        one = [[event.practice_id], [event.source], [event.aggregate_id]]
        async with self._database.begin([event.practice_id]) as conn:
            taken = await _take(conn, one, 1)
            if not taken or taken[0].event_id != event.event_id:
                return
            [(_, is_late)] = await self._with_lateness(conn, one, taken)
            calls = [] if is_late else [await self._react(event, conn)]
            state = "skipped" if is_late else "done"
            await _finish(conn, calls, [(event, state)])
        _tell(event, state)

    async def _react(self, event: Event, conn: Connection) -> Call:
        """Run the reaction in the given transaction; what it says is committed with the mark."""
        reaction = self._reactions.get(event.type)
        if reaction is None:
            raise errors.InvalidRequest("Nobody here reacts to this type.", reason="UNKNOWN_TYPE")
        call = self._call(event, conn)
        enter(call)
        await reaction(read_event(event.type, event.body), call)
        if call.is_authorized:
            call.seal(None)
        return call

    async def _react_together(self, gathering: Gathering, events: Sequence[Event], conn: Connection) -> list[Call]:
        """Run one reaction for many events; each has a call of its own, which says what is committed for it."""
        calls = [self._call(event, conn) for event in events]
        enter(calls[0])
        await gathering([(read_event(event.type, event.body), call) for event, call in zip(events, calls, strict=True)])
        for call in calls:
            if call.is_authorized:
                call.seal(None)
        return calls

    def _call(self, event: Event, conn: Connection) -> Call:
        return Call(
            actor=Actor(f"system:{self._service}", "system", event.practice_id, frozenset({"system"})),
            method=f"{self._service}.On{event.type.rpartition('.')[2]}",
            database=self._database,
            trace=event.traceparent,
            causation_id=event.event_id,
            conn=conn,
        )

    async def _with_lateness(
        self, conn: Connection, columns: Sequence[list[str]], events: Sequence[Event]
    ) -> list[tuple[Event, bool]]:
        """Tell of each event whether a later version of its aggregate was handled already."""
        rows = await (await conn.execute(_HANDLED_VERSIONS, columns)).fetchall()
        handled = {(practice, source, aggregate): version for practice, source, aggregate, version in rows}

        def is_late(event: Event) -> bool:
            is_exempt = event.is_replayed or event.type in self._additive
            return not is_exempt and event.version < handled.get(event.key, event.version)

        return [(event, is_late(event)) for event in events]

    async def _look_after(self) -> None:
        """Set the gauges, and forget what is old, now and then."""
        now = time.monotonic()
        if now - self._measure_time > MEASURE_EVERY_S:
            self._measure_time = now
            async with self._database.begin([]) as conn:
                row = await (await conn.execute("select pending, oldest_age_s from inbox_backlog()")).fetchone()
            if row:
                metrics.INBOX_ROWS.set(row[0])
                metrics.INBOX_OLDEST.set(row[1])
        if now - self._sweep_time > SWEEP_EVERY_S:
            self._sweep_time = now
            async with self._database.begin([]) as conn:
                await conn.execute("select inbox_sweep(make_interval(days => %s), 10000)", (KEEP_DAYS,))
                await sweep_requests(conn)


def alone(gathering: Gathering) -> Reaction:
    """Make of a reaction to many events one to a single event."""

    async def react(event: Any, call: Call) -> None:
        await gathering([(event, call)])

    return react


async def _take(conn: Connection, columns: Sequence[list[str]], limit: int) -> list[Event]:
    """Take due events in order, if no other replica is at work."""
    row = await (await conn.execute("select pg_try_advisory_xact_lock(%s)", (INBOX_LOCK,))).fetchone()
    if row is None or not row[0]:
        return []
    return [Event(*each) for each in await (await conn.execute(_TAKE, (*columns, limit))).fetchall()]


async def _finish(conn: Connection, calls: Sequence[Call], marks: Sequence[tuple[Event, str]]) -> None:
    if marks:
        values = [
            [event.practice_id for event, _ in marks],
            [event.event_id for event, _ in marks],
            [state for _, state in marks],
        ]
        await conn.execute(_MARK, values)
    envelopes = [call.envelope for call in calls if call.envelope.events or call.envelope.audit]
    if envelopes:
        await write_envelopes(conn, envelopes)
    crashpoints.reach("reaction.done")


def _tell(event: Event, state: str) -> None:
    outcome = "handled" if state == "done" else state
    metrics.EVENTS_HANDLED.labels(event.type, outcome).inc()
    metrics.EVENT_SECONDS.labels(event.type).observe(max(0.0, (datetime.now(UTC) - event.receive_time).total_seconds()))
    log.debug(f"event.{outcome}", type=event.type, event_id=event.event_id, aggregate_id=event.aggregate_id)


def read_event(type_: str, body: str) -> Message:
    """Parse an event's body; fields and values of a newer producer are passed over."""
    message: Message = _class_of(type_)()
    return json_format.Parse(body, message, ignore_unknown_fields=True)


@cache
def _class_of(type_: str) -> type[Message]:
    found: type[Message] = GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(type_))
    return found
