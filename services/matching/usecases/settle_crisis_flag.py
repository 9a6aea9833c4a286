"""Lets a named human take a flag over, and close it."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain.triage import CrisisFlag, Outcome
from services.matching.usecases.ports import Clock
from services.matching.usecases.triage_ports import Triage


async def settle_crisis_flag(
    flag_id: str, outcome: Outcome | None, etag: str, call: Call, *, triage: Triage, clock: Clock
) -> CrisisFlag:
    """
    Lock the flag, acknowledge it (no outcome) or close it, and store it with its event.

    Raises:
        UnknownFlag: No such flag here. (NOT_FOUND)
        OutcomeMissing: A flag can't be closed without a reason. (INVALID_ARGUMENT)
        FlagUnanswered, FlagSettled: Its state does not allow this. (FAILED_PRECONDITION)
        StaleVersion: The etag is not the current one. (ABORTED)
    """
    before, who, now = await triage.lock_flag(call, flag_id), call.actor.actor_id, clock()
    if outcome is None:
        after = before.acknowledge(actor_id=who, at=now, etag=etag)
    else:
        after = before.close(outcome, actor_id=who, at=now, etag=etag)
    await triage.save_flag(call, after)
    return after
