"""Measures the pre-flight of standing hours over the wire: `python -m tests.bench.series`."""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from kept.availability.v1 import availability_pb2
from kept.booking.v1 import series_pb2, series_service_pb2
from kept.wall.v1 import wall_pb2

from tests.bench.practice import ZONE, Practice
from tests.bench.rounds import CALLS, Note, Round, measure_in_rounds

WEEKS = 52


async def measure(practice: Practice, note: Note, calls: int = CALLS) -> None:
    """Pre-flight 52 weekly sessions of one pair after another; booking asks the ledger once for all of them."""
    desk = practice.neighbour("booking", series_service_pb2, "SeriesService")
    call = practice.call("front_desk")
    start = datetime.now(UTC) + timedelta(days=3)
    times, found = [], 0
    for therapist_id, client_id in itertools.islice(itertools.cycle(practice.pairs), calls):
        plan = series_pb2.SeriesPlan(
            client_id=client_id,
            therapist_id=therapist_id,
            session_type_id=practice.session_type_id,
            modality=availability_pb2.MODALITY_IN_PERSON,
            start_wall=wall_pb2.WallTime(local=f"{start:%Y-%m-%d}T15:00", time_zone=ZONE),
            rule=f"FREQ=WEEKLY;COUNT={WEEKS}",
            horizon_days=366,
        )
        started = time.perf_counter()
        answer = await desk.call("PreflightSeries", series_service_pb2.PreflightSeriesRequest(plan=plan), call)
        times.append((time.perf_counter() - started) * 1000)
        found = len(answer.occurrences)
    if found != WEEKS:
        raise RuntimeError(f"the pre-flight told of {found} sessions instead of {WEEKS}")
    note("series_preflight_52_p50_ms", statistics.median(times), "ms")
    note("series_preflight_52_p95_ms", sorted(times)[len(times) * 95 // 100 - 1], "ms")


def main(arguments: Sequence[str]) -> int:
    """Start a suite of its own, try series, and add the figures to `.local/bench.json`."""

    async def begin(_: Practice) -> Round:
        return measure

    return measure_in_rounds(arguments, "tests.bench.series", __doc__, begin)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
