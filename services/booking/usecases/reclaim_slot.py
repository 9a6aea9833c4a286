"""Takes cancelled time back before it is offered to those who wait."""

from __future__ import annotations

from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.waitlist import OfferState, OpeningState
from services.booking.usecases.ports import Clock, Wish
from services.booking.usecases.refill_slots import claims_of, passed_over
from services.booking.usecases.waitlist_ports import WaitlistLedger, WaitlistStore
from services.chassis.context import Call

RECLAIM_S = 300
"""Seconds a reclaimed slot is held for its appointment, which is written next."""


async def reclaim_slot(
    call: Call,
    cancelled: Appointment,
    new_id: str,
    wish: Wish,
    *,
    store: WaitlistStore,
    ledger: WaitlistLedger,
    clock: Clock,
) -> Slot | None:
    """
    Hold a cancelled appointment's time anew; None when nobody keeps it, or when it is offered to somebody.

    Whether it is still there is decided under the opening's lock, which whoever makes offers holds too. Whoever was
    chosen and not asked yet is passed over and keeps their place in line; their hold, if the ledger has it already, is
    among the claims given back.

    Raises:
        ServiceError: What the ledger refuses.
    """
    opening = await store.opening_of_appointment(call, cancelled.appointment_id)
    if opening is None:
        return None
    offers = await store.offers(call, opening.opening_id)
    if any(each.state is OfferState.MADE for each in offers):
        return None
    for each in offers:
        if each.state is OfferState.PREPARED:
            await store.save_offer(call, each, passed_over(each, "UNDONE", at=clock()))
    slot = await ledger.transfer(claims_of(opening, offers), new_id, wish, call, hold_s=RECLAIM_S)
    await store.save_opening(call, opening, opening.closed(OpeningState.UNDONE, at=clock()))
    return slot
