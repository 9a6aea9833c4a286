"""Moves data keys under the newest version of their practice's key; destroys a client's."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from psycopg import sql

from services.chassis import crashpoints, errors, metrics
from services.chassis.config import Misconfigured, read_config
from services.chassis.crypto import Keyring, Undecipherable
from services.chassis.db.pool import Connection, Database
from services.chassis.jobs import Every
from services.chassis.vault import open_keyring

REWRAP_EVERY_S = 10.0
"""Seconds between two looks for keys under an old version: one index look-up a table when there are none."""

REWRAP_BATCH = 200
"""Keys rewrapped between two commits; a process that is killed loses no more work than that."""

ROUND_MOST_S = 20.0
"""Seconds one round of the job works at most; the job's lock may be idle for 60."""

BAR_CHARS = 30

OK, UNFINISHED, USAGE, UNREACHABLE = 0, 1, 2, 3

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a table is."""

    holder: str
    current: int
    stale: int
    destroyed: int


class KeyStore:
    """The wrapped data keys of one service's database, in whichever tables its migrations named."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def rewrap(self) -> int:
        """
        Rewrap keys until none is left or the round has taken its time; return how many.

        Every key is put in the place of the one that was read and of no other: replicas at once, a changed key and a
        kill -9 at any moment lose nothing, and the rows themselves say what is left.
        """
        version, done, began = await self._keyring.current_version(), 0, time.monotonic()
        while time.monotonic() - began < ROUND_MOST_S:
            stale = await self._stale(version)
            moved = await self._rewrap_batch(stale)
            done += moved
            if not moved:
                break
        if done:
            metrics.KEYS_REWRAPPED.inc(done)
            log.info("keys.rewrapped", count=done, version=version)
        return done

    async def progress(self) -> list[Progress]:
        """Count keys by table: under the current version, under others, destroyed."""
        version = await self._keyring.current_version()
        async with self._database.begin([]) as conn:
            holders = await (await conn.execute("select holder from key_holders order by 1")).fetchall()
            rows = await (await conn.execute("select holder, version, keys from keys_by_version()")).fetchall()
        found = []
        for (name,) in holders:
            counts = {version_: count for holder, version_, count in rows if holder == name}
            destroyed, current = counts.pop("", 0), counts.pop(version, 0)
            found.append(Progress(name, current, sum(counts.values()), destroyed))
        return found

    async def _stale(self, version: str) -> list[tuple[str, str, str, bytes]]:
        query = "select holder, practice_id::text, row_id::text, wrapped from keys_stale(%s, %s)"
        async with self._database.begin([]) as conn:
            rows = await (await conn.execute(query, (version, REWRAP_BATCH))).fetchall()
        return [(row[0], row[1], row[2], bytes(row[3])) for row in rows]

    async def _rewrap_batch(self, stale: Sequence[tuple[str, str, str, bytes]]) -> int:
        fresh = []
        for holder, practice_id, row_id, wrapped in stale:
            try:
                fresh.append((holder, practice_id, row_id, wrapped, await self._keyring.rewrap(practice_id, wrapped)))
            except Undecipherable:
                # Its master key is gone or it was changed: a person must look, and the others go on.
                metrics.KEYS_LOST.inc()
                log.error("key.lost", holder=holder, practice_id=practice_id, row_id=row_id)
        if not fresh:
            return 0
        moved = 0
        async with self._database.begin({each[1] for each in fresh}) as conn:
            named = await _columns(conn)
            for holder, practice_id, row_id, old, new in fresh:
                changed = await conn.execute(
                    sql.SQL("update {} set {} = %s where practice_id = %s and {} = %s and {} = %s").format(
                        sql.Identifier(holder), *map(sql.Identifier, _places(named[holder]))
                    ),
                    (new, practice_id, row_id, old),
                )
                moved += changed.rowcount
            crashpoints.reach("keys.rewrapped")
        return moved


async def destroy_client_keys(conn: Connection, practice_id: str, client_id: str) -> int:
    """
    Destroy every key of a client in this database, in the open transaction; return how many there were.

    Danger: there is no way back. Backups hold the keys, wrapped, until they age out.
    """
    destroyed = 0
    for holder, (id_column, key_column, is_client) in (await _columns(conn)).items():
        if is_client:
            changed = await conn.execute(
                sql.SQL("update {} set {} = '' where practice_id = %s and {} = %s and length({}) > 0").format(
                    *map(sql.Identifier, (holder, key_column, id_column, key_column))
                ),
                (practice_id, client_id),
            )
            destroyed += changed.rowcount
    return destroyed


def rewrap_job(database: Database, keyring: Keyring) -> Every:
    """Return the periodic job of a service that keeps personal data."""
    return Every(REWRAP_EVERY_S, KeyStore(database, keyring).rewrap, "rewrap_keys", database)


async def _columns(conn: Connection) -> dict[str, tuple[str, str, bool]]:
    rows = await (await conn.execute("select holder, id_column, key_column, is_client from key_holders")).fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _places(columns: tuple[str, str, bool]) -> tuple[str, str, str]:
    id_column, key_column, _ = columns
    return key_column, id_column, key_column


async def status(store: KeyStore) -> int:
    """Print how far each table is; 1 while something is left."""
    left = 0
    for each in await store.progress():
        left += each.stale
        total = each.current + each.stale
        full = BAR_CHARS * each.current // total if total else BAR_CHARS
        percent = 100 * each.current // total if total else 100
        print(
            f"{each.holder:<24} [{'#' * full}{'-' * (BAR_CHARS - full)}] {percent:>3} %"
            f"  {each.current} of {total} under the current key, {each.destroyed} destroyed"
        )
    return UNFINISHED if left else OK


async def rewrap(store: KeyStore) -> int:
    """Rewrap in the foreground until nothing is left; safe beside the servers' own jobs, and to stop and repeat."""
    while await store.rewrap():
        pass
    return await status(store)


COMMANDS: dict[str, tuple[Callable[[KeyStore], Awaitable[int]], str]] = {
    "status": (status, "show how many data keys are under the current key; exit code 1 while some are not"),
    "rewrap": (rewrap, "rewrap now instead of waiting for the servers' job; exit code 1 when some are left"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: `python -m services.chassis.keys status|rewrap SERVICE`, with the settings of its server."""
    parser = argparse.ArgumentParser(
        prog="python -m services.chassis.keys",
        description="Shows and moves the data keys of a service; reads the settings of its server process.",
        epilog="Exit codes: 0 fine, 1 keys are left, 2 wrong usage, 3 the database or the key service does not answer.",
    )
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    for name, (_, text) in COMMANDS.items():
        commands.add_parser(name, help=text, description=text).add_argument("service", help="for example booking")
    options = parser.parse_args(arguments)

    async def run() -> int:
        config = read_config(options.service)
        keyring = await open_keyring(config)
        database = await Database.open(config)
        try:
            return await COMMANDS[options.command][0](KeyStore(database, keyring))
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Misconfigured as error:
        sys.stderr.write(f"keys: {error}\n")
        return USAGE
    except errors.Unavailable as error:
        sys.stderr.write(f"keys: {error.message}\n")
        return UNREACHABLE


if __name__ == "__main__":
    sys.exit(main())
