"""Filters therapists by hard rules, ranks the rest, and says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.matching.domain.profiles import Need, TherapistProfile

WEIGHTS_VERSION = "2026-11"
"""Names the weights below; stored with every match so that it can be replayed."""

SPECIALTY_WEIGHT = 0.50
LANGUAGE_WEIGHT = 0.15
ROOM_WEIGHT = 0.20
SOON_WEIGHT = 0.15
"""
Shares of the fit; they add up to 1.

Source: project decision, to be tuned per practice; held by tests/property/matching/test_ranking.py.
"""

SOON_DAYS = 14
"""A first slot today counts in full, one this many days away not at all."""

CANDIDATES_MAX = 20


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for a therapist, in words a client can read."""

    code: str
    text: str
    weight_ratio: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A therapist who passed every hard rule."""

    profile: TherapistProfile
    fit_ratio: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who suits, best first; who was left out and by which rule; the rule to loosen when nobody is left."""

    candidates: tuple[Candidate, ...]
    exclusions: tuple[tuple[str, str], ...]
    binding_rule: str


# Holds its need, the therapist, and the day in UTC: a licence that ends today holds today.
HardRule = Callable[[Need, TherapistProfile, date], bool]


def _speaks(need: Need, profile: TherapistProfile) -> bool:
    return not need.languages or bool(set(need.languages) & set(profile.languages))


# Order is the order of telling: the first rule that leaves a therapist out is the one that is named.
HARD_RULES: tuple[tuple[str, HardRule], ...] = (
    ("NOT_ACCEPTING", lambda need, profile, on: profile.is_accepting),
    ("NOT_LICENSED_IN_REGION", lambda need, profile, on: not need.region or profile.is_licensed(need.region)),
    ("LICENCE_EXPIRED", lambda need, profile, on: not need.region or profile.is_licensed(need.region, on)),
    ("INSURER_NOT_TAKEN", lambda need, profile, on: not need.insurer or need.insurer in profile.insurers),
    ("LANGUAGE_NOT_SPOKEN", lambda need, profile, on: _speaks(need, profile)),
    ("AGE_NOT_SEEN", lambda need, profile, on: not need.age or profile.youngest_age <= need.age <= profile.oldest_age),
    ("MODALITY_NOT_OFFERED", lambda need, profile, on: not need.modality or need.modality in profile.modalities),
    ("CASELOAD_FULL", lambda need, profile, on: profile.caseload < profile.capacity),
)


def first_broken_rule(need: Need, profile: TherapistProfile, on: date) -> str:
    """Return the code of the first hard rule the therapist breaks, or an empty string."""
    return next((code for code, holds in HARD_RULES if not holds(need, profile, on)), "")


def suitable(
    need: Need, profiles: Iterable[TherapistProfile], on: date
) -> tuple[list[TherapistProfile], list[tuple[str, str]]]:
    """Part the therapists into those no hard rule leaves out, and (therapist_id, rule) of the others."""
    kept: list[TherapistProfile] = []
    exclusions: list[tuple[str, str]] = []
    for profile in sorted(profiles, key=lambda each: each.therapist_id):
        broken = first_broken_rule(need, profile, on)
        if broken:
            exclusions.append((profile.therapist_id, broken))
        else:
            kept.append(profile)
    return kept, exclusions


def rank(
    need: Need,
    profiles: Iterable[TherapistProfile],
    *,
    earliest: Mapping[str, datetime],
    now: datetime,
) -> Ranking:
    """
    Rank the therapists who may treat the client, best first, each with reasons.

    Args:
        need: What the client needs, checked.
        profiles: Shape: T therapists of one practice, any order; the order changes nothing.
        earliest: Shape: at most T therapist ids, each with the start of the first free slot, aware UTC.
        now: Aware UTC.

    Returns:
        At most 20 candidates; every therapist who was left out, with the rule; and, when nobody is left,
        the rule that left out most (ties: the first in HARD_RULES).

    Cost:
        O(T log T).

    Source:
        Hard filters before soft ranking, reasons with every candidate: project requirement on matching.
        Held by tests/property/matching/test_ranking.py.
    """
    kept, exclusions = suitable(need, profiles, now.date())
    candidates = [_candidate(need, profile, earliest.get(profile.therapist_id), now) for profile in kept]
    candidates.sort(key=lambda candidate: (-candidate.fit_ratio, candidate.profile.therapist_id))
    return Ranking(tuple(candidates[:CANDIDATES_MAX]), tuple(exclusions), _binding(kept, exclusions))


def _binding(kept: Sequence[TherapistProfile], exclusions: Sequence[tuple[str, str]]) -> str:
    """Name the rule that left out most, when it left nobody."""
    if kept or not exclusions:
        return ""
    counts = Counter(code for _, code in exclusions)
    return max((code for code, _ in HARD_RULES), key=lambda code: counts[code])


def _candidate(need: Need, profile: TherapistProfile, first_slot: datetime | None, now: datetime) -> Candidate:
    """Weigh one therapist; a reason is given for everything that counted."""
    reasons = [
        Reason("SPECIALTY_MATCHES", _specialty_text(need, profile), SPECIALTY_WEIGHT * _specialty(need, profile)),
        Reason("LANGUAGE_MATCHES", "Speaks the language you like best.", LANGUAGE_WEIGHT * _language(need, profile)),
        Reason("HAS_ROOM", "Has room for new clients.", ROOM_WEIGHT * _room(profile)),
        Reason("FREE_SOON", "Has a first appointment soon.", SOON_WEIGHT * _soon(first_slot, now)),
    ]
    telling = tuple(sorted((each for each in reasons if each.weight_ratio > 0), key=lambda each: -each.weight_ratio))
    return Candidate(profile, round(sum(each.weight_ratio for each in telling), 6), telling)


def _specialty(need: Need, profile: TherapistProfile) -> float:
    """Return in [0, 1] how much of what is wanted is offered, the first wish counting most."""
    shares = [1 / place for place in range(1, len(need.specialties) + 1)]
    met = [share for share, wish in zip(shares, need.specialties, strict=True) if wish in profile.specialties]
    return sum(met) / sum(shares) if shares else 0.0


def _specialty_text(need: Need, profile: TherapistProfile) -> str:
    met = [wish for wish in need.specialties if wish in profile.specialties]
    return "Works with what you are looking for: " + ", ".join(met) + "." if met else ""


def _language(need: Need, profile: TherapistProfile) -> float:
    return 1.0 if need.languages and need.languages[0] in profile.languages else 0.0


def _room(profile: TherapistProfile) -> float:
    """Return the free share of the panel, squared loss so that a nearly full therapist is spared."""
    return 1.0 - (profile.caseload / profile.capacity) ** 2


def _soon(first_slot: datetime | None, now: datetime) -> float:
    if first_slot is None:
        return 0.0
    wait = max(first_slot - now, timedelta())
    return max(0.0, 1.0 - wait / timedelta(days=SOON_DAYS))
