"""Says which public holidays a practice or a site keeps."""

from __future__ import annotations

from collections.abc import Callable

from services.availability.domain.days import HolidayCalendar
from services.availability.usecases.ports import Calendars
from services.chassis.context import Call


async def put_holiday_calendar(
    kept: HolidayCalendar, call: Call, *, calendars: Calendars, check: Callable[[str, str], None]
) -> HolidayCalendar:
    """
    Store which holidays are kept.

    Args:
        check: Refuses a country and subdivision of which no holidays are known.

    Raises:
        UnknownHolidays: *check* refused. (INVALID_ARGUMENT)
        Unknown: No such site. (NOT_FOUND)
    """
    check(kept.country, kept.subdivision)
    await calendars.put_holiday_calendar(call, kept)
    return kept
