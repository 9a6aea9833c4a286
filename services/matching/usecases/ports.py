"""What the use cases need of the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kept.availability.v1 import availability_pb2
from kept.matching.v1 import matching_pb2

from services.chassis.context import Call
from services.matching.domain.profiles import TherapistProfile
from services.matching.domain.ranking import Ranking

FirstSlots = Mapping[str, tuple[datetime, availability_pb2.Slot]]
"""The first free slot of each therapist who has one, and its start (aware UTC)."""

Clock = Callable[[], datetime]
NewId = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the matching, as it is kept and answered."""

    match_id: str
    client_id: str
    ranking: Ranking
    first_slots: FirstSlots
    create_time: datetime


class Profiles(Protocol):
    """Keeps therapist profiles and caseloads."""

    async def save(self, call: Call, profile: TherapistProfile) -> TherapistProfile:
        """Create or replace; return it with its version and caseload."""

    async def find(self, call: Call, therapist_id: str) -> TherapistProfile | None:
        """Return one, or None."""

    async def lock(self, call: Call, therapist_id: str) -> TherapistProfile | None:
        """Return one that nobody else can change until this call ends, or None."""

    async def page(self, call: Call, *, after: tuple[str, str], limit: int) -> list[TherapistProfile]:
        """Return at most limit by (display_name, therapist_id), after the given pair."""

    async def all(self, call: Call) -> list[TherapistProfile]:
        """Return every profile of the practice, outside of the call's own transaction."""

    async def add_to_caseload(self, call: Call, therapist_id: str, client_id: str) -> None:
        """Count the client among the therapist's; again changes nothing."""


class Matches(Protocol):
    """Keeps runs whole."""

    async def save(self, call: Call, run: Run) -> matching_pb2.Match:
        """Store a run and return it as it is answered, now and later."""

    async def find(self, call: Call, match_id: str) -> matching_pb2.Match | None:
        """Return a run, or None."""


class Holds(Protocol):
    """Knows for whom routine automation waits."""

    async def is_held(self, call: Call, client_id: str) -> bool:
        """Tell whether nobody has answered a crisis flag of this client; outside of the call's own transaction."""


class Slots(Protocol):
    """Knows free time."""

    async def earliest(
        self, call: Call, session_type_id: str, therapist_ids: Sequence[str], *, modality: int, now: datetime
    ) -> FirstSlots:
        """Return the first free slot of each therapist who has one; empty when the ledger does not answer."""
