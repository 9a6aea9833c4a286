"""Limits of profiles and needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.matching.domain import errors
from services.matching.domain.profiles import Need, TherapistProfile

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
    ],
)
def test_a_need_past_a_limit_is_refused(need: Need, refusal: type[Exception]) -> None:
    """A need is checked before anybody is compared with it."""
    with pytest.raises(refusal):
        need.checked()
