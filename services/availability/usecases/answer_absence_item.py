"""Takes what staff did for a client whom an absence hits."""

from __future__ import annotations

from services.availability.domain import facts
from services.availability.domain.absence import UNSETTLED, Item, ItemState
from services.availability.usecases.ports import Absences
from services.chassis.context import Call


async def answer_absence_item(
    absence_id: str, claim_id: str, state: ItemState, call: Call, *, absences: Absences
) -> Item:
    """
    Store an item's new state, and tell booking of its end: what it offers for it is to be taken back.

    Raises:
        Unknown: No such item. (NOT_FOUND)
        ItemSettled: It was moved, cancelled or covered already. (FAILED_PRECONDITION)
    """
    before = await absences.lock_item(call, absence_id, claim_id)
    item = before.answer(state)
    await absences.save_item(call, absence_id, item)
    if before.state in UNSETTLED and item.state not in UNSETTLED:
        await absences.tell(call, facts.AbsenceItemAnswered(absence_id, claim_id, item.state.name))
    return item
