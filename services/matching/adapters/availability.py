"""Asks availability for first free slots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from kept.availability.v1 import availability_pb2, availability_service_pb2

from services.chassis import errors
from services.chassis.context import Call
from services.chassis.rpc.client import Neighbour
from services.matching.domain.hard_rules import SlotKey
from services.matching.usecases.ports import FirstSlots

LOOK_AHEAD = timedelta(days=28)
"""How far ahead a first slot counts; farther ones change no ranking (see SOON_DAYS)."""

THERAPISTS_MAX = 1_000
"""Therapists availability looks at in one search; those beyond count without a first slot."""

log = structlog.get_logger(__name__)


class AvailabilitySlots:
    """Is the ledger over gRPC; a ledger that is down gives no slots."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def earliest(self, call: Call, key: SlotKey, therapist_ids: Sequence[str], *, now: datetime) -> FirstSlots:
        """Return the first free slot of each therapist who has one."""
        session_type_id, modality, parts_of_day, time_zone = key
        request = availability_service_pb2.SearchSlotsRequest(
            session_type_id=session_type_id,
            therapist_ids=therapist_ids[:THERAPISTS_MAX],
            modality=availability_pb2.Modality.ValueType(modality),
            next_available=True,
            page_size=min(len(therapist_ids), 500),
            viewer_time_zone=time_zone,
            parts_of_day=[availability_service_pb2.PartOfDay.ValueType(each) for each in parts_of_day],
        )
        request.from_time.FromDatetime(now)
        request.to_time.FromDatetime(now + LOOK_AHEAD)
        try:
            found = await self._neighbour.call("SearchSlots", request, call)
        except errors.Unavailable:
            log.warning("slots.unknown", reason="availability does not answer")
            return {}
        return {slot.therapist_id: (slot.start_time.ToDatetime(tzinfo=UTC), slot) for slot in found.slots}
