"""Does what is due about absences: prepares offers, ends them, tells what nobody settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from services.booking.domain import errors
from services.booking.domain.absence import (
    AFFECTED_MAX,
    PENDING_AGAIN,
    TIMES_MAX,
    Affected,
    Fate,
    Kind,
    Offer,
    OfferState,
    Option,
    OptionState,
    answer_by,
    fate_of,
    is_too_late,
)
from services.booking.domain.appointment import AHEAD, Appointment
from services.booking.usecases.absence_ports import AbsenceLedger, AbsenceStore, Case
from services.booking.usecases.choose_options import Fences, choose_options, offer_id_of
from services.booking.usecases.ports import Clock, Wish
from services.chassis import crashpoints
from services.chassis.context import Call
from services.chassis.errors import NotFound, RuleViolated, ServiceError

BATCH = 500
"""Items, or options to give back, looked up at once."""

STEPS_MAX = 4 * AFFECTED_MAX
"""Steps taken with one case in one round at most: identify, choose, hold, escalate."""

IDENTIFY_BATCH = 50
"""Items identified in one transaction: so many appointments are locked for that long."""

HOLD_GRACE_S = 300
"""Seconds a hold outlives its offer before the ledger asks: the next look comes long before."""

log = structlog.get_logger(__name__)

OpenCall = Callable[[str], Call]
"""Opens a call of the service's own in a practice."""


async def work_absences(
    open_call: OpenCall,
    *,
    store: AbsenceStore,
    ledger: AbsenceLedger,
    clock: Clock,
    fences: Fences,
) -> int:
    """
    Do what is due about every case, each step in a transaction of its own; return how many steps were taken.

    Safe to repeat, to run in several processes at once, and to be killed anywhere: what is to be held is written down
    before the ledger is asked, under the id it will have there. Within a case, who needs it most is served first.
    """
    steps = 0
    for practice_id, absence_id in await store.due(limit=BATCH):
        for _ in range(STEPS_MAX):
            call = open_call(practice_id)
            try:
                is_done = await _step(
                    absence_id,
                    call,
                    store=store,
                    ledger=ledger,
                    at=clock(),
                    fences=fences,
                )
                if not is_done:
                    await call.close()
                    break
                await call.commit(None)
                steps += 1
            except ServiceError as error:
                await call.close(error)
                log.warning("absence.postponed", practice_id=practice_id, absence_id=absence_id, reason=error.reason)
                break
            except BaseException as error:
                await call.close(error)
                raise
    return steps + await _give_back(open_call, store=store, ledger=ledger)


async def _step(
    absence_id: str,
    call: Call,
    *,
    store: AbsenceStore,
    ledger: AbsenceLedger,
    at: datetime,
    fences: Fences,
) -> bool:
    """Take one step with a case; False when there is nothing to do now, or somebody else is at it."""
    case = await store.take_up(call, absence_id)
    if case is None:
        return False
    if pending := await store.pending(call, absence_id, limit=IDENTIFY_BATCH):
        for each in pending:
            await _identify(each, case, call, store=store, ledger=ledger, at=at)
        await store.rerank(call, absence_id)
        await call.authorize(resource_id=absence_id)
        return True
    item = await store.next_due(call, absence_id)
    if item is None:
        return False
    await call.authorize(client_ids=[item.client_id], resource_id=item.appointment_id)
    if item.escalate_time <= at and not item.is_escalated:
        told = item.escalated()
        await store.save_affected(call, item, replace(told, look_time=item.look_time if _is_asked(item) else None))
        return True
    live = await store.live_offer(call, item.appointment_id)
    if item.fate is Fate.ASKED:
        if live is None:
            await _choose(item, case, call, store=store, ledger=ledger, fences=fences, at=at)
        else:
            await _hold(item, live, call, store=store, ledger=ledger, at=at)
        return True
    if item.fate is Fate.OFFERED and live is not None:
        if live.expire_time <= at:
            await store.save_offer(call, live, live.closed(OfferState.EXPIRED, at=at))
            await store.save_affected(call, item, item.opened("EXPIRED"))
        else:
            await store.save_affected(call, item, item.stepped(Fate.OFFERED, look_time=_next_look(item, live)))
        return True
    await store.save_affected(call, item, item.opened(item.note))
    return True


async def _identify(
    each: Affected,
    case: Case,
    call: Call,
    *,
    store: AbsenceStore,
    ledger: AbsenceLedger,
    at: datetime,
) -> None:
    """
    Find out what a claim that an absence hits is.

    Danger: the appointment is locked first, as every step of it does, and then the item: whichever is later sees the
    other's outcome.
    """
    found = await store.known(call, each.appointment_id, is_locked=True)
    item = await store.lock_affected(call, each.absence_id, each.appointment_id)
    if item.fate is not Fate.PENDING:
        return
    if found is not None:
        need = replace(item.need, gap_days=await store.gap_of(call, found, case))
        after = item.known_as(found, need)
        away = (case.therapist_id, case.start_time, case.end_time)
        if found.state not in AHEAD or found.slot.therapist_id != case.therapist_id or not _hits(found, case):
            fate = fate_of(found, found, away)
            assert fate is not None, "what the absence does not hit any more has a fate"
            after = after.settled(fate, at=at)
        await store.save_affected(call, item, after)
    elif await store.is_group_session(call, each.appointment_id):
        # Each seat in it is tracked by itself.
        await store.forget(call, item)
    elif await ledger.is_over(each.appointment_id, call):
        await store.save_affected(call, item, item.settled(Fate.NEVER_BOOKED, at=at))
    else:
        await store.save_affected(call, item, item.stepped(Fate.PENDING, look_time=at + PENDING_AGAIN))


async def _choose(
    item: Affected,
    case: Case,
    call: Call,
    *,
    store: AbsenceStore,
    ledger: AbsenceLedger,
    fences: Fences,
    at: datetime,
) -> None:
    """Write down what to offer, before the ledger is asked to hold it."""
    if is_too_late(item.start_time, at=at):
        await store.save_affected(call, item, item.opened("TOO_LATE"))
        return
    # Danger: unlocked, since the item is locked already: whoever changes the appointment locks it before the item. What
    # they change is seen when they come to the item, and they withdraw what was prepared.
    found = await store.known(call, item.appointment_id, is_locked=False)
    if found is None or found.group_session_id:
        await store.save_affected(call, item, item.opened("SEAT_FIXED"))
        return
    expire_time = answer_by(item.start_time, item.answer_h, at=at)
    counted = replace(item, round=item.round + 1)
    offer_id = offer_id_of(counted)
    options = await choose_options(
        item, offer_id, found, call, store=store, ledger=ledger, fences=fences, after_time=expire_time
    )
    if not options:
        await store.save_affected(call, item, item.opened("NOTHING_FITS"))
        return
    await store.add_offer(
        call,
        Offer(
            practice_id=item.practice_id,
            offer_id=offer_id,
            absence_id=item.absence_id,
            therapist_id=item.therapist_id,
            appointment_id=item.appointment_id,
            client_id=item.client_id,
            start_time=item.start_time,
            wording_version=case.approved_wording_version,
            state=OfferState.PREPARED,
            options=options,
            expire_time=expire_time,
            make_time=at,
            is_confidential=found.is_confidential,
        ),
    )
    await store.save_affected(call, item, counted.stepped(Fate.ASKED, look_time=at))


async def _hold(
    item: Affected, offer: Offer, call: Call, *, store: AbsenceStore, ledger: AbsenceLedger, at: datetime
) -> None:
    """Hold what was chosen, one cover and a few times, and make the offer of what could be held."""
    if is_too_late(item.start_time, at=at):
        await store.save_offer(call, offer, offer.closed(OfferState.EMPTY, at=at))
        await store.save_affected(call, item, item.opened("TOO_LATE"))
        return
    # However long the way here took, the client has the time they were meant to have.
    fresh = replace(offer, expire_time=answer_by(item.start_time, item.answer_h, at=at))
    hold_s = max(0, int((fresh.expire_time - at).total_seconds())) + HOLD_GRACE_S
    wanted = {Kind.COVER: 1, Kind.OTHER_TIME: TIMES_MAX, Kind.VIDEO: 1}
    options: list[Option] = []
    for each in offer.options:
        held = sum(one.kind is each.kind and one.state is OptionState.HELD for one in options)
        if each.state is not OptionState.PREPARED:
            options.append(each)
        elif held >= wanted[each.kind]:
            options.append(replace(each, state=OptionState.REFUSED, refuse_reason="ENOUGH"))
        elif each.kind is Kind.VIDEO:
            options.append(replace(each, state=OptionState.HELD))
        else:
            options.append(await _held(item, each, call, ledger=ledger, hold_s=hold_s))
    crashpoints.reach("booking.absence_held")
    made = fresh.made(tuple(options), at=at)
    await store.save_offer(call, offer, made)
    if made.state is OfferState.MADE:
        await store.save_affected(call, item, item.stepped(Fate.OFFERED, look_time=_next_look(item, made)))
    else:
        await store.save_affected(call, item, item.opened("NOTHING_FITS"))


async def _held(item: Affected, option: Option, call: Call, *, ledger: AbsenceLedger, hold_s: int) -> Option:
    """
    Hold an option, or note why it can't be.

    A cover is at the time of the appointment itself, where the client is already: it is held for nobody.
    """
    slot = option.slot
    wish = Wish(
        option.option_id if option.kind is Kind.COVER else item.client_id,
        slot.therapist_id,
        slot.session_type_id,
        slot.start_local,
        slot.time_zone,
        slot.fold,
        slot.modality,
    )
    try:
        held = await ledger.transfer(
            [], option.option_id, wish, call, hold_s=hold_s, is_high_need=item.need.is_high_need
        )
    except (RuleViolated, NotFound, errors.HoldAbandoned) as refusal:
        return replace(option, state=OptionState.REFUSED, refuse_reason=refusal.reason)
    return replace(option, state=OptionState.HELD, slot=held)


async def _give_back(open_call: OpenCall, *, store: AbsenceStore, ledger: AbsenceLedger) -> int:
    """Give back what nobody will choose any more; a claim that is unknown was never held."""
    over: dict[str, list[str]] = {}
    for practice_id, option_id in await store.options_over(limit=BATCH):
        over.setdefault(practice_id, []).append(option_id)
    for practice_id, option_ids in over.items():
        call = open_call(practice_id)
        try:
            await ledger.give_back(option_ids, call)
            await store.released(call, option_ids)
            await call.authorize()
            await call.commit(None)
        except ServiceError as error:
            await call.close(error)
            log.warning("absence.postponed", practice_id=practice_id, reason=error.reason)
        except BaseException as error:
            await call.close(error)
            raise
    return sum(map(len, over.values()))


def _is_asked(item: Affected) -> bool:
    return item.fate in (Fate.ASKED, Fate.OFFERED)


def _next_look(item: Affected, offer: Offer) -> datetime:
    """Return when something happens next: the offer expires, or the session is near."""
    return offer.expire_time if item.is_escalated else min(offer.expire_time, item.escalate_time)


def _hits(found: Appointment, case: Case) -> bool:
    return found.slot.start_time < case.end_time and case.start_time < found.slot.end_time
