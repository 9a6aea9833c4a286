"""A running audit service for each test, on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.audit.server import application
from services.chassis.rpc.server import Server
from tests.integration.audit.house import House
from tests.support.postgres import FreshDatabase, PostgresServer
from tests.support.suite_keys import SuiteKeys


@pytest.fixture
def store(postgres: PostgresServer) -> Iterator[FreshDatabase]:
    """A database with the tables of the trail."""
    database = postgres.fresh_database("audit")
    yield database
    database.drop()


@pytest.fixture
async def house(store: FreshDatabase, tmp_path: Path) -> AsyncIterator[House]:
    """The service, answering on a free port; its inbox and its signing run when a test says so."""
    keys = SuiteKeys(tmp_path / "keys")
    app = await application(keys.config("audit", database_url=store.server_url))
    server = Server(app)
    await server.start()
    yield House(store, keys, app, server)
    await server.stop(0)
    await app.database.close()


@pytest.fixture
def practice_id() -> str:
    """A practice."""
    return str(uuid4())


@pytest.fixture
def client_id() -> str:
    """A client of it."""
    return str(uuid4())
