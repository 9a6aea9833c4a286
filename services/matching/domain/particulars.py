"""Measured strengths of a therapist, and privileges under a compact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

CASES_MIN = 15
"""
Cases a strength is measured in at least.

Source: Constantino et al. 2021, JAMA Psychiatry 78(9), 960-969: therapists were matched on at least 15 past cases.
"""


class Level(IntEnum):
    """How past clients fared; numbers are the contract's."""

    EFFECTIVE = 1
    NEUTRAL = 2
    INEFFECTIVE = 3


@dataclass(frozen=True, slots=True)
class Strength:
    """How past clients fared in one domain, a specialty code."""

    domain: str
    level: Level
    case_count: int


@dataclass(frozen=True, slots=True)
class Privilege:
    """Leave to practise in all states of a compact, to its last day included."""

    compact: str
    expire_date: str = ""

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return not self.expire_date or date.fromisoformat(self.expire_date) >= day


@dataclass(frozen=True, slots=True)
class Compact:
    """An agreement between states; remote ones are for sessions by video or phone."""

    code: str
    regions: tuple[str, ...]
    is_remote_only: bool = False
