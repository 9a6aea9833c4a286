"""Laws of the ranking, tried on made-up practices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.hard_rules import Setting, broken_rules, first_broken_rule, slot_key
from services.matching.domain.needs import Fences, Importance, Need, Preference
from services.matching.domain.particulars import Compact, Level, Privilege, Strength
from services.matching.domain.profiles import Licence, TherapistProfile
from services.matching.domain.ranking import CANDIDATES_MAX, rank
from services.matching.domain.rules import KEPT_WEIGHTS, MatchRules

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SETTING = Setting(
    now=NOW,
    rules=MatchRules(compacts=(Compact("x", ("a", "b")), Compact("y", ("b",), is_remote_only=True))),
    fences=Fences({"c": frozenset({"t-03", "t-07"})}),
)
DAYS = ("", "2029-12-31", "2030-01-01", "2031-01-01")
CODES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=3, unique=True).map(tuple)
ATTRIBUTES = st.lists(st.sampled_from(["g:a", "g:b", "s:a", "s:b"]), max_size=3, unique=True).map(tuple)


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
            approaches=draw(CODES),
            populations=draw(CODES),
            plans=draw(st.lists(st.sampled_from(["a:1", "a:2", "b:1"]), max_size=2, unique=True).map(tuple)),
            accessibility=draw(CODES),
            site_ids=draw(CODES),
            attributes=draw(ATTRIBUTES),
            experience_years=draw(st.integers(0, 30)),
            panel_min=draw(st.sampled_from([0, 60, 600])),
            caseload_min=draw(st.integers(0, 600)),
            strengths=tuple(Strength(domain, draw(st.sampled_from(Level)), 15) for domain in draw(CODES)),
            privileges=tuple(
                Privilege(code, draw(st.sampled_from(DAYS)))
                for code in draw(st.lists(st.sampled_from(["x", "y"]), unique=True))
            ),
        )
        for number in range(draw(st.integers(0, 30)))
    ]


@st.composite
def wants(draw: st.DrawFn) -> tuple[Preference, ...]:
    """Draw what a client would like, each attribute once."""
    return tuple(Preference(each, draw(st.sampled_from(Importance))) for each in draw(ATTRIBUTES))


needs = st.builds(
    Need,
    client_id=st.sampled_from(["c", "d"]),
    region=st.sampled_from(["", "a", "b"]),
    specialties=CODES,
    languages=CODES,
    insurer=st.sampled_from(["", "a"]),
    age=st.integers(0, 100),
    modality=st.integers(0, 3),
    approaches=CODES,
    populations=CODES,
    plan=st.sampled_from(["", "a:1", "b:2"]),
    accessibility=st.lists(st.sampled_from(["a", "b"]), max_size=1).map(tuple),
    preferences=wants(),
    previous_therapist_id=st.sampled_from(["", "t-01"]),
    excluded_therapist_ids=st.sampled_from([(), ("t-02",)]),
    site_ids=CODES,
)


@given(needs, profiles())
def test_no_hard_rule_is_ever_broken(need: Need, people: list[TherapistProfile]) -> None:
    """Whoever is proposed passes every rule; whoever is left out breaks the rule that is named."""
    by_id = {person.therapist_id: person for person in people}

    ranking = rank(need, people, SETTING)

    assert all(first_broken_rule(need, candidate.profile, SETTING) == "" for candidate in ranking.candidates)
    assert all(first_broken_rule(need, by_id[therapist], SETTING) == code for therapist, code in ranking.exclusions)


@given(needs, profiles(), st.randoms())
def test_the_order_of_the_input_changes_nothing(need: Need, people: list[TherapistProfile], dice: object) -> None:
    """The same people in another order are ranked the same."""
    shuffled = list(people)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    assert rank(need, people, SETTING) == rank(need, shuffled, SETTING)


@given(needs, profiles())
def test_everybody_is_either_proposed_or_told_why_not(need: Need, people: list[TherapistProfile]) -> None:
    """Nobody falls between, and the fit lies in [0, 1] and falls down the list."""
    ranking = rank(need, people, SETTING)

    fits = [candidate.fit_ratio for candidate in ranking.candidates]
    assert len(ranking.exclusions) + len(ranking.candidates) == len(people) or len(fits) == CANDIDATES_MAX
    assert fits == sorted(fits, reverse=True)
    assert all(0 <= fit <= 1 for fit in fits)
    for candidate in ranking.candidates:
        assert abs(sum(reason.weight_ratio for reason in candidate.reasons) - candidate.fit_ratio) < 1e-9
        assert all(reason.text(locale) for reason in candidate.reasons for locale in ("en", "es"))


@given(needs, profiles())
def test_when_nobody_fits_the_binding_rule_is_named(need: Need, people: list[TherapistProfile]) -> None:
    """An empty answer says what to loosen, or whom to hire."""
    ranking = rank(need, people, SETTING)

    codes = [code for _, code in ranking.exclusions]
    if people and not ranking.candidates:
        assert codes.count(ranking.binding_rule) == max(codes.count(code) for code in codes)
    else:
        assert ranking.binding_rule == ""


@given(needs, profiles())
@settings(max_examples=40, deadline=None)
def test_what_a_loosened_rule_would_bring_is_what_it_brings(need: Need, people: list[TherapistProfile]) -> None:
    """When nobody fits, a rule's count is of those who break it alone."""
    ranking = rank(need, people, SETTING)

    if ranking.candidates:
        assert ranking.gaps == ()
    for gap in ranking.gaps:
        alone = [person for person in people if broken_rules(need, person, SETTING) == [gap.code]]
        assert gap.sole_count == len(alone)


@given(needs, profiles(), st.integers(0, 20))
def test_an_earlier_first_slot_never_lowers_the_fit(need: Need, people: list[TherapistProfile], days: int) -> None:
    """Sooner is at least as good."""

    def fits(ahead: int) -> dict[str, float]:
        slots = {slot_key(need): {person.therapist_id: NOW + timedelta(days=ahead) for person in people}}
        found = rank(need, people, replace(SETTING, earliest=slots)).candidates
        return {each.profile.therapist_id: each.fit_ratio for each in found}

    later, sooner = fits(days + 1), fits(days)

    assert all(sooner[each] >= fit for each, fit in later.items() if each in sooner)


@given(needs, profiles(), ATTRIBUTES)
def test_identity_counts_for_nobody_who_did_not_ask(
    need: Need, people: list[TherapistProfile], others: tuple[str, ...]
) -> None:
    """Whatever else therapists are: without a preference the ranking is the same."""
    plain = replace(need, preferences=())
    changed = [replace(person, attributes=others) for person in people]

    before, after = rank(plain, people, SETTING), rank(plain, changed, SETTING)

    assert before.exclusions == after.exclusions
    places = [
        [(each.profile.therapist_id, each.fit_ratio, each.reasons) for each in run.candidates]
        for run in (before, after)
    ]
    assert places[0] == places[1]


def test_the_weights_add_up_to_the_whole() -> None:
    """Shares of the fit are shares of one."""
    assert sum(KEPT_WEIGHTS.values()) == 100


def test_a_remote_compact_is_no_leave_to_meet_in_person() -> None:
    """By video it is a licence in every state of it, to its last day."""
    person = replace(PERSON, privileges=(Privilege("y", "2030-01-01"),))
    by_video, in_person = Need("c", region="b", modality=2), Need("c", region="b", modality=1)

    assert first_broken_rule(by_video, person, SETTING) == ""
    assert first_broken_rule(in_person, person, SETTING) == "NOT_LICENSED_IN_REGION"
    assert first_broken_rule(by_video, person, replace(SETTING, now=NOW + timedelta(days=1))) == "LICENCE_EXPIRED"


def test_a_panel_is_full_by_hours_too() -> None:
    """A client who takes 90 minutes a week does not fit into the last hour."""
    person = replace(PERSON, panel_min=600, caseload_min=540)

    codes = [first_broken_rule(Need("d", weekly_min=minutes), person, SETTING) for minutes in (60, 90)]

    assert codes == ["", "HOURS_FULL"]


PERSON = TherapistProfile(
    therapist_id="t-09",
    display_name="Therapist",
    licensed_regions=(),
    specialties=(),
    languages=(),
    insurers=(),
    youngest_age=0,
    oldest_age=120,
    modalities=(1, 2),
    is_accepting=True,
    capacity=10,
)
