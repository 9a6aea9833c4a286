"""Offers freed slots to those who wait, one after another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
import uuid_utils

from services.booking.domain import appointment, errors
from services.booking.domain.appointment import Appointment
from services.booking.domain.turns import BATCH, LAST_CALL, answer_by, is_batch_time, is_too_late, rank
from services.booking.domain.waitlist import (
    LIVE,
    OFFERS_MAX,
    Cause,
    Offer,
    OfferState,
    Opening,
    OpeningState,
    Standing,
    Urgency,
    Why,
)
from services.booking.usecases.ports import Clock, Wish
from services.booking.usecases.waitlist_ports import WaitlistLedger, WaitlistStore
from services.chassis import crashpoints
from services.chassis.context import Call
from services.chassis.errors import NotFound, RuleViolated, ServiceError

BATCH_OF_OPENINGS = 100
"""Openings looked up at once."""

STEPS_MAX = 2 * OFFERS_MAX + 2
"""Steps taken with one opening in one round at most: each candidate is prepared, then asked or passed over."""

HOLD_GRACE_S = 300
"""Seconds a hold outlives its offer before the ledger asks: the next look comes long before."""

CLIENTS_OWN = frozenset({"CLIENT_OVERLAP", "CAP_REACHED", "SLOT_RESERVED"})
"""Refusals that concern the client who would be asked; any other one concerns the slot."""

log = structlog.get_logger(__name__)

OpenCall = Callable[[str], Call]
"""Opens a call of the service's own in a practice."""

Regain = Callable[[Call, Opening, str], Awaitable[bool]]
"""Lets the owner of a standing hour have it, before anybody else is asked; tells whether they got it."""

Gate = Callable[[Call, Appointment], Awaitable[str]]
"""Tells why a client could not book what they would be asked for; "" when they could."""


async def refill_slots(
    open_call: OpenCall, *, store: WaitlistStore, ledger: WaitlistLedger, clock: Clock, regain: Regain, gate: Gate
) -> int:
    """
    Do what is due about every opening, each step in a transaction of its own; return how many openings moved on.

    Safe to repeat, to run in several processes at once, and to be killed anywhere: what is to be held is written
    down before the ledger is asked, under the id it will have there.
    """
    moved = 0
    for practice_id, opening_id in await store.due(limit=BATCH_OF_OPENINGS):
        for number in range(STEPS_MAX):
            call = open_call(practice_id)
            if not await _step_alone(
                opening_id, call, store=store, ledger=ledger, clock=clock, regain=regain, gate=gate
            ):
                break
            moved += number == 0
    return moved


async def _step_alone(
    opening_id: str,
    call: Call,
    *,
    store: WaitlistStore,
    ledger: WaitlistLedger,
    clock: Clock,
    regain: Regain,
    gate: Gate,
) -> bool:
    try:
        is_done = await _step(opening_id, call, store=store, ledger=ledger, at=clock(), regain=regain, gate=gate)
        if is_done:
            await call.commit(None)
        else:
            await call.close()
        return is_done
    except ServiceError as error:
        await call.close(error)
        log.warning("opening.postponed", practice_id=call.practice_id, opening_id=opening_id, reason=error.reason)
        return False
    except BaseException as error:
        await call.close(error)
        raise


async def _step(
    opening_id: str,
    call: Call,
    *,
    store: WaitlistStore,
    ledger: WaitlistLedger,
    at: datetime,
    regain: Regain,
    gate: Gate,
) -> bool:
    """Take one step with an opening; False when there is nothing to do now, or somebody else is at it."""
    opening = await store.take_up(call, opening_id)
    if opening is None or opening.look_time is None or opening.look_time > at:
        return False
    offers = list(await store.offers(call, opening_id))
    await call.authorize(client_ids=[each.client_id for each in offers if each.state in LIVE], resource_id=opening_id)
    if prepared := [each for each in offers if each.state is OfferState.PREPARED]:
        await _ask(opening, prepared, offers, call, store=store, ledger=ledger, at=at)
        return True
    live = []
    for each in offers:
        if each.state is not OfferState.MADE:
            continue
        if each.expire_time <= at:
            await store.save_offer(call, each, each.closed(OfferState.EXPIRED, at=at))
        else:
            live.append(each)
    if live:
        await store.save_opening(call, opening, opening.later(min(each.expire_time for each in live)))
        return True
    if is_too_late(opening.slot, at=at):
        await end_opening(opening, OpeningState.GIVEN_BACK, "TOO_LATE", offers, call, store=store, ledger=ledger, at=at)
        return True
    if not opening.is_owner_asked and (series_id := await store.owner(call, opening)):
        is_regained = await regain(call, opening, series_id)
        after = opening.closed(OpeningState.REGAINED, at=at) if is_regained else opening.later(at)
        await store.save_opening(call, opening, replace(after, is_owner_asked=True))
        return True
    return await _choose(opening, offers, call, store=store, ledger=ledger, gate=gate, at=at)


async def _choose(
    opening: Opening,
    offers: Sequence[Offer],
    call: Call,
    *,
    store: WaitlistStore,
    ledger: WaitlistLedger,
    gate: Gate,
    at: datetime,
) -> bool:
    """Write down whom to ask next, before the ledger is asked to hold the slot for them."""
    left = OFFERS_MAX - len(offers)
    ranked = rank(await store.suited(call, opening), opening.slot, at=at) if left > 0 else []
    is_batch = is_batch_time(opening.slot, at=at)
    wanted = min(BATCH, left) if is_batch else 1
    chosen: dict[str, Offer] = {}
    seen: set[str] = set()
    for wish, why in ranked:
        if len(chosen) == wanted:
            break
        if wish.client_id in seen or len(seen) >= left:
            continue
        seen.add(wish.client_id)
        offer = prepare(opening, wish, why, is_batch=is_batch, at=at)
        if reason := await gate(call, _as_booked(offer, at)):
            await store.add_offer(call, passed_over(offer, reason, at=at))
        elif await store.add_offer(call, offer):
            chosen[wish.client_id] = offer
    if not chosen:
        await end_opening(
            opening, OpeningState.GIVEN_BACK, "NOBODY_FITS", offers, call, store=store, ledger=ledger, at=at
        )
        return True
    await call.authorize(client_ids=list(chosen), resource_id=opening.opening_id)
    await store.save_opening(call, opening, opening.later(at))
    return True


def _as_booked(offer: Offer, at: datetime) -> Appointment:
    booked, _ = appointment.book(
        practice_id=offer.practice_id,
        appointment_id=offer.offer_id,
        client_id=offer.client_id,
        slot=offer.slot,
        actor_id="",
        at=at,
    )
    return booked


def prepare(opening: Opening, wish: Standing, why: Why, *, is_batch: bool, at: datetime) -> Offer:
    """Return an offer that is not made yet; the same client and opening always have the same id."""
    space = uuid_utils.UUID(opening.opening_id)
    return Offer(
        practice_id=opening.practice_id,
        offer_id=str(uuid_utils.uuid5(space, wish.client_id)),
        opening_id=opening.opening_id,
        wish_id=wish.wish_id,
        client_id=wish.client_id,
        slot=opening.slot,
        is_confidential=wish.is_confidential,
        is_batch=is_batch,
        why=why,
        state=OfferState.PREPARED,
        make_time=at,
        expire_time=answer_by(opening.slot, wish.time_zone, at=at),
    )


async def _ask(
    opening: Opening,
    prepared: Sequence[Offer],
    offers: Sequence[Offer],
    call: Call,
    *,
    store: WaitlistStore,
    ledger: WaitlistLedger,
    at: datetime,
) -> None:
    """
    Hold the slot, for the client alone or for the few of a batch, and make the offers.

    What the ledger refuses the client passes them over; what it refuses the slot ends the opening.
    """
    first = prepared[0]
    claim_id = _batch_claim(first) if first.is_batch else first.offer_id
    client_id = claim_id if first.is_batch else first.client_id
    # However long the way here took, everybody has the time they were meant to have.
    last = opening.slot.start_time - LAST_CALL
    expire_times = [min(at + (each.expire_time - each.make_time), last) for each in prepared]
    try:
        slot = await ledger.transfer(
            claims_of(opening, offers),
            claim_id,
            wish_of(opening, client_id),
            call,
            hold_s=max(0, int((max(expire_times) - at).total_seconds())) + HOLD_GRACE_S,
            is_high_need=any(each.why.urgency is Urgency.URGENT for each in prepared),
        )
    except (RuleViolated, NotFound, errors.HoldAbandoned) as refusal:
        if first.is_batch or refusal.reason not in CLIENTS_OWN:
            for each in prepared:
                await store.save_offer(call, each, passed_over(each, refusal.reason, at=at))
            await end_opening(
                opening, OpeningState.LOST, refusal.reason, offers, call, store=store, ledger=ledger, at=at
            )
            return
        await store.save_offer(call, first, passed_over(first, refusal.reason, at=at))
        await store.save_opening(call, opening, opening.later(at))
        return
    crashpoints.reach("booking.offer_held")
    for each, expire_time in zip(prepared, expire_times, strict=True):
        await store.save_offer(call, each, each.made(slot, at=at, expire_time=expire_time))
    await store.save_opening(call, opening, opening.offering(claim_id, look_time=min(expire_times)))


async def end_opening(
    opening: Opening,
    state: OpeningState,
    reason: str,
    offers: Sequence[Offer],
    call: Call,
    *,
    store: WaitlistStore,
    ledger: WaitlistLedger,
    at: datetime,
) -> None:
    """
    End an opening that nobody accepted, and give its time back to everybody.

    Under the opening's lock and before its commit: should that fail, the next look finds the time free, or taken.
    """
    await store.save_opening(call, opening, opening.closed(state, reason, at=at))
    await ledger.give_back(claims_of(opening, offers), call)


def passed_over(offer: Offer, reason: str, *, at: datetime) -> Offer:
    """Return an offer that was never made."""
    return offer.closed(OfferState.PASSED_OVER, at=at, pass_reason=reason)


def claims_of(opening: Opening, offers: Sequence[Offer]) -> list[str]:
    """
    Return every claim that may block an opening's time now, whatever crashed: at most one does.

    Danger: of a moved appointment the claim stands for its new time, and is not among them.
    """
    found = [opening.opening_id, opening.claim_id, *(each.offer_id for each in offers)]
    found += [_batch_claim(each) for each in offers if each.is_batch]
    if opening.cause is Cause.CANCELLED:
        found.append(opening.appointment_id)
    return list(dict.fromkeys(found))


def wish_of(opening: Opening, client_id: str) -> Wish:
    """Return what the ledger is asked to hold."""
    slot = opening.slot
    return Wish(
        client_id,
        slot.therapist_id,
        slot.session_type_id,
        slot.start_local,
        slot.time_zone,
        slot.fold,
        slot.modality,
    )


def _batch_claim(first: Offer) -> str:
    """Return the id of the claim that keeps the slot for a batch, after the first who is asked in it."""
    return str(uuid_utils.uuid5(uuid_utils.UUID(first.opening_id), f"batch|{first.offer_id}"))
