"""Lets clients wait, frees slots and lets time pass, as a test of the waitlist needs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
from kept.booking.v1 import booking_pb2, booking_service_pb2, waitlist_pb2, waitlist_service_pb2

from services.booking.bootstrap import Parts, now, own_call
from services.booking.usecases.refill_slots import refill_slots
from tests.integration.booking.standing import ZONE, House

Offer = waitlist_pb2.Offer


@dataclass
class WaitingRoom:
    """Is a house whose clients wait."""

    house: House

    async def wait(self, client_id: str = "", *, days: int = 0, **wanted: Any) -> waitlist_pb2.Wish:
        """Let a client wait, as if since some days."""
        particulars: dict[str, Any] = {
            "session_type_ids": [self.house.session_type_id],
            "therapist_ids": [self.house.therapist_id],
            "time_zone": ZONE,
        }
        wish = waitlist_pb2.Wish(client_id=client_id or await self.house.register(), **(particulars | wanted))
        request = waitlist_service_pb2.CreateWishRequest(wish=wish, request_id=str(uuid4()))
        created: waitlist_pb2.Wish = await self.house.ask("CreateWish", request)
        self.sql(
            "update wishes set since_time = since_time - make_interval(days => %s) where wish_id = %s",
            days,
            created.wish_id,
        )
        return created

    async def cancel(self, appointment_id: str, **person: Any) -> booking_pb2.Appointment:
        """Call a session off, and let the ledger hear of it."""
        request = booking_service_pb2.CancelAppointmentRequest(appointment_id=appointment_id, request_id=str(uuid4()))
        cancelled: booking_pb2.Appointment = await self.house.ask("CancelAppointment", request, **person)
        await self.house.settle()
        return cancelled

    async def free(self, local: str) -> booking_pb2.Appointment:
        """Book somebody at a time and call it off."""
        booked = await self.house.book(await self.house.register(), local)
        await self.house.settle()
        await self.cancel(booked.appointment_id)
        return booked

    async def undo(self, appointment_id: str) -> booking_pb2.Appointment:
        """Take the last step back."""
        request = booking_service_pb2.UndoAppointmentChangeRequest(
            appointment_id=appointment_id, request_id=str(uuid4())
        )
        restored: booking_pb2.Appointment = await self.house.ask("UndoAppointmentChange", request)
        return restored

    async def accept(self, offer_id: str, **person: Any) -> booking_pb2.Appointment:
        """Take an offer."""
        request = waitlist_service_pb2.AcceptOfferRequest(offer_id=offer_id, request_id=str(uuid4()))
        accepted: booking_pb2.Appointment = await self.house.ask("AcceptOffer", request, **person)
        return accepted

    async def decline(self, offer_id: str) -> Offer:
        """Say no."""
        request = waitlist_service_pb2.DeclineOfferRequest(offer_id=offer_id, request_id=str(uuid4()))
        declined: Offer = await self.house.ask("DeclineOffer", request)
        return declined

    async def refill(self, *, minutes: float = 0, parts: Parts | None = None) -> int:
        """Let some minutes pass, and a replica do what is due."""
        self.let_pass(minutes)
        at = parts or self.house.parts
        return await refill_slots(
            partial(own_call, at.database),
            store=at.waitlist,
            ledger=at.ledger,
            clock=now,
            regain=at.regain,
            gate=at.gate,
        )

    def let_pass(self, minutes: float) -> None:
        """Make what is due in some minutes due now."""
        span = "make_interval(secs => %s)"
        secs = minutes * 60
        self.sql(
            f"update openings set look_time = look_time - {span} where practice_id = %s", secs, self.house.practice_id
        )
        self.sql(
            f"update offers set expire_time = expire_time - {span} where practice_id = %s", secs, self.house.practice_id
        )

    def bring_near(self, hours: float) -> None:
        """Make every opening start in some hours, as far as booking knows: the session is near."""
        self.sql(
            "update openings set start_time = now() + make_interval(secs => %s),"
            " end_time = now() + make_interval(secs => %s) where practice_id = %s",
            hours * 3600,
            hours * 3600 + 3000,
            self.house.practice_id,
        )

    def made(self) -> list[str]:
        """Return the offers that wait for an answer."""
        return [
            row[0]
            for row in self.read(
                "select offer_id::text from offers where practice_id = %s and state = 'MADE' order by offer_id"
            )
        ]

    def asked(self) -> list[tuple[str, str]]:
        """Return client and state of everybody who was asked, in that order."""
        return [
            (row[0], row[1])
            for row in self.read("select client_id::text, state from offers where practice_id = %s order by make_time")
        ]

    def openings(self) -> list[tuple[str, str]]:
        """Return state and reason of every opening, oldest first."""
        return [
            (row[0], row[1])
            for row in self.read("select state, close_reason from openings where practice_id = %s order by create_time")
        ]

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        """Read rows of the practice as the owner of booking's database."""
        with psycopg.connect(self.house.database.owner_url) as conn:
            return conn.execute(statement, (self.house.practice_id,)).fetchall()  # type: ignore[call-overload, no-any-return]

    def sql(self, statement: str, *values: object) -> None:
        """Change rows as the owner of booking's database."""
        with psycopg.connect(self.house.database.owner_url) as conn:
            conn.execute(statement, values)  # type: ignore[call-overload]
