"""Asks booking for the words that staff approved for an absence."""

from __future__ import annotations

from kept.booking.v1 import absence_pb2, absence_service_pb2

from services.chassis.context import Actor, Call
from services.notifications.adapters.booking import Neighbour


class AbsenceWording:
    """Read at the moment of sending: no event carries words."""

    def __init__(self, booking: Neighbour) -> None:
        """Ask this neighbour, in this service's own name."""
        self._booking = booking

    async def of(self, practice_id: str, offer_id: str) -> str:
        """
        Return the approved words of an offer, or nothing where it has none.

        Raises:
            ServiceError: Booking does not answer, or knows no such offer; the message waits for another try.
        """
        own = Call(
            actor=Actor("service:notifications", "service", practice_id),
            method="notifications.SendDueMessages",
            practice_id=practice_id,
        )
        request = absence_service_pb2.GetAbsenceOfferRequest(offer_id=offer_id)
        answer = await self._booking.call("GetAbsenceOffer", request, own)
        assert isinstance(answer, absence_pb2.AbsenceOffer), "GetAbsenceOffer answers with an offer"
        return answer.wording.strip()
