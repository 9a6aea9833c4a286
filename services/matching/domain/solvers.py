"""Solves a batch: by network flow, by augmenting paths, or so that no pair would swap."""

from __future__ import annotations

import heapq
import importlib.util
from collections import defaultdict

from services.matching.domain.assignment import Problem, Solver

Pairs = list[tuple[int, int, int]]

UNREACHED = 1 << 62


def best_solver() -> Solver:
    """Return the network flow where OR-Tools is installed, and augmenting paths elsewhere; both are optimal."""
    return by_flow if importlib.util.find_spec("ortools") else by_paths


def by_flow(problem: Problem) -> Pairs:
    """
    Solve by minimum-cost flow: client to therapist to one arc a place, and past everybody at no cost.

    Cost:
        Figures: `make bench`, match_batch_*. OR-Tools is imported here: an idle process never loads it.
    """
    import numpy as np
    from ortools.graph.python import min_cost_flow

    arcs = np.array(problem.arcs, dtype=np.int64).reshape(-1, 3)
    served = len(problem.clients)
    sink = served + len(problem.therapists)
    weights = np.array([problem.weight(client) for client in range(served)], dtype=np.int64)
    places = [(served + at, cost) for at, costs in enumerate(problem.costs) for cost in costs]
    place_from = np.array([each for each, _ in places], dtype=np.int64)
    place_costs = np.array([cost for _, cost in places], dtype=np.int64)
    everybody = np.arange(served, dtype=np.int64)

    flow = min_cost_flow.SimpleMinCostFlow()
    costs = -(weights[arcs[:, 0]] + arcs[:, 2])
    pairs = flow.add_arcs_with_capacity_and_unit_cost(arcs[:, 0], arcs[:, 1] + served, np.ones_like(costs), costs)
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
    taken = np.flatnonzero(flow.flows(pairs))
    return [problem.arcs[at] for at in taken]


def by_paths(problem: Problem) -> Pairs:
    """
    Solve by shortest augmenting paths, one client after another; the standard library is enough.

    Inserting a client along a shortest path of the residual network keeps what is placed optimal for those inserted so
    far, whatever their order. Nodes are therapists; going from one to another moves the client for whom that costs
    least, and a place may be given up by a client who then goes unserved.

    Cost:
        O(P * T^2) steps at worst, and usually far fewer: paths are short.
    """
    gains: list[dict[int, int]] = [{} for _ in problem.clients]
    for client, therapist, score in problem.arcs:
        gains[client][therapist] = problem.weight(client) + score
    holders: list[dict[int, None]] = [{} for _ in problem.therapists]
    holds: dict[int, int] = {}
    for client in range(len(problem.clients)):
        _insert(client, gains, holders, holds, problem)
    step = problem.weight
    return [(client, therapist, gains[client][therapist] - step(client)) for client, therapist in holds.items()]


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
    wishes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for client, therapist, score in problem.arcs:
        wishes[client].append((-score, therapist))
    for each in wishes.values():
        each.sort(reverse=True)
    panels: list[list[tuple[int, int, int]]] = [[] for _ in problem.therapists]
    free = sorted(wishes, reverse=True)
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
    return [(-who, therapist, score) for therapist, panel in enumerate(panels) for _, score, who in panel]
