"""Rules that look through the trail: what a rule's file says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HEADER: Final = re.compile(r"-- (name|severity|summary|explained-by|reexplained): (.+)")

BREAK_GLASS: Final = "break-glass"

DUE: Final[Mapping[str, timedelta]] = {
    "HIGH": timedelta(days=3),
    "MEDIUM": timedelta(days=7),
    "LOW": timedelta(days=14),
}
"""How long a case of each severity may take."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A question that is asked of every new record."""

    name: str
    severity: str
    summary: str
    explained_by: str
    reexplained_days: int
    """Within how many days an appointment explains a finding, also one that is made later; 0 for none."""
    statement: str


class RuleUnreadable(Exception):
    """A rule's file does not say what it must; the process does not start."""


def read_rule(name: str, text: str) -> Rule:
    """Read a rule's file. Raises RuleUnreadable."""
    said = {found[1]: found[2] for found in map(HEADER.fullmatch, text.splitlines()) if found}
    try:
        rule = Rule(
            said["name"], said["severity"], said["summary"], said["explained-by"], int(said["reexplained"]), text
        )
    except (KeyError, ValueError) as error:
        raise RuleUnreadable(f"{name} does not say its {error}") from None
    if rule.name != name or rule.severity not in DUE:
        raise RuleUnreadable(f"{name} has another name, or no severity")
    return rule


def due_time(severity: str, *, at: datetime) -> datetime:
    """Say until when a case is to be done."""
    return at + DUE[severity]
