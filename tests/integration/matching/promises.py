"""Stands in for booking: who acts for whom, who must not meet, and appointments, over real gRPC, in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import grpc
import grpc.aio
from google.protobuf.message_factory import GetMessageClass
from kept.booking.v1 import booking_pb2, booking_service_pb2, safety_service_pb2

from services.chassis.errors import RuleViolated
from services.chassis.rpc.status import to_wire


@dataclass
class Promises:
    """Answers what a test told it; a time in `taken` is booked by somebody else."""

    proxies: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of (action, client) whoever asks may act for."""
    fences: list[tuple[str, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    on_fences: Callable[[], Awaitable[None]] | None = None
    """What happens elsewhere while booking is asked who must not meet."""
    booked: dict[str, booking_service_pb2.BookAppointmentRequest] = field(default_factory=dict)
    """What was asked for, by request id: the same one again is one appointment."""
    address: str = ""
    _server: grpc.aio.Server | None = None

    async def start(self) -> None:
        """Serve on a free port."""
        self._server = grpc.aio.server()
        for contract in (booking_service_pb2, safety_service_pb2):
            for service in contract.DESCRIPTOR.services_by_name.values():
                handlers = {
                    method.name: grpc.unary_unary_rpc_method_handler(
                        getattr(self, method.name),
                        request_deserializer=GetMessageClass(method.input_type).FromString,
                        response_serializer=lambda message: message.SerializeToString(),
                    )
                    for method in service.methods
                    if hasattr(self, method.name)
                }
                generic = grpc.method_handlers_generic_handler(service.full_name, handlers)
                self._server.add_generic_rpc_handlers((generic,))
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        await self._server.start()

    async def stop(self) -> None:
        """Stop at once; whoever asks finds nobody."""
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    async def CheckProxy(
        self, request: safety_service_pb2.CheckProxyRequest, context: grpc.aio.ServicerContext
    ) -> safety_service_pb2.CheckProxyResponse:
        """Say what the test said."""
        return safety_service_pb2.CheckProxyResponse(is_proxy=(request.action, request.client_id) in self.proxies)

    async def CheckFences(
        self, request: safety_service_pb2.CheckFencesRequest, context: grpc.aio.ServicerContext
    ) -> safety_service_pb2.CheckFencesResponse:
        """Say what the test said."""
        if self.on_fences is not None:
            await self.on_fences()
        pairs = [pair for pair in self.fences if request.client_id in ("", *pair)]
        return safety_service_pb2.CheckFencesResponse(
            pairs=[safety_service_pb2.FencedPair(client_ids=pair) for pair in pairs]
        )

    async def BookAppointment(
        self, request: booking_service_pb2.BookAppointmentRequest, context: grpc.aio.ServicerContext
    ) -> booking_pb2.Appointment:
        """Book, unless the time is taken."""
        if request.start_wall.local in self.taken:
            code, message, details = to_wire(RuleViolated("No.", reason="SLOT_TAKEN"), service="booking")
            await context.abort(code, message, trailing_metadata=(("grpc-status-details-bin", details),))
        self.booked.setdefault(request.request_id, request)
        return booking_pb2.Appointment(
            appointment_id=request.request_id, client_id=request.client_id, therapist_id=request.therapist_id
        )
