"""Raises a flag on somebody's own word."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain.triage import Cause, CrisisFlag
from services.matching.usecases.ports import Clock, NewId
from services.matching.usecases.triage_ports import Triage


async def report_danger(client_id: str, call: Call, *, triage: Triage, clock: Clock, new_id: NewId) -> CrisisFlag:
    """Store the flag with the event that pages a human; nothing is asked first."""
    flag = CrisisFlag(new_id(), client_id, Cause.SAID, clock())
    await triage.raise_flag(call, flag)
    return flag
