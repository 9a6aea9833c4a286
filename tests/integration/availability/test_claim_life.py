"""A claim's life over real gRPC and PostgreSQL: hold, confirm, move, take back, release, and what the bus says."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_events_pb2, availability_pb2, availability_service_pb2
from kept.booking.v1 import booking_events_pb2
from kept.wall.v1 import wall_pb2

from services.availability.domain.claim import HOLD_S
from services.chassis.context import Actor, Call
from services.chassis.errors import AlreadyExists, NotFound, RuleViolated
from tests.integration.availability.conftest import Rows
from tests.integration.availability.door import ZONE, Practice, new_id

pytestmark = pytest.mark.integration

HELD = availability_pb2.Claim.STATE_HELD
CONFIRMED = availability_pb2.Claim.STATE_CONFIRMED
RELEASED = availability_pb2.Claim.STATE_RELEASED


async def held(practice: Practice, *, days: int = 3, hour: int = 10, **changed: Any) -> availability_pb2.Claim:
    """Hold ten o'clock."""
    claim = await practice.door.as_booking("Hold", practice.hold(practice.at(days=days, hour=hour), **changed))
    assert isinstance(claim, availability_pb2.Claim)
    return claim


async def answer(practice: Practice, method: str, claim_id: str, **changed: Any) -> availability_pb2.Claim:
    """Confirm or release as booking does."""
    request_class = getattr(availability_service_pb2, f"{method}Request")
    claim = await practice.door.as_booking(method, request_class(claim_id=claim_id, request_id=new_id(), **changed))
    assert isinstance(claim, availability_pb2.Claim)
    return claim


async def move(practice: Practice, claim_id: str, local: str, **changed: Any) -> availability_pb2.Claim:
    """Move as booking does."""
    words: dict[str, Any] = {"request_id": new_id(), "start_wall": wall_pb2.WallTime(local=local, time_zone=ZONE)}
    claim = await practice.door.as_booking(
        "Move", availability_service_pb2.MoveRequest(claim_id=claim_id, **(words | changed))
    )
    assert isinstance(claim, availability_pb2.Claim)
    return claim


async def is_free(practice: Practice, *, days: int = 3, hour: int = 10, minute: int = 0) -> bool:
    """Tell whether another client can hold that time; what was tried is given back."""
    try:
        local = practice.at(days=days, hour=hour, minute=minute)
        claim = await practice.door.as_booking("Hold", practice.hold(local))
    except RuleViolated:
        return False
    await answer(practice, "Release", claim.claim_id)
    return True


def facts(claim: availability_pb2.Claim, **changed: Any) -> booking_events_pb2.AppointmentFacts:
    """Return what booking tells of the appointment on a claim."""
    words: dict[str, Any] = {
        "appointment_id": claim.claim_id,
        "client_id": claim.client_id,
        "therapist_id": claim.therapist_id,
        "start_time": claim.start_time,
        "end_time": claim.end_time,
        "version": 1,
    }
    return booking_events_pb2.AppointmentFacts(**(words | changed))


async def hear(practice: Practice, reaction: str, event: Any) -> Call:
    """Handle an event as the inbox does."""
    parts, practice_id = practice.door.parts, practice.door.practice_id
    actor = Actor("service:booking", "service", practice_id, frozenset({"system"}))
    call = Call(actor=actor, method=f"availability.{reaction}", database=parts.database)
    call.is_authorized = True
    await getattr(parts.reactions, reaction)(event, call)
    await call.commit(None)
    return call


def events(call: Call) -> list[str]:
    """Name the events a call published."""
    return [each.type.rpartition(".")[2] for each in call.envelope.events]


async def test_a_hold_answers_with_everything_booking_needs(practice: Practice) -> None:
    """Times, wall clock, zone rules, expiry."""
    claim = await held(practice, modality=availability_pb2.MODALITY_IN_PERSON)

    assert (claim.state, claim.version, claim.site_id) == (HELD, 1, practice.site_id)
    assert claim.room_id in practice.room_ids
    assert claim.end_time.seconds - claim.start_time.seconds == 50 * 60
    assert claim.start_wall == wall_pb2.WallTime(local=practice.at(days=3), time_zone=ZONE)
    assert claim.tzdata_version
    left = claim.hold_expire_time.seconds - practice.door.parts.clock()
    assert HOLD_S - 5 <= left <= HOLD_S


async def test_the_same_hold_again_gives_the_same_claim(practice: Practice, rows: Rows) -> None:
    """And another wish under its id is refused."""
    request = practice.hold(practice.at(days=3))
    first = await practice.door.as_booking("Hold", request)

    second = await practice.door.as_booking("Hold", request)

    assert first == second
    request.start_wall.local = practice.at(days=4)
    with pytest.raises(AlreadyExists) as refusal:
        await practice.door.as_booking("Hold", request)
    assert refusal.value.reason == "REQUEST_ID_REUSED"
    count = rows("select count(*) from occupancies where practice_id = %s", practice.door.practice_id)
    assert count == [(2,)]


async def test_buffers_keep_the_therapist_free(practice: Practice) -> None:
    """50 minutes at ten with ten minutes after it: 10:30 is taken, 11:00 is free, 9:30 is not."""
    await held(practice)

    assert not await is_free(practice, hour=10, minute=30)
    assert not await is_free(practice, hour=9, minute=30)
    assert await is_free(practice, hour=11)
    assert await is_free(practice, hour=9)


async def test_a_released_hold_is_free_and_stays_released(practice: Practice) -> None:
    """Releasing twice changes nothing; confirming it is refused; the same hold again shows it released."""
    request = practice.hold(practice.at(days=3))
    claim = await practice.door.as_booking("Hold", request)

    released = await answer(practice, "Release", claim.claim_id)
    again = await answer(practice, "Release", claim.claim_id)

    assert released.state == RELEASED
    assert again == released
    assert await is_free(practice)
    with pytest.raises(RuleViolated) as refusal:
        await answer(practice, "Confirm", claim.claim_id)
    assert refusal.value.reason == "CLAIM_RELEASED"
    assert (await practice.door.as_booking("Hold", request)).state == RELEASED


async def test_both_times_of_a_move_block_until_the_word_comes(practice: Practice) -> None:
    """Confirm leaves only the new one."""
    claim = await held(practice)

    moved = await move(practice, claim.claim_id, practice.at(days=3, hour=15))

    assert (moved.state, moved.start_wall.local) == (HELD, practice.at(days=3, hour=15))
    assert not await is_free(practice, hour=10)
    assert not await is_free(practice, hour=15)
    confirmed = await answer(practice, "Confirm", claim.claim_id)
    assert (confirmed.state, confirmed.start_time) == (CONFIRMED, moved.start_time)
    assert await is_free(practice, hour=10)
    assert not await is_free(practice, hour=15)


async def test_a_move_taken_back_leaves_the_old_time(practice: Practice) -> None:
    """And the claim can be moved again."""
    claim = await held(practice)
    await answer(practice, "Confirm", claim.claim_id)
    await move(practice, claim.claim_id, practice.at(days=3, hour=15))

    kept = await answer(practice, "Release", claim.claim_id, only_move=True)

    assert (kept.state, kept.start_time) == (CONFIRMED, claim.start_time)
    assert await is_free(practice, hour=15)
    assert not await is_free(practice, hour=10)
    assert (await move(practice, claim.claim_id, practice.at(days=3, hour=16))).version == kept.version + 1


async def test_a_move_by_half_an_hour_overlaps_only_itself(practice: Practice) -> None:
    """Old and new share minutes of therapist, client and room; one transaction, no gap, no clash."""
    claim = await held(practice, modality=availability_pb2.MODALITY_IN_PERSON)

    moved = await move(practice, claim.claim_id, practice.at(days=3, hour=10, minute=30))
    await answer(practice, "Confirm", claim.claim_id)

    assert moved.room_id == claim.room_id
    assert not await is_free(practice, hour=11)
    assert await is_free(practice, hour=9, minute=30)


async def test_a_pending_move_bars_another(practice: Practice) -> None:
    """MOVE_PENDING; the same request again gives the same answer."""
    claim = await held(practice)
    request_id = new_id()
    first = await move(practice, claim.claim_id, practice.at(days=3, hour=15), request_id=request_id)

    again = await move(practice, claim.claim_id, practice.at(days=3, hour=15), request_id=request_id)

    assert again == first
    with pytest.raises(RuleViolated) as refusal:
        await move(practice, claim.claim_id, practice.at(days=3, hour=17))
    assert refusal.value.reason == "MOVE_PENDING"


async def test_a_move_into_taken_time_changes_nothing_and_offers_others(practice: Practice) -> None:
    """SLOT_TAKEN with alternatives; the old time stays."""
    claim = await held(practice)
    await held(practice, hour=15)

    with pytest.raises(RuleViolated) as refusal:
        await move(practice, claim.claim_id, practice.at(days=3, hour=15))

    assert refusal.value.reason == "SLOT_TAKEN"
    assert any(isinstance(each, availability_pb2.Alternatives) and each.slots for each in refusal.value.details)
    read = await practice.door.as_booking("GetClaim", availability_service_pb2.GetClaimRequest(claim_id=claim.claim_id))
    assert read == claim


async def test_a_move_to_another_therapist_frees_the_first(practice: Practice) -> None:
    """Once its word came."""
    claim = await held(practice)
    other = practice.therapist_ids[1]

    moved = await move(practice, claim.claim_id, practice.at(days=3), therapist_id=other)
    await answer(practice, "Confirm", claim.claim_id)

    assert moved.therapist_id == other
    assert await is_free(practice)


async def test_events_of_an_appointment_settle_its_claim(practice: Practice) -> None:
    """Booked, rescheduled, cancelled; each twice, and out of order, harmless."""
    claim = await held(practice)
    booked = booking_events_pb2.AppointmentBooked(appointment=facts(claim))

    await hear(practice, "on_appointment_booked", booked)
    await hear(practice, "on_appointment_booked", booked)
    assert (await answer(practice, "Confirm", claim.claim_id)).version == 2

    moved = await move(practice, claim.claim_id, practice.at(days=3, hour=15))
    stale = facts(claim, start_time=Timestamp(seconds=claim.start_time.seconds + 86_400))
    late = await hear(
        practice, "on_appointment_rescheduled", booking_events_pb2.AppointmentRescheduled(appointment=stale)
    )
    assert events(late) == []
    assert not await is_free(practice, hour=10)

    rescheduled = booking_events_pb2.AppointmentRescheduled(appointment=facts(moved))
    assert events(await hear(practice, "on_appointment_rescheduled", rescheduled)) == ["ClaimReleased"]
    assert events(await hear(practice, "on_appointment_rescheduled", rescheduled)) == []
    assert await is_free(practice, hour=10)

    cancelled = booking_events_pb2.AppointmentCancelled(appointment=facts(moved))
    assert events(await hear(practice, "on_appointment_cancelled", cancelled)) == ["ClaimReleased"]
    assert events(await hear(practice, "on_appointment_cancelled", cancelled)) == []
    await hear(practice, "on_appointment_booked", booked)
    assert await is_free(practice, hour=15)


async def test_a_cancellation_during_a_move_frees_both_times(practice: Practice) -> None:
    """Two facts, each with its own version."""
    claim = await held(practice)
    await move(practice, claim.claim_id, practice.at(days=3, hour=15))

    cancelled = booking_events_pb2.AppointmentCancelled(appointment=facts(claim))
    call = await hear(practice, "on_appointment_cancelled", cancelled)

    assert [each.version for each in call.envelope.events] == [3, 4]
    assert await is_free(practice, hour=10)
    assert await is_free(practice, hour=15)


async def test_a_lapsed_hold_blocks_on_and_is_announced_with_backoff(practice: Practice, rows: Rows) -> None:
    """Once per time it is due; a confirmed one never."""
    claim = await held(practice)
    settled = await held(practice, hour=12)
    await answer(practice, "Confirm", settled.claim_id)
    lapse = "update claims set ask_time = now() - interval '1 s' where practice_id = %s and ask_time is not null"
    rows(lapse, practice.door.practice_id)
    claims = practice.door.parts.claims

    assert await claims.announce_due(limit=100) == 1
    assert await claims.announce_due(limit=100) == 0
    rows(lapse, practice.door.practice_id)
    assert await claims.announce_due(limit=100) == 1

    told = rows(
        "select type, aggregate_id, version from outbox where practice_id = %s and type like %s",
        practice.door.practice_id,
        "%HoldLapsed",
    )
    assert told == [("kept.availability.v1.HoldLapsed", claim.claim_id, 1)] * 2
    assert not await is_free(practice)
    wait = rows("select ask_time > now() + interval '50 s' from claims where claim_id = %s", claim.claim_id)
    assert wait == [(True,)]


async def test_a_lapsed_move_is_announced_at_the_version_it_was_made_at(practice: Practice, rows: Rows) -> None:
    """Even if the hold under it was confirmed meanwhile: the owner knows the move by that version."""
    claim = await held(practice)
    moved = await move(practice, claim.claim_id, practice.at(days=3, hour=15))
    await hear(practice, "on_appointment_booked", booking_events_pb2.AppointmentBooked(appointment=facts(claim)))
    rows(
        "update claims set ask_time = now() - interval '1 s' where practice_id = %s and ask_time is not null",
        practice.door.practice_id,
    )

    await practice.door.parts.claims.announce_due(limit=100)

    bodies = rows(
        "select body from outbox where practice_id = %s and type like %s", practice.door.practice_id, "%HoldLapsed"
    )
    assert len(bodies) == 1
    lapsed = availability_events_pb2.HoldLapsed.FromString(bodies[0][0])
    assert (moved.version, True) == (lapsed.version, lapsed.is_move)


async def test_an_unknown_claim_is_not_found(practice: Practice) -> None:
    """By any method."""
    for method in ("Confirm", "Release"):
        with pytest.raises(NotFound):
            await answer(practice, method, new_id())
    with pytest.raises(NotFound):
        await practice.door.as_booking("GetClaim", availability_service_pb2.GetClaimRequest(claim_id=new_id()))
