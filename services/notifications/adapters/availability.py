"""Asks the neighbour availability what a link's appointment could move to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kept.availability.v1 import availability_service_pb2

from services.chassis.context import Call
from services.notifications.adapters import proto
from services.notifications.adapters.booking import Neighbour
from services.notifications.usecases.use_action_link import BookedAppointment, FreeTime


class NeighbourLedger:
    """Availability over gRPC, for one call of ours."""

    def __init__(self, neighbour: Neighbour, call: Call) -> None:
        """Speak for this call; it has entered the link's practice."""
        self._neighbour = neighbour
        self._call = call

    async def free_times(
        self, booked: BookedAppointment, *, from_time: datetime, to_time: datetime, most: int
    ) -> Sequence[FreeTime]:
        """List starts with the same therapist, the same way."""
        request = availability_service_pb2.SearchSlotsRequest(
            session_type_id=booked.session_type_id,
            therapist_ids=[booked.therapist_id],
            from_time=proto.timestamp(from_time),
            to_time=proto.timestamp(to_time),
            modality=booked.modality,  # type: ignore[arg-type]
            page_size=most,
        )
        answer = await self._neighbour.call("SearchSlots", request, self._call)
        assert isinstance(answer, availability_service_pb2.SearchSlotsResponse), "SearchSlots answers with slots"
        return [
            FreeTime(
                proto.instant(slot.start_time), slot.start_wall.local, slot.start_wall.time_zone, slot.start_wall.fold
            )
            for slot in answer.slots
        ]
