"""Lends booking's tests a migrated database and calls into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc.aio
import psycopg
import pytest

from services.booking.config import SERVICE
from services.booking.server import compose
from services.chassis.config import ProcessConfig
from services.chassis.context import Actor, Call
from services.chassis.crypto import write_keyring
from services.chassis.db.pool import Database
from services.chassis.identity import Signer, write_key_pair
from services.chassis.rpc.server import Server
from tests.integration.booking import standing
from tests.integration.booking.desk import Desk
from tests.integration.booking.ledger import FakeLedger
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


@pytest.fixture
async def ledger() -> AsyncIterator[FakeLedger]:
    """The ledger's stand-in on a free port."""
    fake = FakeLedger()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def served(
    tmp_path: Path, booking_database: FreshDatabase, ledger: FakeLedger
) -> AsyncIterator[tuple[Server, ProcessConfig]]:
    """Booking's server as its process composes it."""
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    for issuer in ("gateway", "matching", SERVICE):
        write_key_pair(tmp_path / f"actor-{issuer}.key", trusted / f"{issuer}.pub")
    write_keyring(tmp_path / "keyring.json")
    config = ProcessConfig(
        service=SERVICE,
        instance=str(uuid4()),
        database_url=booking_database.server_url,
        grpc_listen="127.0.0.1:0",
        keys_dir=tmp_path,
        targets={"availability": ledger.address},
    )
    app = await compose(config)
    server = Server(app)
    await server.start()
    yield server, config
    await server.stop(0)
    await app.database.close()


@pytest.fixture
async def desk(served: tuple[Server, ProcessConfig], tmp_path: Path) -> AsyncIterator[Desk]:
    """The front desk of a new practice."""
    server, _ = served
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        actor = Actor("user:desk", "user", str(uuid4()), frozenset({"front_desk"}))
        yield Desk(channel, Signer.read("gateway", tmp_path), actor)
