"""Takes from the ledger what the desk stated there of a claim that an absence hits."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.absence import STATED_IN_LEDGER, Fate, OfferState
from services.booking.usecases.absence_ports import AbsenceStore
from services.booking.usecases.ports import Clock
from services.chassis.context import Call


async def follow_ledger_answer(
    absence_id: str, appointment_id: str, fate: Fate, call: Call, *, store: AbsenceStore, clock: Clock
) -> None:
    """
    State the same fate here, and take back what is offered instead; of one whose fate is stated nothing changes.

    The appointment itself stays as it is: whoever calls it off or moves it does so by itself.

    Raises:
        UnknownAbsence: The case, or what the claim is, is not known yet; it will be soon. (NOT_FOUND)
    """
    await store.case(call, absence_id)
    found = await store.known(call, appointment_id, is_locked=True)
    if found is None:
        # Time that was never booked, or a group's session, whose seats are tracked one by one.
        return
    item = await store.lock_affected(call, absence_id, appointment_id)
    if not item.is_unsettled:
        return
    if item.fate is Fate.PENDING:
        raise errors.UnknownAbsence("Not looked at yet.", appointment_id=appointment_id)
    at = clock()
    if (live := await store.live_offer(call, appointment_id)) is not None:
        await store.save_offer(call, live, live.closed(OfferState.WITHDRAWN, at=at))
    await store.save_affected(call, item, item.settled(fate, at=at, note=STATED_IN_LEDGER))
