"""Hears that a client has booked with a therapist who was proposed to them."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.usecases.settle_proposal import Desk, settle_accepted


async def hear_of_appointment(
    appointment_id: str, client_id: str, therapist_id: str, call: Call, *, desk: Desk
) -> None:
    """Settle the open proposal of whoever booked with that therapist, by whichever way; again, nothing is open."""
    for proposal in await desk.proposals.lock_open(call, client_id, therapist_id):
        await settle_accepted(proposal, appointment_id, call, desk)
