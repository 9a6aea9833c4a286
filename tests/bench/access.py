"""Measures decisions: `python -m tests.bench.access`, microseconds each, by whether they were remembered."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from time import perf_counter_ns

from services.chassis.access import Decider
from services.chassis.config import ProcessConfig
from services.chassis.context import Actor
from tests.bench import figures

PRACTICE = "0192f000-0000-7000-8000-000000000001"


def measure(note: Callable[[str, float, str], None], *, count: int = 2000) -> None:
    """Note the median of a decision Cedar is asked for, and of one that is remembered."""
    decider = Decider.read(ProcessConfig(service="bench", instance="bench").policies)
    actor = Actor("user:amara", "user", PRACTICE, frozenset({"therapist"}), via="gateway")

    def once() -> float:
        begin = perf_counter_ns()
        decider.decide(
            actor, "appointment.read", "schedule", frozenset({"care_team"}), is_same_practice=True, is_read=True
        )
        return (perf_counter_ns() - begin) / 1000

    asked = []
    for _ in range(count):
        decider.forget()
        asked.append(once())
    once()
    note("access_decision_us", statistics.median(once() for _ in range(count)), "us")
    note("access_decision_uncached_us", statistics.median(asked), "us")


def main(arguments: Sequence[str]) -> int:
    """Measure a few rounds and add them to .local/bench.json."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.access", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds; figures are medians over them")
    found: dict[str, tuple[list[float], str]] = {}

    def note(name: str, value: float, unit: str) -> None:
        found.setdefault(name, ([], unit))[0].append(value)

    for _ in range(parser.parse_args(arguments).rounds):
        measure(note)
    for name, row in figures.merge(found).items():
        if name in found:
            print(f"{name:<30} {row['value']:>10} {row['low']:>10} {row['high']:>10}  {row['unit']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
