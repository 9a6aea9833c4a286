"""Asks booking who acts for whom, who must not meet, and books first appointments."""

from __future__ import annotations

from kept.availability.v1 import availability_pb2
from kept.booking.v1 import booking_pb2, booking_service_pb2, safety_service_pb2
from kept.wall.v1 import wall_pb2

from services.chassis.context import Call
from services.chassis.rpc.client import Neighbour
from services.matching.domain.intake import Proposal
from services.matching.usecases.accept_proposal import FirstAppointment

PROXY_ACTIONS = ("match.", "intake.", "proposal.", "form.", "screening.answer", "crisis.raise")
"""Actions of matching that booking may let a proxy do; of others it is not asked."""


class BookingStanding:
    """Is booking over gRPC; one that is down lets nobody act for others, and no match run without fences."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def acts_for(self, call: Call, client_id: str) -> bool:
        """Tell whether the caller is the client's proxy as far as the call's action goes. Raises Unavailable."""
        if call.rule is None or not call.rule.action.startswith(PROXY_ACTIONS):
            return False
        request = safety_service_pb2.CheckProxyRequest(client_id=client_id, action=call.rule.action)
        found: safety_service_pb2.CheckProxyResponse = await self._neighbour.call("CheckProxy", request, call)
        return found.is_proxy

    async def fenced_pairs(self, call: Call, client_id: str = "") -> list[tuple[str, str]]:
        """Return clients who must not meet, of one client or of the practice. Raises Unavailable."""
        request = safety_service_pb2.CheckFencesRequest(client_id=client_id)
        found: safety_service_pb2.CheckFencesResponse = await self._neighbour.call("CheckFences", request, call)
        return [(pair.client_ids[0], pair.client_ids[1]) for pair in found.pairs]

    async def book(self, call: Call, proposal: Proposal, wanted: FirstAppointment, *, request_id: str) -> str:
        """Book in the caller's name and return the appointment's id. Raises whatever booking refuses."""
        request = booking_service_pb2.BookAppointmentRequest(
            client_id=proposal.client_id,
            therapist_id=proposal.therapist_id,
            session_type_id=wanted.session_type_id,
            start_wall=wall_pb2.WallTime(local=wanted.local, time_zone=wanted.time_zone, fold=wanted.fold),
            modality=availability_pb2.Modality.ValueType(wanted.modality),
            request_id=request_id,
        )
        booked: booking_pb2.Appointment = await self._neighbour.call("BookAppointment", request, call)
        return booked.appointment_id
