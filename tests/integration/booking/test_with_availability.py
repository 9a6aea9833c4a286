"""Booking and the real ledger together: one wins, and lapsed time goes where the truth is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
import psycopg
import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.booking.v1 import booking_events_pb2, booking_pb2, booking_service_pb2
from kept.wall.v1 import wall_pb2

from services.availability.bootstrap import Parts as LedgerParts
from services.availability.bootstrap import bootstrap as bootstrap_ledger
from services.availability.server import compose as compose_ledger
from services.booking.bootstrap import Parts, bootstrap
from services.booking.server import compose
from services.booking.usecases.ports import Wish
from services.chassis.config import ProcessConfig
from services.chassis.context import Actor, Call
from services.chassis.crypto import write_keyring
from services.chassis.errors import RuleViolated
from services.chassis.events.inbox import InboxRunner
from services.chassis.events.outbox import as_json
from services.chassis.identity import Signer, write_key_pair
from services.chassis.rpc.server import Server
from services.chassis.rpc.status import from_wire
from tests.support.postgres import FreshDatabase, PostgresServer

pytestmark = pytest.mark.integration

BOOKING = booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"]
AVAILABILITY = availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"]
MONDAY = "2030-01-07"


@dataclass
class House:
    """Is both services, a practice with one therapist, and whoever calls."""

    booking: grpc.aio.Channel
    availability: grpc.aio.Channel
    signer: Signer
    practice_id: str
    therapist_id: str
    session_type_id: str
    parts: Parts
    inbox: InboxRunner
    database: FreshDatabase
    ledger: LedgerParts
    ledger_database: FreshDatabase

    async def ask(self, method: str, request: Message, *, role: str = "front_desk") -> Any:
        """Call a method of either service; a refusal is raised as the ServiceError it was."""
        service = BOOKING if method in BOOKING.methods_by_name else AVAILABILITY
        channel = self.booking if service is BOOKING else self.availability
        stub = channel.unary_unary(
            f"/{service.full_name}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(service.methods_by_name[method].output_type).FromString,
        )
        actor = Actor(f"user:{role}", "user", self.practice_id, frozenset({role}))
        try:
            return await stub(request, metadata=(("authorization", f"Bearer {self.signer.sign(actor)}"),), timeout=20)
        except grpc.aio.AioRpcError as error:
            raise from_wire(error) from error

    async def register(self) -> str:
        """Register a client and return the id."""
        client = booking_pb2.Client(given_name="Ada", family_name="Osei", time_zone="Etc/UTC")
        request = booking_service_pb2.RegisterClientRequest(client=client, request_id=str(uuid4()))
        return str((await self.ask("RegisterClient", request)).client_id)

    async def book(self, client_id: str, local: str) -> booking_pb2.Appointment:
        """Book an hour on the Monday."""
        request = booking_service_pb2.BookAppointmentRequest(
            client_id=client_id,
            therapist_id=self.therapist_id,
            session_type_id=self.session_type_id,
            start_wall=wall(local),
            request_id=str(uuid4()),
        )
        answer: booking_pb2.Appointment = await self.ask("BookAppointment", request)
        return answer

    def call(self, method: str) -> Call:
        """Return a call as a reaction has it."""
        actor = Actor("service:availability", "service", self.practice_id, frozenset({"system"}))
        return Call(actor=actor, method=method, database=self.parts.database)

    async def lapse(self) -> int:
        """Let everything that waits lapse, and booking's inbox answer; return how many questions there were."""
        with psycopg.connect(self.ledger_database.owner_url) as conn:
            conn.execute(
                "update claims set ask_time = now() where practice_id = %s and ask_time is not null",
                (self.practice_id,),
            )
            conn.execute("delete from outbox")
        await self.ledger.claims.announce_due(limit=100)
        with psycopg.connect(self.ledger_database.owner_url) as conn:
            asked = conn.execute(
                "select practice_id, 'availability', type, aggregate_id, version, body from outbox"
                " where practice_id = %s and type like '%%.HoldLapsed'",
                (self.practice_id,),
            ).fetchall()
            asked = [(*event, as_json(event[2], body)) for *event, body in asked]
        with psycopg.connect(self.database.owner_url) as conn, conn.cursor() as cursor:
            cursor.executemany(
                "insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body)"
                " values (%s, gen_random_uuid(), %s, %s, %s, %s, %s)",
                # Asked twice, as the ledger does when no word comes: both may be handled in one batch.
                [*asked, *asked],
            )
        while await self.inbox.round():
            pass
        with psycopg.connect(self.database.owner_url) as conn:
            states = conn.execute("select distinct state from inbox where practice_id = %s", (self.practice_id,))
            assert states.fetchall() == [("done",)]
        return len(asked)

    def claim(self, claim_id: str) -> tuple[str, int]:
        """Return a claim's state and how many stretches of time it blocks."""
        with psycopg.connect(self.ledger_database.owner_url) as conn:
            row = conn.execute(
                "select state, (select count(*) from occupancies o where o.claim_id = c.claim_id)"
                " from claims c where claim_id = %s",
                (claim_id,),
            ).fetchone()
        assert row is not None
        return row[0], row[1]


def wall(local: str) -> wall_pb2.WallTime:
    """Return a time of the Monday in Phoenix."""
    return wall_pb2.WallTime(local=f"{MONDAY}T{local}", time_zone="America/Phoenix")


@pytest.fixture(scope="module")
def databases(postgres: PostgresServer) -> Iterator[tuple[FreshDatabase, FreshDatabase]]:
    """A database for each of the two."""
    made = postgres.fresh_database("booking"), postgres.fresh_database("availability")
    yield made
    for database in made:
        database.drop()


@pytest.fixture
async def house(tmp_path: Path, databases: tuple[FreshDatabase, FreshDatabase]) -> AsyncIterator[House]:
    """Both services on free ports, and a practice that works on Mondays by video."""
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    for issuer in ("gateway", "booking"):
        write_key_pair(tmp_path / f"actor-{issuer}.key", trusted / f"{issuer}.pub")
    write_keyring(tmp_path / "keyring.json")
    ledger_config = ProcessConfig(
        "availability", str(uuid4()), databases[1].server_url, grpc_listen="127.0.0.1:0", keys_dir=tmp_path
    )
    ledger_app = await compose_ledger(ledger_config)
    ledger_server = Server(ledger_app)
    config = ProcessConfig(
        "booking",
        str(uuid4()),
        databases[0].server_url,
        grpc_listen="127.0.0.1:0",
        keys_dir=tmp_path,
        targets={"availability": f"127.0.0.1:{ledger_server.port}"},
    )
    app = await compose(config)
    server = Server(app)
    await ledger_server.start()
    await server.start()
    parts = await bootstrap(replace(config, instance=str(uuid4())))
    (inbox,) = (each for each in app.background if isinstance(each, InboxRunner))
    async with (
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as booking,
        grpc.aio.insecure_channel(f"127.0.0.1:{ledger_server.port}") as availability,
    ):
        made = House(
            booking,
            availability,
            Signer.read("gateway", tmp_path),
            practice_id=str(uuid4()),
            therapist_id=str(uuid4()),
            session_type_id=str(uuid4()),
            parts=parts,
            inbox=inbox,
            database=databases[0],
            ledger=bootstrap_ledger(ledger_app.database),
            ledger_database=databases[1],
        )
        await _furnish(made)
        yield made
    for close in parts.closers:
        await close()
    await parts.database.close()
    for each in (server, ledger_server):
        await each.stop(0)
    await app.database.close()
    await ledger_app.database.close()


async def _furnish(house: House) -> None:
    """Say what the practice offers, and when its therapist works."""
    video = availability_pb2.MODALITY_VIDEO
    session_type = availability_pb2.SessionType(
        session_type_id=house.session_type_id,
        display_name="Session",
        length_min=50,
        buffer_after_min=10,
        horizon_days=365,
        grid_min=30,
        modalities=[video],
    )
    put = availability_service_pb2.PutSessionTypeRequest(session_type=session_type, request_id=str(uuid4()))
    await house.ask("PutSessionType", put, role="practice_admin")
    schedule = availability_pb2.Schedule(
        therapist_id=house.therapist_id,
        time_zone="America/Phoenix",
        session_type_ids=[house.session_type_id],
        weekly_hours=[
            availability_pb2.WeeklyHours(weekday=1, start_local="09:00", end_local="17:00", modalities=[video])
        ],
    )
    put_schedule = availability_service_pb2.PutScheduleRequest(schedule=schedule, request_id=str(uuid4()))
    await house.ask("PutSchedule", put_schedule, role="practice_admin")


async def test_of_many_who_want_one_hour_one_gets_it(house: House) -> None:
    """Twenty clients at once: one appointment, nineteen SLOT_TAKEN with what else is free."""
    clients = [await house.register() for _ in range(20)]

    outcomes = await asyncio.gather(*(house.book(one, "10:00") for one in clients), return_exceptions=True)

    won = [one for one in outcomes if isinstance(one, booking_pb2.Appointment)]
    lost = [one for one in outcomes if isinstance(one, RuleViolated)]
    assert (len(won), len(lost)) == (1, 19)
    for refusal in lost:
        assert refusal.reason == "SLOT_TAKEN"
        assert [detail for detail in refusal.details if isinstance(detail, availability_pb2.Alternatives)]
    assert won[0].start_time.ToJsonString() == "2030-01-07T17:00:00Z"


async def test_a_hold_that_lapses_goes_where_the_truth_is(house: House) -> None:
    """Of two lapsed holds, the one with an appointment is confirmed, the other is free again."""
    client_id = await house.register()
    booked = await house.book(client_id, "11:00")
    orphan = str(uuid4())
    await house.parts.ledger.hold(orphan, _wish(house, client_id, "13:00"), house.call("crashed"), is_staff=True)

    assert await house.lapse() >= 2

    assert house.claim(booked.appointment_id)[0] == "confirmed"
    assert house.claim(orphan) == ("released", 0)
    await house.book(await house.register(), "13:00")


async def test_a_move_that_died_before_its_commit_leaves_the_old_time(house: House) -> None:
    """The ledger gives the new time back, and the appointment can move there after all."""
    client_id = await house.register()
    booked = await house.book(client_id, "14:00")
    await house.parts.ledger.move(
        booked.appointment_id,
        _wish(house, client_id, "16:00"),
        house.call("crashed"),
        is_staff=True,
        move_id=str(uuid4()),
    )
    with pytest.raises(RuleViolated) as pending:
        await _move(house, booked, "16:00")

    await house.lapse()

    assert pending.value.reason == "MOVE_PENDING"
    moved = await _move(house, booked, "16:00")
    assert moved.start_time.ToJsonString() == "2030-01-07T23:00:00Z"
    with pytest.raises(RuleViolated):
        await house.book(await house.register(), "14:00")
    await house.lapse()
    await house.book(await house.register(), "14:00")


async def test_a_cancelled_appointments_time_is_free_after_its_event(house: House) -> None:
    """The ledger keeps the time until it hears AppointmentCancelled, and gives it back then."""
    booked = await house.book(await house.register(), "15:00")
    cancel = booking_service_pb2.CancelAppointmentRequest(appointment_id=booked.appointment_id, request_id=str(uuid4()))
    await house.ask("CancelAppointment", cancel)
    event = booking_events_pb2.AppointmentCancelled()
    event.appointment.appointment_id = booked.appointment_id

    with pytest.raises(RuleViolated):
        await house.book(await house.register(), "15:00")
    actor = Actor("service:booking", "service", house.practice_id, frozenset({"system"}))
    call = Call(actor=actor, method="availability.on_appointment", database=house.ledger.database)
    await house.ledger.reactions.on_appointment_cancelled(event, call)
    await call.close()

    await house.book(await house.register(), "15:00")


async def test_an_undone_cancellation_has_its_hour_for_itself(house: House) -> None:
    """The new claim stands when the old one's late event arrives, and nobody else gets the hour."""
    booked = await house.book(await house.register(), "12:00")
    cancel = booking_service_pb2.CancelAppointmentRequest(appointment_id=booked.appointment_id, request_id=str(uuid4()))
    await house.ask("CancelAppointment", cancel)

    restored = await _undo(house, booked)

    event = booking_events_pb2.AppointmentCancelled()
    event.appointment.appointment_id = booked.appointment_id
    actor = Actor("service:booking", "service", house.practice_id, frozenset({"system"}))
    call = Call(actor=actor, method="availability.on_appointment", database=house.ledger.database)
    await house.ledger.reactions.on_appointment_cancelled(event, call)
    await call.close()
    assert house.claim(restored.appointment_id) == ("held", 2)
    assert house.claim(booked.appointment_id) == ("released", 0)
    with pytest.raises(RuleViolated):
        await house.book(await house.register(), "12:00")


async def test_of_undoing_and_booking_at_once_exactly_one_has_the_hour(house: House) -> None:
    """However often they meet: the time is given away once."""
    for local in ("09:00", "10:00", "11:00"):
        booked, other = await house.book(await house.register(), local), await house.register()
        cancel = booking_service_pb2.CancelAppointmentRequest(
            appointment_id=booked.appointment_id, request_id=str(uuid4())
        )
        await house.ask("CancelAppointment", cancel)

        outcomes = await asyncio.gather(_undo(house, booked), house.book(other, local), return_exceptions=True)

        assert sum(isinstance(one, booking_pb2.Appointment) for one in outcomes) == 1


async def _undo(house: House, booked: booking_pb2.Appointment) -> booking_pb2.Appointment:
    request = booking_service_pb2.UndoAppointmentChangeRequest(
        appointment_id=booked.appointment_id, request_id=str(uuid4())
    )
    answer: booking_pb2.Appointment = await house.ask("UndoAppointmentChange", request)
    return answer


async def _move(house: House, booked: booking_pb2.Appointment, local: str) -> booking_pb2.Appointment:
    request = booking_service_pb2.RescheduleAppointmentRequest(
        appointment_id=booked.appointment_id, start_wall=wall(local), etag=booked.etag, request_id=str(uuid4())
    )
    answer: booking_pb2.Appointment = await house.ask("RescheduleAppointment", request)
    return answer


def _wish(house: House, client_id: str, local: str) -> Wish:
    return Wish(
        client_id,
        house.therapist_id,
        house.session_type_id,
        f"{MONDAY}T{local}",
        "America/Phoenix",
        fold=0,
        modality=0,
    )
