"""Solves a batch: by network flow, by augmenting paths, or so that no pair would swap."""

from __future__ import annotations

import heapq
import importlib.util

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.assignment import Pairs, Problem, Solver
from services.matching.domain.pricing import missing_arcs

UNREACHED = 1 << 62

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
        O(P * T^2) steps at worst, and usually far fewer: paths are short.
    """
    gains: list[dict[int, int]] = [{} for _ in problem.clients]
    clients, therapists = np.nonzero(problem.points >= 0)
    worth = problem.weights()[clients] + problem.points[clients, therapists]
    for client, therapist, gain in zip(clients.tolist(), therapists.tolist(), worth.tolist(), strict=True):
        gains[client][therapist] = gain
    holders: list[dict[int, None]] = [{} for _ in problem.therapists]
    holds: dict[int, int] = {}
    for client in range(len(problem.clients)):
        _insert(client, gains, holders, holds, problem)
    return list(holds.items())


def _insert(
    client: int,
    gains: list[dict[int, int]],
    holders: list[dict[int, None]],
    holds: dict[int, int],
    problem: Problem,
) -> None:
    """Give one more client the place that raises the whole most, moving others where that pays."""
    distance = {therapist: -gain for therapist, gain in gains[client].items()}
    mover = dict.fromkeys(distance, client)
    source: dict[int, int] = {}
    waiting = sorted(distance, key=distance.__getitem__)
    is_waiting = set(waiting)
    while waiting:
        therapist = waiting.pop(0)
        is_waiting.discard(therapist)
        for other in holders[therapist]:
            left = distance[therapist] + gains[other][therapist]
            for target, gain in gains[other].items():
                if target != therapist and left - gain < distance.get(target, UNREACHED):
                    distance[target], mover[target], source[target] = left - gain, other, therapist
                    if target not in is_waiting:
                        waiting.append(target)
                        is_waiting.add(target)
    best, end, leaver = 0, -1, -1
    for therapist, cost in sorted(distance.items()):
        taken, costs = len(holders[therapist]), problem.costs[therapist]
        if taken < len(costs) and cost + costs[taken] < best:
            best, end, leaver = cost + costs[taken], therapist, -1
        for other in holders[therapist]:
            if cost + gains[other][therapist] < best:
                best, end, leaver = cost + gains[other][therapist], therapist, other
    if end < 0:
        return
    if leaver >= 0:
        del holders[end][leaver], holds[leaver]
    while True:
        moved = mover[end]
        if moved == client:
            holders[end][client], holds[client] = None, end
            return
        origin = source[end]
        del holders[origin][moved]
        holders[end][moved], holds[moved] = None, end
        end = origin


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
