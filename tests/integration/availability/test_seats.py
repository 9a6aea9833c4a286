"""Seats in a group's session: exactly as many as there are, each blocking its client alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.wall.v1 import wall_pb2

from services.chassis.errors import RuleViolated, ServiceError
from tests.integration.availability.conftest import OpenDoor, Rows
from tests.integration.availability.door import ZONE, Door, Practice, new_id

pytestmark = pytest.mark.integration

CROWD = 200
"""Callers at once. Source: the foundation's race suite."""


async def open_session(practice: Practice, *, capacity: int, local: str = "") -> Any:
    """Hold a session of a group that has some seats."""
    request = availability_service_pb2.PutSessionTypeRequest(
        session_type=availability_pb2.SessionType(
            session_type_id=practice.session_type_id,
            display_name="Group",
            length_min=50,
            buffer_after_min=10,
            horizon_days=90,
            grid_min=30,
            modalities=[availability_pb2.MODALITY_VIDEO],
            capacity=capacity,
        )
    )
    await practice.door.as_admin("PutSessionType", request)
    hold = practice.hold(local or practice.at(days=4), by_staff=True, extra_therapist_ids=practice.therapist_ids[1:])
    return await practice.door.as_booking("Hold", hold)


async def take(door: Door, session: Any, *client_ids: str, seat_id: str = "", by_client: bool = False) -> Any:
    """Take seats for clients; the outcomes in order."""
    seats = [availability_service_pb2.Seat(seat_id=seat_id or new_id(), client_id=each) for each in client_ids]
    request = availability_service_pb2.TakeSeatsRequest(
        session_claim_id=session.claim_id, seats=seats, by_client=by_client
    )
    return (await door.as_booking("TakeSeats", request)).outcomes


def said(outcome: Any) -> str:
    """Say what became of a seat."""
    return "SEATED" if outcome.HasField("claim") else str(outcome.refusal.reason)


async def test_of_a_crowd_at_the_last_seats_exactly_as_many_get_one(
    open_door: OpenDoor, practice: Practice, rows: Rows
) -> None:
    """Two hundred callers through two replicas, eight seats, three of them taken: five win, all others are told."""
    other = (await open_door()).of(practice.door.practice_id)
    session = await open_session(practice, capacity=8)
    await take(practice.door, session, *(new_id() for _ in range(3)))

    found = await asyncio.gather(
        *(take((practice.door, other)[number % 2], session, new_id()) for number in range(CROWD))
    )

    assert Counter(said(each) for (each,) in found) == {"SEATED": 5, "SEATS_TAKEN": CROWD - 5}
    seats = "select count(*) from claims where seat_of_claim_id = %s and state <> 'released'"
    assert rows(seats, session.claim_id) == [(8,)]


async def test_seats_that_a_client_takes_count_to_what_they_may_hold(open_door: OpenDoor, practice: Practice) -> None:
    """Holds and seats together, through two replicas at once: five; what staff gives them is not counted."""
    other = (await open_door()).of(practice.door.practice_id)
    sessions = [await open_session(practice, local=practice.at(days=4 + day), capacity=8) for day in range(7)]
    ada, ben = new_id(), new_id()
    for day in (12, 13):
        await practice.door.as_booking("Hold", practice.hold(practice.at(days=day), client_id=ada))

    found = await asyncio.gather(
        *(take((practice.door, other)[number % 2], each, ada, by_client=True) for number, each in enumerate(sessions))
    )

    assert Counter(said(each) for (each,) in found) == {"SEATED": 3, "HOLDS_EXHAUSTED": 4}
    left = next(each for each, (outcome,) in zip(sessions, found, strict=True) if said(outcome) != "SEATED")
    [by_staff] = await take(practice.door, left, ada)
    [of_another] = await take(practice.door, sessions[0], ben, by_client=True)
    assert (said(by_staff), said(of_another)) == ("SEATED", "SEATED")


async def test_a_seat_blocks_its_client_and_nobody_else(practice: Practice, rows: Rows) -> None:
    """Somebody busy gets none and uses none up; somebody seated is busy; the leaders' time is taken once."""
    session = await open_session(practice, capacity=2)
    busy, ada, ben = new_id(), new_id(), new_id()
    elsewhere = practice.hold(practice.at(days=5), client_id=ada, by_staff=True)
    await practice.door.as_booking("Hold", elsewhere)
    session_elsewhere = await open_session(practice, capacity=2, local=practice.at(days=6))
    await take(practice.door, session_elsewhere, busy)
    later = practice.hold(practice.at(days=6), client_id=busy, by_staff=True)

    outcomes = await take(practice.door, session, ada, ben, busy)
    with pytest.raises(RuleViolated):
        await practice.door.as_booking("Hold", later)
    again = await take(practice.door, session_elsewhere, busy, ada)

    assert [said(each) for each in outcomes] == ["SEATED", "SEATED", "SEATS_TAKEN"]
    assert [said(each) for each in again] == ["CLIENT_OVERLAP", "SEATED"]
    kinds = "select resource_kind, count(*) from occupancies where claim_id = %s group by 1"
    assert rows(kinds, outcomes[0].claim.claim_id) == [("client", 1)]


async def test_a_seat_given_back_is_taken_again_and_frees_no_therapist(practice: Practice, rows: Rows) -> None:
    """The next one is seated; nobody hears that the therapist's time is free."""
    session = await open_session(practice, capacity=1)
    [first] = await take(practice.door, session, new_id())
    [full] = await take(practice.door, session, new_id())

    release = availability_service_pb2.ReleaseRequest(claim_id=first.claim.claim_id, request_id=new_id())
    await practice.door.as_booking("Release", release)
    [second] = await take(practice.door, session, new_id())

    assert [said(full), said(second)] == ["SEATS_TAKEN", "SEATED"]
    freed = "select type from outbox where practice_id = %s and type like '%%Claim%%'"
    assert rows(freed, practice.door.practice_id) == []


async def test_a_seat_is_one_however_often_it_is_asked_for_and_can_not_move(practice: Practice) -> None:
    """The same id gives the same seat; a move of a seat, and a seat in a seat, are refused."""
    session = await open_session(practice, capacity=5)
    client_id, seat_id = new_id(), new_id()

    [first] = await take(practice.door, session, client_id, seat_id=seat_id)
    [again] = await take(practice.door, session, client_id, seat_id=seat_id)
    [other] = await take(practice.door, session, new_id(), seat_id=seat_id)
    move = availability_service_pb2.MoveRequest(
        claim_id=seat_id,
        start_wall=practice.hold(practice.at(days=9)).start_wall,
        by_staff=True,
        request_id=new_id(),
    )
    with pytest.raises(RuleViolated) as moved:
        await practice.door.as_booking("Move", move)
    with pytest.raises(RuleViolated) as nested:
        await take(practice.door, first.claim, new_id())

    assert first == again
    assert said(other) == "REQUEST_ID_REUSED"
    assert [moved.value.reason, nested.value.reason] == ["SEAT_FIXED", "SEAT_FIXED"]


async def test_an_absence_of_a_co_leader_hits_everybody_seated(practice: Practice, rows: Rows) -> None:
    """The session's claim and its seats are what waits for an answer."""
    session = await open_session(practice, capacity=5)
    outcomes = await take(practice.door, session, new_id(), new_id())
    hit = {session.claim_id, *(each.claim.claim_id for each in outcomes)}

    statement = """
        select claim_id::text from (select set_config('kept.practices', %s, true)) s,
               claims_hit(%s, %s, %s, %s)
    """
    practice_id = practice.door.practice_id
    span = (session.start_time.seconds, session.end_time.seconds)
    found = rows(statement, "{" + practice_id + "}", practice_id, practice.therapist_ids[1], *span)

    assert {claim_id for (claim_id,) in found} == hit


async def move(door: Door, session: Any, local: str) -> str:
    """Move a session with its seats; say what came of it."""
    request = availability_service_pb2.MoveSessionRequest(
        claim_id=session.claim_id, start_wall=wall_pb2.WallTime(local=local, time_zone=ZONE), request_id=new_id()
    )
    try:
        await door.as_booking("MoveSession", request)
    except ServiceError as refusal:
        return refusal.reason
    return "MOVED"


async def alone(practice: Practice, number: int, local: str) -> Any:
    """Hold a session of a group that one therapist leads."""
    hold = practice.hold(local, by_staff=True, therapist_id=practice.therapist_ids[number])
    return await practice.door.as_booking("Hold", hold)


async def test_sessions_that_move_into_each_others_time_wait_for_nobody(
    open_door: OpenDoor, practice: Practice, rows: Rows
) -> None:
    """Two sessions with the same members cross, through two replicas: both are refused, and no time is lost."""
    other = (await open_door()).of(practice.door.practice_id)
    await open_session(practice, capacity=8)
    early, late = practice.at(days=6, hour=9), practice.at(days=6, hour=14)
    sessions = [await alone(practice, 0, early), await alone(practice, 1, late)]
    members = [new_id() for _ in range(6)]
    for session in sessions:
        outcomes = await take(practice.door, session, *members)
        assert {said(each) for each in outcomes} == {"SEATED"}
    taken = "select resource_id, during from occupancies where practice_id = %s order by 1, 2"
    before = rows(taken, practice.door.practice_id)

    found = await asyncio.gather(
        *(
            move((practice.door, other)[number % 2], sessions[number % 2], (late, early)[number % 2])
            for number in range(16)
        )
    )

    assert set(found) == {"CLIENT_OVERLAP"}
    assert rows(taken, practice.door.practice_id) == before


async def test_of_a_move_and_holds_for_a_members_time_exactly_one_has_it(
    open_door: OpenDoor, practice: Practice, rows: Rows
) -> None:
    """A session moves to an hour at which others want one of its members: it moves with everybody, or not at all."""
    other = (await open_door()).of(practice.door.practice_id)
    await open_session(practice, capacity=8)
    local = practice.at(days=7, hour=14)
    session = await alone(practice, 0, practice.at(days=7, hour=9))
    members = [new_id() for _ in range(4)]
    await take(practice.door, session, *members)

    async def want(number: int) -> str:
        hold = practice.hold(local, by_staff=True, client_id=members[1], therapist_id=practice.therapist_ids[1])
        try:
            await (practice.door, other)[number % 2].as_booking("Hold", hold)
        except ServiceError as refusal:
            return refusal.reason
        return "HELD"

    moved, *held = await asyncio.gather(move(other, session, local), *(want(number) for number in range(20)))

    assert (held.count("HELD"), moved == "MOVED") in ((1, False), (0, True)), (moved, held)
    pending = rows("select count(*) from claims where practice_id = %s and move is not null", practice.door.practice_id)
    assert pending == [(5 if moved == "MOVED" else 0,)]


async def test_a_session_moves_once_however_many_ask(practice: Practice, rows: Rows) -> None:
    """Of many moves at once one waits for its word, with all seats; the others are told so."""
    await open_session(practice, capacity=8)
    session = await alone(practice, 0, practice.at(days=8, hour=9))
    await take(practice.door, session, *(new_id() for _ in range(3)))

    found = await asyncio.gather(
        *(move(practice.door, session, practice.at(days=8, hour=hour)) for hour in range(11, 18))
    )

    assert Counter(found) == {"MOVED": 1, "MOVE_PENDING": 6}
    moves = "select count(distinct move->>'start_s'), count(*) from claims where practice_id = %s and move is not null"
    assert rows(moves, practice.door.practice_id) == [(1, 4)]
