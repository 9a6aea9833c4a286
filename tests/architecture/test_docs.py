"""Decision records and room captions are there and complete."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEADINGS = ["## Context", "## Decision", "## Alternatives, and why not", "## Consequences", "## Compliance"]
SERVICES = ("booking", "availability", "notifications", "matching", "audit", "gateway")
FORBIDDEN = {
    "utils", "helpers", "common", "misc", "base", "manager", "handler", "impl", "core", "types",
}  # fmt: skip
MODULES = [
    path for path in [*ROOT.glob("services/**/*.py"), *ROOT.glob("deploy/**/*.py")] if "__pycache__" not in path.parts
]


@pytest.mark.parametrize("page", sorted((ROOT / "docs/adr").glob("*.md")), ids=lambda page: page.stem)
def test_a_decision_record_says_what_would_break_it(page: Path) -> None:
    """Every record has the five headings in order, and something under each."""
    text = page.read_text(encoding="utf-8")

    positions = [text.find(heading) for heading in HEADINGS]

    assert sorted(positions) == positions
    assert -1 not in positions
    assert text.rstrip().splitlines()[-1] != HEADINGS[-1]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_says_what_it_is(service: str) -> None:
    """Each service has a README of its own."""
    assert (ROOT / "services" / service / "README.md").stat().st_size > 500


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_has_a_caption_and_a_telling_name(path: Path) -> None:
    """Each module opens with one line of at most 90 characters that ends with a full stop."""
    caption = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""

    first = caption.splitlines()[0] if caption else ""

    assert first.endswith(".")
    assert len(first) <= 90
    assert path.stem not in FORBIDDEN


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_stays_small(path: Path) -> None:
    """No module passes 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_every_test_module_is_found() -> None:
    """Two of one name in folders that are no packages hide each other: pytest stops before the first test."""
    modules = [path for path in (ROOT / "tests").rglob("test_*.py") if not (path.parent / "__init__.py").exists()]
    names = Counter(path.name for path in modules)

    assert [name for name, count in names.items() if count > 1] == []
