"""Matching's server on a migrated database, and people who call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc.aio
import psycopg
import pytest

from services.chassis.events.inbox import InboxRunner
from services.chassis.jobs import Every, EveryReplica
from services.chassis.rpc.server import Application, Server
from services.matching.server import application
from tests.integration.matching.people import People
from tests.integration.matching.promises import Promises
from tests.support.postgres import FreshDatabase, PostgresServer
from tests.support.suite_keys import SuiteKeys


@pytest.fixture(scope="module")
def matching_database(postgres: PostgresServer) -> Iterator[FreshDatabase]:
    """A database migrated for matching; tests use practices of their own in it."""
    database = postgres.fresh_database("matching")
    yield database
    database.drop()


@pytest.fixture
def rows(matching_database: FreshDatabase) -> Callable[..., list[tuple[Any, ...]]]:
    """Read rows as the owner, who sees every practice; change the schema too."""

    def read(statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(matching_database.owner_url) as conn:
            found = conn.execute(statement, values or None)
            return found.fetchall() if found.description else []

    return read


@pytest.fixture
async def promises() -> AsyncIterator[Promises]:
    """What booking would say."""
    promises = Promises()
    await promises.start()
    yield promises
    await promises.stop()


@pytest.fixture
async def composed(
    tmp_path: Path, matching_database: FreshDatabase, promises: Promises
) -> AsyncIterator[tuple[Application, SuiteKeys]]:
    """Matching's process as it composes itself; its background work is run by the tests, round by round."""
    keys = SuiteKeys(tmp_path / "keys")
    config = keys.config(
        "matching",
        database_url=matching_database.server_url,
        targets={"availability": "127.0.0.1:9", "booking": promises.address},
    )
    app = await application(config)
    yield app, keys
    await app.database.close()


@pytest.fixture
async def people(composed: tuple[Application, SuiteKeys]) -> AsyncIterator[People]:
    """The people of a new practice, before matching's server."""
    app, keys = composed
    server = Server(app)
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield People(channel, keys, str(uuid4()))
    await server.stop(0)


@pytest.fixture
def sweep(composed: tuple[Application, SuiteKeys]) -> Callable[[], Awaitable[None]]:
    """Runs one round of everything that matching does by itself."""
    app, _ = composed

    async def once() -> None:
        for each in app.background:
            if isinstance(each, Every | EveryReplica | InboxRunner):
                await each.round()

    return once
