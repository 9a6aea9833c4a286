"""Says how long the trail is kept, and holds what must not be destroyed."""

from __future__ import annotations

from datetime import datetime

from services.audit.domain import errors
from services.audit.domain.retention import HoldReason, LegalHold, Retention, check_reference, check_years
from services.audit.usecases.retention_ports import RetentionStore
from services.chassis.context import Call


async def set_retention(years: int, call: Call, *, store: RetentionStore, at: datetime) -> Retention:
    """
    Keep the practice's trail for *years* from now on.

    Raises:
        RetentionTooShort, Malformed: Not within 6 and 100. (INVALID_ARGUMENT)
        DetachmentOpen: It is longer than before, and a detachment is under way. (FAILED_PRECONDITION)
    """
    before = await store.retention(call)
    if years > before.years and await store.has_open_detachment(call):
        raise errors.DetachmentOpen("Settle the open detachment first: it takes out what is to be kept longer now.")
    after = Retention(check_years(years), before.version + 1, call.actor.actor_id, at)
    await store.save_retention(call, after)
    return after


async def set_hold(
    hold_id: str,
    client_id: str,
    reason: HoldReason,
    reference: str,
    call: Call,
    *,
    store: RetentionStore,
    at: datetime,
) -> LegalHold:
    """
    Hold a client's records and keys, or with an empty client_id the practice's.

    Raises:
        Malformed: The reference could be a name. (INVALID_ARGUMENT)
    """
    hold = LegalHold(hold_id, client_id, reason, check_reference(reference), call.actor.actor_id, at)
    if client_id:
        call.resource_id = hold_id
    else:
        await call.authorize(resource_id=hold_id)
    await store.add_hold(call, hold)
    return hold


async def lift_hold(hold_id: str, call: Call, *, store: RetentionStore, at: datetime) -> LegalHold:
    """
    Lift a hold; once lifted it stays lifted.

    Raises:
        Missing: No such hold. (NOT_FOUND)
    """
    hold = await store.lock_hold(call, hold_id)
    await call.authorize(client_ids=[hold.client_id] if hold.client_id else [], resource_id=hold_id)
    lifted = hold.lift(actor_id=call.actor.actor_id, at=at)
    await store.save_hold(call, lifted)
    return lifted
