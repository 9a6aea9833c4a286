"""Who may book earlier than others is known by booking and asked of nobody else; staff says why it passes that over."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from kept.availability.v1 import availability_pb2, availability_service_pb2, limits_service_pb2
from kept.booking.v1 import (
    booking_pb2,
    booking_service_pb2,
    policy_pb2,
    policy_service_pb2,
    priority_service_pb2,
    safety_pb2,
    safety_service_pb2,
)
from kept.wall.v1 import wall_pb2

from services.chassis.errors import Forbidden, InvalidRequest, NotFound, RuleViolated, Stale
from tests.integration.booking.standing import ALL, SKIP, ZONE, House, at, monday
from tests.integration.booking.test_absences import offer_both_ways

pytestmark = pytest.mark.integration

HIGH_NEED, ESTABLISHED, STANDING = (
    availability_pb2.AUDIENCE_HIGH_NEED,
    availability_pb2.AUDIENCE_ESTABLISHED,
    availability_pb2.AUDIENCE_STANDING,
)


async def keep_for(house: House, *audiences: Any) -> None:
    """Let only some book more than a day ahead."""
    window = limits_service_pb2.PriorityWindow(audiences=audiences, open_days=1)
    put = limits_service_pb2.PutPriorityWindowRequest(window=window, request_id=str(uuid4()))
    await house.ask("PutPriorityWindow", put, roles=frozenset({"practice_admin"}))


def booking_of(house: House, client_id: str, local: str, **said: Any) -> booking_service_pb2.BookAppointmentRequest:
    """Return a request to book."""
    return booking_service_pb2.BookAppointmentRequest(
        client_id=client_id,
        therapist_id=house.therapist_id,
        session_type_id=house.session_type_id,
        start_wall=wall_pb2.WallTime(local=local, time_zone=ZONE),
        request_id=str(uuid4()),
        **said,
    )


def person(client_id: str) -> dict[str, Any]:
    """Return a client as a caller."""
    return {"actor_id": f"user:{client_id}", "roles": frozenset({"client"}), "client_id": client_id}


async def say_high_need(
    house: House, whom: str, until_date: str = "", etag: str = "", **caller: Any
) -> priority_service_pb2.ClientPriority:
    """Say that a client is in high need."""
    request = priority_service_pb2.PutClientPriorityRequest(
        client_id=whom, is_high_need=True, until_date=until_date, etag=etag, request_id=str(uuid4())
    )
    said: priority_service_pb2.ClientPriority = await house.ask("PutClientPriority", request, **caller)
    return said


async def starts(house: House, whom: str, **caller: Any) -> set[str]:
    """Search the first Monday for a client."""
    search = availability_service_pb2.SearchSlotsRequest(
        session_type_id=house.session_type_id, therapist_ids=[house.therapist_id], page_size=500
    )
    day = monday()
    search.from_time.FromJsonString(f"{day}T00:00:00Z")
    search.to_time.FromJsonString(f"{day}T23:59:00Z")
    request = priority_service_pb2.FindClientSlotsRequest(client_id=whom, search=search)
    found = await house.ask("FindClientSlots", request, **caller)
    return {each.start_wall.local for each in found.slots}


async def complete(house: House, client_id: str) -> None:
    """Let a client have been here before."""
    booked = await house.ask("BookAppointment", booking_of(house, client_id, at(4), override_reason="First"))
    for step in ("CheckInAppointment", "StartAppointment", "CompleteAppointment"):
        request = getattr(booking_service_pb2, f"{step}Request")(
            appointment_id=booked.appointment_id, request_id=str(uuid4())
        )
        await house.ask(step, request)


async def test_who_was_here_before_books_what_a_newcomer_may_not_yet(standing_house: House) -> None:
    """Found and booked by the one, neither by the other; the desk's own word changes nothing but by a reason."""
    house = standing_house
    await keep_for(house, ESTABLISHED)
    newcomer, regular = await house.register(), await house.register()
    await complete(house, regular)

    for caller in (person(newcomer), {}):
        with pytest.raises(RuleViolated) as refused:
            await house.ask("BookAppointment", booking_of(house, newcomer, at(0)), **caller)
        assert refused.value.reason == "SLOT_PRIORITISED"
    assert at(0) not in await starts(house, newcomer, **person(newcomer))
    assert at(0) in await starts(house, regular, **person(regular))
    booked = await house.ask("BookAppointment", booking_of(house, regular, at(0)), **person(regular))
    over = booking_of(house, newcomer, at(0, "10:00"), override_reason="Referred by the clinic across the street")
    passed = await house.ask("BookAppointment", over)
    with pytest.raises(Forbidden) as not_theirs:
        await house.ask(
            "BookAppointment", booking_of(house, newcomer, at(0, "11:00"), override_reason="Me"), **person(newcomer)
        )

    assert (booked.client_id, passed.client_id) == (regular, newcomer)
    assert not_theirs.value.reason == "STAFF_ONLY"
    with pytest.raises(Forbidden):
        await starts(house, regular, **person(newcomer))


async def test_a_move_asks_the_same(standing_house: House) -> None:
    """A newcomer stays where they are, a client in high need moves, staff moves with a reason."""
    house = standing_house
    client_id = await house.register()
    booked = await house.ask("BookAppointment", booking_of(house, client_id, at(0)))
    await house.settle()
    await keep_for(house, HIGH_NEED)

    async def move(local: str, **said: Any) -> booking_pb2.Appointment:
        get = booking_service_pb2.GetAppointmentRequest(appointment_id=booked.appointment_id)
        request = booking_service_pb2.RescheduleAppointmentRequest(
            appointment_id=booked.appointment_id,
            start_wall=wall_pb2.WallTime(local=local, time_zone=ZONE),
            etag=(await house.ask("GetAppointment", get)).etag,
            request_id=str(uuid4()),
            **said,
        )
        moved: booking_pb2.Appointment = await house.ask("RescheduleAppointment", request)
        await house.settle()
        return moved

    with pytest.raises(RuleViolated) as refused:
        await move(at(0, "10:00"))
    passed = await move(at(0, "11:00"), override_reason="Agreed on the phone")
    await say_high_need(house, client_id)
    moved = await move(at(0, "12:00"))

    assert refused.value.reason == "SLOT_PRIORITISED"
    assert (passed.start_wall.local, moved.start_wall.local) == (at(0, "11:00"), at(0, "12:00"))


async def test_a_standing_hour_is_kept_for_its_owner(standing_house: House) -> None:
    """A series reaches as far ahead as its owner may book, and its owner books further hours with that therapist."""
    house = standing_house
    await keep_for(house, STANDING)
    owner, other = await house.register(), await house.register()

    made = await house.create(house.plan(owner, horizon_days=28), ALL)
    extra = await house.ask("BookAppointment", booking_of(house, owner, at(0, "10:00")), **person(owner))
    with pytest.raises(RuleViolated) as refused:
        await house.ask("BookAppointment", booking_of(house, other, at(0, "11:00")), **person(other))

    assert made.series.series_id
    assert (extra.client_id, refused.value.reason) == (owner, "SLOT_PRIORITISED")
    await keep_for(house, HIGH_NEED)
    kept = await house.create(house.plan(other, local=at(0, "16:00"), horizon_days=28), SKIP)
    assert {each.conflict.reason for each in await house.conflicts()} == {"SLOT_PRIORITISED"}
    assert kept.series.series_id


async def test_high_need_is_said_by_staff_and_ends(standing_house: House) -> None:
    """Who they are is told to staff; a past day is refused, an unknown client not found, a client may not say it."""
    house = standing_house
    client_id = await house.register()
    get = priority_service_pb2.GetClientPriorityRequest(client_id=client_id)

    before = await house.ask("GetClientPriority", get)
    await say_high_need(house, client_id, until_date=str(monday()))
    after = await house.ask("GetClientPriority", get)
    with pytest.raises(Forbidden):
        await say_high_need(house, client_id, **person(client_id))
    with pytest.raises(InvalidRequest):
        await say_high_need(house, client_id, until_date="2020-01-01")
    with pytest.raises(NotFound):
        await say_high_need(house, str(uuid4()))

    with pytest.raises(Stale):
        await say_high_need(house, client_id, etag=before.etag)
    gone_on = await say_high_need(house, client_id, etag=after.etag)
    later = await house.ask("GetClientPriority", get)

    assert (later.etag, later.until_date, later.etag == after.etag) == (gone_on.etag, "", False)
    assert (before.is_high_need, list(before.audiences)) == (False, [])
    assert (after.is_high_need, after.until_date, list(after.audiences)) == (True, str(monday()), [HIGH_NEED])


async def test_a_start_is_explained_to_a_client_by_every_rule_there_is(standing_house: House) -> None:
    """A window by who they are; then a fence and a missing card, each by name, the fence to staff alone."""
    house = standing_house
    await offer_both_ways(house)
    ada, ben = await house.register(), await house.register()
    await keep_for(house, ESTABLISHED)
    local = at(2)

    async def explain(who: str, when: str = local, **caller: Any) -> priority_service_pb2.ExplainClientSlotResponse:
        slot = availability_service_pb2.ExplainSlotRequest(
            therapist_id=house.therapist_id,
            session_type_id=house.session_type_id,
            start_wall=wall_pb2.WallTime(local=when, time_zone=ZONE),
            modality=availability_pb2.MODALITY_IN_PERSON,
        )
        request = priority_service_pb2.ExplainClientSlotRequest(client_id=who, slot=slot)
        told: priority_service_pb2.ExplainClientSlotResponse = await house.ask("ExplainClientSlot", request, **caller)
        return told

    newcomer = await explain(ada, **person(ada))
    rule = availability_service_pb2.HidingRule
    assert ([each.rule for each in newcomer.rules], newcomer.is_offered) == ([rule.RULE_PRIORITY_WINDOW], False)
    await complete(house, ada)
    known = await explain(ada, **person(ada))
    assert (known.is_offered, list(known.rules), list(known.refusals)) == (True, [], [])

    fence = safety_pb2.Fence(client_ids=[ada, ben], reason=safety_pb2.Fence.REASON_COURT_ORDER)
    await house.ask("PutFence", safety_service_pb2.PutFenceRequest(fence=fence, request_id=str(uuid4())))
    in_person = availability_pb2.MODALITY_IN_PERSON
    await house.ask(
        "BookAppointment", booking_of(house, ben, at(2, "16:00"), modality=in_person, override_reason="First")
    )
    policy = policy_pb2.Policy(card=policy_pb2.DEMAND_REFUSE, consent=policy_pb2.DEMAND_FLAG)
    admin = {"roles": frozenset({"practice_admin"})}
    await house.ask("PutPolicy", policy_service_pb2.PutPolicyRequest(policy=policy, request_id=str(uuid4())), **admin)

    staff, client = await explain(ada), await explain(ada, **person(ada))
    assert (list(staff.refusals), staff.is_offered) == (["FENCED", "CARD_REQUIRED"], False)
    assert (list(client.refusals), client.is_offered) == (["SLOT_NOT_OFFERED", "CARD_REQUIRED"], False)
    assert "fence" not in str(client).lower()
    far = await explain(ada, at(2, "10:00"))
    assert list(far.refusals) == ["CARD_REQUIRED"]
    with pytest.raises(Forbidden):
        await explain(ada, **person(ben))
    taken = await explain(ada, at(2, "16:00"))
    assert [each.rule for each in taken.rules] == [rule.RULE_TAKEN, rule.RULE_NO_ROOM], "the site has one room"
