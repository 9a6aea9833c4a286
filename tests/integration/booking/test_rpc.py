"""Booking over real gRPC: book, lose, retry, move, cancel, and who may look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_events_pb2, availability_pb2
from kept.booking.v1 import booking_pb2, booking_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.bootstrap import bootstrap
from services.booking.domain import errors
from services.booking.usecases.book_appointment import claim_id
from services.chassis.config import ProcessConfig
from services.chassis.context import Actor, Call
from services.chassis.errors import (
    AlreadyExists,
    Forbidden,
    InvalidRequest,
    NotFound,
    RuleViolated,
    ServiceError,
    Stale,
)
from services.chassis.rpc.server import Server
from tests.integration.booking.desk import Desk
from tests.integration.booking.ledger import FakeLedger

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
SESSION_TYPE_ID = str(uuid4())
State = booking_pb2.Appointment.State


def wall(local: str) -> wall_pb2.WallTime:
    """Return a time in Phoenix."""
    return wall_pb2.WallTime(local=local, time_zone="America/Phoenix")


def booking_of(client_id: str, *, therapist_id: str = "", local: str = "2030-01-10T15:00", request_id: str = "") -> Any:
    """Return a request for an hour."""
    return booking_service_pb2.BookAppointmentRequest(
        client_id=client_id,
        therapist_id=therapist_id or str(uuid4()),
        session_type_id=SESSION_TYPE_ID,
        start_wall=wall(local),
        request_id=request_id or str(uuid4()),
    )


async def test_an_appointment_is_booked_and_read(desk: Desk, ledger: FakeLedger) -> None:
    """The answer says what was agreed, and a read says the same."""
    request = booking_of(await desk.register())

    booked = await desk.book(request)

    assert booked.state == State.STATE_BOOKED
    assert booked.appointment_id == claim_id(desk.actor.practice_id, request.request_id)
    assert booked.start_time.ToJsonString() == "2030-01-10T22:00:00Z"
    get = booking_service_pb2.GetAppointmentRequest(appointment_id=booked.appointment_id)
    assert await desk.ask("GetAppointment", get) == booked
    assert ledger.words == ["hold"]


async def test_a_retry_gets_the_first_answer_and_another_body_is_refused(desk: Desk, rows: Rows) -> None:
    """The same request books once; the same id for another client is REQUEST_ID_REUSED."""
    request = booking_of(await desk.register())
    first = await desk.book(request)

    assert await desk.book(request) == first
    other = booking_of(await desk.register(), request_id=request.request_id)
    with pytest.raises(AlreadyExists) as refusal:
        await desk.book(other)

    assert refusal.value.reason == "REQUEST_ID_REUSED"
    assert rows("select count(*) from appointments where practice_id = %s", desk.actor.practice_id) == [(1,)]


async def test_twins_at_once_are_one_appointment(desk: Desk, rows: Rows) -> None:
    """Ten calls of one request id at the same moment get one and the same answer."""
    request = booking_of(await desk.register())

    answers = await asyncio.gather(*(desk.book(request) for _ in range(10)))

    assert all(answer == answers[0] for answer in answers)
    assert rows("select count(*) from appointments where practice_id = %s", desk.actor.practice_id) == [(1,)]
    assert rows(
        "select count(*) from outbox where practice_id = %s and type like '%%Booked'", desk.actor.practice_id
    ) == [(1,)]


async def test_a_loser_gets_alternatives(desk: Desk, rows: Rows) -> None:
    """SLOT_TAKEN and CLIENT_OVERLAP come through with what is free; nothing is written."""
    therapist_id, first, second = str(uuid4()), await desk.register(), await desk.register()
    await desk.book(booking_of(first, therapist_id=therapist_id))

    with pytest.raises(RuleViolated) as taken:
        await desk.book(booking_of(second, therapist_id=therapist_id, local="2030-01-10T15:30"))
    with pytest.raises(RuleViolated) as overlap:
        await desk.book(booking_of(first, local="2030-01-10T15:30"))

    assert (taken.value.reason, overlap.value.reason) == ("SLOT_TAKEN", "CLIENT_OVERLAP")
    for refusal in (taken.value, overlap.value):
        (alternatives,) = refusal.details
        assert isinstance(alternatives, availability_pb2.Alternatives)
        assert alternatives.slots
    assert rows("select count(*) from appointments where practice_id = %s", desk.actor.practice_id) == [(1,)]


async def test_an_unknown_client_gives_the_hold_back(desk: Desk, ledger: FakeLedger) -> None:
    """Nobody is booked, and the slot is free for the next at once."""
    therapist_id = str(uuid4())

    with pytest.raises(NotFound):
        await desk.book(booking_of(str(uuid4()), therapist_id=therapist_id))
    await desk.book(booking_of(await desk.register(), therapist_id=therapist_id))

    assert ledger.words == ["hold", "release", "hold"]


async def test_an_appointment_lives(desk: Desk) -> None:
    """Confirmed twice, moved with the etag seen, cancelled; its changes tell the story."""
    booked = await desk.book(booking_of(await desk.register()))
    named = {"appointment_id": booked.appointment_id}

    def confirm() -> Message:
        return booking_service_pb2.ConfirmAppointmentRequest(**named, request_id=str(uuid4()))

    confirmed = await desk.ask("ConfirmAppointment", confirm())
    again = await desk.ask("ConfirmAppointment", confirm())
    move = booking_service_pb2.RescheduleAppointmentRequest(
        **named, start_wall=wall("2030-01-11T09:00"), etag=booked.etag, request_id=str(uuid4())
    )
    with pytest.raises(Stale) as stale:
        await desk.ask("RescheduleAppointment", move)
    move.etag = confirmed.etag
    move.request_id = str(uuid4())
    moved = await desk.ask("RescheduleAppointment", move)
    cancel = booking_service_pb2.CancelAppointmentRequest(**named, request_id=str(uuid4()))
    cancelled = await desk.ask("CancelAppointment", cancel)
    with pytest.raises(RuleViolated) as forbidden:
        await desk.ask("ConfirmAppointment", confirm())

    assert confirmed == again
    assert stale.value.reason == "STALE_VERSION"
    assert (moved.state, moved.start_time.ToJsonString()) == (State.STATE_BOOKED, "2030-01-11T16:00:00Z")
    assert (
        cancelled.state,
        cancelled.cancelled_by,
    ) == (State.STATE_CANCELLED, booking_pb2.Appointment.CANCELLED_BY_PRACTICE)
    assert not cancelled.is_late_cancellation
    assert forbidden.value.reason == "STATE_FORBIDS"
    listed = await desk.ask("ListAppointmentChanges", booking_service_pb2.ListAppointmentChangesRequest(**named))
    assert [change.state for change in listed.changes] == [
        State.STATE_BOOKED,
        State.STATE_CONFIRMED,
        State.STATE_BOOKED,
        State.STATE_CANCELLED,
    ]
    assert listed.changes[0].start_time == booked.start_time


async def test_a_session_takes_place_step_by_step(desk: Desk) -> None:
    """Checked in, begun, completed; a session that has not begun can't be missed."""
    booked = await desk.book(booking_of(await desk.register()))
    named = {"appointment_id": booked.appointment_id}

    with pytest.raises(RuleViolated):
        await desk.ask("MarkNoShow", booking_service_pb2.MarkNoShowRequest(**named, request_id=str(uuid4())))
    states = [
        (await desk.ask(method, request(**named, request_id=str(uuid4())))).state
        for method, request in (
            ("CheckInAppointment", booking_service_pb2.CheckInAppointmentRequest),
            ("StartAppointment", booking_service_pb2.StartAppointmentRequest),
            ("CompleteAppointment", booking_service_pb2.CompleteAppointmentRequest),
        )
    ]

    assert states == [State.STATE_CHECKED_IN, State.STATE_IN_SESSION, State.STATE_COMPLETED]


async def test_a_lapsed_hold_is_answered_by_what_is_true(
    desk: Desk, served: tuple[Server, ProcessConfig], ledger: FakeLedger
) -> None:
    """With an appointment it is confirmed; without one it is given back, and the late commit loses."""
    booked = await desk.book(booking_of(await desk.register()))
    late = booking_of(await desk.register())

    async def lapse(appointment_id: str) -> None:
        ledger.before_answer = None
        await _lapse(served[1], desk, appointment_id, version=1)

    ledger.words.clear()
    await lapse(booked.appointment_id)
    ledger.before_answer = lapse
    with pytest.raises(Stale) as refusal:
        await desk.book(late)

    assert refusal.value.reason == errors.HoldAbandoned.reason
    assert ledger.words == ["confirm", "hold", "release", "release"]
    with pytest.raises(Stale):
        await desk.book(late)


async def test_a_move_cut_off_before_its_commit_is_taken_back(
    desk: Desk, served: tuple[Server, ProcessConfig], ledger: FakeLedger
) -> None:
    """The old time stands; a retry that rests on the move taken back is refused, a new request moves."""
    booked = await desk.book(booking_of(await desk.register()))
    move = booking_service_pb2.RescheduleAppointmentRequest(
        appointment_id=booked.appointment_id,
        start_wall=wall("2030-01-11T09:00"),
        etag=booked.etag,
        request_id=str(uuid4()),
    )

    async def crash(appointment_id: str) -> None:
        raise RuntimeError("the ledger's answer never arrives")

    ledger.before_answer = crash
    with pytest.raises(ServiceError):
        await desk.ask("RescheduleAppointment", move)
    ledger.before_answer = None
    await _lapse(served[1], desk, booked.appointment_id, version=2, is_move=True)
    with pytest.raises(Stale) as refusal:
        await desk.ask("RescheduleAppointment", move)
    move.request_id = str(uuid4())
    moved = await desk.ask("RescheduleAppointment", move)
    await _lapse(served[1], desk, booked.appointment_id, version=4, is_move=True)

    assert refusal.value.reason == errors.HoldAbandoned.reason
    assert moved.start_time.ToJsonString() == "2030-01-11T16:00:00Z"
    assert ledger.words == ["hold", "move", "release move", "move", "move", "confirm"]


async def test_nobody_reaches_into_another_practice(desk: Desk) -> None:
    """Another practice's desk finds neither the appointment nor the client, and changes nothing."""
    client_id = await desk.register()
    booked = await desk.book(booking_of(client_id))
    stranger = desk.like(practice_id=str(uuid4()))
    named = {"appointment_id": booked.appointment_id}

    for method, request in (
        ("GetAppointment", booking_service_pb2.GetAppointmentRequest(**named)),
        ("ListAppointmentChanges", booking_service_pb2.ListAppointmentChangesRequest(**named)),
        ("CancelAppointment", booking_service_pb2.CancelAppointmentRequest(**named, request_id=str(uuid4()))),
        ("GetClient", booking_service_pb2.GetClientRequest(client_id=client_id)),
        ("BookAppointment", booking_of(client_id, local="2030-02-10T15:00")),
    ):
        with pytest.raises(NotFound):
            await stranger.ask(method, request)


async def test_clients_see_themselves_and_therapists_their_clients(desk: Desk) -> None:
    """A client gets their own list and no other; a therapist sees whom they were booked for."""
    one, other, therapist_id = await desk.register(), await desk.register(), str(uuid4())
    booked = await desk.book(booking_of(one, therapist_id=therapist_id))
    await desk.book(booking_of(other))
    client = desk.like(actor_id="user:one", roles=frozenset({"client"}), client_id=one)
    therapist = desk.like(actor_id="user:t", roles=frozenset({"therapist"}), therapist_id=therapist_id)

    def listing(**ids: str) -> Message:
        return booking_service_pb2.ListAppointmentsRequest(
            from_time=Timestamp(seconds=1893456000), to_time=Timestamp(seconds=1896134400), **ids
        )

    assert [booked] == list((await client.ask("ListAppointments", listing(client_id=one))).appointments)
    assert [booked] == list((await therapist.ask("ListAppointments", listing())).appointments)
    assert len((await desk.ask("ListAppointments", listing())).appointments) == 2
    assert (await therapist.ask("GetClient", booking_service_pb2.GetClientRequest(client_id=one))).client_id == one
    for caller, request in ((client, listing(client_id=other)), (therapist, listing(client_id=other))):
        with pytest.raises(Forbidden):
            await caller.ask("ListAppointments", request)
    with pytest.raises(Forbidden):
        await client.ask("GetClient", booking_service_pb2.GetClientRequest(client_id=other))
    with pytest.raises(InvalidRequest):
        await client.ask("ListAppointments", listing())


async def test_registering_again_gives_the_first_answer_and_keeps_no_plain_copy(desk: Desk, rows: Rows) -> None:
    """A retry gets the whole client; the stored answer is as unreadable as the registry."""
    client = booking_pb2.Client(
        given_name="Rosalind", family_name="Okonkwo", email="rosalind@example.org", time_zone="Etc/UTC"
    )
    request = booking_service_pb2.RegisterClientRequest(client=client, request_id=str(uuid4()))

    first = await desk.ask("RegisterClient", request)

    assert first.given_name == "Rosalind"
    assert await desk.ask("RegisterClient", request) == first
    for table in ("clients", "outbox", "audit_outbox", "requests"):
        for (row,) in rows(f"select t::text from {table} as t"):
            for plain in ("Rosalind", "Okonkwo", "rosalind@example.org"):
                assert plain not in row
                assert plain.encode().hex() not in row


async def _lapse(
    config: ProcessConfig, desk: Desk, appointment_id: str, *, version: int, is_move: bool = False
) -> None:
    """Let booking hear that a hold lapsed, committed as the inbox does."""
    parts = await bootstrap(replace(config, instance=str(uuid4())))
    practice_id = desk.actor.practice_id
    actor = Actor("service:availability", "service", practice_id, frozenset({"system"}))
    call = Call(actor=actor, method="booking.on_hold_lapsed", database=parts.database)
    event = availability_events_pb2.HoldLapsed(
        practice_id=practice_id, claim_id=appointment_id, version=version, is_move=is_move
    )
    try:
        await parts.reactions.on_hold_lapsed(event, call)
    finally:
        await call.close()
        for close in parts.closers:
            await close()
        await parts.database.close()
