"""Asks the neighbour booking, in the name of a link's holder."""

from __future__ import annotations

from typing import Protocol

from google.protobuf.message import Message
from kept.booking.v1 import booking_pb2, booking_service_pb2, waitlist_service_pb2
from kept.wall.v1 import wall_pb2

from services.chassis.context import Call
from services.notifications.adapters import proto
from services.notifications.usecases.use_action_link import BookedAppointment, FreeTime


class Neighbour(Protocol):
    """The part of the chassis' client that is used here."""

    async def call(self, method: str, request: Message, call: Call) -> Message:
        """Call a method of the neighbour with this service's own token."""


class NeighbourBooking:
    """Booking over gRPC, for one call of ours."""

    def __init__(self, neighbour: Neighbour, call: Call) -> None:
        """Speak for this call; it has entered the link's practice."""
        self._neighbour = neighbour
        self._call = call

    async def appointment(self, appointment_id: str) -> BookedAppointment:
        """Return the appointment as it is this moment."""
        request = booking_service_pb2.GetAppointmentRequest(appointment_id=appointment_id)
        answer = await self._neighbour.call("GetAppointment", request, self._call)
        assert isinstance(answer, booking_pb2.Appointment), "GetAppointment answers with an appointment"
        return proto.booked_appointment(answer)

    async def confirm(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Record that the client will come, unless the appointment changed since *etag*."""
        request = booking_service_pb2.ConfirmAppointmentRequest(
            appointment_id=appointment_id, etag=etag, request_id=request_id
        )
        await self._neighbour.call("ConfirmAppointment", request, self._call)

    async def cancel(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Call it off in the client's name, unless the appointment changed since *etag*."""
        request = booking_service_pb2.CancelAppointmentRequest(
            appointment_id=appointment_id, etag=etag, request_id=request_id
        )
        await self._neighbour.call("CancelAppointment", request, self._call)

    async def reschedule(self, appointment_id: str, time: FreeTime, *, etag: str, request_id: str) -> None:
        """Move it, unless the appointment changed since *etag*."""
        request = booking_service_pb2.RescheduleAppointmentRequest(
            appointment_id=appointment_id,
            start_wall=wall_pb2.WallTime(local=time.local, time_zone=time.time_zone, fold=time.fold),
            etag=etag,
            request_id=request_id,
        )
        await self._neighbour.call("RescheduleAppointment", request, self._call)

    async def undo(self, appointment_id: str, *, etag: str, request_id: str) -> None:
        """Take its cancellation back: a new appointment takes its place."""
        request = booking_service_pb2.UndoAppointmentChangeRequest(
            appointment_id=appointment_id, etag=etag, request_id=request_id
        )
        await self._neighbour.call("UndoAppointmentChange", request, self._call)

    async def accept(self, offer_id: str, *, request_id: str) -> None:
        """Take an offer."""
        request = waitlist_service_pb2.AcceptOfferRequest(offer_id=offer_id, request_id=request_id)
        await self._neighbour.call("AcceptOffer", request, self._call)

    async def decline(self, offer_id: str, *, request_id: str) -> None:
        """Say no to an offer."""
        request = waitlist_service_pb2.DeclineOfferRequest(offer_id=offer_id, request_id=request_id)
        await self._neighbour.call("DeclineOffer", request, self._call)
