"""Two hundred ask at once: exactly one gets it, the others are told what else is free."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.booking.v1 import booking_service_pb2
from kept.wall.v1 import wall_pb2

from deploy.local.suite import Suite
from tests.bench.practice import PAIRS, Practice
from tests.chaos.callers import OVERLAPS, Tally, book_all, scalar

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

ROUNDS = int(os.environ.get("KEPT_CHAOS_ROUNDS", "5"))
"""Rounds of each race: few in `make test`, 50 in `make test-chaos`."""

HOURS: Iterator[datetime] = (
    datetime.combine(datetime.now(UTC).date(), datetime.min.time()) + timedelta(days=60, hours=2 * number)
    for number in itertools.count()
)
"""Hours nobody has used, two apart; the first bookings of the practice lie before."""


def wish(practice: Practice, therapist: int, client: int, start: datetime, type_id: str = "") -> object:
    """A request of one client for one therapist."""
    return booking_service_pb2.BookAppointmentRequest(
        client_id=practice.pairs[client][1],
        therapist_id=practice.pairs[therapist][0],
        session_type_id=type_id or practice.session_type_id,
        start_wall=wall_pb2.WallTime(local=f"{start:%Y-%m-%dT%H:%M}", time_zone="UTC"),
        modality=availability_pb2.MODALITY_IN_PERSON,
        request_id=str(uuid.uuid4()),
    )


def assert_one_won(tally: Tally, reasons: set[str]) -> None:
    """One booking, 199 refusals with a reason of the ledger and alternatives."""
    assert len(tally.booked) == 1
    assert len(tally.refused) == PAIRS - 1
    assert {reason for reason, _ in tally.refused} <= reasons
    assert all(alternatives > 0 for _, alternatives in tally.refused)


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_one_slot_goes_to_one_of_two_hundred_clients(breakable: Suite, practice: Practice, number: int) -> None:
    """The same therapist at the same time."""
    hour = next(HOURS)

    tally = await book_all(breakable, practice, [wish(practice, number, each, hour) for each in range(PAIRS)])

    assert_one_won(tally, {"SLOT_TAKEN"})
    assert scalar(breakable, "availability", OVERLAPS, practice.practice_id) == 0


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_overlapping_slots_go_to_one_client(breakable: Suite, practice: Practice, number: int) -> None:
    """Four starts a quarter of an hour apart, each session nearly an hour: any two of them overlap."""
    hour, type_id = next(HOURS), await long_sessions(practice)
    starts = [hour + timedelta(minutes=15 * (each % 4)) for each in range(PAIRS)]

    tally = await book_all(
        breakable, practice, [wish(practice, number, each, starts[each], type_id) for each in range(PAIRS)]
    )

    assert_one_won(tally, {"SLOT_TAKEN"})
    assert scalar(breakable, "availability", OVERLAPS, practice.practice_id) == 0


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_a_client_is_in_one_place_at_a_time(breakable: Suite, practice: Practice, number: int) -> None:
    """Two hundred therapists, one client, the same time."""
    hour = next(HOURS)

    tally = await book_all(breakable, practice, [wish(practice, each, number, hour) for each in range(PAIRS)])

    assert_one_won(tally, {"CLIENT_OVERLAP", "SLOT_TAKEN"})
    assert scalar(breakable, "availability", OVERLAPS, practice.practice_id) == 0


async def long_sessions(practice: Practice) -> str:
    """A session type of 55 minutes that may start every quarter of an hour, given by the first therapists."""
    if practice.long_type_id:
        return practice.long_type_id
    practice.long_type_id = str(uuid.uuid4())
    ledger = practice.neighbour("availability", availability_service_pb2, "AvailabilityService")
    admin = practice.call("practice_admin")
    kind = availability_pb2.SessionType(
        session_type_id=practice.long_type_id,
        display_name="Long",
        length_min=55,
        horizon_days=120,
        grid_min=15,
        modalities=[availability_pb2.MODALITY_IN_PERSON],
    )
    request = availability_service_pb2.PutSessionTypeRequest(session_type=kind, request_id=str(uuid.uuid4()))
    await ledger.call("PutSessionType", request, admin)
    for therapist_id, _ in practice.pairs[:ROUNDS]:
        asked = availability_service_pb2.GetScheduleRequest(therapist_id=therapist_id)
        schedule = await ledger.call("GetSchedule", asked, admin)
        schedule.session_type_ids.append(practice.long_type_id)
        change = availability_service_pb2.PutScheduleRequest(schedule=schedule, request_id=str(uuid.uuid4()))
        await ledger.call("PutSchedule", change, admin)
    return practice.long_type_id
