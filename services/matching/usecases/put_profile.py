"""Creates or replaces a therapist's profile."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain.profiles import TherapistProfile
from services.matching.usecases.ports import Profiles


async def put_profile(profile: TherapistProfile, call: Call, *, profiles: Profiles) -> TherapistProfile:
    """Check the profile's limits and store it; a licence that stays as it was stays verified."""
    checked = profile.checked()
    before = await profiles.lock(call, profile.therapist_id)
    return await profiles.save(call, checked.keeping_verified(before))
