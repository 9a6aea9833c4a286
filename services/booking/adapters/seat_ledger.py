"""Asks availability for seats in groups' sessions."""

from __future__ import annotations

from collections.abc import Sequence

from kept.availability.v1 import availability_service_pb2

from services.booking.adapters import proto
from services.booking.adapters.holds import Neighbour
from services.booking.adapters.series_ledger import AvailabilitySeriesLedger
from services.booking.domain import errors
from services.booking.domain.appointment import Slot
from services.booking.usecases.ports import Wish
from services.chassis.context import Call
from services.chassis.errors import ServiceError
from services.chassis.rpc.status import refusal


class AvailabilitySeatLedger(AvailabilitySeriesLedger):
    """Is the ledger over gRPC, with seats."""

    def __init__(self, neighbour: Neighbour) -> None:
        super().__init__(neighbour)
        self._seats = neighbour

    async def move_session(
        self, group_session_id: str, wish: Wish, call: Call, *, move_id: str
    ) -> tuple[Slot, dict[str, Slot]]:
        """Claim a new time for a session and every seat, beside the old; the same move_id again is the same move."""
        request = availability_service_pb2.MoveSessionRequest(
            claim_id=group_session_id,
            start_wall=proto.wall_of(wish),
            modality=wish.modality,  # type: ignore[arg-type]
            request_id=move_id,
        )
        response = await self._seats.call("MoveSession", request, call)
        return proto.slot_of(response.session), {each.claim_id: proto.slot_of(each) for each in response.seats}

    async def take_seats(
        self, group_session_id: str, wanted: Sequence[tuple[str, str]], call: Call, *, by_client: bool = False
    ) -> list[Slot | ServiceError]:
        """Hold seats in one call; one that was given back before is refused with HoldAbandoned."""
        request = availability_service_pb2.TakeSeatsRequest(
            session_claim_id=group_session_id,
            seats=[availability_service_pb2.Seat(seat_id=seat_id, client_id=each) for seat_id, each in wanted],
            by_client=by_client,
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
