"""What is offered to affected clients is theirs alone, whoever wants the same time at the same moment."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kept.availability.v1 import availability_service_pb2
from kept.booking.v1 import absence_pb2
from kept.wall.v1 import wall_pb2

from services.booking.bootstrap import now, own_call
from services.booking.usecases.work_absences import work_absences
from services.chassis.errors import ServiceError
from tests.integration.booking.away import COVER, OTHER_TIME, Away, State
from tests.integration.booking.standing import ZONE, House, at, work
from tests.integration.booking.waiting_room import WaitingRoom

pytestmark = pytest.mark.integration

OVERLAPS = """
    select count(*) from occupancies a join occupancies b
        on a.practice_id = b.practice_id and a.resource_id = b.resource_id and a.during && b.during
       and a.lane = b.lane and (a.claim_id, a.piece) < (b.claim_id, b.piece)
     where a.practice_id = %s and a.lane = 0
"""


@pytest.fixture
def away(standing_house: House) -> Away:
    """A house whose therapist will be away on the first Monday."""
    return Away(standing_house)


async def ready(away: Away, *times: str) -> tuple[str, list[Any]]:
    """Book clients, let a second therapist work, and have the absence ready to offer; return the cover and them."""
    booked = [await away.house.book(await away.house.register(), at(0, time)) for time in times]
    await away.house.settle()
    cover = str(uuid4())
    await work(away.house, cover)
    await away.start()
    await away.work()
    await away.approve()
    return cover, booked


def overlaps(away: Away) -> int:
    """Count minutes that are taken twice, without the constraint's help."""
    with psycopg.connect(away.house.ledger_database.owner_url) as conn:
        row = conn.execute(OVERLAPS, (away.house.practice_id,)).fetchone()
    assert row is not None
    return int(row[0])


async def book_with(house: House, therapist_id: str, local: str) -> Any:
    """Book a new client with a therapist."""
    return await replace(house, therapist_id=therapist_id).book(await house.register(), local)


async def test_a_crowd_and_an_offer_want_the_cover_at_once(away: Away) -> None:
    """Either somebody booked the cover and it is not offered, or it is offered and nobody else gets it."""
    cover, _ = await ready(away, "10:00")
    request = away.offer(COVER)

    *tried, _ = await asyncio.gather(
        *(book_with(away.house, cover, at(0, "10:00")) for _ in range(8)), request, return_exceptions=True
    )
    (item,) = await away.affected()

    won = [each for each in tried if not isinstance(each, BaseException)]
    assert all(each.reason == "SLOT_TAKEN" for each in tried if isinstance(each, ServiceError))
    if item.state == State.STATE_OFFERED:
        assert won == []
        assert (await away.accept(item.offer)).therapist_id == cover
    else:
        assert (len(won), item.note) == (1, "NOTHING_FITS")
    assert overlaps(away) == 0


async def test_what_staff_books_over_an_offer_does_not_take_it_away(away: Away) -> None:
    """Deliberate overbooking goes to its own lane: the client who was promised the time still gets it."""
    cover, booked = await ready(away, "10:00")
    await away.offer(COVER)
    over = availability_service_pb2.HoldRequest(
        hold_id=str(uuid4()),
        therapist_id=cover,
        client_id=str(uuid4()),
        session_type_id=away.house.session_type_id,
        start_wall=wall_pb2.WallTime(local=at(0, "10:00"), time_zone=ZONE),
        by_staff=True,
        overbook_reason="twins",
    )
    own = own_call(away.house.parts.database, away.house.practice_id)
    await away.house.parts.ledger._door.call("Hold", over, own)

    (item,) = await away.affected()
    accepted = await away.accept(item.offer)

    assert (accepted.appointment_id, accepted.therapist_id) == (booked[0].appointment_id, cover)
    assert overlaps(away) == 0


async def test_an_offer_and_the_waitlist_never_promise_one_hour_twice(away: Away) -> None:
    """A freed hour of the cover goes to who waits, or to who is affected; both answers are kept."""
    room = WaitingRoom(away.house)
    cover, _ = await ready(away, "10:00")
    leaving = await book_with(away.house, cover, at(0, "10:00"))
    await away.house.settle()
    await room.wait(therapist_ids=[cover])
    await room.cancel(leaving.appointment_id)
    room.let_pass(2)

    await asyncio.gather(room.refill(), away.offer(COVER))
    await room.refill()
    (item,) = await away.affected()

    (offer,) = room.made()
    assert (await room.accept(offer)).therapist_id == cover
    assert (State.Name(item.state), item.note) == ("STATE_OPEN", "NOTHING_FITS")
    assert overlaps(away) == 0


async def test_the_cover_falls_ill_while_the_client_answers(away: Away) -> None:
    """The client has the cover and is affected again, or hears that it can't be; nobody is lost either way."""
    cover, booked = await ready(away, "10:00")
    await away.offer(COVER)
    first = away.absence_id
    (item,) = await away.affected()

    accepted, _ = await asyncio.gather(
        away.accept(item.offer), away.start(cover, is_heard=False), return_exceptions=True
    )
    second = away.absence_id
    await away.house.settle()
    await away.hear()
    await away.work()
    await away.work()

    stands = {
        absence_id: state
        for absence_id, state in away.read(
            "select absence_id::text, state from affected_appointments where practice_id = %s and appointment_id = %s",
            away.house.practice_id,
            booked[0].appointment_id,
        )
    }
    if isinstance(accepted, BaseException):
        assert isinstance(accepted, ServiceError)
        assert (accepted.reason, stands) == ("SLOT_TAKEN", {first: "OPEN"})
    else:
        assert stands in ({first: "COVERED", second: "OPEN"}, {first: "COVERED", second: "PENDING"})
    assert overlaps(away) == 0
    assert away.held() <= 1


async def test_the_covers_own_absence_takes_the_offer_back(away: Away) -> None:
    """What can't be given any more is withdrawn; other options stay; the appointment is open when none does."""
    cover, booked = await ready(away, "10:00", "11:00")
    await away.offer(COVER, to=[booked[0].appointment_id])
    await away.offer(COVER, OTHER_TIME, to=[booked[1].appointment_id])
    first = away.absence_id

    await away.start(cover)
    away.absence_id = first
    await away.work()

    by_id = {each.appointment_id: each for each in await away.affected()}
    alone, among = by_id[booked[0].appointment_id], by_id[booked[1].appointment_id]
    assert (alone.state, alone.note) == (State.STATE_OPEN, "WITHDRAWN")
    assert alone.offer.state == absence_pb2.AbsenceOffer.STATE_WITHDRAWN
    assert among.state == State.STATE_OFFERED
    assert {each.kind for each in among.offer.options} == {OTHER_TIME}
    assert away.told("AbsenceOfferClosed") == 1
    assert away.held() == 3


async def test_answers_expiry_and_the_desk_meet_without_harm(away: Away) -> None:
    """Taking, declining, calling off and expiring at the same moment: each appointment has one fate."""
    _, booked = await ready(away, "10:00", "11:00", "13:00")
    await away.offer(COVER, OTHER_TIME)
    away.sql("update absence_offers set expire_time = now() where practice_id = %s", away.house.practice_id)
    away.sql("update affected_appointments set look_time = now() where practice_id = %s", away.house.practice_id)
    items = await away.affected()

    outcomes = await asyncio.gather(
        *(away.accept(each.offer, 1) for each in items),
        *(away.decline(each.offer) for each in items),
        *(away.cancel(each.appointment_id) for each in items),
        away.work(),
        away.work(),
        return_exceptions=True,
    )
    await away.house.settle()
    await away.work()

    odd = [each for each in outcomes if isinstance(each, BaseException) and not isinstance(each, ServiceError)]
    assert odd == []
    states = dict(
        away.read(
            "select a.state, p.state from affected_appointments a join appointments p using (practice_id,"
            " appointment_id) where a.practice_id = %s",
            away.house.practice_id,
        )
    )
    kept_or_lost = {("CANCELLED", "CANCELLED"), ("MOVED", "BOOKED"), ("MOVED", "CANCELLED"), ("OPEN", "BOOKED")}
    assert set(states.items()) <= kept_or_lost
    live = away.read(
        "select 1 from absence_offers where practice_id = %s and state in ('PREPARED', 'MADE')", away.house.practice_id
    )
    assert (live, away.held()) == ([], 0)
    assert overlaps(away) == 0
    assert len(booked) == 3


async def test_what_is_held_survives_a_death_before_it_is_told(away: Away) -> None:
    """A process that dies between hold and commit leaves a prepared offer; the next one makes it, once."""
    await ready(away, "10:00")
    parts = away.house.parts
    dying = partial(
        work_absences,
        partial(own_call, parts.database),
        store=parts.absences,
        ledger=Dying(parts.ledger),  # type: ignore[arg-type]
        clock=now,
        fences=parts.fences,
    )
    away.work = dying  # type: ignore[method-assign,assignment]
    with pytest.raises(RuntimeError):
        await away.offer(COVER, OTHER_TIME)
    del away.work
    assert await away.states() == ["ASKED"]
    assert away.held() == 1
    await away.house.lapse()
    assert away.held() == 1, "the ledger's question frees nothing that is about to be offered"

    await away.work()

    (item,) = await away.affected()
    assert (item.state, len(item.offer.options), away.held()) == (State.STATE_OFFERED, 4, 4)
    assert away.told("AbsenceOffered") == 1
    await away.house.lapse()
    await away.accept(item.offer)
    await away.house.lapse()
    assert away.held() == 0


class Dying:
    """Is the ledger, to a process that dies right after it held something."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    async def transfer(self, *asked: Any, **more: Any) -> None:
        """Hold, then die."""
        await self._ledger.transfer(*asked, **more)
        raise RuntimeError("killed")
