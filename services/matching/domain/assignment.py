"""Gives many waiting clients to therapists at once: urgent first, then all, then best fit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.rules import LOAD_WEIGHT_MAX

SCORE_MAX = 10_000
"""Points of a perfect fit, in hundredths: a fit of 1 is 100 points."""

APART = -1
"""Stands for the points of a pair that may not meet."""

LOAD_STEPS = 5
"""
A panel is looked at in fifths: the first client costs nothing, each further fifth of the panel one load weight more.

Source: the measured variant "convex cost k" had five places a therapist; a share of the panel makes it fair to
part-timers, and gives the same costs for five places.
"""

PRIORITIES = (0, 1, 2)
"""Routine, high, urgent; urgent is said by a human, never by waiting."""

Arc = tuple[str, str, int]
"""Client, therapist who may treat them, and the fit in hundredths of a point."""

Points: TypeAlias = NDArray[np.int16]
"""Shape: clients by therapists. Hundredths of a point, 0 to 10,000; APART for a pair that may not meet."""

Pairs = list[tuple[int, int]]
"""Places of client and therapist in a problem."""


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


@dataclass(frozen=True, slots=True, eq=False)
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
    points: Points

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same problem."""
        if not isinstance(other, Problem):
            return NotImplemented
        own, theirs = ((each.clients, each.priorities, each.therapists, each.costs) for each in (self, other))
        return own == theirs and np.array_equal(self.points, other.points)

    __hash__ = None  # type: ignore[assignment]

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

    def weights(self) -> NDArray[np.int64]:
        """Return what serving each client is worth before any fit."""
        return (np.array(self.priorities, dtype=np.int64) + 1) * self.class_step

    def value(self, pairs: Pairs) -> tuple[int, int, int, int]:
        """Return what an assignment is worth: urgent, high, all served, and points less load; compared in order."""
        load = [0] * len(self.therapists)
        points = 0
        for client, therapist in pairs:
            points += int(self.points[client, therapist]) - self.costs[therapist][load[therapist]]
            load[therapist] += 1
        served = [self.priorities[client] for client, _ in pairs]
        return served.count(2), served.count(1), len(pairs), points


@dataclass(frozen=True, slots=True)
class Assignment:
    """Is who was given to whom, who was not, and what the whole is worth."""

    pairs: Mapping[str, str]
    unserved: tuple[str, ...]
    value: tuple[int, int, int, int]
    """Urgent, high and all served, and points less load in hundredths."""


Solver = Callable[[Problem], Pairs]
"""Returns the pairs of an optimal assignment."""


def arrange(
    priorities: Mapping[str, int], panels: Mapping[str, Panel], points: Points, *, load_weight: int, seed: str
) -> Problem:
    """
    Put a batch into the order in which it is solved.

    Args:
        priorities: Shape: P clients. 0 routine, 1 high, 2 urgent.
        panels: Shape: T therapists.
        points: Shape: P x T, in the order of the two.
        load_weight: Points per fifth of a panel, 0 to 20; 0 looks at the fit alone.
        seed: Any text; decides between assignments of equal worth.

    Raises:
        ValueError: A number is out of range, or the shapes differ.
    """
    if not 0 <= load_weight <= LOAD_WEIGHT_MAX:
        raise ValueError("the load weight lies outside 0 to 20")
    if not set(priorities.values()) <= set(PRIORITIES):
        raise ValueError("a priority is 0, 1 or 2")
    if points.shape != (len(priorities), len(panels)):
        raise ValueError("points are clients by therapists")
    if points.size and not (int(points.min()) >= APART and int(points.max()) <= SCORE_MAX):
        raise ValueError("points lie outside 0 to 10,000")
    given = list(priorities), list(panels)
    rows, columns = (sorted(range(len(ids)), key=lambda at: _place(seed, ids[at])) for ids in given)
    clients, therapists = ([ids[at] for at in order] for ids, order in zip(given, (rows, columns), strict=True))
    return Problem(
        clients=tuple(clients),
        priorities=tuple(priorities[each] for each in clients),
        therapists=tuple(therapists),
        costs=tuple(tuple(panels[each].load_costs(load_weight)) for each in therapists),
        points=np.ascontiguousarray(points[rows][:, columns]),
    )


def problem_of(
    priorities: Mapping[str, int],
    panels: Mapping[str, Panel],
    arcs: Sequence[Arc],
    *,
    load_weight: int,
    seed: str,
) -> Problem:
    """Arrange a batch whose pairs are listed. Raises ValueError, for an arc of somebody unknown or told twice too."""
    client_at = {each: place for place, each in enumerate(priorities)}
    therapist_at = {each: place for place, each in enumerate(panels)}
    points = np.full((len(priorities), len(panels)), APART, dtype=np.int16)
    for client, therapist, score in arcs:
        if client not in client_at or therapist not in therapist_at:
            raise ValueError("an arc names somebody who is not there")
        place = client_at[client], therapist_at[therapist]
        if points[place] != APART:
            raise ValueError("an arc comes twice")
        if not 0 <= score <= SCORE_MAX:
            raise ValueError("points lie outside 0 to 10,000")
        points[place] = score
    return arrange(priorities, panels, points, load_weight=load_weight, seed=seed)


def assign(problem: Problem, solver: Solver) -> Assignment:
    """Solve, and name who was served by whom."""
    pairs = sorted(solver(problem))
    served = {client for client, _ in pairs}
    return Assignment(
        pairs={problem.clients[client]: problem.therapists[therapist] for client, therapist in pairs},
        unserved=tuple(each for place, each in enumerate(problem.clients) if place not in served),
        value=problem.value(pairs),
    )


def _place(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}|{name}".encode()).digest()
