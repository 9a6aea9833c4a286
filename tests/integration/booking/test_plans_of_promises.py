"""A long history costs nothing: no hot statement of booking reads the appointments from end to end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import booking_service_pb2
from kept.wall.v1 import wall_pb2

from services.chassis.jobs import Every
from tests.bench.volume import HISTORY, PROMISES
from tests.integration.booking.standing import SKIP, ZONE, House, at, open_house
from tests.integration.booking.test_groups import found, step
from tests.support.postgres import FreshDatabase, PostgresServer

pytestmark = pytest.mark.integration

PAST = 20_000
"""Appointments of the past: enough that reading them all costs more than any index."""


def reads(database: FreshDatabase) -> tuple[int, int]:
    """Return how many appointments were read from end to end, and how often an index of theirs was used."""
    with psycopg.connect(database.owner_url, autocommit=True) as conn:
        row = conn.execute(
            "select seq_tup_read, idx_scan from pg_stat_user_tables where relname = 'appointments'"
        ).fetchone()
    assert row is not None, "there is such a table"
    return row


async def remember(house: House, *, is_analysed: bool) -> str:
    """Give a client of the house a past, and twenty others; return the client."""
    clients = [await house.register() for _ in range(20)]
    with psycopg.connect(house.database.owner_url, autocommit=True) as conn:
        therapists, rooms = [house.therapist_id] * len(clients), [str(uuid4()) for _ in clients]
        conn.execute(HISTORY, (datetime.now(UTC), therapists, rooms, clients, 0, PAST // len(clients) - 1))
        for statement in PROMISES:
            conn.execute(statement.encode(), (house.practice_id,))
        conn.execute("drop table history")
        if is_analysed:
            conn.execute("vacuum analyze")
    return clients[0]


async def a_days_work(house: House, client_id: str) -> None:
    """Book, look, confirm, move, call off, attend, plan a series and a group, as front ends do."""
    for number in range(4):
        booked = await house.book(client_id, at(number, "10:00"))
        sure = await step(house, "ConfirmAppointment", booked.appointment_id)
        wall = wall_pb2.WallTime(local=at(number, "12:00"), time_zone=ZONE)
        await step(house, "RescheduleAppointment", booked.appointment_id, start_wall=wall, etag=sure.etag)
        read = booking_service_pb2.GetAppointmentRequest(appointment_id=booked.appointment_id)
        await house.ask("GetAppointment", read)
        if number % 2:
            await step(house, "CancelAppointment", booked.appointment_id)
        else:
            await step(house, "CheckInAppointment", booked.appointment_id)
    begin = booked.start_time.seconds
    for whose in ({"client_id": client_id}, {"therapist_id": house.therapist_id}):
        week = {"from_time": Timestamp(seconds=begin - 86_400), "to_time": Timestamp(seconds=begin + 86_400 * 7)}
        await house.ask("ListAppointments", booking_service_pb2.ListAppointmentsRequest(**whose, **week))
    await house.create(house.plan(client_id, rule="FREQ=WEEKLY;COUNT=4"), SKIP)
    circle = await found(house)
    await circle.join(2)
    session = (await circle.meet(at(0, "16:00"))).session
    await circle.session(session)
    for job in (house.parts.top_up, *house.parts.jobs):
        if isinstance(job, Every):
            await job.round()


@pytest.mark.parametrize("is_analysed", [False, True])
async def test_no_hot_statement_reads_the_promises_from_end_to_end(
    tmp_path: Path, postgres: PostgresServer, is_analysed: bool
) -> None:
    """Whatever the planner knows of the table: by counters, which connections bring up to date when they end."""
    databases = postgres.fresh_database("booking"), postgres.fresh_database("availability")
    try:
        async with open_house(tmp_path, databases) as house:
            client_id = await remember(house, is_analysed=is_analysed)
            before = reads(databases[0])
            await a_days_work(house, client_id)
        after = reads(databases[0])
    finally:
        for database in databases:
            database.drop()

    assert after[0] - before[0] < PAST, "the appointments were read from end to end"
    assert after[1] > before[1], "what was read is counted"
