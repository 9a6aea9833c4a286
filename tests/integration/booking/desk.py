"""Calls booking as the gateway does, for whoever a test needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.booking.v1 import (
    booking_pb2,
    booking_service_pb2,
    break_glass_service_pb2,
    care_service_pb2,
    disclosure_service_pb2,
    feeds_service_pb2,
    people_service_pb2,
    policy_service_pb2,
    safety_service_pb2,
)
from kept.wall.v1 import wall_pb2

from services.chassis.context import Actor
from services.chassis.identity import Signer
from services.chassis.rpc.status import from_wire

SERVICES = (
    booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"],
    policy_service_pb2.DESCRIPTOR.services_by_name["PolicyService"],
    care_service_pb2.DESCRIPTOR.services_by_name["CareService"],
    safety_service_pb2.DESCRIPTOR.services_by_name["SafetyService"],
    break_glass_service_pb2.DESCRIPTOR.services_by_name["BreakGlassService"],
    feeds_service_pb2.DESCRIPTOR.services_by_name["FeedService"],
    people_service_pb2.DESCRIPTOR.services_by_name["PeopleService"],
    disclosure_service_pb2.DESCRIPTOR.services_by_name["DisclosureService"],
)
"""Are the doors of booking."""


@dataclass
class Desk:
    """Is somebody who calls booking, as the gateway passes them on."""

    channel: grpc.aio.Channel
    signer: Signer
    actor: Actor
    service: Signer | None = None
    """Is the service that calls in the person's name; none for the gateway."""

    has_token: bool = True
    """Whether a person calls; else it is the holder of a link, behind the gateway."""

    async def ask(self, method: str, request: Message) -> Any:
        """Call a method; a refusal is raised as the ServiceError it was."""
        service = next(each for each in SERVICES if method in each.methods_by_name)
        stub = self.channel.unary_unary(
            f"/{service.full_name}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(service.methods_by_name[method].output_type).FromString,
        )
        metadata = [("authorization", f"Bearer {self.signer.sign(self.actor)}")] if self.has_token else []
        if not self.has_token:
            metadata.append(("x-kept-service", self.signer.service_token()))
        elif self.service is not None:
            metadata.append(("x-kept-service", self.service.service_token()))
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

    def booking(self, client_id: str, local: str, **wanted: Any) -> booking_service_pb2.BookAppointmentRequest:
        """Return a request for an hour in UTC, with any therapist and session type unless named."""
        named = {"therapist_id": str(uuid4()), "session_type_id": str(uuid4()), **wanted}
        return booking_service_pb2.BookAppointmentRequest(
            client_id=client_id,
            start_wall=wall_pb2.WallTime(local=local, time_zone="Etc/UTC"),
            request_id=str(uuid4()),
            **named,
        )

    async def change(self, method: str, appointment_id: str, **said: Any) -> Any:
        """Take a step with an appointment, under a new request id."""
        service = booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"]
        request_class = GetMessageClass(service.methods_by_name[method].input_type)
        return await self.ask(method, request_class(appointment_id=appointment_id, request_id=str(uuid4()), **said))

    async def book(self, request: booking_service_pb2.BookAppointmentRequest) -> booking_pb2.Appointment:
        """Book."""
        answer: booking_pb2.Appointment = await self.ask("BookAppointment", request)
        return answer
