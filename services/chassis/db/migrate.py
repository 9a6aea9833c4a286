"""Brings one database to the schema this code needs, forward only."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psycopg
import structlog

from services.chassis.db.pool import Database

SERVICES = Path(__file__).resolve().parents[2]

MIGRATION_LOCK = 0x6B657074
"""Advisory lock of the database: two deploys at once migrate one after the other."""

LOCK_WAIT_S = 60
"""Seconds to wait for another migration of the same database."""

TABLE_LOCK_MS = 2_000
"""Danger: a migration that waits for a table lock stops every call behind it; it gives up after this."""

STATEMENT_MS = 300_000
"""Milliseconds one statement may take. A longer backfill belongs in a job."""

log = structlog.get_logger(__name__)


class MigrationChanged(Exception):
    """A file that was applied before is not the same any more; write a new one instead."""


class MigrationAmbiguous(Exception):
    """Two files of a room have one number: which is first would be their names' affair; give the later one its own."""


TWINS = frozenset({"booking/0110_create_calendar_feeds", "booking/0110_keep_keys"})
"""Files that share a number and were applied somewhere already. They touch nothing of each other's."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered SQL file."""

    version: str
    """Room and file name, for example `chassis/0001_build_walls`."""
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text as applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def apply_migrations(url: str, service: str) -> list[str]:
    """
    Apply what is missing, each file in its own transaction.

    Args:
        url: Connects as `<db>_owner`.
        service: Whose files follow the chassis' own.

    Returns:
        Versions applied by this call, in order.

    Raises:
        MigrationChanged: An applied file differs. Nothing is applied.
        MigrationAmbiguous: Two files have one number. Nothing is applied.
        psycopg.errors.LockNotAvailable: Another migration, or a table in use, did not let go in time.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f"set lock_timeout = '{LOCK_WAIT_S}s'")
        conn.execute("select pg_advisory_lock(%s)", (MIGRATION_LOCK,))
        conn.execute(
            "create table if not exists schema_migrations ("
            " version text constraint schema_migrations_pkey primary key,"
            " checksum text not null, apply_time timestamptz not null default now())"
        )
        rows = conn.execute("select version, checksum from schema_migrations").fetchall()
        applied = {str(version): str(checksum) for version, checksum in rows}
        wanted = list(migrations(service))
        changed = [each.version for each in wanted if applied.get(each.version, each.checksum) != each.checksum]
        if changed:
            raise MigrationChanged(", ".join(changed))
        missing = [each for each in wanted if each.version not in applied]
        for each in missing:
            _apply(conn, each)
        return [each.version for each in missing]


async def missing_migrations(database: Database, service: str) -> list[str]:
    """
    Name the migrations this code needs and its database lacks; empty when it may serve.

    More than this code knows is welcome: a newer version runs beside us.
    """
    async with database.begin([]) as conn:
        rows = await (await conn.execute("select version from schema_migrations")).fetchall()
    applied = {version for (version,) in rows}
    return [each.version for each in migrations(service) if each.version not in applied]


def migrations(service: str) -> Iterator[Migration]:
    """All files in the order of application: the chassis first, then the service. Raises MigrationAmbiguous."""
    for room, folder in (("chassis", SERVICES / "chassis" / "db"), (service, SERVICES / service)):
        paths = sorted((folder / "migrations").glob("[0-9][0-9][0-9][0-9]_*.sql"))
        for before, after in pairwise(paths):
            pair = {f"{room}/{before.stem}", f"{room}/{after.stem}"}
            if before.name[:4] == after.name[:4] and not pair <= TWINS:
                raise MigrationAmbiguous(", ".join(sorted(pair)))
        for path in paths:
            yield Migration(f"{room}/{path.stem}", path.read_text(encoding="utf-8"))


def _apply(conn: psycopg.Connection, migration: Migration) -> None:
    with conn.transaction():
        conn.execute(f"set local lock_timeout = {TABLE_LOCK_MS}")
        conn.execute(f"set local statement_timeout = {STATEMENT_MS}")
        conn.execute(migration.sql.encode())
        conn.execute(
            "insert into schema_migrations (version, checksum) values (%s, %s)",
            (migration.version, migration.checksum),
        )
    log.info("migration.applied", version=migration.version)


def main(arguments: list[str]) -> int:
    """Migrate the database that KEPT_MIGRATE_DATABASE_URL names."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m services.chassis.db.migrate <service>\n")
        return 2
    apply_migrations(os.environ["KEPT_MIGRATE_DATABASE_URL"], arguments[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
