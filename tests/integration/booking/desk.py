"""Calls booking as the gateway does, for whoever a test needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
from google.protobuf.message import Message
from kept.booking.v1 import booking_pb2, booking_service_pb2

from services.chassis.context import Actor
from services.chassis.identity import Signer
from services.chassis.rpc.status import from_wire


@dataclass
class Desk:
    """Is somebody who calls booking, as the gateway passes them on."""

    channel: grpc.aio.Channel
    signer: Signer
    actor: Actor

    async def ask(self, method: str, request: Message) -> Any:
        """Call a method; a refusal is raised as the ServiceError it was."""
        described = booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"].methods_by_name[method]
        answer_class = {"Client": booking_pb2.Client, "Appointment": booking_pb2.Appointment}.get(
            described.output_type.name
        ) or getattr(booking_service_pb2, described.output_type.name)
        stub = self.channel.unary_unary(
            f"/kept.booking.v1.BookingService/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer_class.FromString,
        )
        metadata = (("authorization", f"Bearer {self.signer.sign(self.actor)}"),)
        try:
            return await stub(request, metadata=metadata, timeout=10)
        except grpc.aio.AioRpcError as error:
            raise from_wire(error) from error

    def like(self, **changed: Any) -> Desk:
        """Return somebody else on the same wire."""
        return replace(self, actor=replace(self.actor, **changed))

    async def register(self, **particulars: str) -> str:
        """Register a client and return the id."""
        client = booking_pb2.Client(given_name="Ada", family_name="Osei", time_zone="Etc/UTC", **particulars)
        request = booking_service_pb2.RegisterClientRequest(client=client, request_id=str(uuid4()))
        return str((await self.ask("RegisterClient", request)).client_id)

    async def book(self, request: booking_service_pb2.BookAppointmentRequest) -> booking_pb2.Appointment:
        """Book."""
        answer: booking_pb2.Appointment = await self.ask("BookAppointment", request)
        return answer
