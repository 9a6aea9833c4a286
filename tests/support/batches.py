"""Makes batches for tests and benchmarks: clients who wait, therapists with room, and who may meet."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.matching.domain.assignment import Arc, Panel, Problem, problem_of
from services.matching.domain.hard_rules import Setting, SlotKey
from services.matching.domain.needs import Need
from services.matching.domain.profiles import TherapistProfile

TAGS, LANGUAGES, PAYERS, REGIONS = range(12), ("en", "es", "zh"), range(6), range(5)


@dataclass(frozen=True)
class Batch:
    """Is who waits, who has room, and who may meet."""

    priorities: dict[str, int]
    panels: dict[str, Panel]
    arcs: list[Arc]

    def problem(self, *, load_weight: int = 0, seed: str = "") -> Problem:
        """Return it as the solvers take it."""
        return problem_of(self.priorities, self.panels, self.arcs, load_weight=load_weight, seed=seed)


@dataclass(frozen=True)
class _Therapist:
    tags: frozenset[int]
    languages: frozenset[str]
    payers: frozenset[int]
    regions: frozenset[int]


def batch_of(*, clients: int, therapists: int, capacity: int, seed: int) -> Batch:
    """
    Return a made-up practice, the same for the same seed.

    Hard rules: payer, region and language; about a third of the pairs pass. The fit is 40 % of wishes met and the rest
    chance, so that many therapists suit a client well and few exactly as well. 6 % of the clients are urgent.
    """
    dice = random.Random(seed)
    staff = [
        _Therapist(
            frozenset(dice.sample(TAGS, 5)),
            frozenset({"en", *(each for each in LANGUAGES[1:] if dice.random() < 0.2)}),
            frozenset(dice.sample(PAYERS, 4)),
            frozenset(dice.sample(REGIONS, 3)),
        )
        for _ in range(therapists)
    ]
    arcs: list[Arc] = []
    priorities = {}
    for number in range(clients):
        client = f"client-{number}"
        priorities[client] = dice.choices((0, 1, 2), (74, 20, 6))[0]
        payer, region = dice.choice(PAYERS), dice.choice(REGIONS)
        language = dice.choices(LANGUAGES, (88, 9, 3))[0]
        wishes = dice.sample(TAGS, 3)
        for at, person in enumerate(staff):
            if payer in person.payers and region in person.regions and language in person.languages:
                met = sum(wish in person.tags for wish in wishes) / 3
                arcs.append((client, f"therapist-{at}", round(100 * (40 * met + 60 * dice.random()))))
    return Batch(priorities, {f"therapist-{at}": Panel(0, capacity) for at in range(therapists)}, arcs)


NOW = datetime(2030, 1, 1, tzinfo=UTC)


def practice_of(
    *, clients: int, therapists: int, capacity: int, seed: int
) -> tuple[list[Need], list[TherapistProfile], Setting, dict[str, int]]:
    """
    Return a made-up practice as matching sees it, the same for the same seed: needs, profiles, setting, urgencies.

    Hard rules are those of `batch_of`, with the modality and the age besides: about a third of the pairs pass. The fit
    is what the practice's weights make of specialties, approaches, sites, experience and first slots.
    """
    dice = random.Random(seed)
    tags = [f"tag-{each}" for each in TAGS]
    people = [
        TherapistProfile(
            therapist_id=f"therapist-{at}",
            display_name=f"Therapist {at}",
            licensed_regions=tuple(f"US-{each}" for each in dice.sample(REGIONS, 3)),
            specialties=tuple(dice.sample(tags, 5)),
            languages=("en", *(each for each in LANGUAGES[1:] if dice.random() < 0.2)),
            insurers=tuple(f"payer-{each}" for each in dice.sample(PAYERS, 4)),
            youngest_age=dice.choice((5, 12, 18)),
            oldest_age=99,
            modalities=(1, 2),
            is_accepting=True,
            capacity=capacity,
            approaches=tuple(dice.sample(tags, 3)),
            site_ids=tuple(dice.sample(tags, 2)),
            experience_years=dice.randint(0, 25),
        )
        for at in range(therapists)
    ]
    needs = [
        Need(
            client_id=f"client-{number}",
            region=f"US-{dice.choice(REGIONS)}",
            specialties=tuple(dice.sample(tags, 3)),
            languages=(dice.choices(LANGUAGES, (88, 9, 3))[0],),
            insurer=f"payer-{dice.choice(PAYERS)}",
            age=dice.randint(18, 80),
            modality=dice.choice((0, 1, 2)),
            approaches=tuple(dice.sample(tags, 2)),
            site_ids=tuple(dice.sample(tags, 3)),
            session_type_id="first",
        )
        for number in range(clients)
    ]
    first = {each.therapist_id: NOW + timedelta(hours=dice.randint(1, 28 * 24)) for each in people}
    slots: dict[SlotKey, dict[str, datetime]] = {("first", modality, (), ""): first for modality in (0, 1, 2)}
    urgencies = {each.client_id: dice.choices((0, 1, 2), (74, 20, 6))[0] for each in needs}
    return needs, people, Setting(now=NOW, earliest=slots), urgencies
