"""Takes an offer: the slot that is held becomes an appointment."""

from __future__ import annotations

from datetime import datetime

from services.booking.domain import appointment
from services.booking.domain.appointment import Appointment
from services.booking.domain.waitlist import LIVE, Offer, OfferState, OpeningState, Standing, WishState
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.ports import Appointments, Clock
from services.booking.usecases.refill_slots import HOLD_GRACE_S, claims_of, wish_of
from services.booking.usecases.see_offer import see_offer
from services.booking.usecases.waitlist_ports import Bookings, WaitlistLedger, WaitlistStore
from services.chassis.context import Call


async def accept_offer(
    offer_id: str,
    call: Call,
    *,
    store: WaitlistStore,
    appointments: Appointments,
    ledger: WaitlistLedger,
    bookings: Bookings,
    clock: Clock,
) -> Appointment:
    """
    Book the slot under the offer's id, and close what else was asked about it.

    The opening's lock decides between two who accept, and between an answer and its expiry. The slot of a single
    offer is held under the very id of the appointment, so nothing is left to be refused; of a batch the first one to
    come here takes it over from nobody's claim.

    Raises:
        UnknownOffer: No such offer here. (NOT_FOUND)
        OfferTaken, OfferExpired, OfferClosed: It ended; the place in line is kept. (FAILED_PRECONDITION)
        Gate: A fence, or what the practice asks for before it books. (FAILED_PRECONDITION)
        ServiceError: What the ledger refuses the client, in a batch.
    """
    seen = await see_offer(offer_id, call, store=store)
    opening = await store.opening(call, seen.opening_id, is_locked=True)
    offers = await store.offers(call, seen.opening_id)
    offer = next(each for each in offers if each.offer_id == offer_id)
    if offer.state is OfferState.ACCEPTED:
        return await appointments.lock(call, offer_id)
    offer.require_made()
    now = clock()
    slot = offer.slot
    if offer.is_batch:
        slot = await ledger.transfer(
            claims_of(opening, offers), offer_id, wish_of(opening, offer.client_id), call, hold_s=HOLD_GRACE_S
        )
    booked, fact = appointment.book(
        practice_id=offer.practice_id,
        appointment_id=offer_id,
        client_id=offer.client_id,
        slot=slot,
        actor_id=call.actor.actor_id,
        at=now,
        is_confidential=offer.is_confidential,
    )
    await bookings.book(call, [(booked, fact)], is_staff=is_staff(call.actor))
    await store.save_offer(call, offer, offer.closed(OfferState.ACCEPTED, at=now))
    for each in offers:
        if each.offer_id != offer_id and each.state in LIVE:
            await store.save_offer(call, each, _lost(each, now))
    await store.save_opening(call, opening, opening.closed(OpeningState.FILLED, at=now))
    wish: Standing = await store.wish(call, offer.wish_id, is_locked=True)
    if wish.state is WishState.WAITING:
        await store.save_wish(call, wish, wish.closed(WishState.FULFILLED, at=now))
    return await appointments.lock(call, offer_id)


def _lost(offer: Offer, at: datetime) -> Offer:
    """Return what becomes of an offer when somebody else was faster."""
    state = OfferState.TAKEN if offer.state is OfferState.MADE else OfferState.PASSED_OVER
    return offer.closed(state, at=at)
