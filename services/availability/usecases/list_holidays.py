"""Lists the public holidays a site or the practice keeps."""

from __future__ import annotations

from datetime import date, timedelta

from services.availability.domain import errors
from services.availability.domain.days import check_days
from services.availability.usecases.ports import Directories


async def list_holidays(
    practice_id: str, site_id: str, first: date, last: date, *, directories: Directories
) -> list[tuple[date, str]]:
    """
    Return the holidays from the first day to the last, with their names.

    Raises:
        IntervalReversed, Malformed: The days are reversed or too many. (INVALID_ARGUMENT)
        Unknown: No such site. (NOT_FOUND)
    """
    check_days(first, last, field="to_date")
    directory = await directories.read(practice_id)
    if site_id and site_id not in directory.sites:
        raise errors.Unknown("No such site.", site_id=site_id)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [(day, name) for day in days if (name := directory.calendar.holiday(site_id, day))]
