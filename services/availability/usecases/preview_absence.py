"""Shows which claims an absence would hit."""

from __future__ import annotations

from services.availability.domain import errors
from services.availability.domain.absence import MAX_DAYS, MAX_ITEMS, Item, rank
from services.availability.domain.free import Span
from services.availability.domain.wish import DAY_S
from services.availability.usecases.ports import Absences, Directories
from services.chassis.context import Call


async def preview_absence(
    therapist_id: str,
    span: Span,
    call: Call,
    *,
    absences: Absences,
    directories: Directories,
    is_locked: bool = False,
) -> list[Item]:
    """
    Return the claims hit, greatest need first.

    Args:
        span: Epoch seconds, at most MAX_DAYS.
        is_locked: Keeps the claims from being released until the call ends.

    Raises:
        HorizonExceeded: The stretch is longer than MAX_DAYS. (FAILED_PRECONDITION)
        LimitExceeded: It hits more than MAX_ITEMS claims. (FAILED_PRECONDITION)
    """
    if span[1] - span[0] > MAX_DAYS * DAY_S:
        raise errors.HorizonExceeded("The absence spans too many days.", max_days=str(MAX_DAYS))
    directory = await directories.of_call(call)
    hit = await absences.hit(call, therapist_id, span, limit=MAX_ITEMS + 1, is_locked=is_locked)
    if len(hit) > MAX_ITEMS:
        raise errors.LimitExceeded("The absence hits too many claims.", what="claims", most=str(MAX_ITEMS))
    return rank(hit, directory.session_types)
