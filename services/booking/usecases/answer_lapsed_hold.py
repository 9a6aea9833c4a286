"""Answers the ledger's question whether lapsed time is still wanted."""

from __future__ import annotations

from services.booking.domain.appointment import State
from services.booking.usecases.ports import Appointments, Clock, Ledger
from services.chassis.context import Call


async def answer_lapsed_hold(
    appointment_id: str,
    claim_version: int,
    is_move: bool,
    call: Call,
    *,
    appointments: Appointments,
    ledger: Ledger,
    clock: Clock,
) -> None:
    """
    Confirm time that an appointment stands on; give back time that none does.

    The danger is a promise that commits after its time was given back. So the refusal is committed first
    (the id is abandoned, or the move barred), and only then is the ledger told. A promise that does exist is
    locked while the ledger is told, so that it can't move meanwhile.

    Raises:
        ServiceError: The ledger can't be reached: the event is tried again.
    """
    existing = await appointments.abandon(call, appointment_id, at=clock())
    if existing is None or existing.state is State.CANCELLED:
        await ledger.release(appointment_id, call)
    elif is_move and await appointments.abandon_move(call, appointment_id, claim_version=claim_version):
        await ledger.release(appointment_id, call, only_move=True)
    else:
        await appointments.lock(call, appointment_id)
        await ledger.confirm(appointment_id, call)
