"""Measures a record's whole way, from an audited read into the trail: `python -m tests.bench.trail --seconds 600`."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import psycopg
from kept.booking.v1 import booking_service_pb2

from deploy.local.places import Root
from deploy.local.suite import Suite
from tests.bench import figures
from tests.bench.__main__ import BOOKING, Bench, resident_mb
from tests.bench.client import drive

CHUNK = 4_000
"""Reads between two looks at the clock; a fraction of a second or two."""

ON_THE_WAY = ("booking-server", "booking-worker", "audit-server", "audit-worker")
CATCH_UP_S = 600.0
SETTLE_SHARE = 0.1
"""The share of the run after which sizes count: what a process loads at first is no growth."""

# From the instant the call was recorded, on booking's clock, to the commit that made it part of the tree, on audit's.
_WAY = """
    select percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from record_time - occur_time) * 1000)
      from records where practice_id = %s and seq >= %s
"""

Note = Callable[[str, float, str], None]

_READS = """
    select count(*) from records where practice_id = %s and seq >= %s and operation = 'booking.GetAppointment'
"""


class Way:
    """A suite whose booking is read from, and the databases at both ends."""

    def __init__(self, suite: Suite, bench: Bench) -> None:
        self._suite = suite
        self._bench = bench
        self._practice_id = bench.practice.practice_id
        self._ends = {name: suite.stack.database_url(name, "owner") for name in ("booking", "audit")}

    def measure(self, seconds: float, note: Note) -> None:
        """Read for so long as fast as booking answers, then wait until nothing is on its way."""
        reads = [booking_service_pb2.GetAppointmentRequest(appointment_id=each) for each in self._bench.appointments()]
        address, path = self._suite.address("booking-server"), f"{BOOKING}/GetAppointment"
        first = self._size()
        began = time.monotonic()
        p99s: list[float] = []
        calls, before = 0, None
        while (spent := time.monotonic() - began) < seconds:
            run = drive(address, path, self._bench.practice.metadata("front_desk"), reads, CHUNK)
            if run.failed:
                raise RuntimeError(f"{run.failed} of {CHUNK} reads failed: {run.statuses}")
            calls += run.ok
            p99s.append(run.p99_ms)
            if before is None and spent >= seconds * SETTLE_SHARE:
                before = self._resident()
        spent = time.monotonic() - began
        caught_up_s = self._catch_up(first + calls)
        note("trail_way_per_s", calls / spent, "1/s")
        note("trail_capture_p99_ms", statistics.median(p99s), "ms")
        with psycopg.connect(self._ends["audit"]) as conn:
            row = conn.execute(_WAY, (self._practice_id, first)).fetchone()
            found = conn.execute(_READS, (self._practice_id, first)).fetchone()
        assert row is not None, "a percentile is a row"
        assert found is not None, "a count is a row"
        if found[0] != calls:
            raise RuntimeError(f"{calls} reads were answered, and {found[0]} are in the trail")
        note("trail_visible_p50_ms", row[0][0], "ms")
        note("trail_visible_p99_ms", row[0][1], "ms")
        note("trail_catch_up_s", caught_up_s, "s")
        grown = [now - (before or {}).get(name, now) for name, now in self._resident().items()]
        note("trail_way_growth_mb", max(grown), "MB")

    def _catch_up(self, expected: int) -> float:
        """Wait until every read is in the trail, once each; return how long that took after the last answer."""
        began = time.monotonic()
        while (size := self._size()) < expected:
            if time.monotonic() - began > CATCH_UP_S:
                raise RuntimeError(f"{expected - size} records are not in the trail after {CATCH_UP_S:.0f} s")
            time.sleep(0.1)
        return time.monotonic() - began

    def _size(self) -> int:
        with psycopg.connect(self._ends["audit"]) as conn:
            row = conn.execute("select size from heads where practice_id = %s", (self._practice_id,)).fetchone()
        return int(row[0]) if row else 0

    def _resident(self) -> dict[str, float]:
        return {name: resident_mb(self._suite.pid(name)) for name in ON_THE_WAY}


def main(arguments: Sequence[str]) -> int:
    """Start a suite of its own, measure, and add the figures to `.local/bench.json`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.trail", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long reads go on")
    parser.add_argument("--calls", type=int, default=1000, help="appointments that are booked first, and then read")
    options = parser.parse_args(arguments)
    suite = Suite(Root("bench"), extra_env={"KEPT_LOG_LEVEL": "warning", "KEPT_RATE_LIMITS": "off"})
    suite.stack.remove()
    with suite:
        bench = Bench(suite, options)
        asyncio.run(bench.practice.settle_in())
        bench.book(options.calls)
        bench.settle()
        Way(suite, bench).measure(options.seconds, bench.note)
    figures.merge(bench.found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
