"""Closes the practice or a site for some days."""

from __future__ import annotations

from services.availability.domain.days import Closure, check_days
from services.availability.usecases.ports import Calendars
from services.chassis.context import Call


async def put_closure(closure: Closure, call: Call, *, calendars: Calendars) -> Closure:
    """
    Store a closure; claims that exist keep their time.

    Raises:
        IntervalReversed, Malformed: The days are reversed or too many. (INVALID_ARGUMENT)
        Unknown: No such site. (NOT_FOUND)
        TooManyEntries: The practice has as many as there may be. (FAILED_PRECONDITION)
    """
    check_days(closure.from_day, closure.to_day, field="closure.to_date")
    await calendars.put_closure(call, closure)
    return closure
