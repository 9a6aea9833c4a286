"""Asks availability for seats in groups' sessions."""

from __future__ import annotations

from collections.abc import Sequence

from kept.availability.v1 import availability_service_pb2

from services.booking.adapters import proto
from services.booking.adapters.holds import Neighbour
from services.booking.adapters.series_ledger import AvailabilitySeriesLedger
from services.booking.domain import errors
from services.booking.domain.appointment import Slot
from services.chassis.context import Call
from services.chassis.errors import ServiceError
from services.chassis.rpc.status import refusal


class AvailabilitySeatLedger(AvailabilitySeriesLedger):
    """Is the ledger over gRPC, with seats."""

    def __init__(self, neighbour: Neighbour) -> None:
        super().__init__(neighbour)
        self._seats = neighbour

    async def take_seats(
        self, group_session_id: str, wanted: Sequence[tuple[str, str]], call: Call
    ) -> list[Slot | ServiceError]:
        """Hold seats in one call; one that was given back before is refused with HoldAbandoned."""
        request = availability_service_pb2.TakeSeatsRequest(
            session_claim_id=group_session_id,
            seats=[availability_service_pb2.Seat(seat_id=seat_id, client_id=each) for seat_id, each in wanted],
        )
        response = await self._seats.call("TakeSeats", request, call)
        return [_outcome(each) for each in response.outcomes]


def _outcome(message: availability_service_pb2.HoldOutcome) -> Slot | ServiceError:
    if message.HasField("claim"):
        return proto.slot_of(message.claim)
    said = message.refusal
    if said.reason == "CLAIM_RELEASED":
        return errors.HoldAbandoned("The seat was given back; ask again.")
    return refusal(said.status, said.reason, said.message, metadata=said.metadata)
