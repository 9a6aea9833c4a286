"""Holds a slot for its owner's word."""

from __future__ import annotations

from services.availability.domain.claim import Claim
from services.availability.domain.wish import Wish
from services.availability.usecases.find_alternatives import ELSEWHERE, Finder, find_alternatives
from services.availability.usecases.ports import Holds
from services.chassis.context import Call


async def hold_slot(hold_id: str, wish: Wish, call: Call, *, holds: Holds, finder: Finder) -> Claim:
    """
    Commit a held claim; whoever loses is told what else is free nearby.

    Raises:
        SlotTaken, ClientOverlap: Somebody was first; the details hold alternatives. (FAILED_PRECONDITION)
        CapReached, TravelTooShort, SlotReserved: Not at that time; the details hold alternatives. (FAILED_PRECONDITION)
        ServiceError: What `Holds.take` refuses besides.
    """
    try:
        return await holds.take(hold_id, wish, call)
    except ELSEWHERE as refusal:
        raise await find_alternatives(refusal, wish, call.practice_id, finder=finder) from None
