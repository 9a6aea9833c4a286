"""Rules that leave a therapist out, whatever else speaks for them; told in this order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.matching.domain.needs import Fences, Importance, Need
from services.matching.domain.profiles import TherapistProfile
from services.matching.domain.rules import MatchRules

IN_PERSON = 1
"""The contract's number of a session at a site."""

SlotKey = tuple[str, int, tuple[int, ...], str]
"""Session type, modality, parts of the day and their zone: what first slots were asked for."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is judged by, beside need and profile."""

    now: datetime
    """Aware UTC; a licence that ends on its day in UTC holds to the end of it."""
    rules: MatchRules = field(default_factory=MatchRules)
    fences: Fences = field(default_factory=Fences)
    earliest: Mapping[SlotKey, Mapping[str, datetime]] = field(default_factory=dict)
    """The start of the first free slot of each therapist who has one, by what was asked for."""


def slot_key(need: Need) -> SlotKey:
    """Return what first slots are asked for."""
    return need.session_type_id, need.modality, need.parts_of_day, need.time_zone


@dataclass(frozen=True, slots=True)
class HardRule:
    """
    One rule.

    A batch asks *judge* once for each therapist and each answer of *asks*, not for each client: two needs with the same
    answer must be judged the same. A rule that names therapists outright has *leaves_out* instead.
    """

    code: str
    asks: Callable[[Need], Hashable] = lambda need: 0
    """What of the need it looks at."""
    judge: Callable[[Need, TherapistProfile, Setting], bool] = lambda need, who, at: True
    leaves_out: Callable[[Need, Setting], Collection[str]] | None = None

    def holds(self, need: Need, profile: TherapistProfile, setting: Setting) -> bool:
        """Tell whether the therapist keeps the rule."""
        if self.leaves_out is not None:
            return profile.therapist_id not in self.leaves_out(need, setting)
        return self.judge(need, profile, setting)


def _is_licensed(need: Need, profile: TherapistProfile, setting: Setting, *, is_today: bool) -> bool:
    if not need.region:
        return True
    return profile.is_licensed(
        need.region,
        setting.now.date() if is_today else None,
        compacts=setting.rules.compacts,
        is_remote=need.modality != IN_PERSON,
    )


def _takes_plan(need: Need, profile: TherapistProfile) -> bool:
    """Tell whether the plan is taken: named, or its insurer is taken whole."""
    if not need.plan or need.plan in profile.plans:
        return True
    insurer = need.plan.partition(":")[0]
    return insurer in profile.insurers and not any(each.partition(":")[0] == insurer for each in profile.plans)


def _musts(need: Need) -> tuple[str, ...]:
    return tuple(each.attribute for each in need.preferences if each.importance is Importance.MUST)


def _has_hours(need: Need, profile: TherapistProfile) -> bool:
    return not profile.panel_min or profile.caseload_min + need.weekly_min <= profile.panel_min


HARD_RULES: tuple[HardRule, ...] = (
    HardRule("NOT_ACCEPTING", lambda need: 0, lambda need, who, at: who.is_accepting),
    HardRule(
        "NOT_LICENSED_IN_REGION",
        lambda need: (need.region, need.modality == IN_PERSON),
        lambda need, who, at: _is_licensed(need, who, at, is_today=False),
    ),
    HardRule(
        "LICENCE_EXPIRED",
        lambda need: (need.region, need.modality == IN_PERSON),
        lambda need, who, at: _is_licensed(need, who, at, is_today=True),
    ),
    HardRule(
        "INSURER_NOT_TAKEN",
        lambda need: need.insurer,
        lambda need, who, at: not need.insurer or need.insurer in who.insurers,
    ),
    HardRule("PLAN_NOT_TAKEN", lambda need: need.plan, lambda need, who, at: _takes_plan(need, who)),
    HardRule(
        "LANGUAGE_NOT_SPOKEN",
        lambda need: need.languages,
        lambda need, who, at: not need.languages or not set(need.languages).isdisjoint(who.languages),
    ),
    HardRule(
        "AGE_NOT_SEEN",
        lambda need: need.age,
        lambda need, who, at: not need.age or who.youngest_age <= need.age <= who.oldest_age,
    ),
    HardRule(
        "MODALITY_NOT_OFFERED",
        lambda need: need.modality,
        lambda need, who, at: not need.modality or need.modality in who.modalities,
    ),
    HardRule(
        "NOT_ACCESSIBLE",
        lambda need: need.accessibility,
        lambda need, who, at: set(need.accessibility) <= set(who.accessibility),
    ),
    HardRule("PREFERENCE_UNMET", _musts, lambda need, who, at: set(_musts(need)) <= set(who.attributes)),
    HardRule("FENCED", leaves_out=lambda need, at: at.fences.of(need.client_id)),
    HardRule("CLIENT_DECLINED", leaves_out=lambda need, at: need.excluded_therapist_ids),
    HardRule("CASELOAD_FULL", lambda need: 0, lambda need, who, at: who.caseload < who.capacity),
    HardRule("HOURS_FULL", lambda need: need.weekly_min, lambda need, who, at: _has_hours(need, who)),
)
"""Order is the order of telling: the first rule that leaves a therapist out is the one that is named."""

HIDDEN = {"FENCED": "NOT_ACCEPTING"}
"""
What nobody but staff may learn, and what they hear instead.

Danger: FENCED tells a client that somebody they must not meet is here, and whose client they are.
"""


def broken_rules(need: Need, profile: TherapistProfile, setting: Setting) -> list[str]:
    """Return the codes of all hard rules the therapist breaks, in the order of telling."""
    return [rule.code for rule in HARD_RULES if not rule.holds(need, profile, setting)]


def first_broken_rule(need: Need, profile: TherapistProfile, setting: Setting) -> str:
    """Return the code of the first hard rule the therapist breaks, or an empty string."""
    return next((rule.code for rule in HARD_RULES if not rule.holds(need, profile, setting)), "")


def suitable(
    need: Need, profiles: Iterable[TherapistProfile], setting: Setting
) -> tuple[list[TherapistProfile], list[tuple[str, str]]]:
    """Part the therapists into those no hard rule leaves out, and (therapist_id, rule) of the others."""
    kept: list[TherapistProfile] = []
    exclusions: list[tuple[str, str]] = []
    for profile in sorted(profiles, key=lambda each: each.therapist_id):
        broken = first_broken_rule(need, profile, setting)
        if broken:
            exclusions.append((profile.therapist_id, broken))
        else:
            kept.append(profile)
    return kept, exclusions


@dataclass(frozen=True, slots=True)
class Gap:
    """What a rule did when nobody suits: how many it left out first, and how many suit if it alone is loosened."""

    code: str
    excluded_count: int
    sole_count: int


def gaps(need: Need, profiles: Collection[TherapistProfile], setting: Setting) -> tuple[Gap, ...]:
    """Return what each rule did, those first that would help most if loosened alone, then those that left out most."""
    every = [broken_rules(need, profile, setting) for profile in profiles]
    first = Counter(broken[0] for broken in every if broken)
    sole = Counter(broken[0] for broken in every if len(broken) == 1)
    found = [Gap(rule.code, first[rule.code], sole[rule.code]) for rule in HARD_RULES if first[rule.code]]
    return tuple(sorted(found, key=lambda gap: (-gap.sole_count, -gap.excluded_count)))


def binding_rule(exclusions: Sequence[tuple[str, str]]) -> str:
    """Return the rule that left out most; of equals the first in the order of telling."""
    counts = Counter(code for _, code in exclusions)
    return max((rule.code for rule in HARD_RULES), key=lambda code: counts[code]) if counts else ""
