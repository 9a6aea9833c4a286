"""Between the contract's messages and the domain's values."""

from __future__ import annotations

from datetime import date

from kept.availability.v1 import availability_pb2
from kept.matching.v1 import matching_pb2

from services.matching.domain.profiles import Licence, Need, TherapistProfile
from services.matching.domain.ranking import WEIGHTS_VERSION
from services.matching.usecases.ports import Run


def profile_from(message: matching_pb2.TherapistProfile, *, therapist_id: str) -> TherapistProfile:
    """Read a profile; caseload and version are ours to say."""
    return TherapistProfile(
        therapist_id=therapist_id,
        display_name=message.display_name.strip(),
        licensed_regions=tuple(message.licensed_regions),
        specialties=tuple(message.specialties),
        languages=tuple(message.languages),
        insurers=tuple(message.insurers),
        youngest_age=message.youngest_age,
        oldest_age=message.oldest_age,
        modalities=tuple(message.modalities),
        is_accepting=message.is_accepting,
        capacity=message.capacity,
        licences=tuple(Licence(each.region, each.expire_date) for each in message.licences),
    )


def profile_to(profile: TherapistProfile) -> matching_pb2.TherapistProfile:
    """Write a profile."""
    return matching_pb2.TherapistProfile(
        therapist_id=profile.therapist_id,
        display_name=profile.display_name,
        licensed_regions=profile.licensed_regions,
        specialties=profile.specialties,
        languages=profile.languages,
        insurers=profile.insurers,
        youngest_age=profile.youngest_age,
        oldest_age=profile.oldest_age,
        modalities=[availability_pb2.Modality.ValueType(each) for each in profile.modalities],
        is_accepting=profile.is_accepting,
        capacity=profile.capacity,
        caseload=profile.caseload,
        version=profile.version,
        licences=[licence_to(each) for each in profile.licences],
    )


def licence_to(licence: Licence) -> matching_pb2.Licence:
    """Write a licence."""
    message = matching_pb2.Licence(
        region=licence.region, expire_date=licence.expire_date, verify_actor_id=licence.verify_actor_id
    )
    if licence.verify_time:
        message.verify_time.FromDatetime(licence.verify_time)
    return message


def expiring_to(therapist_id: str, licence: Licence, *, on: date) -> matching_pb2.ExpiringLicence:
    """Write a licence that ends, and whether it has."""
    return matching_pb2.ExpiringLicence(
        therapist_id=therapist_id, licence=licence_to(licence), is_expired=not licence.holds_on(on)
    )


def need_from(message: matching_pb2.Need) -> Need:
    """Read a need."""
    return Need(
        client_id=message.client_id,
        region=message.region,
        specialties=tuple(message.specialties),
        languages=tuple(message.languages),
        insurer=message.insurer,
        age=message.age,
        modality=message.modality,
        session_type_id=message.session_type_id,
    )


def match_to(run: Run) -> matching_pb2.Match:
    """Write a run with its reasons and, where one was found, the first slot of each candidate."""
    ranking = run.ranking
    match = matching_pb2.Match(
        match_id=run.match_id,
        client_id=run.client_id,
        exclusions=[matching_pb2.Exclusion(therapist_id=who, code=code) for who, code in ranking.exclusions],
        binding_rule=ranking.binding_rule,
        weights_version=WEIGHTS_VERSION,
    )
    match.create_time.FromDatetime(run.create_time)
    for candidate in ranking.candidates:
        _, slot = run.first_slots.get(candidate.profile.therapist_id, (None, None))
        match.candidates.add(
            therapist_id=candidate.profile.therapist_id,
            display_name=candidate.profile.display_name,
            fit_ratio=candidate.fit_ratio,
            reasons=[
                matching_pb2.Reason(code=reason.code, text=reason.text, weight_ratio=round(reason.weight_ratio, 6))
                for reason in candidate.reasons
            ],
            earliest_slot=slot,
        )
    return match
