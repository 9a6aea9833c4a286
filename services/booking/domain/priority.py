"""Says who a client is to rules that let some book what others may not, or not yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

HIGH_NEED, ESTABLISHED, STANDING = 1, 2, 3
"""The contract's numbers: in high need; here before; owner of a standing hour with the therapist."""

EVERYBODY = (HIGH_NEED, ESTABLISHED, STANDING)
"""Of time that the practice itself gives: no rule of priority holds."""

REFUSALS = frozenset({"SLOT_RESERVED", "SLOT_PRIORITISED"})
"""The ledger's refusals that a client may be let past for who they are."""


@dataclass(frozen=True, slots=True)
class Priority:
    """Is what staff said of a client's need; until_date is the last day of it, None for no end."""

    client_id: str
    is_high_need: bool
    until_date: date | None = None

    def holds(self, *, today: date) -> bool:
        """Tell whether they are in high need."""
        return self.is_high_need and (self.until_date is None or today <= self.until_date)
