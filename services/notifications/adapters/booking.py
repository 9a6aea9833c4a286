"""Asks the neighbour booking, in the name of a link's holder."""

from __future__ import annotations

from typing import Protocol

from google.protobuf.message import Message
from kept.booking.v1 import booking_pb2, booking_service_pb2

from services.chassis.context import Call
from services.notifications.adapters import proto
from services.notifications.usecases.use_action_link import BookedAppointment


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
