"""Measures batches of waiting clients, each in its own process; writes .local/bench.json."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from services.matching.domain.assignment import Solver, assign, problem_of, shortlist
from services.matching.domain.solvers import best_solver, by_paths
from tests.bench import figures
from tests.support.batches import batch_of

SIZES = ((1_000, 200), (10_000, 2_000))
WHOLE_PAIRS = 1_000_000
"""Pairs of clients and therapists up to which a batch is solved whole; a larger one by shortlists."""

Note = Callable[[str, float, str], None]


def measure(note: Note, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
    """Measure each size in a fresh process, so that one's memory is not another's."""
    for clients, therapists in sizes:
        command = [sys.executable, "-m", "tests.bench.matching", "--one", str(clients), str(therapists)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        name = f"match_batch_{clients}x{therapists}"
        note(f"{name}_s", found["seconds"], "s")
        note(f"{name}_mb", found["peak_mb"], "MB")
        note(f"{name}_served", found["served"], "clients")
        if clients * therapists <= WHOLE_PAIRS:
            alone = json.loads(subprocess.run([*command, "--fallback"], check=True, capture_output=True).stdout)
            note(f"{name}_fallback_s", alone["seconds"], "s")


def one(clients: int, therapists: int, solver: Solver) -> dict[str, float]:
    """Order and solve one batch of five places a therapist; making it up is not counted in the time."""
    batch = batch_of(clients=clients, therapists=therapists, capacity=5, seed=7)
    started = time.perf_counter()
    is_whole = clients * therapists <= WHOLE_PAIRS
    arcs = batch.arcs if is_whole else shortlist(batch.arcs, batch.priorities)
    problem = problem_of(batch.priorities, batch.panels, arcs, load_weight=5, seed="bench")
    found = assign(problem, solver)
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mb": peak_mb, "served": float(found.value[2])}


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
        print(f"    {name:<32} {value:>10.3f} {unit}", flush=True)

    for _ in range(options.rounds):
        measure(note, SIZES[:1] if options.small else SIZES)
    figures.merge(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
