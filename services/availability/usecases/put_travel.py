"""Lets a therapist work from another zone for a while."""

from __future__ import annotations

from services.availability.domain.days import Travel
from services.availability.usecases.ports import Calendars
from services.chassis.context import Call


async def put_travel(travel: Travel, call: Call, *, calendars: Calendars) -> Travel:
    """
    Store a travel and tell that the schedule changed; claims that exist keep their time.

    Raises:
        UnknownTimeZone, IntervalReversed, Malformed: No such zone; days reversed or too many. (INVALID_ARGUMENT)
        Unknown: The therapist has no schedule. (NOT_FOUND)
        TravelOverlap: They are on another travel then. (FAILED_PRECONDITION)
        TooManyEntries: The therapist has as many as there may be. (FAILED_PRECONDITION)
    """
    travel.check()
    await calendars.put_travel(call, travel)
    return travel
