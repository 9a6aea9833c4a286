"""Keys of both keyrings keep one contract; a rotation reaches every key, whatever is killed meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from deploy.local.places import REPO
from services.chassis import errors
from services.chassis.crypto import (
    AnswerCipher,
    ClientCipher,
    FileKeyring,
    Keyring,
    Undecipherable,
    retire_indexes,
    retire_master,
    rotate_index,
    rotate_master,
    write_keyring,
)
from services.chassis.db.pool import Database
from services.chassis.keys import REWRAP_BATCH, KeyStore, destroy_client_keys
from services.chassis.vault import VaultTransit
from tests.integration.chassis.test_vault import Vault
from tests.support.postgres import FreshDatabase, PostgresServer

OURS, THEIRS = str(uuid4()), str(uuid4())
KEY = bytes(range(32))


class Ring:
    """A keyring and how an operator rotates it."""

    def __init__(self, keyring: Keyring, rotate: Callable[[], object]) -> None:
        self.keyring = keyring
        self.rotate = rotate


@pytest.fixture(params=["file", "vault"])
async def ring(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ring]:
    """Each keyring in turn."""
    if request.param == "file":
        path = tmp_path / "keyring.json"
        write_keyring(path)
        yield Ring(FileKeyring(path), lambda: rotate_master(path))
        return
    house = Vault()
    transit = VaultTransit(house.url, "s.token")
    await transit.open()
    yield Ring(transit, house.rotate)
    await transit.close()
    house.close()


async def test_a_key_is_rewrapped_under_the_newest_version_and_stays_the_same(ring: Ring) -> None:
    """For its practice alone; the old wrapping still opens, and says of which version it is."""
    keyring = ring.keyring
    old, before = await keyring.wrap(OURS, KEY), await keyring.current_version()
    ring.rotate()

    new, after = await keyring.rewrap(OURS, old), await keyring.current_version()

    assert before != after
    assert new != old
    assert await keyring.unwrap(OURS, new) == await keyring.unwrap(OURS, old) == KEY
    for wrapped in (old, new):
        with pytest.raises(Undecipherable):
            await keyring.rewrap(THEIRS, wrapped)
    with pytest.raises(Undecipherable):
        await keyring.rewrap(OURS, new[:-8] + b"AAAAAA==")


async def test_the_version_in_sql_is_the_keyrings_own(ring: Ring, fresh: FreshDatabase) -> None:
    """What is stale is found by the database; both must read a wrapped key alike."""
    for _ in range(11):
        ring.rotate()
    wrapped = await ring.keyring.wrap(OURS, KEY)

    with psycopg.connect(fresh.owner_url) as conn:
        row = conn.execute("select kept_key_version(%s), kept_key_version('')", (wrapped,)).fetchone()

    assert row == (await ring.keyring.current_version(), "")


async def test_look_ups_ask_for_every_index_key_in_use(tmp_path: Path) -> None:
    """A process that began before the rotation of the file finds what one that began after it wrote."""
    path = tmp_path / "keyring.json"
    write_keyring(path)
    early = FileKeyring(path)
    first = early.blind_index(OURS, "email", "ada@example.org")
    sealed = AnswerCipher(early).seal(OURS, "r", b"answer")
    rotate_index(path)

    both = early.blind_indexes(OURS, "email", "ada@example.org")

    assert both[1] == first
    assert both[0] == FileKeyring(path).blind_index(OURS, "email", "ada@example.org") != first
    assert early.index_version == "2"
    assert AnswerCipher(FileKeyring(path)).open(OURS, "r", sealed) == b"answer"
    retire_indexes(path)
    assert early.blind_indexes(OURS, "email", "ada@example.org") == both[:1]


async def test_vaults_index_keys_overlap_while_replicas_are_restarted() -> None:
    """Old and new replicas find each other's clients: each looks under its neighbours' version, too."""
    house = Vault()
    old = VaultTransit(house.url, "s.token")
    await old.open()
    alone = old.blind_indexes(OURS, "email", "ada@example.org")
    house.rotate()
    restarted, switched = (VaultTransit(house.url, "s.token", index_version=version) for version in (1, 2))
    await restarted.open()
    await switched.open()

    assert len(alone) == 1
    assert restarted.blind_index(OURS, "email", "ada@example.org") == alone[0]
    assert switched.blind_index(OURS, "email", "ada@example.org") in restarted.blind_indexes(
        OURS, "email", "ada@example.org"
    )
    assert alone[0] in switched.blind_indexes(OURS, "email", "ada@example.org")
    assert (restarted.index_version, switched.index_version) == ("1", "2")
    for each in (old, restarted, switched):
        await each.close()
    house.close()


@pytest.fixture
def booking(postgres: PostgresServer) -> Iterator[FreshDatabase]:
    """A database with clients."""
    database = postgres.fresh_database("booking")
    yield database
    database.drop()


@pytest.fixture
def keyring_path(tmp_path: Path) -> Path:
    """A file keyring where a server looks for it."""
    path = tmp_path / "keyring.json"
    write_keyring(path)
    return path


async def fill(store: FreshDatabase, keyring: Keyring, count: int) -> dict[str, bytes]:
    """Store clients of two practices, each with a key and a sealed name; return the sealed names."""
    cipher, sealed = ClientCipher(keyring), {}
    with psycopg.connect(store.owner_url) as conn:
        for at in range(count):
            practice_id, client_id = (OURS, THEIRS)[at % 2], str(uuid4())
            _, wrapped = await cipher.new_key(practice_id)
            name = await cipher.encrypt(practice_id, client_id, wrapped, "given_name", f"client {at}")
            sealed[client_id] = name
            conn.execute(
                "insert into clients (practice_id, client_id, wrapped_key, given_name, family_name, time_zone,"
                " version, create_time, update_time) values (%s, %s, %s, %s, %s, 'Etc/UTC', 1, now(), now())",
                (practice_id, client_id, wrapped, name, name),
            )
    return sealed


def versions(store: FreshDatabase) -> dict[str, int]:
    """How many keys are of which version."""
    with psycopg.connect(store.owner_url) as conn:
        rows = conn.execute("select kept_key_version(wrapped_key), count(*) from clients group by 1").fetchall()
    return {str(version): count for version, count in rows}


async def check_readable(store: FreshDatabase, keyring: Keyring, sealed: dict[str, bytes]) -> None:
    """Every name still opens with the key that stands there now."""
    cipher = ClientCipher(keyring)
    with psycopg.connect(store.owner_url) as conn:
        rows = conn.execute("select practice_id::text, client_id::text, wrapped_key from clients").fetchall()
    for practice_id, client_id, wrapped in rows:
        opened = await cipher.decrypt(practice_id, client_id, bytes(wrapped), "given_name", sealed[client_id])
        assert opened.startswith("client ")


async def test_a_rotation_reaches_every_key_with_two_replicas_at_once(
    booking: FreshDatabase, keyring_path: Path
) -> None:
    """No key is lost or doubled; the old master key can go afterwards, and a retired one opens nothing."""
    keyring = FileKeyring(keyring_path)
    sealed = await fill(booking, keyring, 450)
    rotate_master(keyring_path)
    database = await Database.connect(booking.server_url, emitter="booking/test")
    stores = [KeyStore(database, FileKeyring(keyring_path)) for _ in range(2)]
    [before] = await stores[0].progress()

    counts = await asyncio.gather(*(each.rewrap() for each in stores))
    while await stores[0].rewrap():
        pass

    [after] = await stores[0].progress()
    assert (before.holder, before.current, before.stale) == ("clients", 0, 450)
    assert (after.current, after.stale, after.destroyed) == (450, 0, 0)
    assert sum(counts) == 450
    with pytest.raises(ValueError, match="current"):
        retire_master(keyring_path, "2")
    retire_master(keyring_path, "1")
    await check_readable(booking, FileKeyring(keyring_path), sealed)
    await database.close()


async def test_a_key_whose_master_is_gone_is_told_and_stops_no_other(
    booking: FreshDatabase, keyring_path: Path
) -> None:
    """A person must look; the keys beside it are moved."""
    await fill(booking, FileKeyring(keyring_path), 3)
    with psycopg.connect(booking.owner_url) as conn:
        conn.execute("update clients set wrapped_key = '7:noise' where client_id = (select min(client_id::text)::uuid"
                     " from clients)")  # fmt: skip
    rotate_master(keyring_path)
    database = await Database.connect(booking.server_url, emitter="booking/test")

    moved = await KeyStore(database, FileKeyring(keyring_path)).rewrap()

    assert moved == 2
    assert versions(booking) == {"2": 2, "7": 1}
    await database.close()


def command(store: FreshDatabase, keyring_path: Path, *arguments: str, crash_at: str = "") -> tuple[int, str]:
    """Run the operator's command in a process of its own."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KEPT_")},
        "KEPT_DATABASE_URL": store.server_url,
        "KEPT_KEYS_DIR": str(keyring_path.parent),
        "PYTHONPATH": f"{REPO}:{REPO / 'protos' / 'generated'}",
        **({"KEPT_CRASH_AT": crash_at} if crash_at else {}),
    }
    done = subprocess.run(
        [sys.executable, "-m", "services.chassis.keys", *arguments, "booking"],
        env=environment, cwd=REPO, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


async def test_a_kill_between_two_batches_loses_nothing_and_the_next_run_goes_on(
    booking: FreshDatabase, keyring_path: Path, tmp_path: Path
) -> None:
    """Killed (-9) before its second commit: one batch is moved, the rest as it was; the rows say what is left."""
    keyring = FileKeyring(keyring_path)
    sealed = await fill(booking, keyring, 450)
    rotate_master(keyring_path)

    killed, _ = command(booking, keyring_path, "rewrap", crash_at=f"keys.rewrapped:2:{tmp_path / 'killed'}")
    assert killed == -signal.SIGKILL
    assert versions(booking) == {"1": 450 - REWRAP_BATCH, "2": REWRAP_BATCH}
    unfinished, shown = command(booking, keyring_path, "status")
    assert unfinished == 1
    assert f"{REWRAP_BATCH} of 450" in shown
    done, shown = command(booking, keyring_path, "rewrap")

    assert done == 0
    assert "100 %" in shown
    await check_readable(booking, FileKeyring(keyring_path), sealed)


async def test_a_clients_destroyed_key_opens_nothing_and_never_comes_back(
    booking: FreshDatabase, keyring_path: Path
) -> None:
    """Not by a rotation either; other clients' keys are untouched."""
    keyring = FileKeyring(keyring_path)
    sealed = await fill(booking, keyring, 3)
    database = await Database.connect(booking.server_url, emitter="booking/test")
    with psycopg.connect(booking.owner_url) as conn:
        row = conn.execute("select practice_id::text, client_id::text from clients limit 1").fetchone()
    assert row is not None
    practice_id, client_id = row

    async with database.begin([practice_id]) as conn:
        destroyed = await destroy_client_keys(conn, practice_id, client_id)
        again = await destroy_client_keys(conn, practice_id, client_id)
    async with database.begin([THEIRS if practice_id == OURS else OURS]) as conn:
        foreign = await destroy_client_keys(conn, practice_id, client_id)
    rotate_master(keyring_path)
    await KeyStore(database, FileKeyring(keyring_path)).rewrap()

    assert (destroyed, again, foreign) == (1, 0, 0)
    assert versions(booking) == {"": 1, "2": 2}
    with pytest.raises(errors.ClientErased) as refused:
        await ClientCipher(keyring).decrypt(practice_id, client_id, b"", "given_name", sealed[client_id])
    assert refused.value.reason == "CLIENT_ERASED"
    await database.close()


@pytest.mark.parametrize("service", ["availability", "booking", "matching", "notifications", "audit"])
def test_every_table_with_wrapped_keys_takes_part_in_rotations(postgres: PostgresServer, service: str) -> None:
    """Whoever adds a table with keys must name it, or a rotation leaves it behind."""
    store = postgres.fresh_database(service)
    with psycopg.connect(store.owner_url) as conn:
        found = conn.execute(
            "select table_name::text, column_name::text from information_schema.columns"
            " where table_schema = 'public' and column_name ~ 'wrapped' order by 1"
        ).fetchall()
        named = conn.execute("select holder, key_column from key_holders order by 1").fetchall()
    store.drop()

    assert found == named
