"""Says no to an offer."""

from __future__ import annotations

from datetime import datetime

from services.booking.domain.waitlist import LIVE, Offer, OfferState
from services.booking.usecases.ports import Clock
from services.booking.usecases.see_offer import see_offer
from services.booking.usecases.waitlist_ports import WaitlistStore
from services.chassis.context import Call


async def decline_offer(offer_id: str, call: Call, *, store: WaitlistStore, clock: Clock) -> Offer:
    """
    Close the offer; when nobody else is being asked, the next one is at once.

    Raises:
        UnknownOffer: No such offer here. (NOT_FOUND)
        OfferTaken, OfferExpired, OfferClosed: It ended otherwise. (FAILED_PRECONDITION)
    """
    seen = await see_offer(offer_id, call, store=store)
    if seen.state is OfferState.DECLINED:
        return seen
    return await settle_offer(seen, OfferState.DECLINED, call, store=store, at=clock())


async def settle_offer(
    seen: Offer, state: OfferState, call: Call, *, store: WaitlistStore, at: datetime, pass_reason: str = ""
) -> Offer:
    """Close an offer under its opening's lock. Raises OfferTaken, OfferExpired, OfferClosed."""
    opening = await store.opening(call, seen.opening_id, is_locked=True)
    offers = await store.offers(call, seen.opening_id)
    offer = next(each for each in offers if each.offer_id == seen.offer_id)
    if offer.state is state:
        return offer
    if offer.state is not OfferState.PREPARED:
        offer.require_made()
    after = offer.closed(state, at=at, pass_reason=pass_reason)
    await store.save_offer(call, offer, after)
    if opening.is_open and not any(each.state in LIVE for each in offers if each.offer_id != offer.offer_id):
        await store.save_opening(call, opening, opening.later(at))
    return after
