"""Rules of telling the trail, with a trail that answers as a test says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.message import Message
from kept.audit.v1 import capture_service_pb2 as contract

from services.chassis import errors
from services.chassis.context import ANONYMOUS, Actor, Call
from services.gateway.trail import BATCH, Seen, Trail

DESK = Actor("user:desk", "user", "0192f000-0000-7000-8000-000000000001", frozenset({"front_desk"}))


class Ear:
    """Keeps what it is told; waits, or refuses, when told to."""

    def __init__(self) -> None:
        self.batches: list[contract.RecordAccessRequest] = []
        self.open = asyncio.Event()
        self.open.set()
        self.refuses: errors.ServiceError | None = None
        self.dislikes = ""

    async def call(self, method: str, request: Message, call: Call) -> Any:
        """Take a batch."""
        assert isinstance(request, contract.RecordAccessRequest)
        await self.open.wait()
        if self.refuses:
            raise self.refuses
        if self.dislikes and any(each.reason == self.dislikes for each in request.observations):
            raise errors.InvalidRequest("No.", reason="OBSERVATION_MALFORMED")
        self.batches.append(request)
        return contract.RecordAccessResponse()


def seen(reason: str = "TOKEN_INVALID", actor: Actor = ANONYMOUS) -> Seen:
    """A refusal."""
    return Seen("REFUSE_TOKEN", actor, reason=reason, address="192.0.2.1")


async def test_equal_refusals_of_strangers_are_one_record_with_their_count() -> None:
    """Those of people each stand for themselves."""
    ear = Ear()
    trail = Trail(ear, "door", b"secret")
    ear.open.clear()
    telling = [asyncio.create_task(trail.tell(seen())) for _ in range(20)]
    telling += [asyncio.create_task(trail.tell(seen(actor=DESK))) for _ in range(3)]
    await asyncio.sleep(0)
    ear.open.set()
    await asyncio.gather(*telling)

    told = [each for batch in ear.batches for each in batch.observations]
    assert sorted((each.actor_id, each.count) for each in told) == [("", 20), *[("user:desk", 1)] * 3]


async def test_nobody_is_answered_before_the_trail_has_it() -> None:
    """Whoever tells waits."""
    ear = Ear()
    trail = Trail(ear, "door", b"secret")
    ear.open.clear()
    telling = asyncio.create_task(trail.tell(seen()))
    done, _ = await asyncio.wait([telling], timeout=0.05)
    ear.open.set()
    await telling

    assert not done
    assert len(ear.batches) == 1


async def test_a_trail_that_is_down_refuses_each_who_waits_and_is_asked_again_by_the_next() -> None:
    """No restart is needed."""
    ear = Ear()
    trail = Trail(ear, "door", b"secret")
    ear.refuses = errors.Unavailable("Down.")
    results = await asyncio.gather(*(trail.tell(seen()) for _ in range(3)), return_exceptions=True)
    ear.refuses = None
    await trail.tell(seen())

    assert [getattr(each, "reason", "") for each in results] == ["AUDIT_UNAVAILABLE"] * 3
    assert len(ear.batches) == 1


async def test_one_that_can_not_be_kept_does_not_keep_its_neighbours_out() -> None:
    """It alone is refused."""
    ear = Ear()
    ear.dislikes = "WRONG"
    trail = Trail(ear, "door", b"secret")
    results = await asyncio.gather(
        *(trail.tell(seen(reason)) for reason in ("ONE", "WRONG", "TWO")), return_exceptions=True
    )

    assert [isinstance(each, errors.Unavailable) for each in results] == [False, True, False]


async def test_a_caller_who_leaves_while_it_waits_harms_nobody() -> None:
    """What it told is told all the same."""
    ear = Ear()
    trail = Trail(ear, "door", b"secret")
    ear.open.clear()
    leaving, staying = (asyncio.create_task(trail.tell(seen(each))) for each in ("ONE", "TWO"))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait([leaving])
    ear.open.set()
    await staying

    assert {each.reason for batch in ear.batches for each in batch.observations} == {"ONE", "TWO"}


async def test_more_than_a_batch_is_told_in_several() -> None:
    """In their order."""
    ear = Ear()
    trail = Trail(ear, "door", b"secret")
    await asyncio.gather(*(trail.tell(seen(f"R{at}", DESK)) for at in range(BATCH + 5)))

    assert [len(each.observations) for each in ear.batches] == [BATCH, 5]


@pytest.mark.parametrize("practice_id", ["", "no-uuid"])
async def test_who_claims_no_real_practice_is_nobody(practice_id: str) -> None:
    """A token's practice may be anything; the trail keeps practices only."""
    ear = Ear()
    trail = Trail(ear, "door", b"secret")
    await trail.tell(seen(actor=Actor("user:x", "user", practice_id)))

    [told] = ear.batches[0].observations
    assert (told.actor_kind, told.actor_id, told.practice_id) == ("anonymous", "", "")


async def test_a_name_of_other_characters_does_not_keep_anybody_out() -> None:
    """A provider may name people as it likes: they are told by a keyed hash, the same for the same name."""
    ear = Ear()
    trail = Trail(ear, "door_1:80", b"secret")
    for _ in range(2):
        await trail.tell(seen(actor=replace(DESK, actor_id="José Núñez", session_id="a b")))

    told = [each for batch in ear.batches for each in batch.observations]
    assert {each.actor_id for each in told} == {f"mark:{trail.mark('José Núñez')}"}
    assert told[0].session_id.startswith("mark:")
    assert ear.batches[0].instance == "door-1-80"
