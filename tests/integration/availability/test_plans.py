"""A long history costs nothing: no hot statement of the ledger reads a table from end to end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc.aio
import psycopg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import absence_service_pb2, availability_service_pb2
from kept.wall.v1 import wall_pb2

from services.availability.bootstrap import bootstrap
from services.availability.server import application
from services.chassis.db.pool import Database
from services.chassis.rpc.server import Server
from tests.bench.volume import HISTORY, LEDGER
from tests.integration.availability.door import Door, Practice, new_id, open_practice
from tests.integration.availability.limits import IN_PERSON, later, monday, move_to, put_caps, release
from tests.integration.availability.test_explain import explain
from tests.support.postgres import FreshDatabase, PostgresServer
from tests.support.suite_keys import SuiteKeys

pytestmark = pytest.mark.integration

PAST = 20_000
"""Claims of the past: enough that reading them all costs more than any index."""

BIG = ("claims", "occupancies")


@pytest.fixture
def old_database(postgres: PostgresServer) -> Any:
    """A database of its own, for its counters are read."""
    database = postgres.fresh_database("availability")
    yield database
    database.drop()


@asynccontextmanager
async def serving(database: FreshDatabase, keys: SuiteKeys) -> AsyncIterator[Door]:
    """Serve until the end: what a connection has read is counted when it ends."""
    pool = await Database.connect(database.server_url, emitter=f"availability/{uuid4()}")
    parts = bootstrap(pool)
    server = Server(application(keys.config("availability"), parts))
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Door(channel, keys, parts)
    await server.stop(1.0)
    await pool.close()


def reads(database: FreshDatabase) -> dict[str, tuple[int, int]]:
    """Return, of each big table, how many rows were read from end to end, and how often an index was used."""
    with psycopg.connect(database.owner_url, autocommit=True) as conn:
        rows = conn.execute(
            "select relname, seq_tup_read, idx_scan from pg_stat_user_tables where relname = any (%s)", (list(BIG),)
        ).fetchall()
    return {name: (whole, by_index) for name, whole, by_index in rows}


def remember(database: FreshDatabase, practice: Practice, count: int) -> None:
    """Give therapists, rooms and clients a past without gaps."""
    pairs = len(practice.therapist_ids)
    with psycopg.connect(database.owner_url) as conn:
        clients = [new_id() for _ in range(pairs)]
        until = datetime.now(UTC)
        conn.execute(
            HISTORY, (until, practice.therapist_ids, practice.room_ids[:pairs], clients, 0, count // pairs - 1)
        )
        for statement in LEDGER:
            conn.execute(statement.encode(), (practice.door.practice_id,))
        conn.execute("drop table history")


async def a_days_work(practice: Practice) -> None:
    """Hold, look, ask why, move, confirm, give back, seat, cap and be away, as booking and front ends do."""
    door = practice.door
    for number in range(12):
        local = monday(practice, day=number % 5, hour=8 + number)
        held = await door.as_booking("Hold", practice.hold(local, modality=IN_PERSON if number % 2 else 2))
        answer = {"claim_id": held.claim_id, "request_id": new_id()}
        await door.as_booking("Confirm", availability_service_pb2.ConfirmRequest(**answer))
        if number % 3 == 0:
            await door.as_booking(
                "Move", move_to(held.claim_id, monday(practice, day=number % 5, hour=8 + number, weeks=2))
            )
            await release(practice, held.claim_id, only_move=True)
        if number % 4 == 0:
            await release(practice, held.claim_id)
        await door.as_booking("GetClaim", availability_service_pb2.GetClaimRequest(claim_id=held.claim_id))
    await put_caps(practice, max_sessions_day=9, max_minutes_week=3000)
    await door.as_booking("Hold", practice.hold(monday(practice, day=4, hour=7)))
    now = datetime.now(UTC)
    search = availability_service_pb2.SearchSlotsRequest(session_type_id=practice.session_type_id)
    search.from_time.CopyFrom(Timestamp(seconds=int(now.timestamp())))
    search.to_time.CopyFrom(Timestamp(seconds=int((now + timedelta(days=28)).timestamp())))
    await door.as_role("client", "SearchSlots", search)
    session = await door.as_booking("Hold", practice.hold(monday(practice, weeks=3)))
    seats = [availability_service_pb2.Seat(seat_id=new_id(), client_id=new_id())]
    take = availability_service_pb2.TakeSeatsRequest(session_claim_id=session.claim_id, seats=seats)
    await door.as_booking("TakeSeats", take)
    await door.parts.claims.announce_due(limit=10)
    await explain(practice, monday(practice, weeks=3))
    begin = later(5).replace(hour=0, minute=0, second=0, microsecond=0)
    away = wall_pb2.Interval()
    away.start_time.FromDatetime(begin)
    away.end_time.FromDatetime(begin + timedelta(days=3))
    who = practice.therapist_ids[0]
    look = absence_service_pb2.PreviewAbsenceRequest(therapist_id=who, interval=away)
    await door.as_role("front_desk", "PreviewAbsence", look)
    start = absence_service_pb2.StartAbsenceRequest(therapist_id=who, interval=away, request_id=new_id())
    await door.as_role("front_desk", "StartAbsence", start)


@pytest.mark.parametrize("is_analysed", [False, True])
async def test_no_hot_statement_reads_a_history_from_end_to_end(
    old_database: FreshDatabase, keys: SuiteKeys, is_analysed: bool
) -> None:
    """Whatever the planner knows of the tables: by counters, not by the clock."""
    async with serving(old_database, keys) as door:
        practice = await open_practice(door, rooms=4, therapists=4)
    remember(old_database, practice, PAST)
    with psycopg.connect(old_database.owner_url, autocommit=True) as conn:
        if is_analysed:
            conn.execute("vacuum analyze")
    before = reads(old_database)
    async with serving(old_database, keys) as door:
        await a_days_work(Practice(door.of(practice.door.practice_id), *[getattr(practice, each) for each in (
            "site_id", "room_ids", "session_type_id", "therapist_ids"
        )]))  # fmt: skip
    after = reads(old_database)

    for table in BIG:
        assert after[table][0] == before[table][0], f"{table} was read from end to end"
        assert after[table][1] > before[table][1], "what was read is counted"
