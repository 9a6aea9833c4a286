"""Says how evenly work is spread: Gini, Jain, and who got nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Is how evenly clients are spread over therapists who had room."""

    gini_ratio: float
    jain_ratio: float
    idle_therapist_ids: tuple[str, ...]
    most: int


def load_report(clients_given: Mapping[str, int]) -> LoadReport:
    """Report on clients given to each therapist; a therapist without any counts with 0."""
    counts = list(clients_given.values())
    idle = tuple(sorted(each for each, count in clients_given.items() if count == 0))
    return LoadReport(gini(counts), jain(counts), idle, max(counts, default=0))


def gini(counts: Sequence[int]) -> float:
    """Return 0 when all have the same, and near 1 when one has everything; 0 for nobody and for nothing."""
    total = sum(counts)
    if not total:
        return 0.0
    weighted = sum(place * count for place, count in enumerate(sorted(counts), start=1))
    return 2 * weighted / (len(counts) * total) - (len(counts) + 1) / len(counts)


def jain(counts: Sequence[int]) -> float:
    """Return 1 when all have the same, and 1/n when one has everything; 1 for nobody and for nothing."""
    squares = sum(count * count for count in counts)
    return sum(counts) ** 2 / (len(counts) * squares) if squares else 1.0
