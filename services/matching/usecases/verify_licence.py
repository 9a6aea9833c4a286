"""Records who looked a licence up."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.profiles import TherapistProfile
from services.matching.usecases.ports import Clock, Profiles


async def verify_licence(
    therapist_id: str, region: str, expire_date: str, call: Call, *, profiles: Profiles, clock: Clock
) -> TherapistProfile:
    """Store the caller's name and the time with the licence. Raises ProfileNotFound, LicenceNotFound. (NOT_FOUND)"""
    profile = await profiles.lock(call, therapist_id)
    if profile is None:
        raise errors.ProfileNotFound("There is no such therapist.", therapist_id=therapist_id)
    return await profiles.save(call, profile.verified(region, expire_date, actor_id=call.actor.actor_id, at=clock()))
