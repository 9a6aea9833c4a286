"""Answers the ledger's question whether lapsed time is still wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Protocol

from services.booking.domain import errors
from services.booking.domain.appointment import State
from services.booking.usecases.ports import Appointments, Clock, Ledger
from services.booking.usecases.waitlist_ports import ClaimStanding
from services.chassis.context import Call


class SessionWord(Enum):
    """What a claim is to groups' sessions."""

    NONE = "none"
    STANDS = "stands"
    MOVE_BARRED = "move_barred"


class AskGroups(Protocol):
    """Tells what a claim is to groups' sessions; a move that never came about is barred first, and committed so."""

    async def __call__(
        self, call: Call, group_session_id: str, claim_version: int, *, is_move: bool
    ) -> SessionWord: ...


KeepsTime = Callable[[Call, str], Awaitable[bool]]

ToOffers = Callable[[str, str], Awaitable[ClaimStanding]]
"""Tells what a claim of a practice is to those who offer time: the waitlist, and the absence workflow."""


async def answer_lapsed_hold(
    appointment_id: str,
    claim_version: int,
    is_move: bool,
    call: Call,
    *,
    appointments: Appointments,
    ledger: Ledger,
    clock: Clock,
    keeps_time: KeepsTime,
    to_offers: ToOffers,
    ask_groups: AskGroups,
) -> None:
    """
    Confirm time that an appointment stands on; give back time that none does.

    The danger is a promise that commits after its time was given back. So the refusal is committed first
    (the id is abandoned, or the move barred), and only then is the ledger told, while the row is locked, so
    that no new move comes between. A question may come late: the ledger's yes or no is given to the claim as
    it is now, so a yes needs it to be as it was when asked. An unanswered question is asked again, or settled
    by the event of the appointment itself.

    Args:
        claim_version: The ledger's version of the claim at the hold or the move in question.
        to_offers: Tells whether it is offered to somebody. Time that is kept or offered is asked about until it ends.
        ask_groups: Asked once the id is abandoned. A group's session takes its id out of use when it is stored, so
            whichever of the two was first decides.
        keeps_time: Tells whether a paused standing hour keeps the time of a cancelled appointment.

    Raises:
        ClaimChanged: The claim changed under our hands: the event is tried again. (ABORTED)
        ServiceError: The ledger can't be reached: the event is tried again.
    """
    standing = await to_offers(call.practice_id, appointment_id)
    if standing is ClaimStanding.WANTED:
        return
    if standing is ClaimStanding.OVER:
        await ledger.release(appointment_id, call)
        return
    existing = await appointments.abandon(call, appointment_id, at=clock())
    if existing is None:
        word = await ask_groups(call, appointment_id, claim_version, is_move=is_move)
        if word is SessionWord.STANDS:
            await ledger.confirm(appointment_id, call)
        else:
            await ledger.release(appointment_id, call, only_move=word is SessionWord.MOVE_BARRED)
        return
    if existing.state is State.CANCELLED:
        async with appointments.held_still(call, appointment_id):
            current = await appointments.find(call, appointment_id)
            if current.state is State.CANCELLED:
                is_kept = await keeps_time(call, appointment_id)
                await _answer_cancelled(appointment_id, claim_version, is_move, call, ledger=ledger, is_kept=is_kept)
        return
    seen = await ledger.version(appointment_id, call)
    is_barred = is_move and await appointments.abandon_move(
        call, appointment_id, moved_at=claim_version, claim_version=seen
    )
    async with appointments.held_still(call, appointment_id):
        is_as_seen = await ledger.version(appointment_id, call) == seen
        if is_barred and not is_as_seen:
            raise errors.ClaimChanged("The claim changed meanwhile.", appointment_id=appointment_id)
        if is_barred:
            await ledger.release(appointment_id, call, only_move=True)
        elif is_as_seen and seen == claim_version:
            await ledger.confirm(appointment_id, call)


async def _answer_cancelled(
    appointment_id: str, claim_version: int, is_move: bool, call: Call, *, ledger: Ledger, is_kept: bool
) -> None:
    """Give a cancelled appointment's time back, unless a pause keeps it; no pause begins or ends meanwhile."""
    if not is_kept:
        await ledger.release(appointment_id, call)
    elif is_move:
        await ledger.release(appointment_id, call, only_move=True)
    elif await ledger.version(appointment_id, call) == claim_version:
        await ledger.confirm(appointment_id, call)
