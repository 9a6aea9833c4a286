"""Lets the desk ask for offers to many at once, and state that a session takes place."""

from __future__ import annotations

from collections.abc import Collection

from services.booking.domain import errors
from services.booking.domain.absence import Affected, Fate, Kind, OfferState
from services.booking.usecases.absence_ports import AbsenceStore
from services.booking.usecases.ports import Clock
from services.chassis.context import Call


async def offer_affected(
    absence_id: str,
    appointment_ids: Collection[str],
    kinds: tuple[Kind, ...],
    answer_h: int,
    call: Call,
    *,
    store: AbsenceStore,
    clock: Clock,
) -> tuple[int, int]:
    """
    Let offers be prepared for those who are open, all of them or those named; return how many are, and how many not.

    Raises:
        UnknownAbsence: No such absence. (NOT_FOUND)
        WordingUnapproved: Nobody has approved what clients are told. (FAILED_PRECONDITION)
    """
    case = await store.case(call, absence_id)
    if not case.approved_wording_version:
        raise errors.WordingUnapproved("Approve what clients are told first.", absence_id=absence_id)
    at = clock()
    open_items = [each for each in await store.lock_open(call, absence_id) if each.fate is Fate.OPEN]
    wanted = [each for each in open_items if not appointment_ids or each.appointment_id in appointment_ids]
    await call.authorize(client_ids=[each.client_id for each in wanted], resource_id=absence_id)
    for each in wanted:
        await store.save_affected(call, each, each.asked(kinds, answer_h, at=at))
    passed = len(appointment_ids) - len(wanted) if appointment_ids else sum((case.counts or {}).values()) - len(wanted)
    return len(wanted), passed


async def keep_affected(
    absence_id: str, appointment_id: str, reason: str, call: Call, *, store: AbsenceStore, clock: Clock
) -> Affected:
    """
    State that a session takes place as agreed; what is offered instead is withdrawn. Saying so twice is saying it once.

    Raises:
        UnknownAbsence: No such appointment of this absence. (NOT_FOUND)
        ItemSettled: Its fate is stated otherwise, or it is not known to be an appointment yet. (FAILED_PRECONDITION)
    """
    item = await store.lock_affected(call, absence_id, appointment_id)
    if item.fate is Fate.KEPT:
        return item
    item.require_unsettled()
    at = clock()
    if item.fate is Fate.PENDING:
        raise errors.ItemSettled("It is not booked yet.", appointment_id=appointment_id, state=item.fate.value)
    if (live := await store.live_offer(call, appointment_id)) is not None:
        await store.save_offer(call, live, live.closed(OfferState.WITHDRAWN, at=at))
    kept = item.settled(Fate.KEPT, at=at, note=reason)
    await store.save_affected(call, item, kept)
    return kept
