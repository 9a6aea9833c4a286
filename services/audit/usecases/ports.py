"""What the use cases need of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.audit.domain import merkle
from services.audit.domain.records import Record
from services.chassis.context import Call


@dataclass(frozen=True, slots=True)
class Head:
    """The tree of a practice now."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it stands in the table; the columns are told as they are, to be compared with the bytes."""

    seq: int
    canonical: bytes
    leaf_hash: bytes
    record_time: datetime
    client_id: str
    actor_id: str
    operation: str
    stage: str
    occur_time: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """Which records are asked for, newest first, before *before_seq*."""

    client_id: str = ""
    actor_id: str = ""
    from_time: datetime | None = None
    to_time: datetime | None = None
    before_seq: int | None = None
    limit: int = 100


class Trail(Protocol):
    """Keeps records and the trees above them; every method works in the call's transaction."""

    async def append(self, call: Call, records: Mapping[str, Sequence[Record]]) -> int:
        """
        Append what is new to the trees of practices; return how many.

        Practices are taken in one order. A known number with other bytes is kept aside and told.
        """

    async def put_aside(self, call: Call, record: str, reason: str) -> None:
        """Keep a record that can't be read."""

    async def head(self, call: Call, *, is_locked: bool = False) -> Head | None:
        """Return the tree's size and root; locked, it does not grow until the transaction ends."""

    async def nodes(self, call: Call, wanted: Sequence[merkle.Node]) -> Sequence[bytes]:
        """Return the hashes of complete subtrees. Raises TreeInconsistent when a record is missing."""

    async def query(self, call: Call, question: Question) -> list[Stored]:
        """Return records, newest first."""

    async def find(self, call: Call, seq: int) -> Stored | None:
        """Return a record, or None."""

    async def detached_seq(self, call: Call) -> int:
        """Return the place of the first record that was never taken out."""

    async def save_checkpoint(self, call: Call, head: Head, note: str) -> None:
        """Store a signed checkpoint."""

    async def note(self, call: Call, size: int) -> str:
        """Return the note signed for this size, or an empty text."""

    async def last_signed(self, call: Call) -> tuple[int, str]:
        """Return the size that was signed last, and its note."""

    async def mark_copied(self, call: Call, size: int) -> None:
        """Note that every witness has the checkpoint of this size."""


class Witness(Protocol):
    """Remembers the last signed checkpoint of each tree outside of the database."""

    def last(self, practice_id: str) -> str:
        """Return the note, or an empty text."""

    def replace(self, practice_id: str, old: str, new: str) -> bool:
        """Put a new note in the place of *old*; False when somebody else was first."""
