"""Calls the outcome unknown where a sender died before the mail server's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from services.notifications.usecases.send_due_messages import Claim

MOST_AT_ONCE = 64
"""Stuck messages looked at in one turn: at most IN_FLIGHT a killed process."""


class Desk(Protocol):
    """The messages of all practices, as this job handles them."""

    async def claim_stuck(self, most: int, *, at: datetime) -> Sequence[Claim]:
        """Lease messages whose time in SENDING has run out."""

    async def give_up(self, claim: Claim, *, at: datetime) -> None:
        """Commit FAILED with OUTCOME_UNKNOWN, unless the outcome came meanwhile."""


async def give_up_stuck_messages(*, desk: Desk, clock: Callable[[], datetime]) -> int:
    """
    Fail every stuck message and return how many there were.

    Danger: never plan them again. The mail server may have taken the letter, and a second one
    would be a double.
    """
    stuck = await desk.claim_stuck(MOST_AT_ONCE, at=clock())
    for claim in stuck:
        await desk.give_up(claim, at=clock())
    return len(stuck)
