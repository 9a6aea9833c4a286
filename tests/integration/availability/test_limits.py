"""Overrides, equipment, several people, reserved capacity and the staff lane over real gRPC and PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from kept.availability.v1 import availability_pb2, availability_service_pb2, limits_service_pb2

from services.availability.domain.limits import MAX_RESERVATIONS
from services.chassis.errors import Forbidden, InvalidRequest, NotFound, RuleViolated, ServiceError
from tests.integration.availability.conftest import Rows
from tests.integration.availability.door import Practice, new_id, open_practice
from tests.integration.availability.limits import (
    IN_PERSON,
    all_at_once,
    days_to_monday,
    later,
    monday,
    move_to,
    put_caps,
    put_type,
    reasons,
    release,
    two_sites,
)
from tests.integration.availability.test_races import alternatives

pytestmark = pytest.mark.integration

CROWD = 200


async def hold(practice: Practice, local: str, **changed: Any) -> Any:
    """Hold, and say what came of it."""
    return await practice.door.as_booking("Hold", practice.hold(local, **changed))


async def refusal_of(practice: Practice, local: str, **changed: Any) -> ServiceError:
    """Hold in vain."""
    with pytest.raises(ServiceError) as refusal:
        await hold(practice, local, **changed)
    return refusal.value


async def test_staff_passes_over_a_cap_with_a_reason_that_is_kept(practice: Practice, rows: Rows) -> None:
    """Which cap, its limit, by whom and why; a client can't, and where no cap was in the way nothing is recorded."""
    await put_caps(practice, max_sessions_day=1, max_load_day=1)
    first = await hold(practice, monday(practice), by_staff=True, override_reason="None was needed")
    refused = await refusal_of(practice, monday(practice, hour=12), override_reason="Please")

    over = await hold(practice, monday(practice, hour=12), by_staff=True, override_reason="Relapse")
    moved = move_to(first.claim_id, monday(practice, hour=15), by_staff=True, override_reason="Swap")
    await practice.door.as_booking("Move", moved)

    assert isinstance(refused, Forbidden)
    assert refused.reason == "STAFF_ONLY"
    found = rows(
        "select claim_id::text, cap, cap_limit, reason, actor_id from cap_overrides where practice_id = %s",
        practice.door.practice_id,
    )
    assert sorted(found) == sorted(
        (each, cap, 1, reason, "service:booking")
        for each, reason in ((over.claim_id, "Relapse"), (first.claim_id, "Swap"))
        for cap in ("load_day", "sessions_day")
    )


async def test_caps_are_read_back_and_taken_away(practice: Practice) -> None:
    """What was put is what is got; all zeros is no cap; a therapist without a schedule has none."""
    await put_caps(practice, max_sessions_day=2, max_consecutive=3, break_min=15)
    asked = limits_service_pb2.GetCapsRequest(therapist_id=practice.therapist_ids[0])
    got = await practice.door.as_role("client", "GetCaps", asked)
    assert (got.max_sessions_day, got.max_consecutive, got.break_min) == (2, 3, 15)

    await put_caps(practice)
    for hour in (8, 10, 12):
        assert await hold(practice, monday(practice, hour=hour))
    with pytest.raises(NotFound):
        await put_caps(practice, new_id())
    with pytest.raises(InvalidRequest):
        await put_caps(practice, max_consecutive=3)


async def test_a_session_takes_its_equipment_with_it(practice: Practice) -> None:
    """Two pieces of one kind at the site: of a crowd of therapists two sessions; by video none is needed."""
    practice = await open_practice(practice.door, therapists=6, rooms=6)
    type_id = await put_type(practice, equipment_kinds=["biofeedback"])
    assert (await refusal_of(practice, monday(practice), session_type_id=type_id, modality=IN_PERSON)).reason == (
        "SLOT_TAKEN"
    )
    pieces = set()
    for number in range(2):
        piece = limits_service_pb2.Equipment(site_id=practice.site_id, kind="biofeedback", display_name=f"No {number}")
        put = limits_service_pb2.PutEquipmentRequest(equipment=piece)
        pieces.add((await practice.door.as_admin("PutEquipment", put)).equipment_id)
    requests = [
        practice.hold(monday(practice), therapist_id=each, session_type_id=type_id, modality=IN_PERSON)
        for each in practice.therapist_ids
    ]

    found = await all_at_once([practice.door], [("Hold", each) for each in requests])

    claims = [each for each in found if not isinstance(each, ServiceError)]
    assert {piece for each in claims for piece in each.equipment_ids} == pieces
    assert reasons(found) == {"HELD": 2, "SLOT_TAKEN": 4}
    lost = found.index(next(each for each in found if isinstance(each, ServiceError)))
    by_video = practice.hold(monday(practice), therapist_id=practice.therapist_ids[lost], session_type_id=type_id)
    assert await practice.door.as_booking("Hold", by_video)
    away = move_to(claims[0].claim_id, monday(practice, day=1))
    assert len((await practice.door.as_booking("Move", away)).equipment_ids) == 1


async def test_a_family_and_two_therapists_are_in_one_session(practice: Practice) -> None:
    """Everybody is taken by one claim, moves with it, and is free again with it."""
    one, two = practice.therapist_ids
    mother, father, child = new_id(), new_id(), new_id()
    local, there = monday(practice), monday(practice, day=2)
    claim = await hold(practice, local, client_id=mother, extra_client_ids=[father, child], extra_therapist_ids=[two])

    assert list(claim.extra_client_ids) == [father, child]
    assert (await refusal_of(practice, local, therapist_id=two)).reason == "SLOT_TAKEN"
    third = await hold(practice, monday(practice, hour=12), client_id=father)
    assert (
        await refusal_of(practice, local, therapist_id=one, client_id=child, by_staff=True, overbook_reason="Urgent")
    ).reason == "CLIENT_OVERLAP"

    moved = await practice.door.as_booking("Move", move_to(claim.claim_id, there))
    assert list(moved.extra_therapist_ids) == [two]
    assert (await refusal_of(practice, there, therapist_id=two)).reason == "SLOT_TAKEN"
    await release(practice, claim.claim_id)
    for each in (local, there):
        assert await hold(practice, each, therapist_id=two, client_id=child)
    assert third.client_id == father


async def test_who_is_in_a_session_is_in_it_once_and_offers_it(practice: Practice) -> None:
    """Nobody twice, at most ten further clients and three further therapists, each with a schedule."""
    client_id = new_id()
    wrong = [
        ({"client_id": client_id, "extra_client_ids": [client_id]}, "MALFORMED_REQUEST"),
        ({"extra_therapist_ids": [practice.therapist_ids[0]]}, "MALFORMED_REQUEST"),
        ({"extra_client_ids": [new_id() for _ in range(11)]}, "MALFORMED_REQUEST"),
        ({"extra_therapist_ids": [new_id() for _ in range(4)]}, "MALFORMED_REQUEST"),
        ({"extra_therapist_ids": [new_id()]}, "NOT_FOUND"),
        ({"override_reason": "x" * 201, "by_staff": True}, "MALFORMED_REQUEST"),
    ]
    for changed, reason in wrong:
        assert (await refusal_of(practice, monday(practice), **changed)).reason == reason


async def test_co_leaders_caps_count_too(practice: Practice) -> None:
    """A group of two therapists is refused when one of them has had enough."""
    one, two = practice.therapist_ids
    await put_caps(practice, two, max_sessions_day=1)
    await hold(practice, monday(practice), therapist_id=one, extra_therapist_ids=[two])

    refused = await refusal_of(practice, monday(practice, hour=14), therapist_id=one, extra_therapist_ids=[two])

    assert (refused.reason, refused.metadata["therapist_id"]) == ("CAP_REACHED", two)


async def reserve(practice: Practice, **changed: Any) -> str:
    """Keep Monday mornings for clients in high need until two days before."""
    words: dict[str, Any] = {
        "weekday": 1,
        "start_local": "09:00",
        "end_local": "12:00",
        "audience": availability_pb2.AUDIENCE_HIGH_NEED,
        "release_hours": 48,
    }
    put = limits_service_pb2.PutReservationRequest(reservation=limits_service_pb2.Reservation(**(words | changed)))
    reservation_id: str = (await practice.door.as_admin("PutReservation", put)).reservation_id
    return reservation_id


async def starts(practice: Practice, role: str, *, weeks: int, **changed: Any) -> set[str]:
    """Search the Monday of a coming week; give its starts on the wall clock."""
    request = availability_service_pb2.SearchSlotsRequest(
        session_type_id=practice.session_type_id,
        therapist_ids=practice.therapist_ids[:1],
        page_size=500,
        **changed,
    )
    request.from_time.FromDatetime(later(days_to_monday(weeks) - 1))
    request.to_time.FromDatetime(later(days_to_monday(weeks) + 1))
    found = await practice.door.as_role(role, "SearchSlots", request)
    return {slot.start_wall.local for slot in found.slots}


async def test_reserved_capacity_is_for_high_need_until_it_opens(practice: Practice) -> None:
    """Refused and hidden alike; held for a client in high need; open when its time comes, or it is taken away."""
    reservation_id = await reserve(practice)
    local = monday(practice, weeks=3)

    refused = await refusal_of(practice, local)
    assert refused.reason == "SLOT_RESERVED"
    assert alternatives(refused)
    assert local not in {slot.start_wall.local for slot in alternatives(refused)}
    assert local not in await starts(practice, "client", weeks=3)
    assert local not in await starts(practice, "client", weeks=3, is_high_need=True)
    assert local in await starts(practice, "front_desk", weeks=3, is_high_need=True)
    assert await hold(practice, local, is_high_need=True)

    assert await hold(practice, monday(practice, weeks=3, hour=12)), "the stretch ends at noon"
    await reserve(practice, reservation_id=reservation_id, release_hours=720)
    assert await hold(practice, monday(practice, weeks=3, hour=11)), "less than 720 hours ahead it is open"
    await reserve(practice, reservation_id=reservation_id, release_hours=0)
    assert (await refusal_of(practice, monday(practice, weeks=3, hour=9))).reason == "SLOT_RESERVED"
    gone = limits_service_pb2.DeleteReservationRequest(reservation_id=reservation_id)
    await practice.door.as_admin("DeleteReservation", gone)
    assert await hold(practice, monday(practice, weeks=3, hour=9))


async def test_a_move_does_not_slip_into_reserved_capacity(practice: Practice) -> None:
    """An ordinary claim can't, one of a client in high need can, staff can with a reason."""
    await reserve(practice, release_hours=1)
    plain = await hold(practice, monday(practice, weeks=2, hour=15))
    urgent = await hold(practice, monday(practice, weeks=2, hour=17), is_high_need=True)

    with pytest.raises(RuleViolated) as refusal:
        await practice.door.as_booking("Move", move_to(plain.claim_id, monday(practice, weeks=2)))
    assert refusal.value.reason == "SLOT_RESERVED"
    await practice.door.as_booking("Move", move_to(urgent.claim_id, monday(practice, weeks=2)))
    by_staff = move_to(plain.claim_id, monday(practice, weeks=2, hour=11), by_staff=True, override_reason="Agreed")
    assert await practice.door.as_booking("Move", by_staff)


async def test_search_hides_what_a_cap_refuses(practice: Practice) -> None:
    """A full day is not offered, nor a start in the cool-down or too far a journey away."""
    await put_caps(practice, max_sessions_day=1)
    assert await starts(practice, "client", weeks=2)
    await hold(practice, monday(practice, weeks=2))
    assert not {
        each for each in await starts(practice, "client", weeks=2) if each[:10] == monday(practice, weeks=2)[:10]
    }

    await put_caps(practice)
    await two_sites(practice, travel_min=120)
    await hold(practice, monday(practice, weeks=3, hour=11), modality=IN_PERSON)
    found = await starts(practice, "client", weeks=3, modality=IN_PERSON)
    day = {each for each in found if each[:10] == monday(practice, weeks=3)[:10]}
    assert monday(practice, weeks=3, hour=13) not in day
    assert monday(practice, weeks=3, hour=14) in day


async def test_staff_books_over_taken_time_in_a_lane_of_its_own(practice: Practice, rows: Rows) -> None:
    """Deliberately, with a reason that is kept; nobody else gets in, even when the first session is given back."""
    local = monday(practice)
    first = await hold(practice, local)
    assert (await refusal_of(practice, local, by_staff=True)).reason == "SLOT_TAKEN"
    assert (await refusal_of(practice, local, overbook_reason="Please")).reason == "STAFF_ONLY"

    second = await hold(practice, local, by_staff=True, overbook_reason="Both know")

    assert second.is_overbooked
    assert not first.is_overbooked
    lanes = rows(
        "select lane, resource_kind from occupancies where practice_id = %s and claim_id = %s order by 1",
        practice.door.practice_id,
        second.claim_id,
    )
    assert lanes == [(0, "client"), (1, "therapist")]
    kept = rows("select cap, reason from cap_overrides where claim_id = %s", second.claim_id)
    assert kept == [("overbooked", "Both know")]
    await release(practice, first.claim_id)
    assert (await refusal_of(practice, local)).reason == "SLOT_TAKEN"
    await release(practice, second.claim_id)
    assert not (await hold(practice, local, by_staff=True, overbook_reason="Not needed")).is_overbooked


async def test_an_overbooked_claim_moves_out_of_its_lane(practice: Practice, rows: Rows) -> None:
    """To free time overlapping its old one it goes into the guarded lane, and stays there when the move is done."""
    first = await hold(practice, monday(practice, hour=9, minute=30))
    second = await hold(practice, monday(practice), by_staff=True, overbook_reason="Both know")
    moved = move_to(second.claim_id, monday(practice, hour=10, minute=30))

    assert not (await practice.door.as_booking("Move", moved)).is_overbooked
    confirm = availability_service_pb2.ConfirmRequest(claim_id=second.claim_id, request_id=new_id())
    done = await practice.door.as_booking("Confirm", confirm)

    assert done.state == availability_pb2.Claim.STATE_CONFIRMED
    assert not done.is_overbooked
    lanes = rows("select distinct lane from occupancies where claim_id in (%s, %s)", first.claim_id, second.claim_id)
    assert lanes == [(0,)]


async def test_in_a_crowd_the_guarded_lane_is_given_once(practice: Practice, rows: Rows) -> None:
    """Staff and clients race for one slot: one is in lane 0, whoever of staff came later in lane 1, no client is."""
    local = monday(practice)
    requests = [
        practice.hold(local, by_staff=True, overbook_reason="Both know") if number % 10 == 0 else practice.hold(local)
        for number in range(CROWD)
    ]

    found = await all_at_once([practice.door], [("Hold", each) for each in requests])

    claims = [each for each in found if not isinstance(each, ServiceError)]
    assert sum(not each.is_overbooked for each in claims) == 1
    lanes = rows(
        "select lane, count(*) from occupancies where practice_id = %s and resource_kind = 'therapist' group by lane"
        " order by lane",
        practice.door.practice_id,
    )
    assert lanes[0] == (0, 1)
    assert len(claims) in (20, 21)


async def test_limits_of_limits_are_kept(practice: Practice) -> None:
    """No more than the contract allows; a reservation needs an audience and an end after its start."""
    for changed in ({"audience": 0}, {"start_local": "12:00"}, {"weekday": 8}, {"release_hours": 721}):
        with pytest.raises(InvalidRequest):
            await reserve(practice, **changed)
    with pytest.raises(NotFound):
        await reserve(practice, therapist_id=new_id())
    for _ in range(MAX_RESERVATIONS):
        await reserve(practice)
    with pytest.raises(RuleViolated) as refusal:
        await reserve(practice)
    assert refusal.value.reason == "LIMIT_EXCEEDED"


async def test_many_holds_of_families_are_limited_one_by_one(practice: Practice, rows: Rows) -> None:
    """In one request too: who comes later hears which cap, and every client is a subject of the trail."""
    await put_caps(practice, max_sessions_day=2)
    holds = [practice.hold(monday(practice, hour=8 + 2 * n), extra_client_ids=[new_id()]) for n in range(4)]

    answer = await practice.door.as_booking("HoldMany", availability_service_pb2.HoldManyRequest(holds=holds))

    kinds = [each.WhichOneof("outcome") for each in answer.outcomes]
    assert kinds == ["claim", "claim", "refusal", "refusal"]
    refusal = answer.outcomes[3].refusal
    assert (refusal.reason, refusal.metadata["cap"], refusal.metadata["limit"]) == ("CAP_REACHED", "sessions_day", "2")
    assert refusal.alternatives.slots
    father = holds[0].extra_client_ids[0]
    trail = rows("select count(*) from audit_outbox where record::text like '%%' || %s || '%%'", father)
    assert trail == [(1,)]
