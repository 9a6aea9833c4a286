"""Holds emergency access: who may begin one, for how long, and what a review may say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.booking.domain import errors

LENGTH_MIN = 60
"""Minutes an emergency lasts at most, and unless fewer are asked for."""

SHORTEST_MIN = 5

FRESH_S = 300
"""Seconds since the sign-in at most: the person, not an unlocked screen, breaks the glass."""

REVIEW_DAYS = 3
"""Days within which the officer looks at it; then it is told as overdue."""

EXPLANATION = (10, 500)
"""Characters of the explanation: fewer say nothing."""


class Finding(StrEnum):
    """What a review found."""

    OPEN = ""
    JUSTIFIED = "JUSTIFIED"
    VIOLATION = "VIOLATION"


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Is one emergency access."""

    break_glass_id: str
    client_id: str
    actor_id: str
    reason: str
    scopes: tuple[str, ...]
    start_time: datetime
    expire_time: datetime
    review_due_time: datetime
    finding: Finding = Finding.OPEN
    reviewer_id: str = ""
    version: int = 1

    def end(self, *, actor_id: str, at: datetime) -> BreakGlass:
        """End it now. Raises Unknown for somebody else's, StateForbids when it has ended."""
        if actor_id != self.actor_id:
            raise errors.Unknown("No such emergency access.", break_glass_id=self.break_glass_id)
        if at >= self.expire_time:
            raise errors.StateForbids("It has ended.", break_glass_id=self.break_glass_id)
        return replace(self, expire_time=at, version=self.version + 1)

    def review(self, finding: Finding, *, reviewer_id: str) -> BreakGlass:
        """Say what was found. Raises StateForbids when somebody did before, or for one's own access."""
        if self.finding is not Finding.OPEN:
            raise errors.StateForbids("It was reviewed.", break_glass_id=self.break_glass_id)
        if reviewer_id == self.actor_id:
            raise errors.StateForbids("Nobody reviews their own.", break_glass_id=self.break_glass_id)
        return replace(self, finding=finding, reviewer_id=reviewer_id, version=self.version + 1)


def begin(
    break_glass_id: str,
    client_id: str,
    *,
    actor_id: str,
    sign_in_time: datetime,
    is_strong: bool,
    reason: str,
    scopes: tuple[str, ...],
    length_min: int,
    at: datetime,
) -> BreakGlass:
    """
    Begin an emergency access.

    Raises:
        FreshSignInNeeded: The sign-in has one factor, or is older than FRESH_S. (FAILED_PRECONDITION)
    """
    if not is_strong or at - sign_in_time > timedelta(seconds=FRESH_S):
        raise errors.FreshSignInNeeded("Sign in again, with two factors.", max_age_s=str(FRESH_S))
    return BreakGlass(
        break_glass_id=break_glass_id,
        client_id=client_id,
        actor_id=actor_id,
        reason=reason,
        scopes=scopes,
        start_time=at,
        expire_time=at + timedelta(minutes=length_min or LENGTH_MIN),
        review_due_time=at + timedelta(days=REVIEW_DAYS),
    )
