"""Makes batches for tests and benchmarks: clients who wait, therapists with room, and who may meet."""

from __future__ import annotations

import random
from dataclasses import dataclass

from services.matching.domain.assignment import Arc, Panel, Problem, problem_of

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
