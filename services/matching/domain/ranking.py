"""Ranks therapists whom no hard rule leaves out, and says why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.matching.domain.hard_rules import Gap, Setting, binding_rule, gaps, slot_key, suitable
from services.matching.domain.needs import Importance, Need
from services.matching.domain.particulars import Level
from services.matching.domain.phrases import phrase
from services.matching.domain.profiles import TherapistProfile

SOON_DAYS = 14
"""A first slot today counts in full, one this many days away not at all."""

SEASONED_YEARS = 10
"""Years of practice that count in full; more count no more."""

CANDIDATES_MAX = 20

WHOLE = 1_000_000
"""
A fit of 1, in the whole numbers that parts are added in.

Danger: parts are rounded before they are added, so that one client alone and a batch of thousands, added in another
order by another library, come to the same fit.
"""

Wishes = tuple[tuple[str, float], ...]
"""Codes wished for, each with its share; the shares need not add up."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for a therapist, in words a client can read."""

    code: str
    facts: tuple[str, ...]
    """What it rests on: codes the client named, or a number of years."""
    weight_ratio: float

    def text(self, locale: str = "en") -> str:
        """Return the sentence a client can read."""
        return phrase(self.code, self.facts, locale)


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
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """
    One part of the fit.

    Either *share* gives it in [0, 1], by what *asks* looks at (see `HardRule`), or it is how much of *wishes* a profile
    *offers*.
    """

    code: str
    weight: str
    """Names the weight it has in the practice's rules."""
    facts: Callable[[Need, TherapistProfile], Sequence[str]] = lambda need, who: ()
    """Gives what the sentence names; see `domain/phrases.py`."""
    asks: Callable[[Need], Hashable] = lambda need: 0
    share: Callable[[Need, TherapistProfile, Setting], float] = lambda need, who, at: 0.0
    wishes: Callable[[Need], Wishes] | None = None
    offers: Callable[[TherapistProfile], Collection[str]] = lambda who: ()
    is_one_enough: bool = False
    """The best wish that is met counts, instead of all of them together."""

    def of(self, need: Need, profile: TherapistProfile, setting: Setting) -> int:
        """Return the part in millionths of the fit."""
        if self.wishes is None:
            share = self.share(need, profile, setting)
        elif self.is_one_enough:
            offered = self.offers(profile)
            share = max((each for code, each in self.wishes(need) if code in offered), default=0.0)
        else:
            share = met(self.wishes(need), self.offers(profile))
        return round(self.weight_in(setting) * share)

    def weight_in(self, setting: Setting) -> float:
        """Return what the whole part weighs, in millionths of the fit."""
        return setting.rules.weights[self.weight] * WHOLE / 100


def met(wishes: Wishes, offered: Collection[str]) -> float:
    """Return in [0, 1] how much of what is wished for is offered."""
    whole = sum(share for _, share in wishes)
    return sum(share for code, share in wishes if code in offered) / whole if whole else 0.0


def _ranked(codes: Sequence[str]) -> Wishes:
    """The first wish counts most: 1, 1/2, 1/3."""
    return tuple((code, 1 / place) for place, code in enumerate(codes, start=1))


def _wanted(need: Need) -> Wishes:
    return tuple((each.attribute, 1.0) for each in need.preferences if each.importance is Importance.WANT)


def _both(codes: Sequence[str], offered: Collection[str]) -> list[str]:
    return [code for code in codes if code in offered]


def _soon(need: Need, who: TherapistProfile, at: Setting) -> float:
    first = at.earliest.get(slot_key(need), {}).get(who.therapist_id)
    if first is None:
        return 0.0
    return max(0.0, 1.0 - max(first - at.now, timedelta()) / timedelta(days=SOON_DAYS))


def _strong(who: TherapistProfile) -> Collection[str]:
    return [each.domain for each in who.strengths if each.level is Level.EFFECTIVE]


def _room(need: Need, who: TherapistProfile, at: Setting) -> float:
    """Return the free share of the panel, squared loss so that a nearly full therapist is spared."""
    taken = who.caseload / who.capacity if who.capacity else 1.0
    if who.panel_min:
        taken = max(taken, who.caseload_min / who.panel_min)
    return max(0.0, 1.0 - taken**2)


COMPONENTS: tuple[Component, ...] = (
    Component(
        "SPECIALTY_MATCHES",
        "specialty",
        lambda need, who: _both(need.specialties, who.specialties),
        wishes=lambda need: _ranked(need.specialties),
        offers=lambda who: who.specialties,
    ),
    Component(
        "APPROACH_MATCHES",
        "approach",
        lambda need, who: _both(need.approaches, who.approaches),
        wishes=lambda need: _ranked(need.approaches),
        offers=lambda who: who.approaches,
    ),
    Component(
        "POPULATION_MATCHES",
        "population",
        lambda need, who: _both(need.populations, who.populations),
        wishes=lambda need: tuple((code, 1.0) for code in need.populations),
        offers=lambda who: who.populations,
    ),
    Component(
        "PREFERENCE_MET",
        "preference",
        lambda need, who: _both([code for code, _ in _wanted(need)], who.attributes),
        wishes=_wanted,
        offers=lambda who: who.attributes,
    ),
    Component("FREE_SOON", "availability", asks=slot_key, share=_soon),
    Component(
        "LANGUAGE_MATCHES",
        "language",
        wishes=lambda need: tuple((code, 1.0) for code in need.languages[:1]),
        offers=lambda who: who.languages,
    ),
    Component(
        "KNOWS_YOU",
        "continuity",
        wishes=lambda need: ((need.previous_therapist_id, 1.0),) if need.previous_therapist_id else (),
        offers=lambda who: (who.therapist_id,),
    ),
    Component(
        "NEAR",
        "distance",
        wishes=lambda need: _ranked(need.site_ids),
        offers=lambda who: who.site_ids,
        is_one_enough=True,
    ),
    Component(
        "EXPERIENCED",
        "experience",
        lambda need, who: (str(who.experience_years),),
        share=lambda need, who, at: min(who.experience_years, SEASONED_YEARS) / SEASONED_YEARS,
    ),
    Component(
        "STRONG_HERE",
        "strength",
        wishes=lambda need: _ranked(need.specialties),
        offers=_strong,
    ),
    Component("HAS_ROOM", "room", share=_room),
)
"""Parts of the fit, by the contract's codes. Nothing else of a profile counts, identity only where it is asked for."""


def rank(need: Need, profiles: Collection[TherapistProfile], setting: Setting) -> Ranking:
    """
    Rank the therapists who may treat the client, best first, each with reasons.

    Args:
        need: What the client needs, checked.
        profiles: Shape: T therapists of one practice, any order; the order changes nothing.
        setting: What they are judged by.

    Returns:
        At most 20 candidates; every therapist who was left out, with the rule; and, when nobody is left, the rule that
        left out most and what each rule did.

    Cost:
        O(T log T). Figures: `python -m tests.bench.matching`, match_single_ms.

    Source:
        Hard filters before soft ranking, reasons with every candidate: project requirement on matching.
        Held by tests/property/matching/test_ranking.py.
    """
    kept, exclusions = suitable(need, profiles, setting)
    candidates = [_candidate(need, profile, setting) for profile in kept]
    candidates.sort(key=lambda candidate: (-candidate.fit_ratio, candidate.profile.therapist_id))
    if kept:
        return Ranking(tuple(candidates[:CANDIDATES_MAX]), tuple(exclusions), "")
    return Ranking((), tuple(exclusions), binding_rule(exclusions), gaps(need, profiles, setting))


def fit(need: Need, profile: TherapistProfile, setting: Setting) -> int:
    """Return the fit of one pair in millionths."""
    return sum(component.of(need, profile, setting) for component in COMPONENTS)


def reasons_for(need: Need, profile: TherapistProfile, setting: Setting) -> tuple[Reason, ...]:
    """Return everything that speaks for a therapist, most telling first."""
    parts = ((component.of(need, profile, setting), component) for component in COMPONENTS)
    telling = sorted((each for each in parts if each[0] > 0), key=lambda each: -each[0])
    return tuple(Reason(part.code, tuple(part.facts(need, profile)), amount / WHOLE) for amount, part in telling)


def _candidate(need: Need, profile: TherapistProfile, setting: Setting) -> Candidate:
    """Weigh one therapist; a reason is given for everything that counted."""
    return Candidate(profile, fit(need, profile, setting) / WHOLE, reasons_for(need, profile, setting))
