"""Measures matching one client and batches of many, each in its own process; writes .local/bench.json."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from services.matching.domain.assignment import Solver, arrange, assign
from services.matching.domain.batch import panel_of
from services.matching.domain.edges import points_of
from services.matching.domain.ranking import rank
from services.matching.domain.solvers import best_solver, by_paths
from tests.bench import figures
from tests.support.batches import practice_of

SIZES = ((1_000, 200), (10_000, 2_000))
FALLBACK_PAIRS = 1_000_000
"""Pairs of clients and therapists up to which the solver without OR-Tools is measured too."""

SINGLE = 200
"""Therapists a single client is compared with, and clients it is measured over."""

Note = Callable[[str, float, str], None]


def measure(note: Note, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
    """Measure each size in a fresh process, so that one's memory is not another's."""
    note("match_single_ms", single(), "ms")
    for clients, therapists in sizes:
        command = [sys.executable, "-m", "tests.bench.matching", "--one", str(clients), str(therapists)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        name = f"match_batch_{clients}x{therapists}"
        note(f"{name}_s", found["seconds"], "s")
        note(f"{name}_edges_s", found["edges_s"], "s")
        note(f"{name}_mb", found["peak_mb"], "MB")
        note(f"{name}_pairs", found["pairs"], "pairs")
        note(f"{name}_served", found["served"], "clients")
        if clients * therapists <= FALLBACK_PAIRS:
            alone = json.loads(subprocess.run([*command, "--fallback"], check=True, capture_output=True).stdout)
            note(f"{name}_fallback_s", alone["seconds"], "s")


def single() -> float:
    """Return the median milliseconds in which one client is compared with a practice; the ledger is not asked."""
    needs, people, setting, _ = practice_of(clients=SINGLE, therapists=SINGLE, capacity=5, seed=7)
    taken = []
    for need in needs:
        started = time.perf_counter()
        rank(need, people, setting)
        taken.append((time.perf_counter() - started) * 1_000)
    return statistics.median(taken)


def one(clients: int, therapists: int, solver: Solver) -> dict[str, float]:
    """
    Judge, order and solve one batch of five places a therapist.

    Making the practice up is not counted, nor is loading OR-Tools, which a server does once in its life.
    """
    needs, people, setting, urgencies = practice_of(clients=clients, therapists=therapists, capacity=5, seed=7)
    if solver is not by_paths:
        import ortools.graph.python.min_cost_flow  # noqa: F401
    started = time.perf_counter()
    points = points_of(needs, people, setting)
    judged = time.perf_counter()
    panels = {each.therapist_id: panel_of(each)[0] for each in people}
    found = assign(arrange(urgencies, panels, points, load_weight=5, seed="bench"), solver)
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": seconds,
        "edges_s": judged - started,
        "peak_mb": peak_mb,
        "pairs": float((points >= 0).sum()),
        "served": float(found.value[2]),
    }


def main(arguments: Sequence[str]) -> int:
    """Measure, and write `.local/bench.json`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds; figures are medians over them")
    parser.add_argument("--one", type=int, nargs=2, metavar=("CLIENTS", "THERAPISTS"), help="one batch, as JSON")
    parser.add_argument("--fallback", action="store_true", help="solve it without OR-Tools")
    parser.add_argument("--small", action="store_true", help="the smaller size only")
    options = parser.parse_args(arguments)
    if options.one:
        clients, therapists = options.one
        print(json.dumps(one(clients, therapists, by_paths if options.fallback else best_solver())))
        return 0
    found: dict[str, tuple[list[float], str]] = {}

    def note(name: str, value: float, unit: str) -> None:
        found.setdefault(name, ([], unit))[0].append(value)
        print(f"    {name:<36} {value:>12.3f} {unit}", flush=True)

    for _ in range(options.rounds):
        measure(note, SIZES[:1] if options.small else SIZES)
    figures.merge(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
