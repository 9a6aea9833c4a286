"""A schema moves forward only, once, and never under a running call's feet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from services.chassis.db import migrate
from services.chassis.db.migrate import MigrationAmbiguous, MigrationChanged, apply_migrations, missing_migrations
from services.chassis.db.pool import Database
from tests.support.postgres import FreshDatabase, PostgresServer


@pytest.fixture
def empty(postgres: PostgresServer) -> Iterator[FreshDatabase]:
    """A database nobody migrated yet."""
    database = postgres.fresh_database("chassis", migrate=False)
    yield database
    database.drop()


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of a chassis and of one service that tests may write files into."""
    for folder in ("chassis/db/migrations", "diary/migrations"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "chassis/db/migrations/0001_create_notes.sql").write_text("create table notes (note text);")
    (tmp_path / "diary/migrations/0001_add_author.sql").write_text("alter table notes add author text;")
    monkeypatch.setattr(migrate, "SERVICES", tmp_path)
    return tmp_path


def test_an_empty_database_gets_every_file_once(empty: FreshDatabase, rooms: Path) -> None:
    """The chassis' files first, then the service's; a second run has nothing to do."""
    first = apply_migrations(empty.owner_url, "diary")
    second = apply_migrations(empty.owner_url, "diary")

    assert first == ["chassis/0001_create_notes", "diary/0001_add_author"]
    assert second == []


def test_a_changed_file_is_refused(empty: FreshDatabase, rooms: Path) -> None:
    """What was applied is history; nothing after it is applied either."""
    apply_migrations(empty.owner_url, "diary")
    (rooms / "diary/migrations/0001_add_author.sql").write_text("alter table notes add writer text;")
    (rooms / "diary/migrations/0002_add_title.sql").write_text("alter table notes add title text;")

    with pytest.raises(MigrationChanged, match="diary/0001_add_author"):
        apply_migrations(empty.owner_url, "diary")

    with psycopg.connect(empty.owner_url) as conn:
        assert conn.execute("select count(*) from schema_migrations").fetchone() == (2,)


def test_two_files_of_one_number_are_refused(empty: FreshDatabase, rooms: Path) -> None:
    """Two branches that took the same number meet here, before either is applied; chassis and service count apart."""
    (rooms / "diary/migrations/0002_add_title.sql").write_text("alter table notes add title text;")
    (rooms / "diary/migrations/0002_add_shelf.sql").write_text("alter table notes add shelf text;")

    with pytest.raises(MigrationAmbiguous, match="diary/0002_add_shelf, diary/0002_add_title"):
        apply_migrations(empty.owner_url, "diary")

    with psycopg.connect(empty.owner_url) as conn:
        assert conn.execute("select count(*) from schema_migrations").fetchone() == (0,)


def test_a_file_that_fails_leaves_nothing_behind(empty: FreshDatabase, rooms: Path) -> None:
    """Its statements are rolled back together, and the files before it stay."""
    (rooms / "diary/migrations/0002_break.sql").write_text("create table half (id text); select 1 / 0;")

    with pytest.raises(psycopg.errors.DivisionByZero):
        apply_migrations(empty.owner_url, "diary")

    with psycopg.connect(empty.owner_url) as conn:
        assert conn.execute("select to_regclass('half')").fetchone() == (None,)
        assert conn.execute("select count(*) from schema_migrations").fetchone() == (2,)


def test_two_deploys_at_once_apply_each_file_once(empty: FreshDatabase, rooms: Path) -> None:
    """The second waits for the first and finds nothing left to do."""
    results: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: results.append(apply_migrations(empty.owner_url, "diary"))) for _ in range(3)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(len(result) for result in results) == [0, 0, 2]


def test_a_table_in_use_stops_the_migration_and_not_its_users(
    empty: FreshDatabase, rooms: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A queue behind a waiting ALTER TABLE would be an outage: it gives up instead."""
    apply_migrations(empty.owner_url, "diary")
    (rooms / "diary/migrations/0002_add_title.sql").write_text("alter table notes add title text;")
    monkeypatch.setattr(migrate, "TABLE_LOCK_MS", 100)

    with psycopg.connect(empty.owner_url) as reader:
        reader.execute("select * from notes")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            apply_migrations(empty.owner_url, "diary")


async def test_a_server_knows_whether_its_schema_is_there(empty: FreshDatabase, postgres: PostgresServer) -> None:
    """It names what is missing, and is content with a database that is ahead of it."""
    apply_migrations(empty.owner_url, "chassis")
    with psycopg.connect(empty.owner_url) as conn:
        conn.execute("insert into schema_migrations (version, checksum) values ('chassis/9999_from_tomorrow', '')")
    database = await Database.connect(empty.server_url, emitter="booking/test")

    complete = await missing_migrations(database, "chassis")
    with psycopg.connect(empty.owner_url) as conn:
        conn.execute("delete from schema_migrations where version like '%0003%'")
    behind = await missing_migrations(database, "chassis")
    await database.close()

    assert complete == []
    assert behind == ["chassis/0003_create_inbox"]
