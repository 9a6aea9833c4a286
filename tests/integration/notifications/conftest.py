"""A migrated database, a mail server and an office for each test of notifications."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.chassis.crypto import FileKeyring, write_keyring
from services.chassis.db.pool import Database
from tests.integration.notifications.office import Office, new_id
from tests.integration.notifications.sink import Sink
from tests.support.postgres import FreshDatabase, PostgresServer


@pytest.fixture
def store(postgres: PostgresServer) -> Iterator[FreshDatabase]:
    """A database with the tables of notifications."""
    database = postgres.fresh_database("notifications")
    yield database
    database.drop()


@pytest.fixture
def keyring_path(tmp_path: Path) -> Path:
    """A keyring of this test."""
    path = tmp_path / "keyring.json"
    write_keyring(path)
    return path


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A mail server that listens."""
    sink = Sink()
    await sink.start()
    yield sink
    sink.gate.set()
    await sink.stop()


@pytest.fixture
async def office(store: FreshDatabase, keyring_path: Path, sink: Sink) -> AsyncIterator[Office]:
    """A service on this database, with this mail server."""
    database = await Database.connect(store.server_url, emitter="notifications/test")
    office = Office(database, FileKeyring(keyring_path), sink.url)
    yield office
    await office.close()


@pytest.fixture
def practice_id() -> str:
    """A practice."""
    return new_id()


@pytest.fixture
def client_id() -> str:
    """A client of it."""
    return new_id()
