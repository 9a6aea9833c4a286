"""What keeping and destroying need of the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.audit.domain.retention import Detachment, Erasure, ErasurePart, LegalHold, Retention
from services.chassis.context import Call


class ArchiveRefused(Exception):
    """The archive holds something else under this name, or does not keep what it is given."""


class Archive(Protocol):
    """
    Keeps objects that nobody changes or removes before their time.

    Every method raises Unavailable when it can't be reached.
    """

    @property
    def place(self) -> str:
        """Return where it is, without any secret."""

    async def put(self, name: str, data: bytes, *, retain_until: datetime) -> None:
        """Store an object for good; the same bytes again change nothing. Raises ArchiveRefused."""

    async def get(self, name: str) -> bytes | None:
        """Return an object, or None."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A record as it is exported."""

    canonical: bytes
    leaf_hash: bytes


class RetentionStore(Protocol):
    """Keeps policies, holds, detachments and erasures; every method works in the call's transaction."""

    async def retention(self, call: Call) -> Retention:
        """Return the practice's own, or the default."""

    async def save_retention(self, call: Call, retention: Retention) -> None:
        """Store it."""

    async def add_hold(self, call: Call, hold: LegalHold) -> None:
        """Store a new hold."""

    async def lock_hold(self, call: Call, hold_id: str) -> LegalHold:
        """Return a hold nobody else can change until the call ends. Raises Missing."""

    async def save_hold(self, call: Call, hold: LegalHold) -> None:
        """Store that it was lifted."""

    async def holds(self, call: Call, *, only_open: bool, before: str, limit: int) -> list[LegalHold]:
        """Return holds, newest first, older than the one named."""

    async def is_held(self, call: Call, client_id: str) -> bool:
        """Tell whether a hold names the client ("" asks about the practice alone), or the practice."""

    async def first_kept(self, call: Call, *, cutoff: datetime) -> int:
        """Return the place of the first record that happened, or was taken in, at or after *cutoff*."""

    async def detached(self, call: Call) -> tuple[int, str]:
        """Return how far records were taken out, and the statement of it."""

    async def has_open_detachment(self, call: Call) -> bool:
        """Tell whether a detachment is under way."""

    async def add_detachment(self, call: Call, detachment: Detachment) -> None:
        """Store a new one. Raises DetachmentOpen."""

    async def find_detachment(self, call: Call, detachment_id: str, *, is_locked: bool = False) -> Detachment:
        """Return one; locked, nobody else changes it until the call ends. Raises Missing."""

    async def save_detachment(self, call: Call, detachment: Detachment) -> None:
        """Store the new state."""

    async def detachments(self, call: Call, *, before: str, limit: int) -> list[Detachment]:
        """Return detachments, newest first, older than the one named."""

    async def leaves(self, call: Call, first: int, count: int) -> list[Leaf]:
        """Return records in order; those that are there."""

    async def remove_tile(self, call: Call, index: int) -> int:
        """Keep the hashes of 256 records, remove those that no hold names; return how many stayed."""

    async def add_erasure(self, call: Call, erasure: Erasure) -> None:
        """Store a new one. Raises ErasureOpen."""

    async def find_erasure(self, call: Call, erasure_id: str, *, is_locked: bool = False) -> Erasure:
        """Return one, with its parts; locked, nobody else changes it until the call ends. Raises Missing."""

    async def save_erasure(self, call: Call, erasure: Erasure) -> None:
        """Store the new state."""

    async def add_part(self, call: Call, erasure_id: str, part: ErasurePart) -> None:
        """Store what a service told; its first word stays."""

    async def erasures(self, call: Call, *, before: str, limit: int) -> Sequence[Erasure]:
        """Return erasures, newest first, older than the one named."""
