"""Whoever changes the trail's own schema is in the trail, and takes it out of the list nowhere."""

from __future__ import annotations

import json

import psycopg
import pytest
from psycopg import conninfo

from services.audit.adapters.schema_changes import SchemaChanges
from services.chassis.context import NO_PRACTICE
from tests.integration.audit.house import House

pytestmark = pytest.mark.integration

REFUSED_TO_SERVICES = ("alter table records add column x int", "drop trigger records_removal on records")


async def told(house: House) -> list[dict[str, object]]:
    """What the next round writes, as it goes out to the trail."""
    before = house.rows("select coalesce(max(emitter_seq), 0) from audit_outbox")
    while await SchemaChanges(house.app.database).tell():
        pass
    rows = house.rows("select record from audit_outbox where emitter_seq > %s order by emitter_seq", before[0][0])
    return [json.loads(record) for (record,) in rows]


async def test_every_change_of_the_schema_is_recorded_once_with_who_made_it(house: House) -> None:
    """Migrations too: each is a transaction of the owner's."""
    migrations = await told(house)
    assert {each["op"] for each in migrations} == {"audit.ChangeSchema"}
    assert any("CREATE FUNCTION" in str(each["fields"]) for each in migrations)

    with psycopg.connect(house.store.owner_url) as conn:
        conn.execute("alter table records add column note text")
        conn.execute("drop trigger records_removal on records")
    admin = conninfo.make_conninfo(house.store.admin_url, dbname=house.store.name)
    with psycopg.connect(admin) as conn:
        conn.execute("create index sneaky on records (stage)")
    owner, superuser = await told(house)

    assert owner["actor"]["id"] == f"database:{house.store.name}_owner"  # type: ignore[index]
    assert "ALTER TABLE public.records" in owner["fields"]  # type: ignore[operator]
    assert any("DROP TRIGGER" in each for each in owner["fields"])  # type: ignore[attr-defined]
    assert superuser["fields"] == ["CREATE INDEX public.sneaky"]
    assert superuser["tenant"] == NO_PRACTICE
    assert await told(house) == []


@pytest.mark.parametrize("role", ["server", "owner", "worker"])
async def test_neither_service_nor_owner_changes_what_the_list_says(house: House, role: str) -> None:
    """It is the superuser's; nor is the schema the service's to change, which is refused."""
    url = {"server": house.store.server_url, "owner": house.store.owner_url, "worker": house.store.worker_url}[role]
    for statement in (
        "delete from kept_log.schema_changes",
        "update kept_log.schema_changes set role = 'nobody'",
        "insert into kept_log.schema_changes (role, tag, object) values ('x', 'y', 'z')",
        "truncate kept_log.schema_changes",
        "drop table kept_log.schema_changes",
        "drop event trigger log_schema_change",
        "drop function kept_log.log_schema_change() cascade",
        "drop schema kept_log cascade",
        "create or replace function kept_log.log_schema_change() returns event_trigger language plpgsql as 'begin end'",
        *(
            ("alter table records add column x int", "drop trigger records_removal on records")
            if role != "owner"
            else ()
        ),
    ):
        with psycopg.connect(url) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(statement.encode())


async def test_a_database_without_the_list_is_told_and_serves_on(house: House) -> None:
    """One that was made before there was a list."""
    admin = conninfo.make_conninfo(house.store.admin_url, dbname=house.store.name)
    with psycopg.connect(admin) as conn:
        conn.execute("drop event trigger log_schema_change")
        conn.execute("drop event trigger log_schema_drop")
        conn.execute("drop table kept_log.schema_changes")

    assert await SchemaChanges(house.app.database).tell() == 0
