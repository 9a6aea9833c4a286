"""What an officer's tool asks of a trail, by whichever door, and how it can fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.audit.domain.errors import TreeInconsistent
from services.audit.domain.verification import Claimed

INCONSISTENT = TreeInconsistent.reason


class Unreachable(Exception):
    """The trail does not answer."""


class Refused(Exception):
    """The trail says no, or can't be asked like this."""


class Inconsistent(Exception):
    """The trail itself has found that it no longer holds what was signed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records; empty means all."""

    client_id: str = ""
    actor_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    is_evidence: bool = False
    """Whether the records go into an evidence package: the trail then says that they left the practice."""

    @property
    def is_everything(self) -> bool:
        """Tell whether no record is left out."""
        return not (self.client_id or self.actor_id or self.since or self.until)


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """Which report, what it is told, and in which form its lines come."""

    name: str
    form: str
    parameters: Mapping[str, str | int]
    """By the names that the reports' list gives; instants as RFC 3339."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a report is, in words."""

    name: str
    summary: str
    required: Sequence[str]
    optional: Sequence[str]


class Door(Protocol):
    """
    A way to the trail.

    Every method raises Unreachable, Refused or Inconsistent.
    """

    is_http: bool
    """Whether it is the gateway's, whose lists have limits and cursors."""

    def practice_id(self) -> str:
        """Return whose trail the token opens."""

    def page(self, asked: Asked, cursor: str) -> tuple[list[Claimed], str]:
        """Return records, newest first, and where to go on; empty at the end."""

    def record(self, seq: int) -> Claimed:
        """Return one record."""

    def checkpoint(self) -> str:
        """Return the latest signed note."""

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """Return the proof that a record is in the tree."""

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Return the proof that the tree only grew."""

    def detached(self) -> tuple[int, str]:
        """Return how many records, from the first on, were taken out, and the signed statement of it."""

    def tile(self, level: int, index: int, width: int) -> list[bytes]:
        """Return the hashes of a tile (C2SP tlog-tiles)."""

    def reports(self) -> list[Described]:
        """Return what reports there are."""

    def report(self, asked: ReportAsked, cursor: str) -> tuple[list[str], str]:
        """Return lines of a report, the first page with its header, and where to go on; empty at the end."""

    def keep(self, method: str, fields: Mapping[str, str | int | bool]) -> dict[str, Any]:
        """Call a method of keeping and destroying by its name, with its fields; enums are named without prefix."""

    def close(self) -> None:
        """Give the connection back."""


def records(door: Door, asked: Asked, *, most: int = 1 << 62) -> Iterator[Claimed]:
    """Give records, newest first, page by page."""
    cursor, given = "", 0
    while given < most:
        page, cursor = door.page(asked, cursor)
        yield from page[: most - given]
        given += len(page)
        if not cursor:
            return
