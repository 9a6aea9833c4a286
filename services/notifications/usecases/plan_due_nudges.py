"""Plans what is due again: the occurrence of every nudge whose time has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from services.notifications.domain.nudge import Nudge
from services.notifications.usecases.follow_matters import Matters, follow_matters

MOST_AT_ONCE = 500
"""Nudges of one transaction; a crowd at nine o'clock takes as many transactions as it needs."""


class Bell(Protocol):
    """The nudges of the practices of one transaction."""

    async def taken(self, *, at: datetime) -> Sequence[tuple[str, str, Nudge]]:
        """Return (practice, zone, nudge) of those that are due and that nobody else is at, locked."""

    async def move_on(self, nudges: Sequence[tuple[str, Nudge]]) -> None:
        """Write their next occurrences."""

    @property
    def matters(self) -> Matters:
        """Where their messages are planned."""


Open = Callable[[datetime, int], AbstractAsyncContextManager[Bell | None]]
"""Finds what is due and begins a transaction with its practices; None when nothing is."""


async def plan_due_nudges(*, bells: Open, clock: Callable[[], datetime], new_id: Callable[[], str]) -> int:
    """Plan until nothing is due, and return how many nudges came round."""
    rounds = 0
    while True:
        at = clock()
        async with bells(at, MOST_AT_ONCE) as bell:
            due = await bell.taken(at=at) if bell else []
            if not bell or not due:
                return rounds
            moved, reports = [], []
            for practice_id, time_zone, nudge in due:
                later, report = nudge.come_round(practice_id, at=at, time_zone=time_zone)
                moved.append((practice_id, later))
                reports.append(report)
            await follow_matters(reports, matters=bell.matters, at=at, new_id=new_id)
            await bell.move_on(moved)
            rounds += len(due)
