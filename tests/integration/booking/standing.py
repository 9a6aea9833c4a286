"""Puts booking and the real ledger together for tests of standing hours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
import psycopg
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.availability.v1 import (
    absence_service_pb2 as ledger_absence_service_pb2,
)
from kept.availability.v1 import (
    availability_events_pb2,
    availability_pb2,
    availability_service_pb2,
    limits_service_pb2,
)
from kept.booking.v1 import (
    absence_service_pb2,
    booking_pb2,
    booking_service_pb2,
    group_series_service_pb2,
    groups_service_pb2,
    policy_service_pb2,
    priority_service_pb2,
    safety_service_pb2,
    series_pb2,
    series_service_pb2,
    waitlist_service_pb2,
)
from kept.wall.v1 import wall_pb2

from services.availability.bootstrap import Parts as LedgerParts
from services.availability.bootstrap import bootstrap as bootstrap_ledger
from services.availability.server import compose as compose_ledger
from services.booking.bootstrap import Parts, bootstrap
from services.booking.server import compose
from services.chassis.config import ProcessConfig
from services.chassis.context import Actor, Call
from services.chassis.crypto import write_keyring
from services.chassis.events.inbox import read_event
from services.chassis.events.outbox import as_json
from services.chassis.identity import Signer, write_key_pair
from services.chassis.rpc.server import Server
from services.chassis.rpc.status import from_wire
from tests.support.postgres import FreshDatabase

SERVICES = (
    booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"],
    series_service_pb2.DESCRIPTOR.services_by_name["SeriesService"],
    groups_service_pb2.DESCRIPTOR.services_by_name["GroupService"],
    group_series_service_pb2.DESCRIPTOR.services_by_name["GroupSeriesService"],
    waitlist_service_pb2.DESCRIPTOR.services_by_name["WaitlistService"],
    policy_service_pb2.DESCRIPTOR.services_by_name["PolicyService"],
    priority_service_pb2.DESCRIPTOR.services_by_name["PriorityService"],
    safety_service_pb2.DESCRIPTOR.services_by_name["SafetyService"],
    absence_service_pb2.DESCRIPTOR.services_by_name["AbsenceCaseService"],
    ledger_absence_service_pb2.DESCRIPTOR.services_by_name["AbsenceService"],
    limits_service_pb2.DESCRIPTOR.services_by_name["LimitsService"],
    availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"],
)
ZONE = "America/New_York"
ALL, SKIP = series_service_pb2.SERIES_COMMIT_ALL_OR_NONE, series_service_pb2.SERIES_COMMIT_ALL_BUT_CONFLICTS
THIS, FOLLOWING, EVERY = (
    series_service_pb2.SERIES_SCOPE_THIS,
    series_service_pb2.SERIES_SCOPE_FOLLOWING,
    series_service_pb2.SERIES_SCOPE_ALL,
)
VIDEO = availability_pb2.MODALITY_VIDEO


def monday() -> date:
    """Return the Monday of the week after next: every test's first occurrence lies ahead."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=14 - today.weekday())


@dataclass
class House:
    """Is both services, a practice with one therapist who works on weekdays in New York, and whoever calls."""

    channels: dict[str, grpc.aio.Channel]
    signer: Signer
    practice_id: str
    therapist_id: str
    session_type_id: str
    parts: Parts
    database: FreshDatabase
    ledger: LedgerParts
    ledger_database: FreshDatabase
    delivered: set[str] = field(default_factory=set)

    async def ask(self, method: str, request: Message, **person: Any) -> Any:
        """Call a method of either service; a refusal is raised as the ServiceError it was."""
        service = next(each for each in SERVICES if method in each.methods_by_name)
        stub = self.channels[service.file.package].unary_unary(
            f"/{service.full_name}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(service.methods_by_name[method].output_type).FromString,
        )
        actor = replace(Actor("user:desk", "user", self.practice_id, frozenset({"front_desk"})), **person)
        try:
            return await stub(request, metadata=(("authorization", f"Bearer {self.signer.sign(actor)}"),), timeout=30)
        except grpc.aio.AioRpcError as error:
            raise from_wire(error) from error

    async def register(self) -> str:
        """Register a client and return the id."""
        client = booking_pb2.Client(given_name="Ada", family_name="Osei", time_zone="Etc/UTC")
        request = booking_service_pb2.RegisterClientRequest(client=client, request_id=str(uuid4()))
        return str((await self.ask("RegisterClient", request)).client_id)

    async def book(self, client_id: str, local: str, *, therapist_id: str = "") -> booking_pb2.Appointment:
        """Book a single session, with the house's therapist or another."""
        request = booking_service_pb2.BookAppointmentRequest(
            client_id=client_id,
            therapist_id=therapist_id or self.therapist_id,
            session_type_id=self.session_type_id,
            start_wall=wall_pb2.WallTime(local=local, time_zone=ZONE),
            request_id=str(uuid4()),
        )
        booked: booking_pb2.Appointment = await self.ask("BookAppointment", request)
        return booked

    def plan(self, client_id: str, *, local: str = "", **parts: Any) -> series_pb2.SeriesPlan:
        """Return a plan: weekly on Mondays at 15:00, unless told otherwise."""
        return series_pb2.SeriesPlan(
            client_id=client_id,
            therapist_id=self.therapist_id,
            session_type_id=self.session_type_id,
            start_wall=wall_pb2.WallTime(local=local or at(0), time_zone=ZONE),
            **({"rule": "FREQ=WEEKLY"} | parts),
        )

    async def create(
        self, plan: series_pb2.SeriesPlan, commit: Any = ALL, *, request_id: str = ""
    ) -> series_service_pb2.SeriesOutcome:
        """Create a series."""
        request = series_service_pb2.CreateSeriesRequest(
            plan=plan, commit=commit, request_id=request_id or str(uuid4())
        )
        created: series_service_pb2.SeriesOutcome = await self.ask("CreateSeries", request)
        await self.settle()
        return created

    async def occurrences(self, series_id: str) -> Sequence[series_pb2.SeriesOccurrence]:
        """Return all occurrences of a series."""
        request = series_service_pb2.ListSeriesOccurrencesRequest(series_id=series_id, page_size=200)
        found: Sequence[series_pb2.SeriesOccurrence] = (await self.ask("ListSeriesOccurrences", request)).occurrences
        return found

    async def conflicts(self) -> Sequence[series_pb2.SeriesOccurrence]:
        """Return the desk's worklist."""
        found = await self.ask("ListSeriesConflicts", series_service_pb2.ListSeriesConflictsRequest())
        listed: Sequence[series_pb2.SeriesOccurrence] = found.occurrences
        return listed

    async def take_off(self, local_day: date) -> None:
        """Give the therapist a day off."""
        start = datetime(local_day.year, local_day.month, local_day.day, tzinfo=UTC)
        time_off = availability_pb2.TimeOff(therapist_id=self.therapist_id)
        time_off.interval.start_time.FromDatetime(start + timedelta(hours=5))
        time_off.interval.end_time.FromDatetime(start + timedelta(hours=29))
        request = availability_service_pb2.CreateTimeOffRequest(time_off=time_off, request_id=str(uuid4()))
        await self.ask("CreateTimeOff", request, roles=frozenset({"practice_admin"}))

    async def settle(self) -> None:
        """Deliver what booking said to the ledger, once each and in order."""
        with psycopg.connect(self.database.owner_url) as conn:
            said = conn.execute(
                "select event_id::text, type, body from outbox where practice_id = %s order by position",
                (self.practice_id,),
            ).fetchall()
        heard = {
            "GroupSessionScheduled": self.ledger.reactions.on_group_session_scheduled,
            "GroupSessionMoved": self.ledger.reactions.on_group_session_moved,
            "GroupSessionCancelled": self.ledger.reactions.on_group_session_cancelled,
            "AbsenceOffered": self.ledger.reactions.on_absence_offered,
            "AbsenceOfferClosed": self.ledger.reactions.on_absence_offer_closed,
            "AffectedSettled": self.ledger.reactions.on_affected_settled,
            "AppointmentBooked": self.ledger.reactions.on_appointment_booked,
            "AppointmentRescheduled": self.ledger.reactions.on_appointment_rescheduled,
            "AppointmentCancelled": self.ledger.reactions.on_appointment_cancelled,
        }
        for event_id, name, body in said:
            react = heard.get(name.rpartition(".")[2])
            if react is None or event_id in self.delivered:
                continue
            actor = Actor("service:booking", "service", self.practice_id, frozenset({"system"}))
            call = Call(actor=actor, method="availability.follow", database=self.ledger.database)
            event: Any = read_event(name, as_json(name, body))
            await react(event, call)
            await call.close()
            self.delivered.add(event_id)

    def lose_events(self) -> None:
        """Let what booking has said so far never reach the ledger."""
        with psycopg.connect(self.database.owner_url) as conn:
            said = conn.execute("select event_id::text from outbox where practice_id = %s", (self.practice_id,))
            self.delivered.update(event_id for (event_id,) in said.fetchall())

    async def lapse(self) -> None:
        """Let every hold lapse, and booking answer for each."""
        with psycopg.connect(self.ledger_database.owner_url) as conn:
            asked = conn.execute(
                "select claim_id::text, coalesce((move->>'version')::bigint, version), move is not null from claims"
                " where practice_id = %s and (state = 'held' or move is not null)",
                (self.practice_id,),
            ).fetchall()
        for claim_id, version, is_move in asked:
            actor = Actor("service:availability", "service", self.practice_id, frozenset({"system"}))
            call = Call(actor=actor, method="booking.OnHoldLapsed", database=self.parts.database)
            event = availability_events_pb2.HoldLapsed(
                practice_id=self.practice_id, claim_id=claim_id, version=version, is_move=is_move
            )
            await self.parts.reactions.on_hold_lapsed(event, call)
            await call.close()

    def claims(self) -> dict[str, int]:
        """Count the practice's claims by state."""
        with psycopg.connect(self.ledger_database.owner_url) as conn:
            counted = conn.execute(
                "select state, count(*) from claims where practice_id = %s group by state", (self.practice_id,)
            )
            return dict(counted.fetchall())

    def booked(self) -> int:
        """Count the practice's appointments ahead."""
        with psycopg.connect(self.database.owner_url) as conn:
            counted = conn.execute(
                "select count(*) from appointments where practice_id = %s and state = 'BOOKED'", (self.practice_id,)
            ).fetchone()
        assert counted is not None
        return int(counted[0])

    def let_be_due(self) -> None:
        """Let every series of the practice, and no other, be due for its top-up."""
        with psycopg.connect(self.database.owner_url) as conn:
            conn.execute("update series set top_up_time = null where practice_id <> %s", (self.practice_id,))
            conn.execute("update series set top_up_time = now() where practice_id = %s", (self.practice_id,))


def at(weeks: int, time: str = "15:00", *, days: int = 0) -> str:
    """Return a wall time some weeks after the first Monday."""
    return f"{monday() + timedelta(weeks=weeks, days=days)}T{time}"


@asynccontextmanager
async def open_house(tmp_path: Path, databases: tuple[FreshDatabase, FreshDatabase]) -> AsyncIterator[House]:
    """Serve both on free ports."""
    (tmp_path / "trusted").mkdir()
    for issuer in ("gateway", "booking"):
        write_key_pair(tmp_path / f"actor-{issuer}.key", tmp_path / "trusted" / f"{issuer}.pub")
    write_keyring(tmp_path / "keyring.json")
    ledger_app = await compose_ledger(
        ProcessConfig(
            "availability", str(uuid4()), databases[1].server_url, grpc_listen="127.0.0.1:0", keys_dir=tmp_path
        )
    )
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
    async with (
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as booking,
        grpc.aio.insecure_channel(f"127.0.0.1:{ledger_server.port}") as availability,
    ):
        house = House(
            {"kept.booking.v1": booking, "kept.availability.v1": availability},
            Signer.read("gateway", tmp_path),
            practice_id=str(uuid4()),
            therapist_id=str(uuid4()),
            session_type_id=str(uuid4()),
            parts=parts,
            database=databases[0],
            ledger=bootstrap_ledger(ledger_app.database),
            ledger_database=databases[1],
        )
        await _furnish(house, house.therapist_id)
        yield house
    for close in parts.closers:
        await close()
    await parts.database.close()
    for each in (server, ledger_server):
        await each.stop(0)
    await app.database.close()
    await ledger_app.database.close()


async def _furnish(house: House, therapist_id: str) -> None:
    session_type = availability_pb2.SessionType(
        session_type_id=house.session_type_id,
        display_name="Session",
        length_min=50,
        buffer_after_min=10,
        horizon_days=365,
        grid_min=30,
        modalities=[VIDEO],
    )
    put = availability_service_pb2.PutSessionTypeRequest(session_type=session_type, request_id=str(uuid4()))
    await house.ask("PutSessionType", put, roles=frozenset({"practice_admin"}))
    await work(house, therapist_id)


async def work(house: House, therapist_id: str) -> None:
    """Let a therapist work on weekdays from nine to six."""
    schedule = availability_pb2.Schedule(
        therapist_id=therapist_id,
        time_zone=ZONE,
        session_type_ids=[house.session_type_id],
        weekly_hours=[
            availability_pb2.WeeklyHours(weekday=day, start_local="09:00", end_local="18:00", modalities=[VIDEO])
            for day in range(1, 6)
        ],
    )
    request = availability_service_pb2.PutScheduleRequest(schedule=schedule, request_id=str(uuid4()))
    await house.ask("PutSchedule", request, roles=frozenset({"practice_admin"}))
