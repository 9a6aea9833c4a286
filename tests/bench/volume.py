"""Measures what a long history costs: `python -m tests.bench.volume --appointments 1000000`."""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg
import uvloop

from deploy.local.places import Root
from deploy.local.suite import Suite
from services.chassis.db.pool import Database
from tests.bench import figures
from tests.bench.__main__ import WORKERS, Bench
from tests.bench.practice import PAIRS
from tests.bench.slots import Seeded, search_times

STATISTICS_S = 11.0
"""Seconds until an idle connection has told what it read. Source: PGSTAT_IDLE_INTERVAL of PostgreSQL is 10."""

CHUNK = 50_000
"""Appointments written in one transaction."""

HISTORY = """
create unlogged table history as
select gen_random_uuid() as claim, therapist, room, client,
       %s::timestamptz - make_interval(mins => 30 * (1 + place)) as starts
  from unnest(%s::uuid[], %s::uuid[], %s::uuid[]) as pair (therapist, room, client),
       generate_series(%s::integer, %s::integer) as place
"""

LEDGER = (
    """
    insert into claims (practice_id, claim_id, state, client_id, session_type_id, therapist_id, room_id, site_id,
        modality, start_time, end_time, buffer_before_min, buffer_after_min, start_local, time_zone, fold,
        tzdata_version, wish_digest, hold_expire_time, version)
    select %s, claim, 'confirmed', client, client, therapist, room, room, 1, starts, starts + '25 min', 0, 5,
        '2020-01-01T00:00', 'UTC', 0, '2026a', sha256('x'), starts, 2
      from history
    """,
    """
    insert into occupancies (practice_id, claim_id, resource_id, piece, resource_kind, during)
    select %s, claim, resource, 0, kind, tstzrange(starts, starts + length)
      from history, lateral (values (therapist, 'therapist', interval '30 min'), (room, 'room', '25 min'),
           (client, 'client', '25 min')) as each (resource, kind, length)
    """,
)
PROMISES = (
    """
    insert into appointments (practice_id, appointment_id, state, client_id, therapist_id, session_type_id, start_time,
        end_time, start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version, version,
        create_time, update_time, create_actor_id)
    select %s, claim, 'COMPLETED', client, therapist, client, starts, starts + '25 min', '2020-01-01T00:00', 'UTC', 0,
        '2026a', 1, room, room, 1, 4, starts, starts, 'front_desk'
      from history
    """,
)


def remember(suite: Suite, bench: Bench, count: int) -> None:
    """Give every pair of the practice a past without gaps, in both databases, *count* appointments in all."""
    therapists = [therapist for therapist, _ in bench.practice.pairs]
    clients = [client for _, client in bench.practice.pairs]
    rooms = _rooms(suite, bench.practice.practice_id, therapists)
    each, chunk = max(1, count // PAIRS), max(1, CHUNK // PAIRS)
    started, until = time.monotonic(), datetime.now(UTC)
    for first in range(0, each, chunk):
        last = min(each, first + chunk) - 1
        for service, statements in (("availability", LEDGER), ("booking", PROMISES)):
            url = suite.stack.database_url(service, "owner")
            with psycopg.connect(url) as conn:
                conn.execute(HISTORY, (until, therapists, rooms, clients, first, last))
                for statement in statements:
                    conn.execute(statement.encode(), (bench.practice.practice_id,))
                conn.execute("drop table history")
        done = (last + 1) * PAIRS
        print(f"    {done:>10} of {each * PAIRS} written, {done / (time.monotonic() - started):.0f}/s", flush=True)
    analyse(suite)


def analyse(suite: Suite) -> None:
    """
    Let the planner know the tables as they are, and the disk have them.

    Danger: without a checkpoint here, what was just loaded is written while bookings are measured.
    """
    for service in ("availability", "booking"):
        url = suite.stack.database_url(service, "owner")
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("vacuum analyze")
    with psycopg.connect(suite.stack.admin_url(), autocommit=True) as conn:
        conn.execute("checkpoint")


def whole_reads(suite: Suite) -> dict[str, int]:
    """Return how many rows of the tables that hold the past were read from end to end so far."""
    found: dict[str, int] = {}
    for service, tables in (("availability", ["claims", "occupancies"]), ("booking", ["appointments"])):
        url = suite.stack.database_url(service, "owner")
        with psycopg.connect(url, autocommit=True) as conn:
            rows = conn.execute(
                "select relname, seq_tup_read from pg_stat_user_tables where relname = any (%s)", (tables,)
            ).fetchall()
        found |= dict(rows)
    return found


def work(suite: Suite) -> dict[str, int]:
    """Return what the server has done so far: bytes of log, whole pages in it, blocks not found in its memory."""
    with psycopg.connect(suite.stack.database_url("booking", "owner"), autocommit=True) as conn:
        row = conn.execute(
            "select w.wal_bytes::bigint, w.wal_fpi, sum(d.blks_read)::bigint from pg_stat_wal w, pg_stat_database d"
            " group by 1, 2"
        ).fetchone()
    assert row is not None, "an aggregate returns a row"
    return dict(zip(("log_bytes", "log_pages", "blocks_read"), row, strict=True))


def book_rounds(suite: Suite, bench: Bench, age: str) -> list[float]:
    """Return bookings per second of each round; note what one booking makes the server write and read."""
    bench.book(bench.options.calls // 2)
    time.sleep(STATISTICS_S)
    before = work(suite)
    rates = [bench.book(bench.options.calls)[0] for _ in range(bench.options.rounds)]
    time.sleep(STATISTICS_S)
    booked = bench.options.calls * bench.options.rounds
    for name, count in work(suite).items():
        bench.note(f"volume_{age}_{name}", (count - before[name]) / booked, "a booking")
    return rates


def _rooms(suite: Suite, practice_id: str, therapists: list[str]) -> list[str]:
    """Return a room for each therapist."""
    with psycopg.connect(suite.stack.database_url("availability", "owner")) as conn:
        rows = conn.execute("select room_id::text from rooms where practice_id = %s", (practice_id,)).fetchall()
    return [row[0] for row in rows][: len(therapists)]


async def search_p50_ms(suite: Suite) -> float:
    """Return what a search for 50 therapists over 28 days takes in this database."""
    owner, server = (suite.stack.database_url("availability", role) for role in ("owner", "server"))
    database = await Database.connect(server, emitter="bench/volume")
    try:
        times, _ = await search_times(database, Seeded(owner, therapists=50, weeks=4).query(), warm=2)
    finally:
        await database.close()
    return statistics.median(times)


def main(arguments: Sequence[str]) -> int:
    """Measure bookings and searches in young databases and in old ones, in one run; add to `.local/bench.json`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.volume", description=__doc__)
    parser.add_argument("--appointments", type=int, default=200_000, help="appointments of the past")
    parser.add_argument("--calls", type=int, default=4000, help="bookings a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds before and after")
    options = parser.parse_args(arguments)
    print(f"load average at the start: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores", flush=True)
    suite = Suite(Root("bench"), extra_env={"KEPT_LOG_LEVEL": "warning", "KEPT_RATE_LIMITS": "off"})
    suite.stack.remove()
    with suite:
        bench = Bench(suite, options)
        asyncio.run(bench.practice.settle_in())
        for name in WORKERS:
            suite.stop_process(name)
        # Young tables are analysed as old ones are: the planner's knowledge is not what is compared.
        analyse(suite)
        young = book_rounds(suite, bench, "young")
        young_ms = uvloop.run(search_p50_ms(suite))
        remember(suite, bench, options.appointments)
        before = whole_reads(suite)
        old = book_rounds(suite, bench, "old")
        old_ms = uvloop.run(search_p50_ms(suite))
        time.sleep(STATISTICS_S)
        read = {name: count - before[name] for name, count in whole_reads(suite).items()}
    bench.note("volume_appointments", options.appointments, "appointments")
    bench.note("volume_book_ratio", statistics.median(old) / statistics.median(young), "ratio")
    bench.note("volume_search_ratio", old_ms / young_ms, "ratio")
    for name, count in read.items():
        # Not noisy: what is read from end to end grows with the past, whatever else runs on the machine.
        bench.note(f"volume_read_whole_{name}", count, "rows")
    figures.merge(bench.found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
