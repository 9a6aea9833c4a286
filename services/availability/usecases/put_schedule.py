"""Creates or replaces when and how a therapist works."""

from __future__ import annotations

from dataclasses import replace

from services.availability.domain.hours import Schedule
from services.availability.usecases.ports import Directories
from services.chassis.context import Call


async def put_schedule(schedule: Schedule, call: Call, *, directories: Directories) -> Schedule:
    """
    Store a schedule and tell that it changed; claims that exist keep their time.

    Raises:
        UnknownTimeZone, HoursReversed, HoursOverlap: No week has such hours. (INVALID_ARGUMENT)
        Unknown: No such site or session type. (NOT_FOUND)
    """
    schedule.check()
    return replace(schedule, version=await directories.put_schedule(call, schedule))
