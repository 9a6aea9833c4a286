"""Solves a batch from inputs that can be stored, so that anybody can solve it again."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from services.matching.domain.assignment import APART, Assignment, Panel, Points, Problem, Solver, arrange, assign
from services.matching.domain.needs import WEEKLY_MIN
from services.matching.domain.profiles import TherapistProfile
from services.matching.domain.solvers import best_solver, stable

CLIENTS_MAX = 10_000
"""Clients of one batch; measured up to here with 2,000 therapists."""


class Policy(IntEnum):
    """How a batch is solved; numbers are the contract's."""

    FLOW = 1
    STABLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """All a batch is solved from: ids, limits and points; nothing anybody asked for."""

    priorities: Mapping[str, int]
    weekly_min: Sequence[int]
    """Shape: P clients. Minutes a week each takes."""
    panels: Mapping[str, Panel]
    minutes_left: Sequence[int]
    """Shape: T therapists. Minutes a week each has left; -1 when hours do not limit."""
    points: Points
    fenced: tuple[tuple[str, str], ...]
    """Pairs of these clients who must not have one therapist."""
    load_weight: int
    seed: str
    policy: Policy = Policy.FLOW

    def to_bytes(self) -> bytes:
        """Write the inputs, small: a batch's points are mostly the same few numbers."""
        head = {
            "priorities": dict(self.priorities),
            "weekly_min": list(self.weekly_min),
            "panels": {who: [each.caseload, each.capacity] for who, each in self.panels.items()},
            "minutes_left": list(self.minutes_left),
            "fenced": [list(pair) for pair in self.fenced],
            "load_weight": self.load_weight,
            "seed": self.seed,
            "policy": int(self.policy),
        }
        text = json.dumps(head).encode()
        return zlib.compress(len(text).to_bytes(8, "big") + text + self.points.astype("<i2").tobytes(), 1)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Inputs:
        """Read stored inputs."""
        raw = zlib.decompress(stored)
        end = 8 + int.from_bytes(raw[:8], "big")
        head = json.loads(raw[8:end])
        shape = len(head["priorities"]), len(head["panels"])
        return cls(
            priorities=head["priorities"],
            weekly_min=head["weekly_min"],
            panels={who: Panel(*each) for who, each in head["panels"].items()},
            minutes_left=head["minutes_left"],
            points=np.frombuffer(raw[end:], dtype="<i2").reshape(shape).astype(np.int16),
            fenced=tuple((one, other) for one, other in head["fenced"]),
            load_weight=head["load_weight"],
            seed=head["seed"],
            policy=Policy(head["policy"]),
        )

    def rest(
        self,
        clients: Collection[str],
        taken: Mapping[str, Collection[str]],
        refused: Collection[tuple[str, str]],
    ) -> Inputs:
        """
        Return the inputs of those who still wait, with the places and minutes that others keep taken.

        Args:
            clients: Who waits.
            taken: Clients each therapist was given and keeps, or is asked about.
            refused: (client, therapist) that will not be proposed again.
        """
        rows = [at for at, client in enumerate(self.priorities) if client in clients]
        left = [client for client in self.priorities if client in clients]
        minutes = dict(zip(self.priorities, self.weekly_min, strict=True))
        points = self.points[rows].copy()
        row_of, column_of = ({who: at for at, who in enumerate(each)} for each in (left, self.panels))
        for client, therapist in refused:
            if client in row_of and therapist in column_of:
                points[row_of[client], column_of[therapist]] = APART
        for one, other in (*self.fenced, *((other, one) for one, other in self.fenced)):
            for therapist, theirs in taken.items():
                if one in row_of and other in theirs and therapist in column_of:
                    points[row_of[one], column_of[therapist]] = APART
        return replace(
            self,
            priorities={client: self.priorities[client] for client in left},
            weekly_min=[minutes[client] for client in left],
            panels={
                who: replace(panel, caseload=panel.caseload + len(taken.get(who, ())))
                for who, panel in self.panels.items()
            },
            minutes_left=[
                had if had < 0 else max(0, had - sum(minutes.get(each, WEEKLY_MIN) for each in taken.get(who, ())))
                for had, who in zip(self.minutes_left, self.panels, strict=True)
            ],
            points=points,
        )

    def at_least(self, caseloads: Mapping[str, int]) -> Inputs:
        """Return the inputs with the caseloads there are now, where they have grown; who has left has no place."""
        panels = {
            who: replace(panel, caseload=max(panel.caseload, caseloads.get(who, panel.capacity)))
            for who, panel in self.panels.items()
        }
        return replace(self, panels=panels)


def panel_of(profile: TherapistProfile) -> tuple[Panel, int]:
    """Return a therapist's panel, and the minutes a week they have left; -1 when hours do not limit."""
    minutes = max(0, profile.panel_min - profile.caseload_min) if profile.panel_min else -1
    return Panel(profile.caseload, profile.capacity), minutes


def solve(inputs: Inputs, solver: Solver | None = None) -> Assignment:
    """
    Solve a batch; the same inputs give the same answer.

    Two things are no part of the network: clients who take different minutes a week, and clients who must not have one
    therapist. Where a solution breaks one, the place or the pair is taken away and the batch is solved again; each
    round takes something away, so it ends, and nothing broken is ever given out.

    Args:
        solver: Of the flow policy; the best there is by default.
    """
    how = stable if inputs.policy is Policy.STABLE else solver or best_solver()
    problem = arrange(inputs.priorities, inputs.panels, inputs.points, load_weight=inputs.load_weight, seed=inputs.seed)
    minutes = dict(zip(inputs.priorities, inputs.weekly_min, strict=True))
    left = dict(zip(inputs.panels, inputs.minutes_left, strict=True))
    problem = _within_hours(problem, left)
    while True:
        found = assign(problem, how)
        mended = _mended(problem, found, minutes, left, inputs.fenced)
        if mended is None:
            return found
        problem = mended


def _within_hours(problem: Problem, left: Mapping[str, int]) -> Problem:
    """Give nobody more places than there are hours of usual length."""
    costs = tuple(
        own if left[who] < 0 else own[: left[who] // WEEKLY_MIN + (left[who] % WEEKLY_MIN > 0)]
        for who, own in zip(problem.therapists, problem.costs, strict=True)
    )
    return replace(problem, costs=costs)


def _mended(
    problem: Problem,
    found: Assignment,
    minutes: Mapping[str, int],
    left: Mapping[str, int],
    fenced: Sequence[tuple[str, str]],
) -> Problem | None:
    """Return the problem without what the solution breaks; None when it breaks nothing."""
    given: dict[str, list[str]] = defaultdict(list)
    for client, therapist in found.pairs.items():
        given[therapist].append(client)
    costs = list(problem.costs)
    for at, who in enumerate(problem.therapists):
        taken = sum(minutes[each] for each in given[who])
        if left[who] >= 0 and taken > left[who]:
            costs[at] = costs[at][: len(given[who]) - 1]
    place = {client: at for at, client in enumerate(problem.clients)}
    column = {who: at for at, who in enumerate(problem.therapists)}
    points = problem.points
    for pair in fenced:
        if pair[0] in found.pairs and found.pairs[pair[0]] == found.pairs.get(pair[1]):
            points = points.copy() if points is problem.points else points
            weaker = max(pair, key=lambda each: (-problem.priorities[place[each]], place[each]))
            points[place[weaker], column[found.pairs[weaker]]] = APART
    if points is problem.points and tuple(costs) == problem.costs:
        return None
    return replace(problem, costs=tuple(costs), points=points)
