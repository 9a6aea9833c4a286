"""Lends availability's tests a migrated database, and servers on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc.aio
import psycopg
import pytest

from services.availability.bootstrap import bootstrap
from services.availability.server import application
from services.chassis.db.pool import Database
from services.chassis.rpc.server import Server
from tests.integration.availability.door import Door, Practice, open_practice
from tests.support.postgres import FreshDatabase, PostgresServer
from tests.support.suite_keys import SuiteKeys

Rows = Callable[..., list[tuple[Any, ...]]]
OpenDoor = Callable[[], Awaitable[Door]]


@pytest.fixture(scope="module")
def ledger_database(postgres: PostgresServer) -> Iterator[FreshDatabase]:
    """A database migrated for availability; tests use practices of their own in it."""
    database = postgres.fresh_database("availability")
    yield database
    database.drop()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SuiteKeys:
    """Keys everybody trusts."""
    return SuiteKeys(Path(tmp_path_factory.mktemp("keys")))


@pytest.fixture
async def open_door(ledger_database: FreshDatabase, keys: SuiteKeys) -> AsyncIterator[OpenDoor]:
    """Start as many servers as a test wants, each with its own pool and writers, on one database."""
    async with AsyncExitStack() as stack:

        async def start() -> Door:
            database = await Database.connect(ledger_database.server_url, emitter=f"availability/{uuid4()}")
            stack.push_async_callback(database.close)
            parts = bootstrap(database)
            server = Server(application(keys.config("availability"), parts))
            await server.start()
            stack.push_async_callback(server.stop, 1.0)
            channel = grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")
            stack.push_async_callback(channel.close)
            return Door(channel, keys, parts)

        yield start


@pytest.fixture
async def door(open_door: OpenDoor) -> Door:
    """One server."""
    return await open_door()


@pytest.fixture
async def practice(door: Door) -> Practice:
    """A practice of its own."""
    return await open_practice(door)


@pytest.fixture
def rows(ledger_database: FreshDatabase) -> Rows:
    """Read rows as the owner, who sees every practice."""

    def read(statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(ledger_database.owner_url, autocommit=True) as conn:
            found = conn.execute(statement, values)
            return found.fetchall() if found.description else []

    return read
