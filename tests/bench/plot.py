"""Draws how slot search grows, from `.local/bench.json`: `python -m tests.bench.plot`, after `tests.bench.slots`."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.figures import PATH
from tests.bench.slots import THERAPISTS, WEEKS

TARGET = Path(__file__).resolve().parents[2] / "docs" / "slot-search.svg"

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP = 320, 240, 52, 44, 40, 40
"""Pixels of one panel's field, and what surrounds it."""

TICKS_MS = (1, 10, 100, 1000)
INK, GRID, LINE, LINEAR = "#222222", "#dddddd", "#1f5fa8", "#999999"

Point = tuple[int, float]
"""How many, and milliseconds."""


def main(arguments: Sequence[str]) -> int:
    """Write the plot of the figures that were measured last; say what is missing."""
    figures: Mapping[str, Mapping[str, float]] = json.loads(PATH.read_text()) if PATH.exists() else {}
    series = {
        "therapists, 4 weeks": [(each, f"slot_search_{each}_therapists_ms") for each in THERAPISTS],
        "weeks, 50 therapists": [(each, f"slot_search_{each}_weeks_ms") for each in WEEKS],
    }
    missing = [name for points in series.values() for _, name in points if name not in figures]
    if missing:
        sys.stderr.write(f"measure first, by python -m tests.bench.slots: {', '.join(missing)}\n")
        return 1
    drawn = {title: [(at, figures[name]["value"]) for at, name in points] for title, points in series.items()}
    target = Path(arguments[0]) if arguments else TARGET
    target.write_text(draw(drawn))
    sys.stdout.write(f"drawn: {target}\n")
    return 0


def draw(panels: Mapping[str, Sequence[Point]]) -> str:
    """Return an SVG with a panel for each series, both axes logarithmic, a line of linear growth beside each."""
    step = LEFT + WIDTH + GAP
    parts = [_panel(title, points, number * step + LEFT) for number, (title, points) in enumerate(panels.items())]
    width, height = step * len(panels), TOP + HEIGHT + BOTTOM
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
    told = "<title>Slot search, milliseconds: growth with therapists and with weeks</title>"
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return f'{head} font-size="11" fill="{INK}">\n{told}\n{ground}\n' + "\n".join(parts) + "\n</svg>\n"


def _panel(title: str, points: Sequence[Point], left: int) -> str:
    first, last = points[0][0], points[-1][0]

    def x(value: float) -> float:
        return left + WIDTH * math.log(value / first) / math.log(last / first)

    def y(value: float) -> float:
        share = math.log(max(value, TICKS_MS[0]) / TICKS_MS[0]) / math.log(TICKS_MS[-1] / TICKS_MS[0])
        return TOP + HEIGHT * (1 - min(share, 1))

    drawn = [f'<text x="{left}" y="{TOP - 18}" font-size="13">ms by {title}</text>']
    for tick in TICKS_MS:
        drawn.append(f'<path d="M{left} {y(tick):.1f}h{WIDTH}" stroke="{GRID}"/>')
        drawn.append(f'<text x="{left - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
    start = points[0][1]
    straight = f"M{x(first):.1f} {y(start):.1f}L{x(last):.1f} {y(start * last / first):.1f}"
    drawn.append(f'<path d="{straight}" stroke="{LINEAR}" stroke-dasharray="4 4" fill="none"/>')
    way = "L".join(f"{x(at):.1f} {y(ms):.1f}" for at, ms in points)
    drawn.append(f'<path d="M{way}" stroke="{LINE}" stroke-width="2" fill="none"/>')
    for at, ms in points:
        drawn.append(f'<circle cx="{x(at):.1f}" cy="{y(ms):.1f}" r="3.5" fill="{LINE}"/>')
        drawn.append(f'<text x="{x(at):.1f}" y="{y(ms) - 9:.1f}" text-anchor="middle">{ms:.0f}</text>')
        drawn.append(f'<text x="{x(at):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{at}</text>')
    return "\n".join(drawn)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
