"""Limits of profiles and needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.matching.domain import errors
from services.matching.domain.needs import Importance, Need, Preference
from services.matching.domain.particulars import Compact, Level, Privilege, Strength
from services.matching.domain.profiles import TherapistProfile
from services.matching.domain.rules import KEPT_WEIGHTS, MatchRules

CONTRADICTS = errors.Contradiction

PROFILE = TherapistProfile(
    therapist_id="0192f000-0000-7000-8000-000000000001",
    display_name="Amara Osei",
    licensed_regions=("US-CA",),
    specialties=("anxiety",),
    languages=("en",),
    insurers=("self-pay",),
    youngest_age=18,
    oldest_age=90,
    modalities=(1, 2),
    is_accepting=True,
    capacity=30,
)


def test_a_profile_within_its_limits_is_taken() -> None:
    """A whole profile comes back as it went in."""
    assert PROFILE.checked() == PROFILE


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"youngest_age": 40, "oldest_age": 30}, errors.AgesReversed),
        ({"oldest_age": 121}, errors.AgesReversed),
        ({"licensed_regions": ("California",)}, errors.RegionMalformed),
        ({"display_name": ""}, errors.TooMany),
        ({"display_name": "x" * 121}, errors.TooMany),
        ({"specialties": ("x",) * 31}, errors.TooMany),
        ({"capacity": 501}, errors.TooMany),
        ({"capacity": -1}, errors.TooMany),
        ({"panel_min": 6_001}, errors.TooMany),
        ({"experience_years": -1}, errors.TooMany),
        ({"attributes": ("Direct",)}, errors.AttributeMalformed),
        ({"strengths": (Strength("anxiety", Level.EFFECTIVE, 14),)}, errors.CasesTooFew),
        ({"privileges": (Privilege("PSYPACT"), Privilege("PSYPACT", "2030-01-01"))}, errors.LicenceTwice),
        ({"privileges": (Privilege("PSYPACT", "soon"),)}, errors.DateMalformed),
    ],
)
def test_a_profile_past_a_limit_is_refused(changes: dict[str, object], refusal: type[Exception]) -> None:
    """Each limit has its own refusal."""
    with pytest.raises(refusal):
        replace(PROFILE, **changes).checked()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("need", "refusal"),
    [
        (Need("c", region="us-ca"), errors.RegionMalformed),
        (Need("c", age=-1), errors.AgesReversed),
        (Need("c", specialties=("x",) * 11), errors.TooMany),
        (Need("c", languages=("",)), errors.TooMany),
        (Need("c", insurer="x" * 121), errors.TooMany),
        (Need("c", weekly_min=601), errors.TooMany),
        (Need("c", preferences=(Preference("direct", Importance.WANT),)), errors.AttributeMalformed),
        (Need("c", preferences=(Preference("a:b", Importance.WANT), Preference("a:b", Importance.MUST))), CONTRADICTS),
        (Need("c", preferences=(Preference("a:b", Importance.MUST), Preference("a:c", Importance.MUST))), CONTRADICTS),
        (Need("c", previous_therapist_id="t", excluded_therapist_ids=("t",)), CONTRADICTS),
        (Need("c", insurer="aetna", plan="cigna:ppo"), CONTRADICTS),
    ],
)
def test_a_need_past_a_limit_is_refused(need: Need, refusal: type[Exception]) -> None:
    """A need is checked before anybody is compared with it."""
    with pytest.raises(refusal):
        need.checked()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"weights": {**KEPT_WEIGHTS, "room": 6}}, errors.Unbalanced),
        ({"weights": {**KEPT_WEIGHTS, "room": -5, "specialty": 40}}, errors.Unbalanced),
        ({"compacts": (Compact("PSYPACT", ("Utah",)),)}, errors.RegionMalformed),
        ({"accept_window_h": 0}, errors.TooMany),
        ({"load_weight": 21}, errors.TooMany),
    ],
)
def test_rules_that_make_no_sense_are_refused(changes: dict[str, object], refusal: type[Exception]) -> None:
    """Each with its reason; a stale etag too."""
    with pytest.raises(refusal):
        MatchRules().followed_by(replace(MatchRules(), **changes), actor_id="a", etag="")  # type: ignore[arg-type]
    with pytest.raises(errors.StaleVersion):
        MatchRules(version=3).followed_by(MatchRules(), actor_id="a", etag="v2")
