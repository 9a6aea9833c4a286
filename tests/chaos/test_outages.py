"""Servers go away under load and come back: work waits or is refused, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from kept.booking.v1 import booking_pb2, booking_service_pb2

from deploy.local.suite import Suite
from tests.bench.practice import Practice
from tests.chaos.callers import OVERLAPS, book_all, scalar
from tests.chaos.test_crashes import report, until
from tests.chaos.test_races import HOURS, wish

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

IS_LONG = os.environ.get("KEPT_CHAOS") == "long"
BROKER_OUTAGE_S = 60.0 if IS_LONG else 8.0
"""A minute in `make test-chaos`; as long as several retries of relay and consumer in `make test`."""

DATABASE_OUTAGE_S = 20.0 if IS_LONG else 4.0
BOOKINGS, STREAM = 60, 400


async def test_bookings_go_on_without_the_broker_and_everything_arrives_in_order(
    breakable: Suite, practice: Practice
) -> None:
    """Each booking is confirmed while the broker is away: both events arrive, the booking first."""
    door = practice.neighbour("booking", booking_service_pb2, "BookingService")
    breakable.stack.stop_server("broker")
    gone_since = time.monotonic()
    try:
        tally = await book_all(breakable, practice, list(practice.bookings(BOOKINGS)))
        for appointment in tally.booked:
            confirm = booking_service_pb2.ConfirmAppointmentRequest(
                appointment_id=appointment.appointment_id, etag=appointment.etag, request_id=str(uuid.uuid4())
            )
            await door.call("ConfirmAppointment", confirm, practice.call("front_desk"))
        await asyncio.sleep(max(0.0, gone_since + BROKER_OUTAGE_S - time.monotonic()))
        waiting = scalar(
            breakable, "booking", "select count(*) from outbox where practice_id = %s", practice.practice_id
        )
    finally:
        breakable.stack.start_server("broker")

    booked = {each.appointment_id for each in tally.booked}
    assert (len(booked), tally.refused) == (BOOKINGS, [])
    assert waiting >= 2 * BOOKINGS
    assert until(lambda: all(versions == [1, 2] for versions in arrived(breakable, booked).values()))
    orders = arrived(breakable, booked)
    print(
        f"\nbroker away {time.monotonic() - gone_since:.0f} s, acknowledged {2 * BOOKINGS}, waited {waiting}, "
        f"arrived {sum(map(len, orders.values()))}, out of order {sum(each != [1, 2] for each in orders.values())}"
    )
    assert orders == {each: [1, 2] for each in booked}


async def test_a_database_that_dies_under_load_loses_and_doubles_nothing(breakable: Suite, practice: Practice) -> None:
    """PostgreSQL is killed (-9) while calls come in and stays away; then every process goes on by itself."""
    restarts = {name: breakable.restarts(name) for name in ("booking-server", "availability-server", "booking-worker")}

    async with postgres_killed(breakable, after_s=0.15, away_s=DATABASE_OUTAGE_S):
        tally = await book_all(breakable, practice, list(practice.bookings(STREAM)))

    report(breakable, practice, tally, STREAM)
    assert restarts == {name: breakable.restarts(name) for name in restarts}


async def test_one_slot_has_one_owner_though_its_winner_dies_before_the_commit(
    breakable: Suite, practice: Practice
) -> None:
    """Two hundred race, booking is killed between the first hold and its commit, and everybody asks again."""
    hour = next(HOURS)
    requests = [wish(practice, 7, each, hour) for each in range(len(practice.pairs))]

    async with dying(breakable, "booking.held:1"):
        tally = await book_all(breakable, practice, requests)  # type: ignore[arg-type]

    print(f"\nbooked {len(tally.booked)}, refused {len(tally.refused)}")
    assert len(tally.booked) == 1
    assert {reason for reason, _ in tally.refused} == {"SLOT_TAKEN"}
    assert scalar(breakable, "availability", OVERLAPS, practice.practice_id) == 0


async def test_a_hold_whose_caller_gave_up_is_given_back_when_it_lapses(breakable: Suite, practice: Practice) -> None:
    """Booking dies between hold and commit and nobody asks again: the slot blocks until it lapses, then it is free."""
    hour = next(HOURS)
    given_up, next_one = wish(practice, 9, 9, hour), wish(practice, 9, 10, hour)
    async with dying(breakable, "booking.held:1"):
        await book_all(breakable, practice, [given_up], tries=1)  # type: ignore[list-item]
    held = "select count(*) from claims where practice_id = %s and state = 'held' and start_time = %s"
    assert scalar(breakable, "availability", held, practice.practice_id, hour) == 1

    lapse(breakable, practice)

    assert until(lambda: scalar(breakable, "availability", held, practice.practice_id, hour) == 0)
    tally = await book_all(breakable, practice, [next_one])  # type: ignore[list-item]
    assert [each.state for each in tally.booked] == [booking_pb2.Appointment.STATE_BOOKED]


@asynccontextmanager
async def postgres_killed(suite: Suite, *, after_s: float, away_s: float) -> AsyncIterator[None]:
    """Kill PostgreSQL shortly after the body begins, and start it again while the body runs on."""

    async def outage() -> None:
        await asyncio.sleep(after_s)
        await asyncio.to_thread(suite.stack.stop_server, "postgres", is_hard=True)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(suite.stack.start_server, "postgres")

    running = asyncio.create_task(outage())
    yield
    await running


@asynccontextmanager
async def dying(suite: Suite, point: str) -> AsyncIterator[None]:
    """Let booking's server die at a point, once; the supervisor starts it again."""
    marker = suite.root.path / f"died-{uuid.uuid4()}"
    suite._extra_env["KEPT_CRASH_AT"] = f"{point}:{marker}"
    suite.restart("booking-server")
    try:
        yield
    finally:
        del suite._extra_env["KEPT_CRASH_AT"]
        suite.wait_ready("booking-server")
    assert marker.exists(), "the process never came to the point it was to be killed at"


def arrived(suite: Suite, appointment_ids: set[str]) -> dict[str, list[int]]:
    """The versions of each appointment's events, in the order in which notifications stored them."""
    found: dict[str, list[int]] = {each: [] for each in appointment_ids}
    with psycopg.connect(suite.stack.database_url("notifications", "owner")) as conn:
        rows = conn.execute(
            "select aggregate_id, version from inbox where aggregate_id = any (%s) order by position",
            (list(appointment_ids),),
        ).fetchall()
    for appointment_id, version in rows:
        found[appointment_id].append(version)
    return found


def lapse(suite: Suite, practice: Practice) -> None:
    """Let the time of every hold be over: the ledger asks its owner in its next round."""
    with psycopg.connect(suite.stack.database_url("availability", "owner")) as conn:
        conn.execute(
            "update claims set ask_time = now() where practice_id = %s and ask_time is not null",
            (practice.practice_id,),
        )
