"""The waitlist with the real ledger: freed slots are offered to one after another, and nobody is lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from kept.availability.v1 import availability_events_pb2, availability_service_pb2
from kept.booking.v1 import (
    absence_pb2,
    booking_service_pb2,
    policy_pb2,
    policy_service_pb2,
    waitlist_pb2,
    waitlist_service_pb2,
)
from kept.wall.v1 import wall_pb2

from services.booking.adapters.refills import RECOVERED
from services.booking.bootstrap import own_call
from services.chassis.context import Actor, Call
from services.chassis.errors import Forbidden, ServiceError
from tests.integration.booking.away import Away
from tests.integration.booking.series_desk import pause, resume, walls, weeks
from tests.integration.booking.standing import ZONE, House, at, monday
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


async def test_whoever_was_chosen_and_not_asked_yet_makes_no_undoing_too_late(room: WaitingRoom) -> None:
    """Even with the hold in the ledger nobody was told of anything: they are passed over and keep their place."""
    wish = await room.wait()
    booked = await room.free(at(0))
    died = replace(room.house.parts, ledger=Dying(room.house.parts.ledger))  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        await room.refill(minutes=2, parts=died)
    assert [state for _, state in room.asked()] == ["PREPARED"]

    restored = await room.undo(booked.appointment_id)
    await room.house.settle()
    await room.refill(minutes=5)

    assert restored.start_wall.local == at(0)
    assert (room.openings(), room.asked()) == ([("UNDONE", "")], [(wish.client_id, "PASSED_OVER")])
    assert room.house.claims() == {"confirmed": 1, "released": 3}
    kept = await room.house.ask("GetWish", waitlist_service_pb2.GetWishRequest(wish_id=wish.wish_id))
    assert (kept.state, kept.since_time) == (waitlist_pb2.Wish.STATE_WAITING, wish.since_time)


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


async def test_a_therapists_absence_withdraws_what_is_offered(room: WaitingRoom) -> None:
    """Whoever was asked is told; the slot is lost, and nobody else is asked for it."""
    house = room.house
    wish = await room.wait()
    await room.wait()
    await room.free(at(0))
    await room.refill(minutes=2)
    (offer,) = room.made()
    start = datetime.combine(monday(), datetime.min.time(), tzinfo=UTC)
    event = availability_events_pb2.AbsenceStarted(
        practice_id=house.practice_id, absence_id=str(uuid4()), therapist_id=house.therapist_id
    )
    event.start_time.FromDatetime(start)
    event.end_time.FromDatetime(start + timedelta(days=2))

    for _ in range(2):
        actor = Actor("service:availability", "service", house.practice_id, frozenset({"system"}))
        call = Call(actor=actor, method="booking.OnAbsenceStarted", database=house.parts.database)
        await house.parts.reactions.on_absence_started(event, call)
        await call.close()

    assert room.asked() == [(wish.client_id, "WITHDRAWN")]
    assert room.openings() == [("LOST", "ABSENCE")]
    with pytest.raises(ServiceError) as refused:
        await room.accept(offer)
    assert refused.value.reason == "OFFER_CLOSED"
    assert house.claims() == {"released": 3}


async def test_moving_away_frees_the_old_time_for_those_who_wait(room: WaitingRoom) -> None:
    """The mover keeps the new time; the old one is offered."""
    house = room.house
    wish = await room.wait()
    booked = await house.book(await house.register(), at(0))
    await house.settle()
    move = booking_service_pb2.RescheduleAppointmentRequest(
        appointment_id=booked.appointment_id,
        start_wall=wall_pb2.WallTime(local=at(0, "10:00"), time_zone=ZONE),
        etag=booked.etag,
        request_id=str(uuid4()),
    )
    await house.ask("RescheduleAppointment", move)
    await house.settle()

    await room.refill(minutes=2)
    accepted = await room.accept(room.made()[0])

    assert (accepted.client_id, accepted.start_wall.local) == (wish.client_id, at(0))
    assert house.booked() == 2


async def test_what_is_held_survives_a_death_before_it_is_told(room: WaitingRoom) -> None:
    """A process that dies between hold and commit leaves a prepared offer; the next one makes it, once."""
    wish = await room.wait()
    await room.wait()
    await room.free(at(0))
    ledger = room.house.parts.ledger
    died = replace(room.house.parts, ledger=Dying(ledger))  # type: ignore[arg-type]

    with pytest.raises(RuntimeError):
        await room.refill(minutes=2, parts=died)
    assert [state for _, state in room.asked()] == ["PREPARED"]
    await room.refill()

    assert room.asked() == [(wish.client_id, "MADE")]
    await room.accept(room.made()[0])
    await room.house.settle()
    assert room.house.claims() == {"confirmed": 1, "released": 2}


async def test_the_slot_is_offered_though_the_ledger_has_not_heard_yet(room: WaitingRoom) -> None:
    """A bus that is down for longer than the undo window loses no slot, and frees none twice."""
    await room.wait()
    booked = await room.house.book(await room.house.register(), at(0))
    request = booking_service_pb2.CancelAppointmentRequest(
        appointment_id=booked.appointment_id, request_id=str(uuid4())
    )
    await room.house.ask("CancelAppointment", request)

    await room.refill(minutes=2)
    await room.house.settle()
    await room.accept(room.made()[0])
    await room.house.settle()

    assert room.house.claims() == {"confirmed": 1, "released": 1}


async def test_clients_keep_their_own_wishes_and_answer_by_withdrawing(room: WaitingRoom) -> None:
    """A client waits, changes and withdraws for themselves; urgency stays the practice's word."""
    house = room.house
    client_id = await house.register()
    person = {"actor_id": "user:ada", "roles": frozenset({"client"}), "client_id": client_id}
    wish = waitlist_pb2.Wish(
        client_id=client_id,
        session_type_ids=[house.session_type_id],
        time_zone=ZONE,
        urgency=waitlist_pb2.URGENCY_URGENT,
    )
    create = waitlist_service_pb2.CreateWishRequest(wish=wish, request_id=str(uuid4()))

    made = await house.ask("CreateWish", create, **person)
    assert made.urgency == waitlist_pb2.URGENCY_ROUTINE
    with pytest.raises(Forbidden):
        await house.ask(
            "GetWish", waitlist_service_pb2.GetWishRequest(wish_id=made.wish_id), **person | {"client_id": str(uuid4())}
        )
    await room.free(at(0))
    await room.refill(minutes=2)
    (offer,) = room.made()
    seen = await house.ask("GetOffer", waitlist_service_pb2.GetOfferRequest(offer_id=offer), **person)
    assert not seen.HasField("reason")
    withdraw = waitlist_service_pb2.WithdrawWishRequest(wish_id=made.wish_id, etag=made.etag, request_id=str(uuid4()))
    gone = await house.ask("WithdrawWish", withdraw, **person)
    assert gone.state == waitlist_pb2.Wish.STATE_WITHDRAWN
    assert room.asked() == [(client_id, "DECLINED")]


async def test_a_client_waits_at_most_five_times(room: WaitingRoom) -> None:
    """The sixth wish is refused with the limit."""
    client_id = await room.house.register()
    for _ in range(5):
        await room.wait(client_id)

    with pytest.raises(ServiceError) as refused:
        await room.wait(client_id)

    assert (refused.value.reason, refused.value.metadata["limit"]) == ("LIMIT_REACHED", "5")


async def test_the_report_and_the_metrics_count_what_was_filled(room: WaitingRoom) -> None:
    """One of two slots is filled: 50 minutes recovered, counted once."""
    await room.wait()
    await room.free(at(0))
    await room.free(at(0, "11:00"))
    await room.refill(minutes=2)
    await room.accept(room.made()[0])
    before = RECOVERED._value.get()

    counted = [await room.house.parts.refills.count_ended() for _ in range(2)]
    request = waitlist_service_pb2.GetRefillReportRequest()
    request.from_time.FromDatetime(datetime.now(UTC) - timedelta(days=1))
    request.to_time.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    report = await room.house.ask("GetRefillReport", request)

    assert (counted[0] >= 2, counted[1]) == (True, 0)
    assert RECOVERED._value.get() - before >= 50
    last = report.groups[-1]
    assert (last.notice_from_h, last.freed_count, last.filled_count, last.recovered_min) == (24, 2, 1, 50)
    assert (last.offers_made_count, last.offers_accepted_count) == (1, 1)


async def test_of_undoing_and_offering_at_once_exactly_one_has_the_slot(room: WaitingRoom) -> None:
    """Either the mis-click is undone and nobody was asked, or somebody was asked and the undoing is refused."""
    for days in range(3):
        await room.wait(days=days)
    booked = await room.free(at(0))
    room.let_pass(2)

    undone, *_ = await asyncio.gather(
        room.undo(booked.appointment_id), room.refill(), room.refill(), return_exceptions=True
    )
    await room.house.settle()

    if isinstance(undone, BaseException):
        assert isinstance(undone, ServiceError)
        assert undone.reason == "SLOT_TAKEN"
        await room.accept(room.made()[0])
    else:
        assert (room.made(), room.openings()) == ([], [("UNDONE", "")])
    assert room.house.booked() == 1


@pytest.mark.parametrize("hours", [0, 4])
async def test_what_staff_books_over_an_offer_does_not_take_it_away(room: WaitingRoom, hours: int) -> None:
    """Deliberate overbooking goes to its own lane; alone or as one of a few, who was asked still gets the hour."""
    await room.wait(notice_min=0)
    await room.wait(notice_min=0)
    await room.free(at(0))
    room.let_pass(2)
    if hours:
        room.bring_near(hours)
    await room.refill()
    over = availability_service_pb2.HoldRequest(
        hold_id=str(uuid4()),
        therapist_id=room.house.therapist_id,
        client_id=str(uuid4()),
        session_type_id=room.house.session_type_id,
        start_wall=wall_pb2.WallTime(local=at(0), time_zone=ZONE),
        by_staff=True,
        overbook_reason="twins",
    )
    own = own_call(room.house.parts.database, room.house.practice_id)
    await room.house.parts.ledger._door.call("Hold", over, own)

    booked = await room.accept(room.made()[0])

    assert booked.start_wall.local == at(0)
    assert room.house.booked() == 1


async def test_an_answer_and_the_therapists_absence_at_once_lose_nobody(room: WaitingRoom) -> None:
    """Either the offer is taken and the appointment is affected, or the answer is refused and nothing is booked."""
    away = Away(room.house)
    await room.wait()
    await room.free(at(0))
    await room.refill(minutes=2)
    (offer,) = room.made()

    taken, _ = await asyncio.gather(room.accept(offer), away.start(), return_exceptions=True)
    await room.house.settle()
    for _ in range(2):
        await away.work()
        away.let_pass(minutes=2)

    if isinstance(taken, BaseException):
        assert isinstance(taken, ServiceError)
        assert (taken.reason, room.house.booked()) == ("OFFER_CLOSED", 0)
    else:
        tracked = {each.appointment_id: each.state for each in await away.affected()}
        assert tracked[taken.appointment_id] == absence_pb2.AffectedAppointment.STATE_OPEN
    assert room.made() == []


async def test_a_crowd_of_bookings_never_gets_what_is_passed_on(room: WaitingRoom) -> None:
    """While the slot goes from one who waits to the next, others try all the time; it is booked by one who waited."""
    waiting = [await room.wait(days=days) for days in range(4)]
    await room.free(at(0))
    strangers = [await room.house.register() for _ in range(10)]

    async def pass_on() -> None:
        await room.refill(minutes=2)
        for _ in range(3):
            await room.decline(room.made()[0])
            await room.refill()

    tried, _ = await asyncio.gather(
        asyncio.gather(*(room.house.book(each, at(0)) for each in strangers), return_exceptions=True), pass_on()
    )
    booked = await room.accept(room.made()[0])

    assert all(isinstance(each, ServiceError) and each.reason == "SLOT_TAKEN" for each in tried)
    assert booked.client_id == waiting[0].client_id
    assert room.house.booked() == 1


async def test_whom_the_practice_would_refuse_is_not_asked(room: WaitingRoom) -> None:
    """Without the card that the practice asks for there is no offer to be disappointed by; the desk sees why."""
    wish = await room.wait()
    booked = await room.house.book(await room.house.register(), at(0))
    await room.house.settle()
    policy = policy_pb2.Policy(card=policy_pb2.DEMAND_REFUSE)
    put = policy_service_pb2.PutPolicyRequest(policy=policy, request_id=str(uuid4()))
    await room.house.ask("PutPolicy", put, roles=frozenset({"practice_admin"}))

    await room.cancel(booked.appointment_id)
    await room.refill(minutes=2)

    assert room.asked() == [(wish.client_id, "PASSED_OVER")]
    (reason,) = room.read("select pass_reason from offers where practice_id = %s")[0]
    assert reason == "CARD_REQUIRED"
    assert room.openings() == [("GIVEN_BACK", "NOBODY_FITS")]


class Dying:
    """Is the ledger, to a process that dies right after it held something."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    async def transfer(self, *asked: Any, **more: Any) -> None:
        """Hold, then die."""
        await self._ledger.transfer(*asked, **more)
        raise RuntimeError("killed")
