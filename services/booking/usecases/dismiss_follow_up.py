"""Sets a follow-up aside."""

from __future__ import annotations

from services.booking.domain.follow_up import DismissReason, FollowUp
from services.booking.usecases.ports import FollowUps
from services.chassis.context import Call


async def dismiss_follow_up(
    follow_up_id: str, reason: DismissReason, etag: str, call: Call, *, follow_ups: FollowUps
) -> FollowUp:
    """
    Settle an open follow-up with a reason.

    Raises:
        Unknown: No such follow-up. (NOT_FOUND)
        Forbidden: It is of a client the caller does not care for. (PERMISSION_DENIED)
        StaleVersion: The etag is not the current one. (ABORTED)
        StateForbids: It is settled. (FAILED_PRECONDITION)
    """
    before = await follow_ups.lock(call, follow_up_id)
    await call.authorize(client_ids=[before.client_id], resource_id=follow_up_id)
    after = before.dismiss(reason, etag=etag)
    await follow_ups.settle(call, after)
    return after
