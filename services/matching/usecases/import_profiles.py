"""Creates or replaces many profiles: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.chassis.context import Call
from services.chassis.errors import ServiceError
from services.matching.domain import errors
from services.matching.domain.profiles import TherapistProfile
from services.matching.usecases.ports import Profiles
from services.matching.usecases.put_profile import put_profile

ROWS_MAX = 500
"""Profiles of one import; more than a practice of that size has."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became, or would become, of one row."""

    therapist_id: str
    refusal: ServiceError | None = None


async def import_profiles(
    rows: Sequence[Callable[[], TherapistProfile]], call: Call, *, is_dry_run: bool, profiles: Profiles
) -> tuple[list[Row], int]:
    """
    Check every row, and store them all when none is refused.

    Args:
        rows: Each reads its profile, and may refuse to.

    Returns:
        What became of each row, and how many profiles were stored: all or none.

    Raises:
        TooMany: No row, or more than 500. (INVALID_ARGUMENT)
    """
    if not 0 < len(rows) <= ROWS_MAX:
        raise errors.TooMany("An import has 1 to 500 rows.", field="therapist_profiles", limit=str(ROWS_MAX))
    found, seen = [], set[str]()
    read: list[TherapistProfile] = []
    for row in rows:
        try:
            profile = row().checked()
            if profile.therapist_id in seen:
                raise errors.RowTwice("A therapist stands in one row.")
            seen.add(profile.therapist_id)
            read.append(profile)
            found.append(Row(profile.therapist_id))
        except ServiceError as refusal:
            found.append(Row("", refusal))
    if is_dry_run or any(each.refusal for each in found):
        return found, 0
    for profile in sorted(read, key=lambda each: each.therapist_id):
        await put_profile(profile, call, profiles=profiles)
    return found, len(read)
