"""Reads a therapist's profile."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.profiles import TherapistProfile
from services.matching.usecases.ports import Profiles


async def get_profile(therapist_id: str, call: Call, *, profiles: Profiles) -> TherapistProfile:
    """Return the profile. Raises ProfileNotFound."""
    profile = await profiles.find(call, therapist_id)
    if profile is None:
        raise errors.ProfileNotFound("There is no such therapist.", therapist_id=therapist_id)
    return profile
