"""Solves a batch: by network flow, by augmenting paths, or so that no pair would swap."""

from __future__ import annotations

import heapq
import importlib.util

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.assignment import Pairs, Problem, Solver
from services.matching.domain.pricing import missing_arcs

FAR, NEAR = np.int64(1) << 60, np.int64(1) << 59
"""Stands for what can't be reached, and what lies nearer can; sums of a few of them still fit."""

WHOLE_ARCS = 300_000
"""Pairs up to which a batch goes to the flow whole; of a larger one it sees a part, until that is proven enough."""

SHORTLIST = 40
"""Therapists a client of a large batch is compared with at first, the best; pricing brings back who is missing."""

Arcs = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Places of clients and therapists, one after the other client; therapists rise within a client."""


def best_solver() -> Solver:
    """Return the network flow where OR-Tools is installed, and augmenting paths elsewhere; both are optimal."""
    return by_flow if importlib.util.find_spec("ortools") else by_paths


def by_flow(problem: Problem, *, whole: int = WHOLE_ARCS, shortlist: int = SHORTLIST) -> Pairs:
    """
    Solve by minimum-cost flow: client to therapist to one arc a place, and past everybody at no cost.

    A large batch is solved on each client's best therapists first. The prices of that solution tell which other pairs
    could better it; they are added and it is solved again, until no pair could: that is the optimum of the whole.

    Cost:
        Figures: `make bench`, match_batch_*. OR-Tools is imported here: an idle process never loads it.

    Source:
        Column generation with reduced costs: Ahuja, Magnanti, Orlin (1993), Network Flows, chapters 9 and 17. Held by
        tests/property/matching/test_assignment.py, with shortlists of one.
    """
    may_meet = problem.points >= 0
    if int(np.count_nonzero(may_meet)) <= whole:
        return _flow(problem, *np.nonzero(may_meet))
    best = np.argpartition(-problem.points, min(shortlist, problem.points.shape[1] - 1), axis=1)[:, :shortlist]
    is_used = np.zeros_like(may_meet)
    np.put_along_axis(is_used, best, values=True, axis=1)
    is_used &= may_meet
    while True:
        pairs = _flow(problem, *np.nonzero(is_used))
        found = missing_arcs(problem, pairs, is_used)
        if found is None:
            return pairs
        is_used[found] = True


def _flow(problem: Problem, clients: NDArray[np.int64], therapists: NDArray[np.int64]) -> Pairs:
    """Solve on some of the pairs."""
    from ortools.graph.python import min_cost_flow

    served = len(problem.clients)
    sink = served + len(problem.therapists)
    costs = -(problem.weights()[clients] + problem.points[clients, therapists])
    place_from = np.repeat(
        np.arange(len(problem.costs), dtype=np.int64) + served, [len(each) for each in problem.costs]
    )
    place_costs = np.array([cost for costs in problem.costs for cost in costs], dtype=np.int64)
    everybody = np.arange(served, dtype=np.int64)

    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(clients, therapists + served, np.ones_like(costs), costs)
    flow.add_arcs_with_capacity_and_unit_cost(
        place_from, np.full_like(place_from, sink), np.ones_like(place_from), place_costs
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        everybody, np.full_like(everybody, sink), np.ones_like(everybody), np.zeros_like(everybody)
    )
    flow.set_nodes_supplies(np.append(everybody, sink), np.append(np.ones_like(everybody), -served))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow ended as {status}: a problem of this shape always has an optimum")
    taken = np.flatnonzero(flow.flows(arcs))
    return list(zip(clients[taken].tolist(), therapists[taken].tolist(), strict=True))


def by_paths(problem: Problem) -> Pairs:
    """
    Solve by shortest augmenting paths, one client after another, without OR-Tools.

    Inserting a client along a shortest path of the residual network keeps what is placed optimal for those inserted so
    far, whatever their order. Nodes are therapists; going from one to another moves the client for whom that costs
    least, and a place may be given up by a client who then goes unserved.

    Cost:
        O(P * T^2) steps for each round of a search, of which there are few. Figures: match_batch_*_fallback_s.
    """
    board = _Board(problem)
    for client in range(len(problem.clients)):
        board.insert(client)
    return [(client, therapist) for therapist, own in enumerate(board.holders) for client in own]


class _Board:
    """Who holds which therapist's places, and what moving them costs."""

    def __init__(self, problem: Problem) -> None:
        staff = len(problem.therapists)
        worth = problem.weights()[:, None] + problem.points
        self._gain = np.where(problem.points >= 0, worth, -FAR)
        self._costs = problem.costs
        self.holders: list[list[int]] = [[] for _ in range(staff)]
        self._move = np.full((staff, staff), FAR)
        """What the cheapest move from one therapist (row) to another (column) costs."""
        self._mover = np.zeros((staff, staff), dtype=np.int64)
        self._give_up = np.full(staff, FAR)
        """What is lost when the least worthy client of a therapist goes unserved."""
        self._next = np.array([costs[0] if costs else FAR for costs in self._costs], dtype=np.int64)

    def insert(self, client: int) -> None:
        """Give one more client the place that raises the whole most, moving others where that pays."""
        distance, source = -self._gain[client], np.full(len(self.holders), -1)
        while True:
            reached = distance[:, None] + self._move
            origin = reached.argmin(axis=0) if len(reached) else source
            found = reached[origin, np.arange(len(origin))]
            is_nearer = (found < distance) & (found < NEAR)
            if not is_nearer.any():
                break
            distance[is_nearer], source[is_nearer] = found[is_nearer], origin[is_nearer]
        ends = distance + np.minimum(self._next, self._give_up)
        if not len(ends) or ends.min() >= 0:
            return
        end = int(ends.argmin())
        changed = {end}
        if self._give_up[end] < self._next[end]:
            self.holders[end].remove(min(self.holders[end], key=lambda each: (self._gain[each, end], each)))
        while source[end] >= 0:
            start = int(source[end])
            moved = int(self._mover[start, end])
            self.holders[start].remove(moved)
            self.holders[end].append(moved)
            end = start
            changed.add(end)
        self.holders[end].append(client)
        for therapist in changed:
            self._look_again(therapist)

    def _look_again(self, therapist: int) -> None:
        """Work out anew what a therapist's clients cost to move, and what the next place costs."""
        own, taken = self.holders[therapist], len(self.holders[therapist])
        costs = self._costs[therapist]
        self._next[therapist] = costs[taken] if taken < len(costs) else FAR
        if own:
            moves = self._gain[own, therapist][:, None] - self._gain[own]
            best = moves.argmin(axis=0)
            self._mover[therapist] = np.array(own)[best]
            self._move[therapist] = moves[best, np.arange(len(best))]
            self._give_up[therapist] = self._gain[own, therapist].min()
        else:
            self._move[therapist], self._give_up[therapist] = FAR, FAR


def stable(problem: Problem) -> Pairs:
    """
    Match so that no client and therapist would both rather have each other.

    Deferred acceptance, clients proposing: therapists prefer the urgent, then the better fit; equals go by the
    problem's order. Fit alone counts; the load does not.

    Source:
        Gale, Shapley (1962), College Admissions and the Stability of Marriage, American Mathematical Monthly 69(1).
    """
    wishes: list[list[tuple[int, int]]] = []
    for row in problem.points.tolist():
        own = sorted((-score, therapist) for therapist, score in enumerate(row) if score >= 0)
        wishes.append(own[::-1])
    panels: list[list[tuple[int, int, int]]] = [[] for _ in problem.therapists]
    free = list(range(len(problem.clients)))[::-1]
    while free:
        client = free.pop()
        while wishes[client]:
            lost, therapist = wishes[client].pop()
            rank = (problem.priorities[client], -lost, -client)
            if len(panels[therapist]) < len(problem.costs[therapist]):
                heapq.heappush(panels[therapist], rank)
                break
            if panels[therapist] and rank > panels[therapist][0]:
                free.append(-heapq.heapreplace(panels[therapist], rank)[2])
                break
    return [(-who, therapist) for therapist, panel in enumerate(panels) for _, _, who in panel]
