"""Laws of stored batches and of weights: what is no part of the network holds too, and more weight is never less."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain import errors
from services.matching.domain.assignment import APART, Panel
from services.matching.domain.batch import Inputs, Policy, solve
from services.matching.domain.hard_rules import Setting
from services.matching.domain.needs import Need
from services.matching.domain.profiles import TherapistProfile
from services.matching.domain.ranking import COMPONENTS, WHOLE, rank
from services.matching.domain.rules import KEPT_WEIGHTS, MatchRules
from tests.property.matching.test_ranking import SETTING, needs, profiles


@st.composite
def inputs(draw: st.DrawFn) -> Inputs:
    """A small batch with minutes a week, clients who must not meet, and therapists of part of a panel."""
    clients = [f"c{at}" for at in range(draw(st.integers(0, 7)))]
    staff = [f"t{at}" for at in range(draw(st.integers(0, 4)))]
    size = len(clients) * len(staff)
    cells = draw(st.lists(st.integers(-1, 10_000), min_size=size, max_size=size))
    points = np.array(cells, dtype=np.int16).reshape(len(clients), len(staff))
    pairs = [(one, other) for one in clients for other in clients if one < other]
    return Inputs(
        priorities={each: draw(st.integers(0, 2)) for each in clients},
        weekly_min=[draw(st.sampled_from([30, 60, 90, 120])) for _ in clients],
        panels={each: Panel(draw(st.integers(0, 2)), draw(st.integers(0, 5))) for each in staff},
        minutes_left=[draw(st.sampled_from([-1, 0, 60, 90, 180])) for _ in staff],
        points=np.where(points < 0, APART, points).astype(np.int16),
        fenced=tuple(draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4))) if pairs else (),
        load_weight=draw(st.integers(0, 20)),
        seed=draw(st.text(max_size=3)),
        policy=draw(st.sampled_from(Policy)),
    )


@given(inputs())
@settings(deadline=None)
def test_no_limit_of_a_batch_is_ever_broken(batch: Inputs) -> None:
    """Neither a hard rule, nor places, nor minutes a week, nor two who must not meet, whatever the policy."""
    found = solve(batch)
    minutes = dict(zip(batch.priorities, batch.weekly_min, strict=True))
    row, column = ({who: at for at, who in enumerate(each)} for each in (batch.priorities, batch.panels))
    taken: dict[str, int] = defaultdict(int)
    for client, therapist in found.pairs.items():
        assert batch.points[row[client], column[therapist]] >= 0
        taken[therapist] += minutes[client]

    assert all(batch.panels[who].places >= count for who, count in Counter(found.pairs.values()).items())
    for who, left in zip(batch.panels, batch.minutes_left, strict=True):
        assert left < 0 or taken[who] <= left
    for one, other in batch.fenced:
        assert one not in found.pairs or found.pairs[one] != found.pairs.get(other)


@given(inputs())
@settings(deadline=None)
def test_a_batch_is_solved_again_to_the_letter_from_what_was_stored(batch: Inputs) -> None:
    """Written and read back, it comes out the same."""
    again = Inputs.from_bytes(batch.to_bytes())

    assert solve(again) == solve(batch)


@given(needs, profiles(), st.data())
def test_more_weight_for_a_part_never_makes_it_count_less(
    need: Need, people: list[TherapistProfile], data: st.DataObject
) -> None:
    """For everybody whom no hard rule leaves out."""
    part = data.draw(st.sampled_from(COMPONENTS))
    givers = [name for name, weight in KEPT_WEIGHTS.items() if name != part.weight and weight]
    giver = data.draw(st.sampled_from(givers))
    moved = data.draw(st.integers(1, KEPT_WEIGHTS[giver]))
    more = {**KEPT_WEIGHTS, giver: KEPT_WEIGHTS[giver] - moved, part.weight: KEPT_WEIGHTS[part.weight] + moved}
    heavier = replace(SETTING, rules=MatchRules(weights=more).checked())

    for candidate in rank(need, people, SETTING).candidates:
        assert part.of(need, candidate.profile, heavier) >= part.of(need, candidate.profile, SETTING)
        shares = [each.of(need, candidate.profile, heavier) for each in COMPONENTS]
        assert 0 <= sum(shares) <= WHOLE + len(COMPONENTS)


def test_weights_that_are_not_one_hundred_are_no_weights() -> None:
    """Nothing is scaled in silence."""
    with pytest.raises(errors.Unbalanced):
        MatchRules(weights={**KEPT_WEIGHTS, "room": KEPT_WEIGHTS["room"] + 1}).checked()


def _setting(weights: dict[str, int]) -> Setting:
    return replace(SETTING, rules=MatchRules(weights=weights))


@given(needs, profiles())
def test_the_only_part_that_weighs_decides(need: Need, people: list[TherapistProfile]) -> None:
    """With all weight on one part, whoever has more of it stands further up."""
    for part in COMPONENTS:
        alone = _setting({**dict.fromkeys(KEPT_WEIGHTS, 0), part.weight: 100})
        met = [part.of(need, each.profile, alone) for each in rank(need, people, alone).candidates]
        assert met == sorted(met, reverse=True)
