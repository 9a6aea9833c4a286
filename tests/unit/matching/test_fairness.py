"""Fair caseloads: figures of evenness, and what the load weight buys on a practice with room to spare."""

from __future__ import annotations

from collections import Counter

import pytest

from services.matching.domain.assignment import assign
from services.matching.domain.fairness import gini, jain, load_report
from services.matching.domain.solvers import best_solver
from tests.support.batches import batch_of


def test_evenness_is_measured_as_the_books_do() -> None:
    """One of four has everything: Gini 0.75, Jain 0.25. All have the same: 0 and 1."""
    assert gini([0, 0, 0, 20]) == pytest.approx(0.75)
    assert jain([0, 0, 0, 20]) == pytest.approx(0.25)
    assert gini([3, 3, 3]) == pytest.approx(0.0)
    assert jain([3, 3, 3]) == pytest.approx(1.0)
    assert (gini([]), jain([0, 0])) == (0.0, 1.0)


def test_the_load_weight_leaves_nobody_idle_at_little_cost() -> None:
    """600 clients, 200 therapists, weight 10: Gini at most 0.12, nobody idle, at least 97 % of the best mean fit."""
    batch = batch_of(clients=600, therapists=200, capacity=5, seed=7)
    fits = {(client, therapist): score for client, therapist, score in batch.arcs}
    best, fair = (assign(batch.problem(load_weight=weight), best_solver()).pairs for weight in (0, 10))

    report = load_report({each: Counter(fair.values())[each] for each in batch.panels})
    mean_best, mean_fair = (sum(fits[pair] for pair in each.items()) / len(each) for each in (best, fair))

    assert len(best) == len(fair) == 600
    assert report.gini_ratio <= 0.12
    assert report.idle_therapist_ids == ()
    assert mean_fair >= 0.97 * mean_best
