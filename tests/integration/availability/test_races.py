"""Many want the same minute at once: exactly one gets it, whatever runs beside."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.wall.v1 import wall_pb2

from services.chassis.errors import ServiceError
from tests.integration.availability.conftest import OpenDoor, Rows
from tests.integration.availability.door import ZONE, Door, Practice, new_id, open_practice

pytestmark = pytest.mark.integration

CROWD = 200
"""Callers at once. Source: the foundation's race suite."""

ROUNDS = 5


async def outcomes(doors: Sequence[Door], requests: Sequence[availability_service_pb2.HoldRequest]) -> list[Any]:
    """Hold everything at once, in turn through each server; give the claim or the refusal of each."""

    async def hold(position: int, request: availability_service_pb2.HoldRequest) -> Any:
        try:
            return await doors[position % len(doors)].as_booking("Hold", request)
        except ServiceError as refusal:
            return refusal

    return await asyncio.gather(*(hold(position, request) for position, request in enumerate(requests)))


def reasons(found: Sequence[Any]) -> Counter[str]:
    """Count the refusals by reason, and the claims as HELD."""
    return Counter(each.reason if isinstance(each, ServiceError) else "HELD" for each in found)


def alternatives(refusal: ServiceError) -> list[availability_pb2.Slot]:
    """Return the slots in a refusal's details."""
    return [slot for each in refusal.details if isinstance(each, availability_pb2.Alternatives) for slot in each.slots]


async def test_of_a_crowd_that_wants_one_slot_exactly_one_gets_it(practice: Practice) -> None:
    """Every other one is told SLOT_TAKEN, with alternatives that can be held."""
    for round_number in range(ROUNDS):
        local = practice.at(days=3 + round_number)

        found = await outcomes([practice.door], [practice.hold(local) for _ in range(CROWD)])

        assert reasons(found) == {"HELD": 1, "SLOT_TAKEN": CROWD - 1}
        losers = [each for each in found if isinstance(each, ServiceError)]
        assert all(3 <= len(alternatives(each)) <= 5 for each in losers)
        nearest = alternatives(losers[0])[0]
        held = await practice.door.as_booking("Hold", practice.hold(nearest.start_wall.local))
        assert held.start_time == nearest.start_time


async def test_of_a_crowd_that_wants_overlapping_slots_no_two_overlap(practice: Practice, rows: Rows) -> None:
    """Starts on the grid half an hour apart, sessions of an hour with their buffer: at most every other one is held."""
    starts = [practice.at(days=4, hour=hour, minute=minute) for hour in (8, 9, 10, 11) for minute in (0, 30)]
    requests = [practice.hold(starts[number % len(starts)]) for number in range(CROWD)]

    found = await outcomes([practice.door], requests)

    counted = reasons(found)
    assert set(counted) == {"HELD", "SLOT_TAKEN"}
    assert 3 <= counted["HELD"] <= 4
    assert overlapping(rows, practice) == 0


async def test_a_client_can_be_in_one_place_only(door: Door) -> None:
    """The same client with many therapists at one time: one hold, the others are told CLIENT_OVERLAP."""
    practice = await open_practice(door, therapists=20)
    for round_number in range(ROUNDS):
        client_id, local = new_id(), practice.at(days=3 + round_number)
        requests = [practice.hold(local, therapist_id=each, client_id=client_id) for each in practice.therapist_ids]

        found = await outcomes([door.of(practice.door.practice_id)], requests)

        assert reasons(found) == {"HELD": 1, "CLIENT_OVERLAP": len(requests) - 1}
        for loser in (each for each in found if isinstance(each, ServiceError)):
            slots = alternatives(loser)
            assert slots
            held = next(each for each in found if not isinstance(each, ServiceError))
            assert all(
                slot.end_time.seconds <= held.start_time.seconds or held.end_time.seconds <= slot.start_time.seconds
                for slot in slots
            )


async def test_rooms_are_given_out_once_each(door: Door) -> None:
    """Three rooms, ten therapists, one hour: three sessions in person, each in a room of its own."""
    practice = await open_practice(door, rooms=3, therapists=10)
    local = practice.at(days=5)
    requests = [
        practice.hold(local, therapist_id=each, modality=availability_pb2.MODALITY_IN_PERSON)
        for each in practice.therapist_ids
    ]

    found = await outcomes([practice.door], requests)

    assert reasons(found) == {"HELD": 3, "SLOT_TAKEN": 7}
    rooms = {each.room_id for each in found if not isinstance(each, ServiceError)}
    assert rooms == set(practice.room_ids)


async def test_of_moves_and_holds_into_one_slot_exactly_one_gets_it(open_door: OpenDoor, rows: Rows) -> None:
    """Through two servers; the moves that lose keep their old time and nothing of the new."""
    doors = [await open_door(), await open_door()]
    practice = await open_practice(doors[0])
    both = [each.of(practice.door.practice_id) for each in doors]
    local = practice.at(days=9)
    held = [await both[0].as_booking("Hold", practice.hold(practice.at(days=3, hour=hour))) for hour in range(12)]

    async def move(position: int, claim: availability_pb2.Claim) -> Any:
        wall = wall_pb2.WallTime(local=local, time_zone=ZONE)
        request = availability_service_pb2.MoveRequest(claim_id=claim.claim_id, start_wall=wall, request_id=new_id())
        try:
            return await both[position % 2].as_booking("Move", request)
        except ServiceError as refusal:
            return refusal

    moves = asyncio.gather(*(move(position, claim) for position, claim in enumerate(held)))
    holds, moved = await asyncio.gather(outcomes(both, [practice.hold(local) for _ in range(20)]), moves)

    assert reasons([*holds, *moved]) == {"HELD": 1, "SLOT_TAKEN": 31}
    assert overlapping(rows, practice) == 0
    blocked = rows("select count(*) from occupancies where practice_id = %s", practice.door.practice_id)
    assert blocked == [(2 * 13,)]


async def test_yes_and_no_at_once_leave_a_claim_that_is_one_of_the_two(practice: Practice, rows: Rows) -> None:
    """Confirm and Release race: released blocks nothing, confirmed blocks everything; never half."""
    door = practice.door
    for hour in range(8, 16):
        claim = await door.as_booking("Hold", practice.hold(practice.at(days=5, hour=hour)))
        confirm = availability_service_pb2.ConfirmRequest(claim_id=claim.claim_id, request_id=new_id())
        release = availability_service_pb2.ReleaseRequest(claim_id=claim.claim_id, request_id=new_id())

        await asyncio.gather(
            door.as_booking("Confirm", confirm), door.as_booking("Release", release), return_exceptions=True
        )

        blocked = rows("select count(*) from occupancies where claim_id = %s", claim.claim_id)
        state = rows("select state from claims where claim_id = %s", claim.claim_id)
        assert (state, blocked) == ([("released",)], [(0,)])


async def test_two_servers_on_one_database_never_give_a_minute_twice(open_door: OpenDoor, rows: Rows) -> None:
    """Each has its own pool and batches; the constraint decides between them, and nobody waits for long."""
    doors = [await open_door(), await open_door()]
    practice = await open_practice(doors[0], therapists=4)
    both = [each.of(practice.door.practice_id) for each in doors]
    for round_number in range(ROUNDS):
        local = practice.at(days=3 + round_number)
        requests = [practice.hold(local, therapist_id=practice.therapist_ids[n % 4]) for n in range(CROWD)]

        found = await outcomes(both, requests)

        assert reasons(found) == {"HELD": 4, "SLOT_TAKEN": CROWD - 4}
    assert overlapping(rows, practice) == 0


async def test_the_same_hold_through_two_servers_is_one_claim(open_door: OpenDoor) -> None:
    """A retry that overtakes its first call gets the same claim, or is told to try again; never a second one."""
    doors = [await open_door(), await open_door()]
    practice = await open_practice(doors[0])
    request = practice.hold(practice.at(days=3))

    found = await outcomes([each.of(practice.door.practice_id) for each in doors], [request] * 20)

    assert set(reasons(found)) <= {"HELD", "DEPENDENCY_DOWN"}
    claims = [each for each in found if not isinstance(each, ServiceError)]
    assert claims
    assert all(each == claims[0] for each in claims)


def overlapping(rows: Rows, practice: Practice) -> int:
    """Count pairs of rows that take the same minute of the same resource."""
    found = rows(
        "select count(*) from occupancies a join occupancies b using (practice_id, resource_id)"
        " where practice_id = %s and (a.claim_id, a.piece) < (b.claim_id, b.piece) and a.during && b.during",
        practice.door.practice_id,
    )
    count: int = found[0][0]
    return count
