"""Laws of the ranking, tried on made-up practices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.profiles import Licence, Need, TherapistProfile
from services.matching.domain.ranking import (
    CANDIDATES_MAX,
    LANGUAGE_WEIGHT,
    ROOM_WEIGHT,
    SOON_WEIGHT,
    SPECIALTY_WEIGHT,
    first_broken_rule,
    rank,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DAYS = ("", "2029-12-31", "2030-01-01", "2031-01-01")
CODES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=3, unique=True).map(tuple)


@st.composite
def profiles(draw: st.DrawFn) -> list[TherapistProfile]:
    """Draw up to 30 therapists of one practice."""
    return [
        TherapistProfile(
            therapist_id=f"t-{number:02}",
            display_name=f"Therapist {number}",
            licensed_regions=draw(CODES),
            specialties=draw(CODES),
            languages=draw(CODES),
            insurers=draw(CODES),
            youngest_age=draw(st.integers(0, 40)),
            oldest_age=draw(st.integers(40, 120)),
            modalities=draw(st.lists(st.integers(1, 3), unique=True).map(tuple)),
            is_accepting=draw(st.booleans()),
            capacity=draw(st.integers(0, 10)),
            caseload=draw(st.integers(0, 10)),
            licences=tuple(Licence(region, draw(st.sampled_from(DAYS))) for region in draw(CODES)),
        )
        for number in range(draw(st.integers(0, 30)))
    ]


needs = st.builds(
    Need,
    client_id=st.just("c"),
    region=st.sampled_from(["", "a", "b"]),
    specialties=CODES,
    languages=CODES,
    insurer=st.sampled_from(["", "a"]),
    age=st.integers(0, 100),
    modality=st.integers(0, 3),
)


@given(needs, profiles())
def test_no_hard_rule_is_ever_broken(need: Need, people: list[TherapistProfile]) -> None:
    """Whoever is proposed passes every rule; whoever is left out breaks the rule that is named."""
    by_id = {person.therapist_id: person for person in people}

    ranking = rank(need, people, earliest={}, now=NOW)

    assert all(first_broken_rule(need, candidate.profile, NOW.date()) == "" for candidate in ranking.candidates)
    assert all(first_broken_rule(need, by_id[therapist], NOW.date()) == code for therapist, code in ranking.exclusions)


@given(needs, profiles(), st.randoms())
def test_the_order_of_the_input_changes_nothing(need: Need, people: list[TherapistProfile], dice: object) -> None:
    """The same people in another order are ranked the same."""
    shuffled = list(people)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    assert rank(need, people, earliest={}, now=NOW) == rank(need, shuffled, earliest={}, now=NOW)


@given(needs, profiles())
def test_everybody_is_either_proposed_or_told_why_not(need: Need, people: list[TherapistProfile]) -> None:
    """Nobody falls between, and the fit lies in [0, 1] and falls down the list."""
    ranking = rank(need, people, earliest={}, now=NOW)

    fits = [candidate.fit_ratio for candidate in ranking.candidates]
    assert len(ranking.exclusions) + len(ranking.candidates) == len(people) or len(fits) == CANDIDATES_MAX
    assert fits == sorted(fits, reverse=True)
    assert all(0 <= fit <= 1 for fit in fits)
    assert all(candidate.reasons for candidate in ranking.candidates)


@given(needs, profiles())
def test_when_nobody_fits_the_binding_rule_is_named(need: Need, people: list[TherapistProfile]) -> None:
    """An empty answer says what to loosen, or whom to hire."""
    ranking = rank(need, people, earliest={}, now=NOW)

    codes = [code for _, code in ranking.exclusions]
    if people and not ranking.candidates:
        assert codes.count(ranking.binding_rule) == max(codes.count(code) for code in codes)
    else:
        assert ranking.binding_rule == ""


@given(needs, profiles(), st.integers(0, 20))
def test_an_earlier_first_slot_never_lowers_the_fit(need: Need, people: list[TherapistProfile], days: int) -> None:
    """Sooner is at least as good."""
    open_people = [replace(person, is_accepting=True, capacity=10, caseload=0) for person in people]
    later = {person.therapist_id: NOW + timedelta(days=days + 1) for person in open_people}
    sooner = {person.therapist_id: NOW + timedelta(days=days) for person in open_people}

    fits_later = {
        each.profile.therapist_id: each.fit_ratio
        for each in rank(need, open_people, earliest=later, now=NOW).candidates
    }
    fits_sooner = {
        each.profile.therapist_id: each.fit_ratio
        for each in rank(need, open_people, earliest=sooner, now=NOW).candidates
    }

    assert all(fits_sooner[each] >= fit for each, fit in fits_later.items() if each in fits_sooner)


def test_the_weights_add_up_to_the_whole() -> None:
    """Shares of the fit are shares of one."""
    assert abs(SPECIALTY_WEIGHT + LANGUAGE_WEIGHT + ROOM_WEIGHT + SOON_WEIGHT - 1) < 1e-9
