"""Returns when and how a therapist works."""

from __future__ import annotations

from services.availability.domain import errors
from services.availability.domain.hours import Schedule
from services.availability.usecases.ports import Directories


async def get_schedule(therapist_id: str, practice_id: str, *, directories: Directories) -> Schedule:
    """Return a therapist's schedule. Raises Unknown."""
    schedule = (await directories.read(practice_id)).schedules.get(therapist_id)
    if schedule is None:
        raise errors.Unknown("No such therapist's schedule.", therapist_id=therapist_id)
    return schedule
