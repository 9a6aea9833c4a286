"""Time is passed on from one claim to the next with nobody between."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.booking.v1 import booking_events_pb2

from services.chassis.context import Actor, Call
from services.chassis.errors import ServiceError
from tests.integration.availability.conftest import OpenDoor, Rows
from tests.integration.availability.door import Practice, new_id, open_practice

pytestmark = pytest.mark.integration

RELEASED, HELD = availability_pb2.Claim.STATE_RELEASED, availability_pb2.Claim.STATE_HELD


async def transfer(
    practice: Practice, from_ids: list[str], hold: availability_service_pb2.HoldRequest, hold_s: int = 0
) -> availability_pb2.Claim:
    """Pass time on."""
    hold.by_staff = True
    request = availability_service_pb2.TransferRequest(
        from_claim_ids=from_ids, hold=hold, hold_s=hold_s, request_id=new_id()
    )
    passed: availability_pb2.Claim = await practice.door.as_booking("Transfer", request)
    return passed


async def state(practice: Practice, claim_id: str) -> Any:
    """Return where a claim stands."""
    request = availability_service_pb2.GetClaimRequest(claim_id=claim_id)
    return (await practice.door.as_booking("GetClaim", request)).state


async def test_a_crowd_never_gets_in_between(practice: Practice) -> None:
    """While a slot is passed on ten times, everybody else hears that it is taken."""
    local = practice.at(days=5)
    claim = await practice.door.as_booking("Hold", practice.hold(local))
    is_over = False

    async def pass_on() -> str:
        nonlocal is_over
        last = claim.claim_id
        for _ in range(10):
            last = (await transfer(practice, [last], practice.hold(local))).claim_id
        is_over = True
        return last

    async def crowd() -> int:
        tried = 0
        while not is_over:
            with pytest.raises(ServiceError) as refused:
                await practice.door.as_booking("Hold", practice.hold(local))
            assert refused.value.reason == "SLOT_TAKEN"
            tried += 1
        return tried

    last, *tried = await asyncio.gather(pass_on(), *(crowd() for _ in range(4)))

    assert sum(map(int, tried)) > 0
    assert await state(practice, str(last)) == HELD
    assert await state(practice, claim.claim_id) == RELEASED


async def test_the_same_transfer_again_is_the_same_claim_and_a_refused_one_gives_nothing_back(
    practice: Practice,
) -> None:
    """A retry finds its claim; whose client is somewhere else keeps the time with whom has it."""
    local, hold = practice.at(days=6), practice.hold(practice.at(days=6))
    claim = await practice.door.as_booking("Hold", practice.hold(local))
    busy = practice.hold(local, therapist_id=practice.therapist_ids[1])
    await practice.door.as_booking("Hold", busy)

    with pytest.raises(ServiceError) as refused:
        await transfer(practice, [claim.claim_id], practice.hold(local, client_id=busy.client_id))
    assert refused.value.reason == "CLIENT_OVERLAP"
    assert await state(practice, claim.claim_id) == HELD
    first = await transfer(practice, [claim.claim_id, new_id()], hold, hold_s=1800)
    again = await transfer(practice, [claim.claim_id], hold, hold_s=1800)
    assert (first.claim_id, again.version) == (hold.hold_id, first.version)
    assert first.hold_expire_time.seconds - claim.hold_expire_time.seconds >= 1490
    with pytest.raises(ServiceError) as reused:
        await transfer(practice, [], practice.hold(practice.at(days=7), hold_id=hold.hold_id))
    assert reused.value.reason == "REQUEST_ID_REUSED"
    with pytest.raises(ServiceError) as long:
        await transfer(practice, [], practice.hold(practice.at(days=7)), hold_s=1_209_601)
    assert long.value.reason == "MALFORMED_REQUEST"


async def test_of_two_transfers_from_one_claim_exactly_one_has_the_time(practice: Practice) -> None:
    """The other one hears that it is taken."""
    for day in range(5, 10):
        local = practice.at(days=day)
        claim = await practice.door.as_booking("Hold", practice.hold(local))

        found = await asyncio.gather(
            *(transfer(practice, [claim.claim_id], practice.hold(local)) for _ in range(2)), return_exceptions=True
        )

        lost = [each for each in found if isinstance(each, ServiceError)]
        assert [each.reason for each in lost] == ["SLOT_TAKEN"]


async def test_cancelled_time_is_kept_for_its_opening_and_the_client_is_free(practice: Practice, rows: Rows) -> None:
    """The therapist stays taken by a claim of nobody's; the client can be elsewhere at once; late word is no word."""
    local = practice.at(days=8)
    hold = practice.hold(local)
    claim = await practice.door.as_booking("Hold", hold)
    opening_id = new_id()
    event = booking_events_pb2.AppointmentCancelled(opening_id=opening_id)
    event.appointment.appointment_id = claim.claim_id

    for _ in range(2):
        actor = Actor("service:booking", "service", practice.door.practice_id, frozenset({"system"}))
        call = Call(actor=actor, method="availability.follow", database=practice.door.parts.database)
        await practice.door.parts.reactions.on_appointment_cancelled(event, call)
        await call.close()

    assert (await state(practice, claim.claim_id), await state(practice, opening_id)) == (RELEASED, HELD)
    elsewhere = practice.hold(local, client_id=hold.client_id, therapist_id=practice.therapist_ids[1])
    await practice.door.as_booking("Hold", elsewhere)
    with pytest.raises(ServiceError) as refused:
        await practice.door.as_booking("Hold", practice.hold(local))
    assert refused.value.reason == "SLOT_TAKEN"


async def test_moves_into_each_others_hours_are_both_refused_and_wait_for_nobody(open_door: OpenDoor) -> None:
    """Two claims that want to swap through two servers: neither gets the other's time, and neither hangs."""
    first, second = await open_door(), await open_door()
    practice = await open_practice(first)
    for day in range(4, 9):
        hours = [practice.at(days=day, hour=10), practice.at(days=day, hour=13)]
        claims = [await practice.door.as_booking("Hold", practice.hold(each)) for each in hours]
        moves = [
            availability_service_pb2.MoveRequest(
                claim_id=claim.claim_id,
                start_wall={"local": hours[1 - number], "time_zone": claim.start_wall.time_zone},  # type: ignore[arg-type]
                by_staff=True,
                request_id=new_id(),
            )
            for number, claim in enumerate(claims)
        ]

        found = await asyncio.gather(
            practice.door.as_booking("Move", moves[0]),
            second.of(practice.door.practice_id).as_booking("Move", moves[1]),
            return_exceptions=True,
        )

        assert [each.reason if isinstance(each, ServiceError) else each for each in found] == ["SLOT_TAKEN"] * 2
