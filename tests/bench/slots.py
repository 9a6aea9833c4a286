"""Measures slot search on a real PostgreSQL: `python -m tests.bench.slots`, or within `make bench`."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import uvloop

from services.availability.adapters.directory import PostgresDirectories
from services.availability.adapters.rows import INSERT_PIECES, columns
from services.availability.adapters.taken import PostgresTaken
from services.availability.usecases.search_slots import Query, search_slots
from services.chassis.db.pool import Database
from services.chassis.rpc.server import GC_AFTER_OBJECTS
from tests.bench import figures
from tests.support.postgres import private_postgres

DAY_S = 86_400
HOURS = range(9, 17)
BOOKED_RATIO = 0.6
ROOMS_RATIO = 0.5
EVERYTHING = 1_000_000
"""Is more slots than there are: the whole stretch is searched, no page cuts it short."""

THERAPISTS = (10, 50, 200, 1000)
WEEKS = (1, 4, 13, 26)
CALLS = 100

Note = Callable[[str, float, str], None]


class Seeded:
    """Is one practice in a database: weekdays nine to five, 50 minutes on the hour, 60 % of it booked."""

    def __init__(self, owner_url: str, *, therapists: int, weeks: int) -> None:
        self.practice_id = str(uuid.uuid4())
        self.session_type_id = str(uuid.uuid4())
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
        self.from_s = int(midnight.timestamp())
        self.to_s = self.from_s + weeks * 7 * DAY_S
        self._random = random.Random(f"{therapists} {weeks}")
        self._site_id = str(uuid.uuid4())
        self._rooms = [str(uuid.uuid4()) for _ in range(max(1, int(therapists * ROOMS_RATIO)))]
        self._therapists = [str(uuid.uuid4()) for _ in range(therapists)]
        with psycopg.connect(owner_url) as conn:
            self._publish(conn)
            self._book(conn)
        with psycopg.connect(owner_url, autocommit=True) as conn:
            conn.execute("vacuum analyze occupancies")

    def query(self, *, is_first_only: bool = False) -> Query:
        """Return a search for all therapists over all weeks, by staff: no horizon cuts it short."""
        return Query(
            practice_id=self.practice_id,
            session_type_id=self.session_type_id,
            therapist_ids=[],
            from_s=self.from_s,
            to_s=self.to_s,
            modality=0,
            site_id="",
            is_first_only=is_first_only,
            is_by_staff=True,
        )

    def _publish(self, conn: psycopg.Connection) -> None:
        only = self.practice_id
        conn.execute("insert into directories (practice_id, version) values (%s, 1)", (only,))
        conn.execute("insert into sites values (%s, %s, 'Bench', 'America/New_York')", (only, self._site_id))
        for room_id in self._rooms:
            conn.execute("insert into rooms values (%s, %s, %s, 'Bench')", (only, room_id, self._site_id))
        conn.execute(
            "insert into session_types (practice_id, session_type_id, display_name, length_min, buffer_before_min,"
            " buffer_after_min, notice_min, horizon_days, grid_min, modalities)"
            " values (%s, %s, 'Bench', 50, 0, 10, 0, 365, 60, '{1,2}')",
            (only, self.session_type_id),
        )
        week = [[day, HOURS[0] * 60, (HOURS[-1] + 1) * 60, self._site_id, [1, 2]] for day in range(1, 6)]
        for therapist_id in self._therapists:
            conn.execute(
                "insert into schedules (practice_id, therapist_id, time_zone, weekly_hours, session_type_ids, version)"
                " values (%s, %s, 'America/New_York', %s::jsonb, %s::uuid[], 1)",
                (only, therapist_id, json.dumps(week), [self.session_type_id]),
            )

    def _book(self, conn: psycopg.Connection) -> None:
        for at_s in range(self.from_s, self.to_s, DAY_S):
            if datetime.fromtimestamp(at_s, UTC).isoweekday() <= 5:
                # The hours are New York's, five behind in winter and four in summer: most sessions meet them.
                rows = [row for hour in HOURS for row in self._booked(at_s + (hour + 5) * 3600)]
                conn.execute(INSERT_PIECES, columns(sorted(rows)))

    def _booked(self, start_s: int) -> Iterator[tuple[str, str, str, int, str, int, int]]:
        rooms, end_s = iter(self._rooms), start_s + 50 * 60
        for therapist_id in self._therapists:
            if self._random.random() >= BOOKED_RATIO:
                continue
            claim_id = str(uuid.uuid4())
            yield self.practice_id, therapist_id, claim_id, 0, "therapist", start_s, end_s + 600
            room_id = next(rooms, None) if self._random.random() < ROOMS_RATIO else None
            if room_id is not None:
                yield self.practice_id, room_id, claim_id, 0, "room", start_s, end_s


async def measure(
    owner_url: str,
    server_url: str,
    note: Note,
    *,
    therapists: Sequence[int] = THERAPISTS,
    weeks: Sequence[int] = WEEKS,
) -> None:
    """Note the figures that are wanted, and how search grows with therapists and with weeks."""
    database = await Database.connect(server_url, emitter="bench/slots")
    gc.freeze()
    gc.set_threshold(GC_AFTER_OBJECTS)  # as the server does
    try:
        wanted = Seeded(owner_url, therapists=50, weeks=4)
        cold, found = await search_times(database, wanted.query(), calls=1)
        times, found = await search_times(database, wanted.query(), warm=2)
        print(f"    {found} free slots, cold {cold[0]:.1f} ms", flush=True)
        note("slot_search_50x28_p50_ms", statistics.median(times), "ms")
        note("slot_search_50x28_p99_ms", sorted(times)[len(times) * 99 // 100 - 1], "ms")
        for count in therapists:
            seeded = Seeded(owner_url, therapists=count, weeks=4)
            times, _ = await search_times(database, seeded.query(), calls=10)
            note(f"slot_search_{count}_therapists_ms", statistics.median(times), "ms")
            if count == 200:
                times, found = await search_times(database, seeded.query(is_first_only=True))
                assert found == count, "everybody has a free hour in four weeks"
                note("next_available_200_ms", statistics.median(times), "ms")
        for count in weeks:
            seeded = Seeded(owner_url, therapists=50, weeks=count)
            times, _ = await search_times(database, seeded.query(), calls=10)
            note(f"slot_search_{count}_weeks_ms", statistics.median(times), "ms")
    finally:
        await database.close()


async def search_times(
    database: Database, query: Query, *, calls: int = CALLS, warm: int = 0
) -> tuple[list[float], int]:
    """Return milliseconds of each search, and how many slots it found."""
    directories, taken = PostgresDirectories(database), PostgresTaken(database)
    times, found = [], 0
    for number in range(calls + (warm or (1 if calls > 1 else 0))):
        started = time.perf_counter()
        slots = await search_slots(
            query, directories=directories, taken=taken, clock=lambda: query.from_s - DAY_S, limit=EVERYTHING
        )
        times.append((time.perf_counter() - started) * 1000)
        found = len(slots)
        if number % 10 == 9:
            await asyncio.sleep(0)
    return times[-calls:], found


def main(arguments: Sequence[str]) -> int:
    """Measure on a server of its own and add to `.local/bench.json`; `--brief` leaves the largest sizes out."""
    found: dict[str, tuple[list[float], str]] = {}

    def note(name: str, value: float, unit: str) -> None:
        found.setdefault(name, ([], unit))[0].append(value)
        print(f"    {name:<32} {value:>10.2f} {unit}", flush=True)

    is_brief = "--brief" in arguments
    therapists, weeks = (THERAPISTS[:3], WEEKS[:2]) if is_brief else (THERAPISTS, WEEKS)
    with private_postgres() as server:
        database = server.fresh_database("availability")
        uvloop.run(measure(database.owner_url, database.server_url, note, therapists=therapists, weeks=weeks))
    figures.merge(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
