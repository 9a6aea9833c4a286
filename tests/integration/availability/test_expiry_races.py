"""A hold that lapses while its appointment is being committed: whoever is first, nothing is lost and nothing leaks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from kept.availability.v1 import availability_service_pb2

from services.chassis.context import Actor, Call
from services.chassis.errors import ServiceError
from tests.integration.availability.conftest import OpenDoor, Rows
from tests.integration.availability.door import Door, new_id, open_practice
from tests.integration.availability.limits import all_at_once, monday, reasons

pytestmark = pytest.mark.integration


async def follow(door: Door, claim: Any) -> None:
    """Let the ledger hear that the appointment was booked, as its reaction would."""
    actor = Actor("service:booking", "service", door.practice_id, frozenset({"system"}))
    database = door.parts.database
    async with database.begin([door.practice_id]) as conn:
        call = Call(actor=actor, method="availability.Test", database=database, conn=conn)
        await door.parts.claims.confirm_hold(
            call, claim.claim_id, therapist_id=claim.therapist_id, start_s=claim.start_time.seconds
        )


async def test_a_hold_that_lapses_while_it_is_committed_keeps_its_time(open_door: OpenDoor, rows: Rows) -> None:
    """Asked about, confirmed by the bus and by booking, and raced for by others at once: it blocks all the while."""
    doors = [await open_door(), await open_door()]
    practice = await open_practice(doors[0])
    both = [each.of(practice.door.practice_id) for each in doors]
    locals_ = [monday(practice, hour=6 + n) for n in range(12)]
    claims = [await both[0].as_booking("Hold", practice.hold(each)) for each in locals_]
    rows(
        "update claims set hold_expire_time = now() - interval '1 s', ask_time = now() - interval '1 s'"
        " where practice_id = %s",
        practice.door.practice_id,
    )

    async def announce() -> None:
        for turn in range(6):
            await both[turn % 2].parts.claims.announce_due(limit=5)

    confirms: list[tuple[str, Any]] = [
        ("Confirm", availability_service_pb2.ConfirmRequest(claim_id=each.claim_id, request_id=new_id()))
        for each in claims[::2]
    ]
    rivals: list[tuple[str, Any]] = [("Hold", practice.hold(each)) for each in locals_ * 8]
    _, _, confirmed, lost = await asyncio.gather(
        announce(),
        asyncio.gather(*(follow(both[n % 2], each) for n, each in enumerate(claims))),
        all_at_once(both, confirms),
        all_at_once(both, rivals),
    )

    assert reasons(confirmed) == {"HELD": len(confirms)}
    assert reasons(lost) == {"SLOT_TAKEN": len(rivals)}
    states = rows(
        "select state, ask_time is null, count(*) from claims where practice_id = %s group by 1, 2",
        practice.door.practice_id,
    )
    assert states == [("confirmed", True, 12)]


async def test_a_lapsed_hold_given_back_as_it_is_raced_for_is_taken_once(open_door: OpenDoor, rows: Rows) -> None:
    """Booking says no while a crowd tries: at most one gets the time, and only after it was given back."""
    doors = [await open_door(), await open_door()]
    practice = await open_practice(doors[0])
    both = [each.of(practice.door.practice_id) for each in doors]
    for day in range(5):
        local = monday(practice, day=day)
        claim = await both[0].as_booking("Hold", practice.hold(local))
        rows("update claims set ask_time = now() - interval '1 s' where claim_id = %s", claim.claim_id)
        gone = availability_service_pb2.ReleaseRequest(claim_id=claim.claim_id, request_id=new_id())
        calls: list[tuple[str, Any]] = [("Hold", practice.hold(local)) for _ in range(60)]
        calls.insert(20, ("Release", gone))

        _, found = await asyncio.gather(both[1].parts.claims.announce_due(limit=5), all_at_once(both, calls))

        counted = reasons([each for number, each in enumerate(found) if number != 20])
        assert not isinstance(found[20], ServiceError)
        assert counted["HELD"] <= 1
        assert set(counted) <= {"HELD", "SLOT_TAKEN"}
    blocked = rows(
        "select count(*) from occupancies a join occupancies b using (practice_id, resource_id)"
        " where practice_id = %s and a.claim_id < b.claim_id and a.during && b.during",
        practice.door.practice_id,
    )
    assert blocked == [(0,)]
