"""Who takes records in can't read them; who answers questions can't write; neither passes a practice's wall."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql

from services.audit import cli
from services.chassis.db.pool import acting_as
from tests.integration.audit.house import House
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration

CONTENT = ("canonical", "client_id", "actor_id", "operation", "stage", "occur_time")

CHANGES = (
    "insert into records (practice_id, seq) values ('{practice}', 7)",
    "update records set actor_id = 'user:else' where practice_id = '{practice}'",
    "delete from records where practice_id = '{practice}'",
    "truncate records",
    "update heads set size = 0 where practice_id = '{practice}'",
    "insert into checkpoints (practice_id, size, root, note) values ('{practice}', 9, '', '')",
    "update alarms set resolution = 'EXPLAINED'",
    "update cases set state = 'CLOSED'",
    "insert into legal_holds (practice_id) values ('{practice}')",
    "update retentions set years = 6",
    "update detachments set state = 'APPROVED'",
    "delete from people_facts",
    "insert into audit_outbox (practice_id) values ('{practice}')",
    "create table aside (a integer)",
)


async def kept(house: House, practice_id: str, client_id: str) -> None:
    """Let the trail take in two records."""
    emitter = Emitter()
    await house.keep([emitter.write(practice_id, client_id=client_id) for _ in range(2)])


def as_role(house: House, role: str, practice_id: str) -> psycopg.Connection:
    """Sign in as the server and take on a role, as it does for a transaction."""
    conn = psycopg.connect(house.store.server_url)
    conn.execute(sql.SQL("set role {}").format(sql.Identifier(f"{house.store.name}_{role}")))
    conn.execute("select set_config('kept.practices', %s, false)", (practice_id,))
    conn.commit()
    return conn


@pytest.mark.parametrize("statement", CHANGES)
async def test_the_reader_changes_nothing(house: House, practice_id: str, client_id: str, statement: str) -> None:
    """No row, no table, not even a record of its own."""
    await kept(house, practice_id, client_id)

    with as_role(house, "reader", practice_id) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(statement.format(practice=practice_id).encode())

    assert await house.verify(practice_id) == cli.OK


async def test_the_reader_sees_its_own_practice_only(house: House, practice_id: str, client_id: str) -> None:
    """By the wall, not by the question: a forged condition finds nothing."""
    await kept(house, practice_id, client_id)
    other = str(uuid4())

    with as_role(house, "reader", practice_id) as conn:
        assert conn.execute("select count(*) from records").fetchone() == (2,)
    with as_role(house, "reader", other) as conn:
        found = conn.execute("select count(*) from records where practice_id = %s or true", (practice_id,)).fetchone()
        assert found == (0,)


@pytest.mark.parametrize("column", CONTENT)
async def test_taking_in_reads_nothing_of_what_records_say(
    house: House, practice_id: str, client_id: str, column: str
) -> None:
    """It sees that a number is taken, and by which hash."""
    await kept(house, practice_id, client_id)

    with as_role(house, "ingest", practice_id) as conn:
        assert conn.execute("select emitter_seq, length(leaf_hash) from records order by 1").fetchall() == [
            (1, 32), (2, 32)
        ]  # fmt: skip
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute(sql.SQL("select {} from records").format(sql.Identifier(column)))


@pytest.mark.parametrize(
    "table", ["checkpoints", "alarms", "cases", "people_facts", "legal_holds", "erasures", "inbox"]
)
async def test_taking_in_sees_nothing_else(house: House, practice_id: str, table: str) -> None:
    """Neither what was signed nor what is known of people."""
    with as_role(house, "ingest", practice_id) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))


@pytest.mark.parametrize("verb", ["update records set stage = stage", "delete from records", "delete from heads"])
async def test_taking_in_only_adds(house: House, practice_id: str, client_id: str, verb: str) -> None:
    """What is in stays as it is."""
    await kept(house, practice_id, client_id)

    with as_role(house, "ingest", practice_id) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(verb.encode())


@pytest.mark.parametrize("table", ["records", "nodes", "equivocations", "heads"])
async def test_the_server_by_itself_adds_nothing_to_a_trail(house: House, practice_id: str, table: str) -> None:
    """Its login has the rights of neither role until a transaction takes one on."""
    with psycopg.connect(house.store.server_url) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(
            sql.SQL("insert into {} (practice_id) values ({})").format(sql.Identifier(table), sql.Literal(practice_id))
        )


async def test_a_role_ends_with_its_transaction(house: House, practice_id: str) -> None:
    """A connection goes back into the pool as the login it is, after a commit and after a failure."""
    reader = house.app.database.acting_as("reader")
    who = "select current_user"
    server = f"{house.store.name}_server"

    async with reader.begin([practice_id]) as conn:
        assert await (await conn.execute(who)).fetchone() == (f"{house.store.name}_reader",)
    async with reader.begin_piped([practice_id]) as conn:
        assert await (await conn.execute(who)).fetchone() == (f"{house.store.name}_reader",)
    with pytest.raises(errors.InsufficientPrivilege):
        async with reader.begin([practice_id]) as conn:
            await conn.execute("delete from heads")
    async with house.app.database.begin([practice_id]) as conn:
        async with acting_as(conn, "ingest"):
            assert await (await conn.execute(who)).fetchone() == (f"{house.store.name}_ingest",)
        assert await (await conn.execute(who)).fetchone() == (server,)
    async with house.app.database.begin([practice_id]) as conn:
        assert await (await conn.execute(who)).fetchone() == (server,)
