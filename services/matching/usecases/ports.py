"""What the use cases need of the world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kept.availability.v1 import availability_pb2
from kept.matching.v1 import matching_pb2

from services.chassis.context import Call
from services.matching.domain.contest import Change
from services.matching.domain.hard_rules import SlotKey
from services.matching.domain.needs import Need
from services.matching.domain.profiles import TherapistProfile
from services.matching.domain.ranking import Ranking
from services.matching.domain.rules import MatchRules

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
    weights_version: str
    previous_match_id: str = ""
    changes: Sequence[Change] = ()


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

    async def add_to_caseload(self, call: Call, therapist_id: str, client_id: str, *, last_time: datetime) -> None:
        """Count the client among the therapist's until long after their last appointment; again changes nothing."""

    async def therapists_of(self, call: Call, client_ids: Collection[str]) -> list[tuple[str, str]]:
        """Return (client, therapist) of all who treat, or have treated, these clients."""


class Rules(Protocol):
    """Keeps how a practice matches, by version."""

    async def in_force(self, call: Call) -> MatchRules:
        """Return the newest version, or Kept's own; outside of the call's own transaction."""

    async def find(self, call: Call, label: str) -> MatchRules | None:
        """Return a version by its name, or None."""

    async def add(self, call: Call, rules: MatchRules, *, at: datetime) -> bool:
        """Store a version; False when somebody was faster."""


class Standing(Protocol):
    """Knows who must not meet; booking keeps it."""

    async def fenced_pairs(self, call: Call, client_id: str = "") -> list[tuple[str, str]]:
        """Return clients who must not meet, of one client or of the practice. Raises Unavailable."""


class Matches(Protocol):
    """Keeps runs whole, sealed under each client's key."""

    async def save(self, call: Call, run: Run, need: Need) -> matching_pb2.Match:
        """Store a run and return it as it is answered, now and later; a need nobody met is counted without a name."""

    async def find(self, call: Call, match_id: str) -> matching_pb2.Match | None:
        """Return a run, or None."""

    async def need_of(self, call: Call, match_id: str) -> Need | None:
        """Return what a run answered; None when there is no such run, or it is older than kept needs."""

    async def hiring(
        self, call: Call, *, from_time: datetime, to_time: datetime
    ) -> tuple[int, int, Sequence[tuple[str, Sequence[str], int]]]:
        """Return how many runs there were, in how many nobody suited, and (rule, facts, count) of those."""


class Holds(Protocol):
    """Knows for whom routine automation waits."""

    async def is_held(self, call: Call, client_id: str) -> bool:
        """Tell whether nobody has answered a crisis flag of this client; outside of the call's own transaction."""


class Slots(Protocol):
    """Knows free time."""

    async def earliest(self, call: Call, key: SlotKey, therapist_ids: Sequence[str], *, now: datetime) -> FirstSlots:
        """Return the first free slot of each therapist who has one; empty when the ledger does not answer."""
