"""Between the contract's messages and the domain's values."""

from __future__ import annotations

from datetime import date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.matching.v1 import matching_pb2

from services.chassis.errors import InvalidRequest
from services.chassis.rpc.callers import check_uuid
from services.matching.domain.hard_rules import HIDDEN
from services.matching.domain.needs import WEEKLY_MIN, Importance, Need, Preference
from services.matching.domain.particulars import Compact, Level, Privilege, Strength
from services.matching.domain.phrases import PHRASES, phrase
from services.matching.domain.profiles import Licence, TherapistProfile
from services.matching.domain.ranking import Reason
from services.matching.domain.rules import KEPT_WEIGHTS, MatchRules
from services.matching.usecases.import_profiles import Row
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
        credentials=tuple(message.credentials),
        approaches=tuple(message.approaches),
        populations=tuple(message.populations),
        plans=tuple(message.plans),
        accessibility=tuple(message.accessibility),
        site_ids=tuple(check_uuid(each, "site_ids") for each in message.site_ids),
        attributes=tuple(message.attributes),
        experience_years=message.experience_years,
        panel_min=message.panel_min,
        strengths=tuple(Strength(each.domain, _level(each.level), each.case_count) for each in message.strengths),
        privileges=tuple(Privilege(each.compact, each.expire_date) for each in message.privileges),
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
        credentials=profile.credentials,
        approaches=profile.approaches,
        populations=profile.populations,
        plans=profile.plans,
        accessibility=profile.accessibility,
        site_ids=profile.site_ids,
        attributes=profile.attributes,
        experience_years=profile.experience_years,
        panel_min=profile.panel_min,
        caseload_min=profile.caseload_min,
        strengths=[
            matching_pb2.Strength(
                domain=each.domain,
                level=matching_pb2.Strength.Level.ValueType(each.level),
                case_count=each.case_count,
            )
            for each in profile.strengths
        ],
        privileges=[
            matching_pb2.Privilege(compact=each.compact, expire_date=each.expire_date) for each in profile.privileges
        ],
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
        approaches=tuple(message.approaches),
        populations=tuple(message.populations),
        plan=message.plan,
        accessibility=tuple(message.accessibility),
        preferences=tuple(Preference(each.attribute, _importance(each.importance)) for each in message.preferences),
        previous_therapist_id=_uuid_or_none(message.previous_therapist_id, "need.previous_therapist_id"),
        excluded_therapist_ids=tuple(
            check_uuid(each, "need.excluded_therapist_ids") for each in message.excluded_therapist_ids
        ),
        site_ids=tuple(check_uuid(each, "need.site_ids") for each in message.site_ids),
        parts_of_day=tuple(message.parts_of_day),
        time_zone=message.time_zone,
        weekly_min=message.weekly_min or WEEKLY_MIN,
    )


def need_to(need: Need) -> matching_pb2.Need:
    """Write a need, as it is kept with its run."""
    return matching_pb2.Need(
        client_id=need.client_id,
        region=need.region,
        specialties=need.specialties,
        languages=need.languages,
        insurer=need.insurer,
        age=need.age,
        modality=availability_pb2.Modality.ValueType(need.modality),
        session_type_id=need.session_type_id,
        approaches=need.approaches,
        populations=need.populations,
        plan=need.plan,
        accessibility=need.accessibility,
        preferences=[
            matching_pb2.Preference(
                attribute=each.attribute,
                importance=matching_pb2.Preference.Importance.ValueType(each.importance),
            )
            for each in need.preferences
        ],
        previous_therapist_id=need.previous_therapist_id,
        excluded_therapist_ids=need.excluded_therapist_ids,
        site_ids=need.site_ids,
        parts_of_day=[availability_service_pb2.PartOfDay.ValueType(each) for each in need.parts_of_day],
        time_zone=need.time_zone,
        weekly_min=need.weekly_min,
    )


def match_to(run: Run) -> matching_pb2.Match:
    """Write a run with its reasons and, where one was found, the first slot of each candidate."""
    ranking = run.ranking
    match = matching_pb2.Match(
        match_id=run.match_id,
        client_id=run.client_id,
        exclusions=[matching_pb2.Exclusion(therapist_id=who, code=code) for who, code in ranking.exclusions],
        binding_rule=ranking.binding_rule,
        weights_version=run.weights_version,
        gaps=[
            matching_pb2.Gap(code=each.code, excluded_count=each.excluded_count, sole_count=each.sole_count)
            for each in ranking.gaps
        ],
        previous_match_id=run.previous_match_id,
        changes=[
            matching_pb2.MatchChange(
                therapist_id=each.therapist_id,
                previous_place=each.previous_place,
                place=each.place,
                previous_code=each.previous_code,
                code=each.code,
            )
            for each in run.changes
        ],
    )
    match.create_time.FromDatetime(run.create_time)
    for candidate in ranking.candidates:
        _, slot = run.first_slots.get(candidate.profile.therapist_id, (None, None))
        match.candidates.add(
            therapist_id=candidate.profile.therapist_id,
            display_name=candidate.profile.display_name,
            fit_ratio=candidate.fit_ratio,
            reasons=[reason_to(reason) for reason in candidate.reasons],
            earliest_slot=slot,
        )
    return match


def reason_to(reason: Reason, locale: str = "en") -> matching_pb2.Reason:
    """Write what speaks for a therapist."""
    return matching_pb2.Reason(
        code=reason.code, text=reason.text(locale), weight_ratio=reason.weight_ratio, facts=reason.facts
    )


def in_locale(match: matching_pb2.Match, locale: str) -> matching_pb2.Match:
    """Return a run whose reasons are in a language; those kept before facts were kept stay English."""
    shown = matching_pb2.Match()
    shown.CopyFrom(match)
    for candidate in shown.candidates:
        for reason in candidate.reasons:
            if reason.facts or "{}" not in PHRASES.get(reason.code, ("{}",))[0]:
                reason.text = phrase(reason.code, reason.facts, locale)
    return shown


def hidden_from_clients(match: matching_pb2.Match) -> matching_pb2.Match:
    """Return a run without what nobody but staff may learn."""
    shown = matching_pb2.Match()
    shown.CopyFrom(match)
    shown.binding_rule = HIDDEN.get(match.binding_rule, match.binding_rule)
    for exclusion in shown.exclusions:
        exclusion.code = HIDDEN.get(exclusion.code, exclusion.code)
    for change in shown.changes:
        change.code = HIDDEN.get(change.code, change.code)
        change.previous_code = HIDDEN.get(change.previous_code, change.previous_code)
    del shown.gaps[:]
    shown.gaps.extend(gap for gap in match.gaps if gap.code not in HIDDEN)
    return shown


def imported_to(row: int, found: Row) -> matching_pb2.ImportedProfile:
    """Write what became of a row."""
    refusal = found.refusal
    return matching_pb2.ImportedProfile(
        row=row,
        therapist_id=found.therapist_id,
        reason=refusal.reason if refusal else "",
        message=refusal.message if refusal else "",
    )


def rules_from(message: matching_pb2.MatchRules) -> MatchRules:
    """Read rules; version and actor are ours to say."""
    return MatchRules(
        weights={name: getattr(message.weights, name) for name in KEPT_WEIGHTS},
        compacts=tuple(Compact(each.code, tuple(each.regions), each.is_remote_only) for each in message.compacts),
        load_weight=message.load_weight,
        accept_window_h=message.accept_window_h,
        ageing_weeks=message.ageing_weeks,
    )


def rules_to(rules: MatchRules) -> matching_pb2.MatchRules:
    """Write rules."""
    return matching_pb2.MatchRules(
        version=rules.label,
        weights=matching_pb2.Weights(**rules.weights),
        compacts=[
            matching_pb2.Compact(code=each.code, regions=each.regions, is_remote_only=each.is_remote_only)
            for each in rules.compacts
        ],
        load_weight=rules.load_weight,
        accept_window_h=rules.accept_window_h,
        ageing_weeks=rules.ageing_weeks,
        etag=rules.etag,
        actor_id=rules.actor_id,
    )


def _level(number: int) -> Level:
    try:
        return Level(number)
    except ValueError:
        raise InvalidRequest("Say how past clients fared.", field="strengths.level") from None


def _importance(number: int) -> Importance:
    try:
        return Importance(number)
    except ValueError:
        raise InvalidRequest("Say how much it matters.", field="preferences.importance") from None


def _uuid_or_none(text: str, field: str) -> str:
    return check_uuid(text, field) if text else ""


def stamp_of(moment: datetime) -> Timestamp:
    """Return an instant as a Timestamp."""
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
