"""Reads the rules from their files: one SQL statement each, behind what all begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.audit.domain.rules import Rule, read_rule

FOLDER: Final = Path(__file__).parents[1] / "rules"

BEGINNING: Final = "seen"
"""Not a rule: the text that stands before every one."""


def read_rules(folder: Path = FOLDER) -> tuple[Rule, ...]:
    """Return the rules in the order of their names. Raises RuleUnreadable: the process does not start."""
    paths = sorted(path for path in folder.glob("*.sql") if path.stem != BEGINNING)
    return tuple(read_rule(path.stem, path.read_text(encoding="utf-8")) for path in paths)


def read_beginning(folder: Path = FOLDER) -> str:
    """Return the text that stands before every rule."""
    return (folder / f"{BEGINNING}.sql").read_text(encoding="utf-8")
