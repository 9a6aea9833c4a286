"""Gives many waiting clients to therapists at once: urgent first, then all, then best fit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SCORE_MAX = 10_000
"""Points of a perfect fit, in hundredths: a fit of 1 is 100 points."""

LOAD_STEPS = 5
"""
A panel is looked at in fifths: the first client costs nothing, each further fifth of the panel one load weight more.

Source: the measured variant "convex cost k" had five places a therapist; a share of the panel makes it fair to
part-timers, and gives the same costs for five places.
"""

LOAD_WEIGHT_MAX = 20
"""Points a fifth of a panel may cost at most; more would hide every difference of fit."""

SHORTLIST = 60
"""Therapists a client is compared with in a batch too large to solve whole."""

PRIORITIES = (0, 1, 2)
"""Routine, high, urgent; urgent is said by a human, never by waiting."""

Arc = tuple[str, str, int]
"""Client, therapist who may treat them, and the fit in hundredths of a point."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Is how many clients a therapist carries and can carry."""

    caseload: int
    capacity: int

    @property
    def places(self) -> int:
        """Return how many more clients there is room for."""
        return max(0, self.capacity - self.caseload)

    def load_costs(self, load_weight: int) -> list[int]:
        """Return what each further place costs, in hundredths of a point; never falling."""
        step = load_weight * 100 * LOAD_STEPS
        return [step * taken // self.capacity for taken in range(self.caseload, self.capacity)]


@dataclass(frozen=True, slots=True)
class Problem:
    """
    Is one batch, in the order in which it is solved.

    Clients and therapists stand in the order of a hash of seed and id, so that neither the order of the input nor an
    id's place in the alphabet favours anybody, and the same seed gives the same answer.
    """

    clients: tuple[str, ...]
    priorities: tuple[int, ...]
    therapists: tuple[str, ...]
    costs: tuple[tuple[int, ...], ...]
    """What each further place of a therapist costs; its length is the number of places."""
    arcs: tuple[tuple[int, int, int], ...]
    """Client, therapist, points; sorted."""

    @property
    def class_step(self) -> int:
        """
        Return what lies between two priorities, more than all points of a batch together.

        Whole classes of clients that can be served together form a transversal matroid. So the heaviest set serves as
        many urgent clients as any, then as many high, then as many at all, whatever the steps between the weights
        are; the step has to outweigh the points only.
        """
        dearest = max((costs[-1] for costs in self.costs if costs), default=0)
        return len(self.clients) * (SCORE_MAX + dearest) + 1

    def weight(self, client: int) -> int:
        """Return what serving a client is worth before any fit."""
        return (self.priorities[client] + 1) * self.class_step

    def value(self, pairs: Sequence[tuple[int, int, int]]) -> tuple[int, int, int, int]:
        """Return what an assignment is worth: urgent, high, all served, and points less load; compared in order."""
        load = [0] * len(self.therapists)
        points = 0
        for _, therapist, score in pairs:
            points += score - self.costs[therapist][load[therapist]]
            load[therapist] += 1
        served = [self.priorities[client] for client, _, _ in pairs]
        return served.count(2), served.count(1), len(pairs), points


@dataclass(frozen=True, slots=True)
class Assignment:
    """Is who was given to whom, who was not, and what the whole is worth."""

    pairs: Mapping[str, str]
    unserved: tuple[str, ...]
    value: tuple[int, int, int, int]
    """Urgent, high and all served, and points less load in hundredths."""


Solver = Callable[[Problem], list[tuple[int, int, int]]]
"""Returns the pairs of an optimal assignment, as arcs of the problem."""


def problem_of(
    priorities: Mapping[str, int],
    panels: Mapping[str, Panel],
    arcs: Sequence[Arc],
    *,
    load_weight: int,
    seed: str,
) -> Problem:
    """
    Put a batch into the order in which it is solved.

    Args:
        priorities: Shape: P clients. 0 routine, 1 high, 2 urgent.
        panels: Shape: T therapists.
        arcs: Shape: at most P x T; every pair no hard rule forbids, any order, each at most once.
        load_weight: Points per fifth of a panel, 0 to 20; 0 looks at the fit alone.
        seed: Any text; decides between assignments of equal worth.

    Raises:
        ValueError: A number is out of range, or an arc names somebody who is not there or comes twice.
    """
    if not 0 <= load_weight <= LOAD_WEIGHT_MAX:
        raise ValueError("the load weight lies outside 0 to 20")
    if not set(priorities.values()) <= set(PRIORITIES):
        raise ValueError("a priority is 0, 1 or 2")
    clients, therapists = (sorted(ids, key=lambda each: _place(seed, each)) for ids in (priorities, panels))
    client_at = {each: place for place, each in enumerate(clients)}
    therapist_at = {each: place for place, each in enumerate(therapists)}
    try:
        placed = sorted((client_at[client], therapist_at[therapist], score) for client, therapist, score in arcs)
    except KeyError as error:
        raise ValueError("an arc names somebody who is not there") from error
    if any(one[:2] == next_[:2] for one, next_ in pairwise(placed)):
        raise ValueError("an arc comes twice")
    if any(not 0 <= score <= SCORE_MAX for _, _, score in placed):
        raise ValueError("points lie outside 0 to 10,000")
    return Problem(
        clients=tuple(clients),
        priorities=tuple(priorities[each] for each in clients),
        therapists=tuple(therapists),
        costs=tuple(tuple(panels[each].load_costs(load_weight)) for each in therapists),
        arcs=tuple(placed),
    )


def shortlist(arcs: Sequence[Arc], priorities: Mapping[str, int], *, most: int = SHORTLIST) -> list[Arc]:
    """
    Keep the best arcs of each client, and all of the urgent ones, so that a large batch fits into memory.

    Danger: what is cut may hold the optimum, or a client's last free place. Only for batches too large to solve whole.
    """
    by_client: dict[str, list[Arc]] = {}
    for arc in arcs:
        by_client.setdefault(arc[0], []).append(arc)
    kept: list[Arc] = []
    for client, own in by_client.items():
        is_whole = priorities[client] == PRIORITIES[-1]
        kept += own if is_whole else sorted(own, key=lambda arc: (-arc[2], arc[1]))[:most]
    return kept


def assign(problem: Problem, solver: Solver) -> Assignment:
    """Solve, and name who was served by whom."""
    pairs = sorted(solver(problem))
    served = {client for client, _, _ in pairs}
    return Assignment(
        pairs={problem.clients[client]: problem.therapists[therapist] for client, therapist, _ in pairs},
        unserved=tuple(each for place, each in enumerate(problem.clients) if place not in served),
        value=problem.value(pairs),
    )


def _place(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}|{name}".encode()).digest()
