"""Keeps what clients wait for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from services.booking.domain import errors
from services.booking.domain.waitlist import OfferState, Standing, Urgency, WishState
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.decline_offer import settle_offer
from services.booking.usecases.ports import CareTeam, Clock
from services.booking.usecases.see_offer import is_for_client_alone
from services.booking.usecases.waitlist_ports import PageCursor, WaitlistStore, WishFilter
from services.chassis.context import Call
from services.chassis.errors import Forbidden


async def create_wish(wanted: Standing, call: Call, *, store: WaitlistStore) -> Standing:
    """
    Let a client wait from now on; how urgent it is only staff says.

    Raises:
        UnknownClient: No such client here. (NOT_FOUND)
        LimitReached: The client, or the practice, has enough of them. (FAILED_PRECONDITION)
    """
    wish = wanted if is_staff(call.actor) else replace(wanted, urgency=Urgency.ROUTINE)
    await store.add_wish(call, wish)
    call.resource_id = wish.wish_id
    return wish


async def update_wish(
    wish_id: str, wanted: Callable[[Standing], Standing], etag: str, call: Call, *, store: WaitlistStore, clock: Clock
) -> Standing:
    """
    Change what a client waits for; the place in line stays.

    Raises:
        UnknownWish: No such wish here. (NOT_FOUND)
        WishClosed: Nobody waits on it any more. (FAILED_PRECONDITION)
        StaleVersion: The etag is not the current one. (ABORTED)
    """
    before = await _authorized(wish_id, call, store=store, is_locked=True)
    after = before.changed_to(wanted(before), at=clock(), etag=etag, is_staff=is_staff(call.actor))
    await store.save_wish(call, before, after)
    return after


async def withdraw_wish(wish_id: str, etag: str, call: Call, *, store: WaitlistStore, clock: Clock) -> Standing:
    """
    Take a wish back, and decline what is offered for it.

    Danger: openings are locked before wishes, as whoever accepts does: the offers are settled first.

    Raises:
        UnknownWish: No such wish here. (NOT_FOUND)
        WishClosed: It was fulfilled. (FAILED_PRECONDITION)
        StaleVersion: The etag is not the current one. (ABORTED)
    """
    seen = await _authorized(wish_id, call, store=store)
    if seen.state is WishState.WITHDRAWN:
        return seen
    seen.expect(etag)
    now = clock()
    for each in await store.live_offers(call, wish_id):
        await settle_offer(each, OfferState.DECLINED, call, store=store, at=now)
    before = await store.wish(call, wish_id, is_locked=True)
    before.require_waiting()
    after = before.closed(WishState.WITHDRAWN, at=now)
    await store.save_wish(call, before, after)
    return after


async def get_wish(wish_id: str, call: Call, *, store: WaitlistStore) -> Standing:
    """Return a wish. Raises UnknownWish, Forbidden."""
    return await _authorized(wish_id, call, store=store)


async def list_wishes(
    wanted: WishFilter,
    call: Call,
    *,
    store: WaitlistStore,
    care_team: CareTeam,
    after: PageCursor | None,
    page_size: int,
) -> tuple[list[Standing], PageCursor | None]:
    """
    Return a page of wishes and where the next one begins.

    Clients ask for their own, or of those they act for; staff for all. A therapist sees those of their clients.

    Raises:
        Forbidden: The caller may not see this client, or the whole waitlist. (PERMISSION_DENIED)
    """
    actor = call.actor
    if wanted.client_id:
        await call.authorize(client_ids=[wanted.client_id])
    elif not is_staff(actor):
        raise Forbidden("Ask for one client.", method=call.method)
    is_alone = bool(wanted.client_id) and is_for_client_alone(call, wanted.client_id, is_confidential=True)
    query = replace(wanted, is_without_confidential=is_alone)
    found = list(await store.wishes(call, query, after=after, limit=page_size + 1))
    page, cursor = found[:page_size], None
    if len(found) > page_size:
        cursor = (page[-1].since_time, page[-1].wish_id)
    seen = await care_team.foresee(call, {each.client_id for each in page})
    page = [each for each in page if each.client_id in seen]
    await call.authorize(client_ids=list(dict.fromkeys(each.client_id for each in page)))
    return page, cursor


async def _authorized(wish_id: str, call: Call, *, store: WaitlistStore, is_locked: bool = False) -> Standing:
    wish = await store.wish(call, wish_id, is_locked=is_locked)
    await call.authorize(client_ids=[wish.client_id], resource_id=wish_id)
    if is_for_client_alone(call, wish.client_id, is_confidential=wish.is_confidential):
        raise errors.UnknownWish("No such wish.", wish_id=wish_id)
    return wish
