"""A practice is a wall, and a worker sees no business row."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator

import psycopg
import pytest

from services.chassis import errors
from services.chassis.db.pool import Database, widen
from tests.support.postgres import FreshDatabase, OwnPostgres, PostgresServer

OURS, THEIRS = str(uuid.uuid4()), str(uuid.uuid4())


@pytest.fixture
async def database(fresh: FreshDatabase) -> AsyncIterator[Database]:
    """A database with one business table and a row in each of two practices."""
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute("create table visits (practice_id uuid, visit_id text, primary key (practice_id, visit_id))")
        conn.execute("select kept_protect('visits')")
        conn.execute("insert into visits values (%s, 'ours'), (%s, 'theirs')", (OURS, THEIRS))
    database = await Database.connect(fresh.server_url, emitter="booking/test")
    yield database
    await database.close()


async def visits(database: Database, *practice_ids: str) -> list[str]:
    """Everything a query without WHERE gives."""
    async with database.begin(practice_ids) as conn:
        rows = await (await conn.execute("select visit_id from visits order by 1")).fetchall()
    return [visit_id for (visit_id,) in rows]


async def test_a_forgotten_where_leaks_nothing(database: Database) -> None:
    """A transaction sees the practices it names, and no row when it names none."""
    assert await visits(database, OURS) == ["ours"]
    assert await visits(database, OURS, THEIRS) == ["ours", "theirs"]
    assert await visits(database) == []


async def test_the_practices_of_a_transaction_end_with_it(database: Database) -> None:
    """A pooled connection does not carry a practice into the next call."""
    await visits(database, OURS, THEIRS)

    assert await visits(database) == []


async def test_a_row_can_not_be_written_into_another_practice(database: Database) -> None:
    """The wall holds for inserts and updates too."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.begin([OURS]) as conn:
            await conn.execute("insert into visits values (%s, 'forged')", (THEIRS,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.begin([OURS]) as conn:
            await conn.execute("update visits set practice_id = %s", (THEIRS,))


async def test_a_transaction_can_be_widened_by_name_only(database: Database) -> None:
    """More practices come in when they are named; those it had stay."""
    async with database.begin([OURS]) as conn:
        await widen(conn, [THEIRS])
        rows = await (await conn.execute("select visit_id from visits order by 1")).fetchall()

    assert [visit_id for (visit_id,) in rows] == ["ours", "theirs"]


async def test_a_practice_id_that_is_none_never_reaches_sql(database: Database) -> None:
    """The setting is written into the statement: anything but a UUID is refused before."""
    with pytest.raises(ValueError, match="badly formed"):
        await visits(database, "x'; drop table visits; --")


async def test_a_worker_carries_messages_and_reads_no_business_row(database: Database, fresh: FreshDatabase) -> None:
    """The worker's role has the transport tables of all practices, and nothing else."""
    with psycopg.connect(fresh.worker_url, autocommit=True) as conn:
        for table in ("outbox", "audit_outbox", "inbox", "quarantine"):
            conn.execute(f"select count(*) from {table}")
        for table in ("visits", "requests", "audit_emitters"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"select count(*) from {table}")


async def test_no_service_opens_another_ones_database(fresh: FreshDatabase, postgres: PostgresServer) -> None:
    """CONNECT belongs to a database's own roles."""
    other = postgres.fresh_database("chassis", migrate=False)
    url = fresh.server_url.rpartition("/")[0] + f"/{other.name}"

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url)
    other.drop()


def test_a_table_whose_key_forgets_the_practice_is_not_protected(fresh: FreshDatabase) -> None:
    """kept_protect refuses it, so a migration with such a table fails."""
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute("create table loose (loose_id text primary key, practice_id uuid)")

        with pytest.raises(psycopg.errors.RaiseException, match="loose_pkey"):
            conn.execute("select kept_protect('loose')")


async def test_a_swallowed_database_error_is_not_reported_as_committed(database: Database) -> None:
    """COMMIT of a failed transaction rolls back without an error; ours says so."""

    async def swallow() -> None:
        async with database.begin([OURS]) as conn:
            with contextlib.suppress(psycopg.errors.DivisionByZero):
                await conn.execute("select 1 / 0")

    with pytest.raises(RuntimeError, match="rolled back"):
        await swallow()


async def test_a_database_that_comes_back_is_used_again_without_restart(own_postgres: OwnPostgres) -> None:
    """While it is down every call is refused as UNAVAILABLE; afterwards they work."""
    fresh = own_postgres.fresh_database("chassis")
    database = await Database.connect(fresh.server_url, emitter="booking/test", min_size=3)
    assert await database.check()

    own_postgres.stop()
    with pytest.raises(errors.Unavailable) as refused:
        async with database.begin([OURS]) as conn:
            await conn.execute("select 1")
    is_up_meanwhile = await database.check()
    own_postgres.start()
    answers = [await database.check() for _ in range(6)]
    await database.close()

    assert refused.value.reason == "DEPENDENCY_DOWN"
    assert not is_up_meanwhile
    assert answers[-1]


async def test_a_lock_held_too_long_refuses_the_caller(database: Database, fresh: FreshDatabase) -> None:
    """Waiting is bounded, so one stuck transaction can't use up every connection."""
    with psycopg.connect(fresh.owner_url) as blocker:
        blocker.execute("lock table visits in access exclusive mode")

        with pytest.raises(errors.Unavailable):
            await visits(database, OURS)
