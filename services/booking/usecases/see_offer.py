"""Returns an offer to those who may see it."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.waitlist import Offer, OfferState
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.waitlist_ports import WaitlistStore
from services.chassis.context import Call


async def see_offer(offer_id: str, call: Call, *, store: WaitlistStore) -> Offer:
    """
    Return an offer.

    Raises:
        UnknownOffer: No such offer here, none that was ever made, or a confidential one for a proxy. (NOT_FOUND)
        Forbidden: The caller may not do this for this client. (PERMISSION_DENIED)
    """
    offer = await store.offer(call, offer_id)
    await call.authorize(client_ids=[offer.client_id], resource_id=offer_id)
    if is_staff(call.actor):
        return offer
    is_unmade = offer.state in (OfferState.PREPARED, OfferState.PASSED_OVER)
    if is_unmade or is_for_client_alone(call, offer.client_id, is_confidential=offer.is_confidential):
        raise errors.UnknownOffer("No such offer.", offer_id=offer_id)
    return offer


def is_for_client_alone(call: Call, client_id: str, *, is_confidential: bool) -> bool:
    """Tell whether the caller only acts for the client, who keeps this to themselves."""
    return (
        is_confidential and call.actor.kind == "user" and not is_staff(call.actor) and call.actor.client_id != client_id
    )
