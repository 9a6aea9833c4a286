"""Waives a fee, or takes it over."""

from __future__ import annotations

from services.booking.domain.policy import Fee, FeeState
from services.booking.usecases.ports import Fees
from services.chassis.context import Call


async def decide_fee(fee_id: str, state: FeeState, reason: str, etag: str, call: Call, *, fees: Fees) -> Fee:
    """
    Decide about a proposed fee; who did it, and why, is kept.

    Raises:
        Unknown: No such fee. (NOT_FOUND)
        Forbidden: The caller does not decide about fees. (PERMISSION_DENIED)
        StaleVersion: The etag is not the current one. (ABORTED)
        StateForbids: It is decided. (FAILED_PRECONDITION)
    """
    before = await fees.lock_fee(call, fee_id)
    await call.authorize(client_ids=[before.client_id], resource_id=fee_id)
    after = before.decide(state, reason, actor_id=call.actor.actor_id, etag=etag)
    await fees.save_fee(call, after)
    return after
