"""Lets a therapist be away and time pass, as a test of the absence workflow needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
from kept.availability.v1 import absence_service_pb2 as ledger_absences
from kept.availability.v1 import availability_events_pb2
from kept.booking.v1 import absence_pb2, absence_service_pb2, booking_pb2, booking_service_pb2

from services.booking.bootstrap import now, own_call
from services.booking.usecases.work_absences import work_absences
from services.chassis.context import Actor, Call
from services.chassis.events.inbox import read_event
from services.chassis.events.outbox import as_json
from tests.integration.booking.standing import House, monday

COVER = absence_pb2.ABSENCE_OPTION_KIND_COVER
VIDEO = absence_pb2.ABSENCE_OPTION_KIND_VIDEO
OTHER_TIME = absence_pb2.ABSENCE_OPTION_KIND_OTHER_TIME
State = absence_pb2.AffectedAppointment.State
TEXT = "We are sorry: your appointment can't take place as planned. Please choose what suits you."


@dataclass
class Away:
    """Is a house whose therapist will be away."""

    house: House
    absence_id: str = ""

    async def start(self, therapist_id: str = "", *, days: int = 1, is_heard: bool = True) -> str:
        """Let a therapist be away from the first Monday on, and let booking hear of it."""
        request = ledger_absences.StartAbsenceRequest(
            therapist_id=therapist_id or self.house.therapist_id, request_id=str(uuid4())
        )
        day = monday()
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        request.interval.start_time.FromDatetime(begin)
        request.interval.end_time.FromDatetime(begin + timedelta(days=days))
        absence = await self.house.ask("StartAbsence", request)
        self.absence_id = str(absence.absence_id)
        if is_heard:
            await self.hear()
        return self.absence_id

    async def hear(self) -> None:
        """Deliver to booking, once more, every absence the ledger has told of, and what was stated there by hand."""
        with psycopg.connect(self.house.ledger_database.owner_url) as conn:
            said = conn.execute(
                "select type, body from outbox where practice_id = %s and type like '%%.Absence%%' order by position",
                (self.house.practice_id,),
            ).fetchall()
        for name, body in said:
            actor = Actor("service:availability", "service", self.house.practice_id, frozenset({"system"}))
            call = Call(actor=actor, method="booking.OnAbsence", database=self.house.parts.database)
            event: Any = read_event(name, as_json(name, body))
            if isinstance(event, availability_events_pb2.AbsenceStarted):
                await self.house.parts.reactions.on_absence_started(event, call)
            elif isinstance(event, availability_events_pb2.AbsenceItemAnswered):
                await self.house.parts.reactions.on_absence_item_answered(event, call)
            await call.authorize()
            await call.commit(None)

    async def work(self) -> int:
        """Let a replica do what is due now."""
        parts = self.house.parts
        return await work_absences(
            partial(own_call, parts.database),
            store=parts.absences,
            ledger=parts.ledger,
            clock=now,
            fences=parts.fences,
        )

    async def approve(self, text: str = TEXT) -> absence_pb2.AbsenceCase:
        """Write and approve what clients are told."""
        put = absence_service_pb2.PutAbsenceWordingRequest(
            absence_id=self.absence_id, body=text, request_id=str(uuid4())
        )
        case = await self.house.ask("PutAbsenceWording", put)
        approve = absence_service_pb2.ApproveAbsenceWordingRequest(
            absence_id=self.absence_id, wording_version=case.wording.wording_version, request_id=str(uuid4())
        )
        approved: absence_pb2.AbsenceCase = await self.house.ask("ApproveAbsenceWording", approve)
        return approved

    async def offer(self, *kinds: Any, to: Sequence[str] = ()) -> absence_service_pb2.OfferAffectedResponse:
        """Ask for offers and let them be made."""
        request = absence_service_pb2.OfferAffectedRequest(
            absence_id=self.absence_id, appointment_ids=to, kinds=kinds, request_id=str(uuid4())
        )
        answered: absence_service_pb2.OfferAffectedResponse = await self.house.ask("OfferAffected", request)
        await self.work()
        return answered

    async def case(self) -> absence_pb2.AbsenceCase:
        """Return the case."""
        request = absence_service_pb2.GetAbsenceCaseRequest(absence_id=self.absence_id)
        found: absence_pb2.AbsenceCase = await self.house.ask("GetAbsenceCase", request)
        return found

    async def affected(self, **wanted: Any) -> Sequence[absence_pb2.AffectedAppointment]:
        """Return the worklist."""
        request = absence_service_pb2.ListAffectedAppointmentsRequest(absence_id=self.absence_id, **wanted)
        found: Sequence[absence_pb2.AffectedAppointment] = (
            await self.house.ask("ListAffectedAppointments", request)
        ).affected
        return found

    async def states(self) -> list[str]:
        """Return where everybody stands, in the order of the line."""
        return [State.Name(each.state).removeprefix("STATE_") for each in await self.affected()]

    async def accept(
        self, offer: absence_pb2.AbsenceOffer, at: int = 0, *, request_id: str = "", **person: Any
    ) -> booking_pb2.Appointment:
        """Take an option, and let the ledger hear of it."""
        request = absence_service_pb2.AcceptAbsenceOptionRequest(
            offer_id=offer.offer_id,
            option_id=offer.options[at].option_id,
            request_id=request_id or str(uuid4()),
        )
        accepted: booking_pb2.Appointment = await self.house.ask("AcceptAbsenceOption", request, **person)
        await self.house.settle()
        return accepted

    async def decline(self, offer: absence_pb2.AbsenceOffer, **person: Any) -> absence_pb2.AbsenceOffer:
        """Say no to all."""
        request = absence_service_pb2.DeclineAbsenceOfferRequest(offer_id=offer.offer_id, request_id=str(uuid4()))
        declined: absence_pb2.AbsenceOffer = await self.house.ask("DeclineAbsenceOffer", request, **person)
        return declined

    async def cancel(self, appointment_id: str) -> None:
        """Call a session off because the therapist is away."""
        request = booking_service_pb2.CancelAppointmentRequest(
            appointment_id=appointment_id,
            reason=booking_pb2.CHANGE_REASON_THERAPIST_ABSENT,
            request_id=str(uuid4()),
        )
        await self.house.ask("CancelAppointment", request)
        await self.house.settle()

    async def ledger_states(self) -> list[str]:
        """Return where the ledger's own items stand."""
        request = ledger_absences.ListAbsenceItemsRequest(absence_id=self.absence_id)
        found = (await self.house.ask("ListAbsenceItems", request)).items
        names = ledger_absences.AbsenceItem.State
        return [names.Name(each.state).removeprefix("STATE_") for each in found]

    def let_pass(self, **span: float) -> None:
        """Make what is due after a span due now."""
        practice_id, secs = self.house.practice_id, timedelta(**span).total_seconds()
        self.sql(
            "update affected_appointments set look_time = look_time - make_interval(secs => %s),"
            " escalate_time = escalate_time - make_interval(secs => %s) where practice_id = %s",
            secs,
            secs,
            practice_id,
        )
        self.sql(
            "update absence_offers set expire_time = expire_time - make_interval(secs => %s) where practice_id = %s",
            secs,
            practice_id,
        )

    def told(self, name: str) -> int:
        """Count the events of a name that booking has told."""
        return len(
            self.read(
                "select 1 from outbox where practice_id = %s and type like %s", self.house.practice_id, f"%{name}"
            )
        )

    def held(self) -> int:
        """Count the claims that are held and wait for a word."""
        return self.house.claims().get("held", 0)

    def read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Read rows as the owner of booking's database."""
        with psycopg.connect(self.house.database.owner_url) as conn:
            return conn.execute(statement, values).fetchall()  # type: ignore[call-overload, no-any-return]

    def sql(self, statement: str, *values: object) -> None:
        """Change rows as the owner of booking's database."""
        with psycopg.connect(self.house.database.owner_url) as conn:
            conn.execute(statement, values)  # type: ignore[call-overload]
