"""Lets the desk see what is being refilled, pass somebody over, and give a slot back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.booking.domain import errors
from services.booking.domain.turns import is_batch_time, rank
from services.booking.domain.waitlist import LIVE, Offer, OfferState, Opening, OpeningState, Standing, Why
from services.booking.usecases.ports import Clock
from services.booking.usecases.refill_slots import end_opening, passed_over, prepare
from services.booking.usecases.waitlist_ports import WaitlistLedger, WaitlistStore
from services.chassis.context import Call

SHOWN_MAX = 20
"""Candidates shown to the desk at most; the contract says so."""


async def see_opening(
    opening_id: str, call: Call, *, store: WaitlistStore, clock: Clock
) -> tuple[Opening, Sequence[Offer], list[tuple[Standing, Why]]]:
    """Return an opening, who was asked, and who would be next, each with the reason. Raises UnknownOpening."""
    opening = await store.opening(call, opening_id)
    offers = await store.offers(call, opening_id)
    ranked = rank(await store.suited(call, opening), opening.slot, at=clock()) if opening.is_open else []
    shown = ranked[:SHOWN_MAX]
    clients = [*(each.client_id for each in offers), *(wish.client_id for wish, _ in shown)]
    await call.authorize(client_ids=list(dict.fromkeys(clients)), resource_id=opening_id)
    return opening, list(reversed(offers)), shown


async def skip_waiter(
    opening_id: str, wish_id: str, reason: str, call: Call, *, store: WaitlistStore, clock: Clock
) -> Offer:
    """
    Pass a client over for one slot; they keep their place in line.

    Raises:
        UnknownOpening, UnknownWish: There is none. (NOT_FOUND)
        OpeningClosed: Nobody is asked for it any more. (FAILED_PRECONDITION)
        OfferClosed: They answered, or were passed over before. (FAILED_PRECONDITION)
    """
    opening = await store.opening(call, opening_id, is_locked=True)
    opening.require_open()
    now = clock()
    wish = await store.wish(call, wish_id)
    await call.authorize(client_ids=[wish.client_id], resource_id=opening_id)
    offers = await store.offers(call, opening_id)
    mine = next((each for each in offers if each.client_id == wish.client_id), None)
    if mine is not None and mine.state not in LIVE:
        raise errors.OfferClosed("They were asked, or passed over.", offer_id=mine.offer_id, state=mine.state.value)
    if mine is None:
        wish.require_waiting()
        ranked = rank([wish], opening.slot, at=now)
        why = ranked[0][1] if ranked else Why(0.0, wish.urgency, 0.0, 0.0, ())
        mine = prepare(opening, wish, why, is_batch=is_batch_time(opening.slot, at=now), at=now)
        if not await store.add_offer(call, mine):
            raise errors.OfferClosed("They are being asked for a slot.", wish_id=wish_id)
    after = passed_over(mine, reason, at=now)
    await store.save_offer(call, mine, after)
    if mine.state is OfferState.MADE and not any(each.state in LIVE for each in offers if each is not mine):
        await store.save_opening(call, opening, opening.later(now))
    return after


async def close_opening(
    opening_id: str, etag: str, call: Call, *, store: WaitlistStore, ledger: WaitlistLedger, clock: Clock
) -> Opening:
    """
    Give a slot back to everybody, and withdraw its offers.

    Raises:
        UnknownOpening: There is none. (NOT_FOUND)
        OpeningClosed: It ended before. (FAILED_PRECONDITION)
        StaleVersion: The etag is not the current one. (ABORTED)
    """
    opening = await store.opening(call, opening_id, is_locked=True)
    opening.require_open()
    if etag and etag != opening.etag:
        raise errors.StaleVersion("The opening has changed since you looked.", opening_id=opening_id, etag=opening.etag)
    await withdraw_opening(opening, "BY_DESK", call, store=store, ledger=ledger, at=clock())
    return await store.opening(call, opening_id)


async def withdraw_opening(
    opening: Opening, reason: str, call: Call, *, store: WaitlistStore, ledger: WaitlistLedger, at: datetime
) -> None:
    """Withdraw what is offered of a slot, and give it back."""
    offers = await store.offers(call, opening.opening_id)
    live = [each for each in offers if each.state in LIVE]
    await call.authorize(client_ids=[each.client_id for each in live], resource_id=opening.opening_id)
    for each in live:
        is_made = each.state is OfferState.MADE
        after = each.closed(OfferState.WITHDRAWN, at=at) if is_made else passed_over(each, reason, at=at)
        await store.save_offer(call, each, after)
    state = OpeningState.LOST if reason == "ABSENCE" else OpeningState.GIVEN_BACK
    await end_opening(opening, state, reason, offers, call, store=store, ledger=ledger, at=at)
