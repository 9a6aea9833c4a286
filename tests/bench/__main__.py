"""Runs the benchmarks: `make bench`, or `python -m tests.bench --rounds 5`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence

import psycopg
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2
from kept.booking.v1 import booking_events_pb2, booking_service_pb2
from kept.wall.v1 import wall_pb2

from deploy.local.places import Root
from deploy.local.suite import Suite
from tests.bench import access, audit, figures, matches, matching, reminders, series, slots
from tests.bench.client import drive
from tests.bench.events import CARRIERS, Carriage
from tests.bench.pgbench import LEFTOVERS, commits_per_s
from tests.bench.practice import Practice

BOOKING = "/kept.booking.v1.BookingService"
HEALTH = "/grpc.health.v1.Health/Check"
SERVICES = ("availability", "booking", "notifications", "matching", "audit")
WORKERS = [f"{name}-worker" for name in SERVICES]
PROCESSES = [*(f"{name}-server" for name in SERVICES), *WORKERS, "gateway"]
DRAIN_S = 300


class Bench:
    """One suite, measured round by round; every figure is collected per round."""

    def __init__(self, suite: Suite, options: argparse.Namespace) -> None:
        self.suite = suite
        self.options = options
        self.practice = Practice(suite)
        self.found: dict[str, tuple[list[float], str]] = {}
        self.acknowledged = 0

    def note(self, name: str, value: float, unit: str) -> None:
        """Keep a figure of this round, and show it."""
        self.found.setdefault(name, ([], unit))[0].append(value)
        print(f"    {name:<28} {value:>10.2f} {unit}", flush=True)

    def book(self, count: int) -> tuple[float, float]:
        """Book *count* slots; return bookings per second and p99."""
        requests = self.wishes(count)
        address = self.suite.address("booking-server")
        run = drive(address, f"{BOOKING}/BookAppointment", self.practice.metadata("front_desk"), requests, count)
        self.acknowledged += run.ok
        if run.failed:
            raise RuntimeError(f"{run.failed} of {count} bookings failed: {run.statuses}")
        return run.per_s, run.p99_ms

    def round(self) -> None:
        """Measure everything once, booking and pgbench next to each other."""
        booking = self.suite.address("booking-server")
        calls = self.options.calls
        empty = drive(booking, HEALTH, [], [health_pb2.HealthCheckRequest(service="live")], calls * 2)
        reads = [booking_service_pb2.GetAppointmentRequest(appointment_id=each) for each in self.appointments()]
        read = drive(booking, f"{BOOKING}/GetAppointment", self.practice.metadata("front_desk"), reads, calls)
        self.note("empty_rpc_per_s", empty.per_s, "1/s")
        self.note("audited_read_per_s", read.per_s, "1/s")
        self.note("audited_read_p99_ms", read.p99_ms, "ms")
        self.note("audited_read_vs_empty_rpc", read.per_s / empty.per_s, "ratio")
        per_s, p99 = self.book(calls)
        limit = commits_per_s(self.suite, self.practice.practice_id, seconds=self.options.seconds)
        self.note("book_per_s", per_s, "1/s")
        self.note("book_p99_ms", p99, "ms")
        self.note("pgbench_per_s", limit, "1/s")
        self.note("book_vs_pgbench", per_s / limit, "ratio")
        self._clear_limits()

    def settle(self) -> None:
        """Wait until every event and record of the rounds before is out and handled."""
        waiting = [("booking", "outbox"), ("booking", "audit_outbox"), ("availability", "audit_outbox")]
        until = time.monotonic() + DRAIN_S
        while any(self._count(service, table) for service, table in waiting) or self._pending():
            if time.monotonic() > until:
                raise RuntimeError(f"the suite did not settle within {DRAIN_S} s")
            time.sleep(0.5)

    def _pending(self) -> int:
        statement = "select count(*) from inbox where state = 'pending'"
        return sum(self._scalar(name, statement) for name in ("availability", "notifications", "matching", "audit"))

    def carry(self) -> None:
        """Measure events alone: what one worker relays and one stores, at a steady pace and after an outage."""
        self.settle()
        for name in PROCESSES:
            if name not in CARRIERS:
                self.suite.stop_process(name)
        facts = booking_events_pb2.AppointmentFacts(
            practice_id=self.practice.practice_id,
            appointment_id=str(uuid.uuid4()),
            client_id=str(uuid.uuid4()),
            therapist_id=str(uuid.uuid4()),
            session_type_id=self.practice.session_type_id,
            start_wall=wall_pb2.WallTime(local="2030-01-01T09:00", time_zone="Europe/Berlin"),
            version=1,
        )
        body = booking_events_pb2.AppointmentBooked(appointment=facts).SerializeToString()
        carriage = Carriage(self.suite, body, resident_mb)
        _, p50, p99 = carriage.pace()
        self.note("event_way_p50_ms", p50, "ms")
        self.note("event_way_p99_ms", p99, "ms")
        per_s, at_first, at_most = carriage.drain(self.options.backlog)
        self.note("events_per_s", per_s, "1/s")
        self.note("events_backlog", self.options.backlog, "events")
        self.note("events_worker_first_mb", at_first, "MB")
        self.note("events_worker_peak_mb", at_most, "MB")

    def check(self) -> None:
        """Compare what was acknowledged with what is stored: nothing lost, nothing doubled."""
        practice = self.practice.practice_id
        stored = self.stored()
        claims = self._scalar("availability", "select count(*) from claims where practice_id = %s", practice)
        print(f"    acknowledged {self.acknowledged}, appointments {stored}, claims {claims}", flush=True)
        if not self.acknowledged == stored == claims:
            raise RuntimeError("acknowledged and stored bookings differ")

    def stored(self) -> int:
        """Count the practice's appointments."""
        statement = "select count(*) from appointments where practice_id = %s"
        return self._scalar("booking", statement, self.practice.practice_id)

    def wishes(self, count: int) -> list[Message]:
        """Return requests for slots that nobody asked for yet."""
        return list(self.practice.bookings(count))

    def appointments(self) -> list[str]:
        """Return some appointments of the practice."""
        statement = "select appointment_id::text from appointments where practice_id = %s limit 2000"
        with psycopg.connect(self.suite.stack.database_url("booking", "owner")) as conn:
            return [each for (each,) in conn.execute(statement, (self.practice.practice_id,)).fetchall()]

    def _count(self, service: str, table: str) -> int:
        return self._scalar(service, f"select count(*) from {table} where practice_id = %s", self.practice.practice_id)

    def _scalar(self, service: str, statement: str, *values: str) -> int:
        url = self.suite.stack.database_url(service, "owner")
        with psycopg.connect(url) as conn:
            row = conn.execute(statement.encode(), values).fetchone()
        assert row is not None, "count gives a row"
        return int(row[0])

    def _clear_limits(self) -> None:
        """Remove what pgbench wrote, so that the next round finds tables of the same size."""
        for service, statements in LEFTOVERS.items():
            url = self.suite.stack.database_url(service, "owner")
            with psycopg.connect(url, autocommit=True) as conn:
                for statement in statements:
                    conn.execute(statement.encode())
                conn.execute("vacuum analyze")


def resident_mb(pid: int) -> float:
    """Return a process's resident memory."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def main(arguments: Sequence[str]) -> int:
    """Start a suite of its own, measure, write `.local/bench.json`, stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds; figures are medians over them")
    parser.add_argument("--calls", type=int, default=6000, help="calls a round and figure")
    parser.add_argument("--seconds", type=int, default=5, help="seconds of pgbench a round")
    parser.add_argument("--backlog", type=int, default=100_000, help="events that wait when the workers start")
    parser.add_argument("--reminders", type=int, default=100_000, help="reminders due in one minute")
    parser.add_argument("--past-messages", type=int, default=10_000_000, help="messages of the past while planning")
    parser.add_argument("--trail", type=int, default=1_000_000, help="records in the trail that is asked")
    options = parser.parse_args(arguments)
    print(f"load average at the start: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores", flush=True)
    suite = Suite(Root("bench"), extra_env={"KEPT_LOG_LEVEL": "warning", "KEPT_RATE_LIMITS": "off"})
    suite.stack.remove()
    with suite:
        bench = Bench(suite, options)
        sizes = defaultdict(float, {name: resident_mb(suite.pid(name)) for name in PROCESSES})
        bench.note("idle_rss_mb_max", max(sizes.values()), "MB")
        asyncio.run(bench.practice.settle_in())
        for name in WORKERS:
            suite.stop_process(name)
        print("  warm-up", flush=True)
        bench.book(options.calls // 4)
        for number in range(options.rounds):
            print(f"  round {number + 1}", flush=True)
            bench.round()
        bench.check()
        print("  with the workers running", flush=True)
        for name in PROCESSES:
            suite.start_process(name)
        suite.wait_ready(*PROCESSES)
        bench.settle()
        per_s, p99 = bench.book(options.calls)
        bench.note("book_with_workers_per_s", per_s, "1/s")
        bench.note("book_with_workers_p99_ms", p99, "ms")
        bench.check()
        asyncio.run(series.measure(bench.practice, bench.note))
        kind = asyncio.run(matches.hire(bench.practice))
        asyncio.run(matches.measure(bench.practice, kind, bench.note))
        bench.carry()
        print("  slot search", flush=True)
        owner, server = (suite.stack.database_url("availability", role) for role in ("owner", "server"))
        asyncio.run(slots.measure(owner, server, bench.note))
        print("  trail", flush=True)
        owner, server = (suite.stack.database_url("audit", role) for role in ("owner", "server"))
        asyncio.run(audit.measure(owner, server, options.trail, bench.note))
    print("  batches of waiting clients", flush=True)
    matching.measure(bench.note)
    access.measure(bench.note)
    print("  reminders", flush=True)
    reminders.measure(bench.note, reminders=options.reminders, past=options.past_messages)
    stored = figures.merge(bench.found)
    print(f"\n{'figure':<30} {'median':>10} {'low':>10} {'high':>10}")
    for name in bench.found:
        row = stored[name]
        print(f"{name:<30} {row['value']:>10} {row['low']:>10} {row['high']:>10}  {row['unit']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
