"""The waitlist with the real ledger: freed slots are offered to one after another, and nobody is lost."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from kept.booking.v1 import waitlist_pb2, waitlist_service_pb2

from services.chassis.errors import ServiceError
from tests.integration.booking.standing import House, at
from tests.integration.booking.waiting_room import WaitingRoom

pytestmark = pytest.mark.integration


@pytest.fixture
def room(standing_house: House) -> WaitingRoom:
    """A house whose clients may wait."""
    return WaitingRoom(standing_house)


async def test_four_are_asked_one_by_one_and_the_fourth_gets_it(room: WaitingRoom) -> None:
    """Twenty wait; each is asked alone, the longest waiting first, and the slot is booked once."""
    wishes = [await room.wait(days=20 - number) for number in range(20)]
    await room.free(at(0))

    await room.refill()
    assert room.made() == []
    await room.refill(minutes=2)
    for _ in range(3):
        assert len(room.made()) == 1
        await room.refill(minutes=60 * 24)
    (fourth,) = room.made()
    booked = await room.accept(fourth)
    await room.house.settle()
    await room.refill(minutes=60)

    assert room.asked() == [
        *((each.client_id, "EXPIRED") for each in wishes[:3]),
        (wishes[3].client_id, "ACCEPTED"),
    ]
    assert (booked.client_id, booked.appointment_id) == (wishes[3].client_id, fourth)
    assert room.openings() == [("FILLED", "")]
    assert room.house.claims() == {"confirmed": 1, "released": 5}


async def test_of_two_who_accept_at_once_one_is_booked_and_the_other_keeps_their_place(room: WaitingRoom) -> None:
    """Near the session a few are asked; who is too late is told so, and waits on since the same day."""
    first, second = await room.wait(days=5, notice_min=0), await room.wait(days=4, notice_min=0)
    await room.free(at(0))
    room.let_pass(2)
    room.bring_near(4)

    await room.refill()
    offers = room.made()
    assert len(offers) == 2
    outcomes = await asyncio.gather(*(room.accept(each) for each in offers), return_exceptions=True)

    lost = [each for each in outcomes if isinstance(each, ServiceError)]
    assert [each.reason for each in lost] == ["OFFER_TAKEN"]
    assert room.house.booked() == 1
    states = dict(room.asked())
    assert sorted(states.values()) == ["ACCEPTED", "TAKEN"]
    loser = next(each for each in (first, second) if states[each.client_id] == "TAKEN")
    kept = await room.house.ask("GetWish", waitlist_service_pb2.GetWishRequest(wish_id=loser.wish_id))
    assert kept.state == waitlist_pb2.Wish.STATE_WAITING


async def test_an_offered_slot_is_nobody_elses(room: WaitingRoom) -> None:
    """Neither while a mis-click can be undone nor while somebody is asked can it be booked by others."""
    await room.wait()
    await room.free(at(0))
    other = await room.house.register()

    for minutes in (0, 2):
        await room.refill(minutes=minutes)
        with pytest.raises(ServiceError) as refused:
            await room.house.book(other, at(0))
        assert refused.value.reason == "SLOT_TAKEN"


async def test_a_mis_click_is_undone_and_nobody_is_asked(room: WaitingRoom) -> None:
    """Within the window the client gets the very slot back."""
    await room.wait()
    booked = await room.free(at(0))

    restored = await room.undo(booked.appointment_id)
    await room.house.settle()
    await room.refill(minutes=5)

    assert restored.start_wall.local == at(0)
    assert (room.openings(), room.asked()) == ([("UNDONE", "")], [])
    assert room.house.claims() == {"confirmed": 1, "released": 2}


async def test_undoing_is_too_late_once_somebody_is_asked(room: WaitingRoom) -> None:
    """An offer is a promise: whoever was asked keeps it."""
    await room.wait()
    booked = await room.free(at(0))
    await room.refill(minutes=2)

    with pytest.raises(ServiceError) as refused:
        await room.undo(booked.appointment_id)

    assert refused.value.reason == "SLOT_TAKEN"
    await room.accept(room.made()[0])


async def test_who_is_busy_or_said_no_is_not_asked_and_the_slot_goes_back_to_all(room: WaitingRoom) -> None:
    """A no goes to the next at once; when nobody is left, everybody can book."""
    no, busy = await room.wait(days=3), await room.wait(days=2)
    booked = await room.free(at(0))
    await room.house.book(busy.client_id, at(0, "14:00"))
    room.sql("update appointments set end_time = end_time + interval '1 hour' where client_id = %s", busy.client_id)
    await room.refill(minutes=2)

    await room.decline(room.made()[0])
    await room.refill()

    assert room.asked() == [(no.client_id, "DECLINED")]
    assert room.openings() == [("GIVEN_BACK", "NOBODY_FITS")]
    await room.house.book(await room.house.register(), at(0))
    assert booked.appointment_id


async def test_nobody_is_offered_the_same_slot_twice(room: WaitingRoom) -> None:
    """When it comes free again, those who were asked before are passed by."""
    wish = await room.wait()
    await room.free(at(0))
    await room.refill(minutes=2)
    await room.decline(room.made()[0])
    await room.refill()

    await room.free(at(0))
    await room.refill(minutes=2)

    assert room.asked() == [(wish.client_id, "DECLINED")]


async def test_three_replicas_make_one_offer(room: WaitingRoom) -> None:
    """Whoever looks at the same opening at the same moment, one is asked."""
    for days in range(5):
        await room.wait(days=days)
    await room.free(at(0))
    room.let_pass(2)

    await asyncio.gather(*(room.refill() for _ in range(3)))

    assert len(room.made()) == 1
    assert [state for _, state in room.asked()] == ["MADE"]


async def test_answers_and_expiry_meet_without_harm(room: WaitingRoom) -> None:
    """Accepting while the offer expires, and declining at once, each has one outcome."""
    for days in range(6):
        await room.wait(days=days)
    await room.free(at(0))
    await room.refill(minutes=2)

    for _ in range(3):
        (offer,) = room.made()
        outcomes = await asyncio.gather(
            room.accept(offer), room.decline(offer), room.refill(minutes=60 * 24), return_exceptions=True
        )
        assert not [each for each in outcomes if isinstance(each, Exception) and not isinstance(each, ServiceError)]
        if isinstance(outcomes[0], BaseException):
            await room.refill()
            continue
        break

    booked = [state for _, state in room.asked() if state == "ACCEPTED"]
    assert len(booked) == room.house.booked() <= 1


async def test_an_offer_outlives_the_ledgers_question(room: WaitingRoom) -> None:
    """The ledger asks about held time: what is offered stays held, what ended goes back."""
    await room.wait()
    await room.free(at(0))
    await room.house.lapse()
    await room.refill(minutes=2)
    await room.house.lapse()

    booked = await room.accept(room.made()[0])
    await room.house.lapse()

    assert booked.start_wall.local == at(0)
    assert room.house.claims() == {"confirmed": 1, "released": 2}


async def test_the_owner_of_a_lent_hour_comes_before_the_waitlist(room: WaitingRoom) -> None:
    """First refusal: their hour is theirs again, and those who wait are not asked."""
    house = room.house
    from tests.integration.booking.series_desk import pause, resume, walls, weeks

    created = await weeks(house, 4)
    paused = await pause(house, created.series, 1, 3, keeps_time=False)
    guest = await house.book(await house.register(), at(1))
    await house.settle()
    await resume(house, paused.series)
    await room.wait(days=30)

    await room.cancel(guest.appointment_id)
    await room.refill(minutes=2)
    await house.settle()

    assert walls(await house.occurrences(created.series.series_id)) == [at(week) for week in range(4)]
    assert (room.openings(), room.asked()) == ([("REGAINED", "")], [])


async def test_the_desk_sees_why_skips_and_gives_back(room: WaitingRoom) -> None:
    """Each candidate has a reason in days; one is skipped with a reason, and the slot given back."""
    urgent = await room.wait(urgency=waitlist_pb2.URGENCY_URGENT)
    long = await room.wait(days=30)
    await room.free(at(0))
    openings = (await room.house.ask("ListOpenings", waitlist_service_pb2.ListOpeningsRequest())).openings
    opening_id = openings[0].opening_id

    seen = await room.house.ask("GetOpening", waitlist_service_pb2.GetOpeningRequest(opening_id=opening_id))
    assert [each.client_id for each in seen.candidates] == [urgent.client_id, long.client_id]
    assert "Place 1 of 2" in seen.candidates[0].reason.words
    skip = waitlist_service_pb2.SkipWaiterRequest(
        opening_id=opening_id,
        wish_id=urgent.wish_id,
        reason=waitlist_service_pb2.SKIP_REASON_CLIENT_CANNOT,
        request_id=str(uuid4()),
    )
    assert (await room.house.ask("SkipWaiter", skip)).pass_reason == "CLIENT_CANNOT"
    await room.refill(minutes=2)
    assert room.asked()[-1] == (long.client_id, "MADE")
    close = waitlist_service_pb2.CloseOpeningRequest(opening_id=opening_id, request_id=str(uuid4()))
    assert (await room.house.ask("CloseOpening", close)).close_reason == "BY_DESK"
    assert room.asked()[-1] == (long.client_id, "WITHDRAWN")
    await room.house.book(await room.house.register(), at(0))
