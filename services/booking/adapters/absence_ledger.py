"""Asks availability what could be offered instead of a session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.adapters.holds import Neighbour
from services.booking.adapters.proto import timestamp_of
from services.booking.adapters.seat_ledger import AvailabilitySeatLedger
from services.booking.domain.appointment import Slot
from services.booking.domain.priority import HIGH_NEED
from services.chassis.context import Actor, Call
from services.chassis.errors import NotFound

SLOTS_MAX = 100
"""Free slots looked at for one client: several weeks of one therapist, or everybody who is free at one time."""

_Rule = availability_service_pb2.HidingRule
_FOR_SOME = frozenset({_Rule.RULE_RESERVED, _Rule.RULE_PRIORITY_WINDOW})
"""Rules that keep time for some clients."""

_ITS_OWN = frozenset(
    {
        _Rule.RULE_TAKEN, _Rule.RULE_BUFFER, _Rule.RULE_TIME_OFF, _Rule.RULE_NOTICE, _Rule.RULE_SAME_DAY,
        _Rule.RULE_HORIZON, _Rule.RULE_NOT_SELF_BOOKABLE, _Rule.RULE_NO_ROOM,
    }
)  # fmt: skip
"""Rules that hide a slot from others and do not stand in the way of who has it: it is theirs, or needs no room."""


class AvailabilityAbsenceLedger(AvailabilitySeatLedger):
    """Is the ledger over gRPC, with what the absence workflow looks up."""

    def __init__(self, neighbour: Neighbour) -> None:
        super().__init__(neighbour)
        self._door = neighbour

    async def search(
        self,
        call: Call,
        *,
        session_type_id: str,
        therapist_id: str,
        from_time: datetime,
        to_time: datetime,
        modality: int,
        is_high_need: bool,
    ) -> Sequence[Slot]:
        """Return free slots, earliest first, as staff sees them; an empty therapist takes all who give the type."""
        request = availability_service_pb2.SearchSlotsRequest(
            session_type_id=session_type_id,
            therapist_ids=[therapist_id] if therapist_id else [],
            from_time=timestamp_of(from_time),
            to_time=timestamp_of(to_time),
            modality=modality,  # type: ignore[arg-type]
            page_size=SLOTS_MAX,
            is_high_need=is_high_need,
            by_staff=True,
        )
        try:
            found = await self._door.call("SearchSlots", request, call)
        except NotFound:
            return []
        return [_slot(each) for each in found.slots]

    async def search_as(
        self,
        search: availability_service_pb2.SearchSlotsRequest,
        audiences: Sequence[int],
        call: Call,
        *,
        is_staff: bool,
    ) -> availability_service_pb2.SearchSlotsResponse:
        """Search as somebody who is known here; what the caller said of that themselves is not heeded."""
        request = availability_service_pb2.SearchSlotsRequest()
        request.CopyFrom(search)
        request.ClearField("audiences")
        request.audiences.extend(audiences)  # type: ignore[arg-type]
        request.is_high_need, request.by_staff = HIGH_NEED in audiences, is_staff
        own = Call(actor=Actor("service:booking", "service", call.practice_id), method=call.method, trace=call.trace)
        found = await self._door.call("SearchSlots", request, own)
        assert isinstance(found, availability_service_pb2.SearchSlotsResponse), "SearchSlots answers with slots"
        return found

    async def explain_as(
        self,
        asked: availability_service_pb2.ExplainSlotRequest,
        audiences: Sequence[int],
        call: Call,
        *,
        is_staff: bool,
    ) -> availability_service_pb2.ExplainSlotResponse:
        """
        Explain a start to somebody who is known here; what the caller said of that themselves is not heeded.

        A client is told in the ledger's words for clients; of rules that keep time for some, those that hold for them.
        """
        request = availability_service_pb2.ExplainSlotRequest()
        request.CopyFrom(asked)
        request.ClearField("audiences")
        request.audiences.extend(audiences)  # type: ignore[arg-type]
        told = await self._door.call("ExplainSlot", request, call)
        assert isinstance(told, availability_service_pb2.ExplainSlotResponse), "ExplainSlot answers with a reason"
        if is_staff:
            return told
        own = Call(actor=Actor("service:booking", "service", call.practice_id), method=call.method, trace=call.trace)
        whole = await self._door.call("ExplainSlot", request, own)
        assert isinstance(whole, availability_service_pb2.ExplainSlotResponse), "ExplainSlot answers with a reason"
        holding = {each.rule for each in whole.rules}
        rules = [each for each in told.rules if each.rule not in _FOR_SOME or each.rule in holding]
        return availability_service_pb2.ExplainSlotResponse(is_offered=not rules, rules=rules)

    async def can_change_to(self, call: Call, slot: Slot, modality: int) -> bool:
        """Tell whether the therapist's hours offer the slot in another way, whoever has it."""
        request = availability_service_pb2.ExplainSlotRequest(
            therapist_id=slot.therapist_id,
            session_type_id=slot.session_type_id,
            start_wall=wall_pb2.WallTime(local=slot.start_local, time_zone=slot.time_zone, fold=slot.fold),
            modality=modality,  # type: ignore[arg-type]
        )
        try:
            explained = await self._door.call("ExplainSlot", request, call)
        except NotFound:
            return False
        return _ITS_OWN.issuperset(each.rule for each in explained.rules)

    async def is_over(self, claim_id: str, call: Call) -> bool:
        """Tell whether a claim was given back, or never was."""
        try:
            claim = await self._door.call("GetClaim", availability_service_pb2.GetClaimRequest(claim_id=claim_id), call)
        except NotFound:
            return True
        return bool(claim.state == availability_pb2.Claim.STATE_RELEASED)


def _slot(found: availability_pb2.Slot) -> Slot:
    wall = found.start_wall
    return Slot(
        therapist_id=found.therapist_id,
        session_type_id=found.session_type_id,
        start_time=found.start_time.ToDatetime(UTC),
        end_time=found.end_time.ToDatetime(UTC),
        start_local=wall.local,
        time_zone=wall.time_zone,
        fold=wall.fold,
        tzdata_version="",
        modality=found.modality,
        site_id=found.site_id,
        room_id="",
        claim_version=0,
    )
