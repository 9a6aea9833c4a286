"""A database that goes away is told in time, and its return needs no restart."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from services.chassis import errors
from services.chassis.db import pool
from services.chassis.db.batch import BatchWriter
from services.chassis.db.pool import Connection, Database
from tests.support.postgres import FreshDatabase, OwnPostgres

PRACTICE = str(uuid.uuid4())


@dataclass(frozen=True)
class Note:
    """A job: one row."""

    practice_id: str
    note_id: str


async def write(conn: Connection, notes: Sequence[Note]) -> list[str]:
    """Insert all at once."""
    await conn.execute(
        "insert into notes (practice_id, note_id) select %s, unnest(%s::uuid[])",
        (PRACTICE, [each.note_id for each in notes]),
    )
    return [each.note_id for each in notes]


def with_notes(fresh: FreshDatabase) -> FreshDatabase:
    """Add the jobs' table."""
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute("create table notes (practice_id uuid, note_id uuid, primary key (practice_id, note_id))")
        conn.execute("select kept_protect('notes')")
    return fresh


@pytest.fixture
async def breakable(own_postgres: OwnPostgres) -> AsyncIterator[tuple[OwnPostgres, FreshDatabase, Database]]:
    """A server that may be stopped, and a pool on it."""
    fresh = with_notes(own_postgres.fresh_database("booking"))
    database = await Database.connect(fresh.server_url, emitter="booking/test")
    yield own_postgres, fresh, database
    await database.close()


@pytest.fixture
def steady(fresh: FreshDatabase) -> FreshDatabase:
    """A database that stays."""
    return with_notes(fresh)


async def look(database: Database) -> int:
    """Ask for something."""
    async with database.begin([PRACTICE]) as conn:
        row = await (await conn.execute("select count(*) from notes")).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_database_that_is_away_is_told_in_time_and_found_again(
    breakable: tuple[OwnPostgres, FreshDatabase, Database],
) -> None:
    """DEPENDENCY_DOWN within the checkout's time; the same pool answers when it is back."""
    server, _, database = breakable
    assert await look(database) == 0
    server.stop()
    waits = []
    for _ in range(3):
        started = time.monotonic()
        with pytest.raises(errors.Unavailable) as refusal:
            await look(database)
        waits.append(time.monotonic() - started)
        assert (refusal.value.reason, refusal.value.metadata["dependency"]) == ("DEPENDENCY_DOWN", "postgresql")
    server.start()
    deadline = time.monotonic() + 15
    while True:
        try:
            assert await look(database) == 0
            break
        except errors.Unavailable:
            assert time.monotonic() < deadline, "the pool did not find the database again"

    assert max(waits) < pool.CHECKOUT_TIMEOUT_S + 1.5


async def test_every_job_is_committed_or_refused_across_an_outage(
    breakable: tuple[OwnPostgres, FreshDatabase, Database],
) -> None:
    """Never both, and never without an answer: what was acknowledged is there, once."""
    server, fresh, database = breakable
    writer: BatchWriter[Note, str] = BatchWriter(database, write, name="notes")
    acknowledged, refused, bugs = [], [], []

    async def submit(delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        note = Note(PRACTICE, str(uuid.uuid4()))
        try:
            acknowledged.append(await writer.submit(note))
        except errors.Unavailable:
            refused.append(note.note_id)
        except Exception as error:
            bugs.append(error)

    jobs = [asyncio.create_task(submit(number * 0.01)) for number in range(600)]
    await asyncio.sleep(1.0)
    await asyncio.to_thread(server.stop)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(server.start)
    await asyncio.wait_for(asyncio.gather(*jobs), 60)
    for _ in range(20):
        await submit(0.3)
    await writer.close()

    with psycopg.connect(fresh.owner_url) as conn:
        there = [str(note_id) for (note_id,) in conn.execute("select note_id from notes").fetchall()]
    lost = set(acknowledged) - set(there)
    print(
        f"\nsubmitted {len(jobs) + 20}, acknowledged {len(acknowledged)}, refused {len(refused)}, "
        f"lost {len(lost)}, doubled {len(there) - len(set(there))}"
    )
    assert (lost, bugs) == (set(), [])
    assert len(acknowledged) + len(refused) == len(jobs) + 20
    assert refused
    assert acknowledged[-5:] == [each for each in acknowledged[-5:] if each in there]
    # A commit whose answer was lost may be there all the same; nothing else may.
    assert set(there) <= set(acknowledged) | set(refused)


async def test_a_pool_that_is_used_up_refuses_in_time(steady: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third call waits for one of two connections, and is told when none comes."""
    monkeypatch.setattr(pool, "CHECKOUT_TIMEOUT_S", 0.3)
    database = await Database.connect(steady.server_url, emitter="booking/test", max_size=2)
    async with database.begin([PRACTICE]), database.begin([PRACTICE]):
        started = time.monotonic()
        with pytest.raises(errors.Unavailable) as refusal:
            await look(database)
        assert time.monotonic() - started < 2.0
    assert refusal.value.reason == "DEPENDENCY_DOWN"
    assert await look(database) == 0
    await database.close()


async def test_a_statement_and_a_lock_are_waited_for_so_long_and_no_longer(
    steady: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are refused as unavailable; the connection goes on."""
    monkeypatch.setattr(pool, "STATEMENT_TIMEOUT_MS", 400)
    monkeypatch.setattr(pool, "LOCK_TIMEOUT_MS", 200)
    database = await Database.connect(steady.server_url, emitter="booking/test")
    note = Note(PRACTICE, str(uuid.uuid4()))
    with pytest.raises(errors.Unavailable):
        async with database.begin([PRACTICE]) as conn:
            await conn.execute("select pg_sleep(5)")
    async with database.begin([PRACTICE]) as conn:
        await write(conn, [note])
        with pytest.raises(errors.Unavailable):
            async with database.begin([PRACTICE]) as waiting:
                await write(waiting, [note])

    assert await look(database) == 1
    await database.close()


async def test_a_body_that_hides_a_database_error_commits_nothing(steady: FreshDatabase) -> None:
    """A swallowed error would turn COMMIT into ROLLBACK in silence."""
    database = await Database.connect(steady.server_url, emitter="booking/test")

    async def hide() -> None:
        async with database.begin([PRACTICE]) as conn:
            await write(conn, [Note(PRACTICE, str(uuid.uuid4()))])
            with contextlib.suppress(psycopg.Error):
                await conn.execute("select 1 / 0")

    with pytest.raises(RuntimeError, match="swallowed"):
        await hide()

    assert await look(database) == 0
    await database.close()


async def test_a_server_that_would_forget_commits_is_refused(steady: FreshDatabase) -> None:
    """synchronous_commit must be on: an acknowledged booking is on disk."""
    with psycopg.connect(steady.admin_url, autocommit=True) as admin:
        role = sql.Identifier(f"{steady.name}_server")
        admin.execute(sql.SQL("alter role {} set synchronous_commit = off").format(role))
    database = await Database.connect(steady.server_url, emitter="booking/test", max_size=1)

    with pytest.raises(errors.Unavailable):
        await look(database)

    await database.close()
