"""Lends booking's tests a migrated database and calls into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from services.chassis.context import Actor, Call
from services.chassis.db.pool import Database
from tests.integration.booking import standing
from tests.support.postgres import FreshDatabase, PostgresServer

MakeCall = Callable[..., Call]


@dataclass(frozen=True)
class Practice:
    """Is a practice with one registered client."""

    practice_id: str
    client_id: str
    therapist_id: str
    session_type_id: str


@pytest.fixture(scope="module")
def booking_database(postgres: PostgresServer) -> Iterator[FreshDatabase]:
    """A database migrated for booking; tests use practices of their own in it."""
    database = postgres.fresh_database("booking")
    yield database
    database.drop()


@pytest.fixture
async def database(booking_database: FreshDatabase) -> AsyncIterator[Database]:
    """The database as the server's role."""
    opened = await Database.connect(booking_database.server_url, emitter=f"booking/{uuid4()}")
    yield opened
    await opened.close()


@pytest.fixture
def rows(booking_database: FreshDatabase) -> Callable[..., list[tuple[Any, ...]]]:
    """Read rows as the owner, who sees every practice."""

    def read(statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(booking_database.owner_url) as conn:
            return conn.execute(statement, values).fetchall()  # type: ignore[call-overload, no-any-return]

    return read


@pytest.fixture
def practice(booking_database: FreshDatabase) -> Practice:
    """A practice with a client whose particulars are noise."""
    made = Practice(str(uuid4()), str(uuid4()), str(uuid4()), str(uuid4()))
    with psycopg.connect(booking_database.owner_url) as conn:
        conn.execute(
            "insert into clients (practice_id, client_id, wrapped_key, given_name, family_name, time_zone, version,"
            " create_time, update_time) values (%s, %s, 'k', 'g', 'f', 'Etc/UTC', 1, now(), now())",
            (made.practice_id, made.client_id),
        )
    return made


@pytest.fixture
def make_call(database: Database) -> MakeCall:
    """Make calls of a front desk."""

    def make(practice_id: str, *, method: str = "booking.BookAppointment", request_id: str = "") -> Call:
        actor = Actor("user:desk", "user", practice_id, frozenset({"front_desk"}))
        call = Call(actor=actor, method=method, database=database, request_id=request_id or str(uuid4()))
        call.body_hash = b"the same body"
        return call

    return make


@pytest.fixture(scope="module")
def both_databases(postgres: PostgresServer) -> Iterator[tuple[FreshDatabase, FreshDatabase]]:
    """A database for booking and one for the real ledger."""
    made = postgres.fresh_database("booking"), postgres.fresh_database("availability")
    yield made
    for database in made:
        database.drop()


@pytest.fixture
async def standing_house(
    tmp_path: Path, both_databases: tuple[FreshDatabase, FreshDatabase]
) -> AsyncIterator[standing.House]:
    """Both services, and a practice whose therapist works on weekdays."""
    async with standing.open_house(tmp_path, both_databases) as house:
        yield house
