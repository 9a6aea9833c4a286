"""Creates or replaces the hours of one date."""

from __future__ import annotations

from services.availability.domain.days import Override
from services.availability.usecases.ports import Calendars
from services.chassis.context import Call


async def put_override(override: Override, call: Call, *, calendars: Calendars) -> Override:
    """
    Store an override and tell that the schedule changed; claims that exist keep their time.

    Raises:
        HoursReversed, HoursOverlap, Malformed: No day has such hours. (INVALID_ARGUMENT)
        Unknown: The therapist has no schedule, or there is no such site. (NOT_FOUND)
        TooManyEntries: The therapist has as many as there may be. (FAILED_PRECONDITION)
    """
    override.check()
    await calendars.put_override(call, override)
    return override
