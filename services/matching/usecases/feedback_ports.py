"""What feedback needs of the world."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from services.chassis.context import Call
from services.matching.domain.courses import Course


class Courses(Protocol):
    """Keeps what came of matches; what clients said is sealed."""

    async def add(
        self, call: Call, appointment_id: str, client_id: str, therapist_id: str, *, session_time: datetime
    ) -> int:
        """Count a session that took place, once, and return how many there are of the two."""

    async def remove(self, call: Call, appointment_id: str) -> None:
        """Forget a session that did not take place after all."""

    async def ask(self, call: Call, client_id: str, therapist_id: str, *, at: datetime) -> bool:
        """Remember that a client is asked; False when they were before."""

    async def rate(self, call: Call, client_id: str, therapist_id: str, rating: int) -> bool:
        """Store how well it fits; False when nobody has asked yet."""

    async def courses(self, call: Call, *, from_time: datetime, to_time: datetime) -> list[Course]:
        """Return courses that began in an interval; outside of the call's own transaction."""
