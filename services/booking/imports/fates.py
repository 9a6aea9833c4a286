"""What becomes of a row of a file, and why a file or a row can't be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What became, or in a dry run would become, of a row."""

    CREATED = "created"
    SAME = "same"
    CONFLICT = "conflict"
    MALFORMED = "malformed"
    UNSAID = "unsaid"
    """Only a dry run says this: the answer depends on what is not written yet."""
    UNTRIED = "untried"
    """The import stopped before it."""


@dataclass(frozen=True, slots=True)
class Told:
    """The fate of one row: never a name, an address or a number, only the file's key and our id."""

    kind: str
    line: int
    fate: Fate
    key: str = ""
    column: str = ""
    reason: str = ""
    detail: str = ""
    id: str = ""


class FileRefused(Exception):
    """A file that is not read at all: too large, no text, no table, no calendar."""


class Malformed(Exception):
    """A row that can't be read, and in which column."""

    def __init__(self, column: str, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.column, self.reason, self.detail = column, reason, detail


class Conflict(Exception):
    """A row that can be read and can't be had."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail
