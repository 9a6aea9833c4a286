"""A batch judges pairs as a single match does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.edges import points_of
from services.matching.domain.hard_rules import first_broken_rule, slot_key
from services.matching.domain.needs import Need
from services.matching.domain.profiles import TherapistProfile
from services.matching.domain.ranking import fit
from tests.property.matching.test_ranking import NOW, SETTING, needs, profiles


@given(st.lists(needs, max_size=6), profiles(), st.integers(0, 20))
def test_the_points_of_a_pair_are_those_of_the_single_match(
    wanted: list[Need], people: list[TherapistProfile], days: int
) -> None:
    """To the last hundredth, and APART exactly where a hard rule forbids the pair."""
    slots = {slot_key(each): {"t-01": NOW + timedelta(days=days)} for each in wanted}
    setting = replace(SETTING, earliest=slots)

    points = points_of(wanted, people, setting)

    expected = [
        [-1 if first_broken_rule(need, who, setting) else fit(need, who, setting) // 100 for who in people]
        for need in wanted
    ]
    assert expected == points.tolist()
