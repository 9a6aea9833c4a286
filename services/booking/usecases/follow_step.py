"""Draws the consequences of a step: fees proposed, visits counted, follow-ups opened."""

from __future__ import annotations

import uuid_utils

from services.booking.domain.appointment import Appointment, Reason, State
from services.booking.domain.policy import Fee, FeeState
from services.booking.usecases.ports import Books
from services.chassis.context import Call

CONSEQUENTIAL = frozenset({State.COMPLETED, State.CANCELLED, State.NO_SHOW})
"""States that something follows from; the way there costs nothing more."""

POLICY_ACTOR = "policy"
"""Decides where the practice's own policy waives a fee."""


async def follow_step(after: Appointment, reason: Reason, call: Call, *, books: Books) -> None:
    """
    Do what follows from the state an appointment has reached, in the call's own transaction.

    A fee is proposed, never charged; where clemency applies it is stored as waived, with its reason, so that the
    next one is not the first.
    """
    if after.state not in CONSEQUENTIAL:
        return
    if after.state is State.COMPLETED:
        await books.fees.count_visit(call, after)
    policy = (await books.rules.of_call(call)).policy(after.slot.session_type_id)
    if (due := policy.fee_for(after)) is not None:
        kind, amount_minor = due
        is_first, insurer_forbids = await books.fees.standing(call, after)
        clemency = policy.clemency_for(reason, is_first=is_first, insurer_forbids=insurer_forbids)
        fee = Fee(
            fee_id=str(uuid_utils.uuid7()),
            client_id=after.client_id,
            appointment_id=after.appointment_id,
            kind=kind,
            amount_minor=amount_minor,
            currency=policy.currency,
            state=FeeState.WAIVED if clemency else FeeState.PROPOSED,
            reason=clemency.value if clemency else "",
            decide_actor_id=POLICY_ACTOR if clemency else "",
            create_time=after.update_time,
        )
        await books.fees.add_fee(call, fee)
    await books.follow_ups.open_after(call, after)
