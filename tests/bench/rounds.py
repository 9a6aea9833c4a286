"""Measures in rounds over a suite of its own, for the benchmarks whose calls go over the wire."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence

from deploy.local.places import Root
from deploy.local.suite import Suite
from tests.bench import figures
from tests.bench.practice import Practice

CALLS = 60
"""Calls a round, unless told otherwise."""

Note = Callable[[str, float, str], None]
"""Takes a figure: name, value, unit."""

Round = Callable[[Practice, Note, int], Coroutine[None, None, None]]
"""Measures once with so many calls."""


def measure_in_rounds(
    arguments: Sequence[str], name: str, purpose: str | None, begin: Callable[[Practice], Coroutine[None, None, Round]]
) -> int:
    """Start a suite, let *begin* fill a practice, measure, and add the figures to `.local/bench.json`."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=purpose)
    parser.add_argument("--calls", type=int, default=CALLS, help="calls a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; figures are medians over them")
    options = parser.parse_args(arguments)
    print(f"load average at the start: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores", flush=True)
    found: dict[str, tuple[list[float], str]] = {}

    def note(figure: str, value: float, unit: str) -> None:
        found.setdefault(figure, ([], unit))[0].append(value)
        print(f"    {figure:<32} {value:>10.2f} {unit}", flush=True)

    suite = Suite(Root("bench"), extra_env={"KEPT_LOG_LEVEL": "warning", "KEPT_RATE_LIMITS": "off"})
    suite.stack.remove()
    with suite:
        practice = Practice(suite)
        asyncio.run(practice.settle_in())
        measure = asyncio.run(begin(practice))
        for _ in range(options.rounds):
            asyncio.run(measure(practice, note, options.calls))
    figures.merge(found)
    return 0
