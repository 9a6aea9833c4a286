"""Blocks a stretch of a therapist's time."""

from __future__ import annotations

from services.availability.usecases.ports import Claims, TimeOff
from services.chassis.context import Call


async def create_time_off(time_off: TimeOff, call: Call, *, claims: Claims) -> TimeOff:
    """Block time nobody has claimed. Raises SlotTaken: what stands in the way is moved or cancelled first."""
    await claims.block(call, time_off)
    return time_off
