"""Checking slots says what holding would, and holds nothing."""

from __future__ import annotations

import pytest
from kept.availability.v1 import availability_pb2, availability_service_pb2

from services.chassis.errors import InvalidRequest
from tests.integration.availability.conftest import Rows
from tests.integration.availability.door import Practice, new_id

pytestmark = pytest.mark.integration

Outcome = availability_service_pb2.HoldOutcome


async def check(practice: Practice, *holds: availability_service_pb2.HoldRequest) -> list[Outcome]:
    """Ask as booking does."""
    request = availability_service_pb2.CheckSlotsRequest(holds=holds)
    return list((await practice.door.as_booking("CheckSlots", request)).outcomes)


async def test_a_check_takes_nothing(practice: Practice, rows: Rows) -> None:
    """What was checked can be held by anybody, and no claim was written."""
    wanted = practice.hold(practice.at(days=3))

    (outcome,) = await check(practice, wanted)

    assert outcome.claim.start_wall == wanted.start_wall
    assert rows("select count(*) from claims where practice_id = %s", practice.door.practice_id) == [(0,)]
    await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))


async def test_every_refusal_of_a_check_has_its_reason_and_alternatives(practice: Practice) -> None:
    """One that is taken, one that another of the same check takes, one that is not offered: each by itself."""
    await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))
    wanted = [
        practice.hold(practice.at(days=3)),
        practice.hold(practice.at(days=4)),
        practice.hold(practice.at(days=4)),
        practice.hold(practice.at(days=5, minute=7)),
    ]

    outcomes = await check(practice, *wanted)

    assert [each.refusal.reason for each in outcomes] == ["SLOT_TAKEN", "", "SLOT_TAKEN", "SLOT_NOT_OFFERED"]
    refused = [each.refusal.alternatives for each in outcomes if each.HasField("refusal")]
    assert all(1 <= len(each.slots) <= 5 for each in refused)
    nearest = refused[0].slots[0]
    assert isinstance(nearest, availability_pb2.Slot)
    held = await practice.door.as_booking("Hold", practice.hold(nearest.start_wall.local))
    assert held.start_time == nearest.start_time


async def test_a_claim_that_is_held_already_is_no_conflict_with_itself(practice: Practice) -> None:
    """A retry that checks first finds what its first try held."""
    wanted = practice.hold(practice.at(days=3))
    held = await practice.door.as_booking("Hold", wanted)

    (outcome,) = await check(practice, wanted)

    assert outcome.claim == held


async def test_a_check_has_its_limits(practice: Practice) -> None:
    """More than 400, or the same id twice, is refused as a whole."""
    one = practice.hold(practice.at(days=3))
    many = []
    for _ in range(401):
        each = availability_service_pb2.HoldRequest()
        each.CopyFrom(one)
        each.hold_id = new_id()
        many.append(each)

    for holds in ([one, one], many):
        with pytest.raises(InvalidRequest):
            await check(practice, *holds)
