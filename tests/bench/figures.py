"""Keeps figures as median with low and high, and adds them to .local/bench.json."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.places import LOCAL

PATH = LOCAL / "bench.json"


def merge(figures: Mapping[str, tuple[Sequence[float], str]], path: Path = PATH) -> dict[str, dict[str, object]]:
    """Write median, low, high and unit of each figure beside the figures of other benchmarks."""
    stored: dict[str, dict[str, object]] = json.loads(path.read_text()) if path.exists() else {}
    for name, (values, unit) in figures.items():
        stored[name] = {
            "value": round(statistics.median(values), 3),
            "unit": unit,
            "low": round(min(values), 3),
            "high": round(max(values), 3),
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(stored, indent=2, sort_keys=True) + "\n")
    return stored
