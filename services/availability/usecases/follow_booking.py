"""Lets a hold stand for the appointment that was booked on it."""

from __future__ import annotations

from services.availability.usecases.ports import Claims
from services.chassis.context import Call


async def follow_booking(appointment_id: str, therapist_id: str, start_s: int, call: Call, *, claims: Claims) -> None:
    """
    Confirm the hold at exactly the appointment's time.

    A late or doubled event finds none and changes nothing; a hold that is left is asked about when it lapses.
    """
    await claims.confirm_hold(call, appointment_id, therapist_id=therapist_id, start_s=start_s)
