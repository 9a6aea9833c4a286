"""Proves a batch solved on some of its pairs, or names the pairs that are missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.assignment import Pairs, Problem

FAR = np.int64(1) << 60

ADDED = 20
"""Pairs a client gets back in one round at most: those that promise most."""

ROWS = 256
"""Clients priced at once: the differences of all of them with all therapists stay within some megabytes."""


def missing_arcs(
    problem: Problem, pairs: Pairs, is_used: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """
    Return pairs left out so far that could better the solution; None when it is the optimum of the whole.

    A solution is optimal when every arc of the network costs no less than the difference of its ends' potentials. The
    used ones do: potentials are shortest distances in the residual network. So only those left out are looked at.

    Args:
        pairs: An optimal solution on the used pairs.
        is_used: Shape: clients by therapists.
    """
    client_potential, therapist_potential = _potentials(problem, pairs, is_used)
    slack = problem.weights() - client_potential
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    for start in range(0, len(problem.clients), ROWS):
        points = problem.points[start : start + ROWS]
        gain = points + slack[start : start + ROWS, None] + therapist_potential[None, :]
        gain[(points < 0) | is_used[start : start + ROWS]] = 0
        best = np.argpartition(-gain, min(ADDED, gain.shape[1] - 1), axis=1)[:, :ADDED]
        found, at = np.nonzero(np.take_along_axis(gain, best, axis=1) > 0)
        rows.append(found + start)
        columns.append(best[found, at])
    if not any(each.size for each in rows):
        return None
    return np.concatenate(rows), np.concatenate(columns)


def _potentials(
    problem: Problem, pairs: Pairs, is_used: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Return the potentials of clients and therapists: shortest distances in the residual network, from all at once.

    The network of an optimal solution has no negative circle, so that this ends.
    """
    count, staff = len(problem.clients), len(problem.therapists)
    by_therapist, clients = np.nonzero(is_used.T)
    costs = -(problem.weights()[clients] + problem.points[clients, by_therapist])
    starts = np.searchsorted(by_therapist, np.arange(staff))
    has_arcs = starts < np.append(starts[1:], len(by_therapist))
    given, taken = (np.array([each[at] for each in pairs], dtype=np.int64) for at in (0, 1))
    given_costs = -(problem.weights()[given] + problem.points[given, taken])
    load = np.bincount(taken, minlength=staff)
    next_cost = np.array([each[n] if n < len(each) else FAR for each, n in zip(problem.costs, load, strict=True)])
    last_cost = np.array([each[n - 1] if n else -FAR for each, n in zip(problem.costs, load, strict=True)])
    is_passed_by = np.ones(count, dtype=np.bool_)
    is_passed_by[given] = False

    client, therapist, sink = np.zeros(count, np.int64), np.zeros(staff, np.int64), np.int64(0)
    while True:
        before = client.copy(), therapist.copy(), sink
        if len(clients):
            reached = np.minimum.reduceat(client[clients] + costs, starts[has_arcs])
            therapist[has_arcs] = np.minimum(therapist[has_arcs], reached)
        therapist = np.minimum(therapist, sink - last_cost)
        client[given] = np.minimum(client[given], therapist[taken] - given_costs)
        client[is_passed_by] = np.minimum(client[is_passed_by], sink)
        sink = min(sink, np.min(therapist + next_cost, initial=sink), np.min(client[given], initial=sink))
        if sink == before[2] and np.array_equal(client, before[0]) and np.array_equal(therapist, before[1]):
            return client, therapist
