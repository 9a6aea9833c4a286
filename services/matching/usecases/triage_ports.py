"""What triage needs of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.chassis.context import Call
from services.matching.domain.instruments import Score
from services.matching.domain.triage import CrisisFlag, Priority
from services.matching.domain.wordings import Wording


@dataclass(frozen=True, slots=True)
class Screening:
    """What a screening came to; the answers are not part of it."""

    screening_id: str
    client_id: str
    instrument: str
    score: Score
    priority: Priority
    rules: tuple[str, ...]
    rules_version: str
    flag_id: str
    create_time: datetime


class Wordings(Protocol):
    """Keeps the wordings a practice brought, by version."""

    async def find(self, call: Call, code: str, locale: str) -> Wording | None:
        """Return the newest version in exactly this language, or None."""

    async def add(self, call: Call, wording: Wording, *, at: datetime) -> bool:
        """Store a version; False when somebody was faster."""


class Triage(Protocol):
    """Keeps screenings and flags, in the call's own transaction."""

    async def add_screening(self, call: Call, screening: Screening, answers: Mapping[str, int]) -> None:
        """Store answers and result, each sealed."""

    async def screenings(self, call: Call, client_id: str, *, before: str, limit: int) -> list[Screening]:
        """Return at most limit screenings older than the given id, newest first; answers stay sealed."""

    async def raise_flag(self, call: Call, flag: CrisisFlag) -> None:
        """Store a new flag and the event that pages a human."""

    async def lock_flag(self, call: Call, flag_id: str) -> CrisisFlag:
        """Return a flag that nobody else can change until this call ends. Raises UnknownFlag."""

    async def save_flag(self, call: Call, flag: CrisisFlag) -> None:
        """Store what a human decided, and its event."""

    async def flags(self, call: Call, *, with_closed: bool, after: tuple[int, str], limit: int) -> list[CrisisFlag]:
        """Return at most limit flags after (state, id): raised ones first, then the oldest."""
