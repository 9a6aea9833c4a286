"""Measures events on their way: from the commit of a change to the commit in a consumer's inbox."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable

import psycopg

from deploy.local.suite import Suite

CARRIERS = ("booking-worker", "notifications-worker")
"""One worker relays, one stores; nobody else takes part, so the figures are those of one worker each."""

PACE_PER_S, PACE_S = 500, 20
GROUP = 10
"""Events a commit while pacing: a batch of bookings writes about as many."""

PATIENCE_S = 600

_EVENTS = """
insert into outbox (practice_id, event_id, type, aggregate_id, version, body, actor, traceparent)
select %s, id, 'kept.booking.v1.AppointmentBooked', gen_random_uuid()::text, 1, %s, 'user:front-desk', repeat('0', 55)
  from unnest(%s::uuid[]) as given (id)
"""


class Carriage:
    """The outbox of booking and the inbox of notifications, with nothing between them but two workers."""

    def __init__(self, suite: Suite, body: bytes, resident_mb: Callable[[int], float]) -> None:
        self._suite = suite
        self._body = body
        self._resident_mb = resident_mb
        self._practice_id = str(uuid.uuid4())
        """A practice of its own: what is counted here was written here."""
        self._outbox = suite.stack.database_url("booking", "owner")
        self._skip = 0
        self._inbox = suite.stack.database_url("notifications", "owner")

    def drain(self, backlog: int) -> tuple[float, float, float]:
        """Let *backlog* events wait, then start the workers: give events/s and the larger's RSS in MB, first, most."""
        for name in CARRIERS:
            self._suite.stop_process(name)
        with psycopg.connect(self._inbox) as conn:
            before = self._stored(conn)
        with psycopg.connect(self._outbox) as conn:
            for _ in range(0, backlog, 10_000):
                self._write(conn, min(backlog, 10_000))
        for name in CARRIERS:
            self._suite.start_process(name)
        until = time.monotonic() + PATIENCE_S
        sizes: list[float] = []
        with psycopg.connect(self._inbox, autocommit=True) as conn:
            # What the start of the processes takes is not the carriage's: the clock runs from a twentieth on.
            while (begun := self._stored(conn) - before) < backlog / 20:
                self._wait(until, begun, backlog)
            started = time.monotonic()
            while (stored := self._stored(conn) - before) < backlog:
                sizes.append(max(self._resident_mb(self._suite.pid(name)) for name in CARRIERS))
                self._wait(until, stored, backlog)
        return (backlog - begun) / (time.monotonic() - started), sizes[0], max(sizes)

    def _wait(self, until: float, stored: int, backlog: int) -> None:
        if time.monotonic() > until:
            raise RuntimeError(f"{stored} of {backlog} events arrived within {PATIENCE_S} s")
        time.sleep(0.1)

    def pace(self) -> tuple[int, float, float]:
        """Write PACE_PER_S events a second; return how many, and the p50 and p99 of their way in ms."""
        written: dict[str, float] = {}
        seen: dict[str, float] = {}
        count = PACE_PER_S * PACE_S
        watcher = threading.Thread(target=self._watch, args=(seen, count), daemon=True)
        with psycopg.connect(self._inbox, autocommit=True) as conn:
            self._skip = self._last(conn)
        watcher.start()
        started = time.monotonic()
        with psycopg.connect(self._outbox, autocommit=True) as conn:
            for number in range(count // GROUP):
                time.sleep(max(0.0, started + number * GROUP / PACE_PER_S - time.monotonic()))
                ids = self._write(conn, GROUP)
                now = time.monotonic()
                written.update(dict.fromkeys(ids, now))
        watcher.join(PATIENCE_S)
        if len(seen) != count:
            raise RuntimeError(f"{len(seen)} of {count} events arrived")
        ways = sorted((seen[each] - written[each]) * 1000 for each in written)
        return count, ways[len(ways) // 2], ways[int(len(ways) * 0.99)]

    def _watch(self, seen: dict[str, float], count: int) -> None:
        """Note when each event can be seen in the inbox: at or after the commit that stored it."""
        after = self._skip
        until = time.monotonic() + PATIENCE_S
        with psycopg.connect(self._inbox, autocommit=True) as conn:
            while len(seen) < count and time.monotonic() < until:
                rows = conn.execute(
                    "select event_id::text, position from inbox where practice_id = %s and position > %s",
                    (self._practice_id, after),
                ).fetchall()
                now = time.monotonic()
                seen.update({id_: now for id_, _ in rows if id_ not in seen})
                # One worker stores one group at a time, so positions become visible in order.
                after = max([after, *(position for _, position in rows)])
                time.sleep(0.01)

    def _write(self, conn: psycopg.Connection, count: int) -> list[str]:
        ids = [str(uuid.uuid4()) for _ in range(count)]
        conn.execute(_EVENTS, (self._practice_id, self._body, ids))
        return ids

    def _stored(self, conn: psycopg.Connection) -> int:
        return self._number(conn, "select count(*) from inbox where practice_id = %s")

    def _last(self, conn: psycopg.Connection) -> int:
        return self._number(conn, "select coalesce(max(position), 0) from inbox where practice_id = %s")

    def _number(self, conn: psycopg.Connection, statement: str) -> int:
        row = conn.execute(statement.encode(), (self._practice_id,)).fetchone()
        assert row is not None, "an aggregate gives a row"
        return int(row[0])
