"""Names what the ledger tells others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class TimeFreed:
    """Claimed time is free again; start_s and end_s are epoch seconds."""

    claim_id: str
    therapist_id: str
    start_s: int
    end_s: int
    version: int


@dataclass(frozen=True, slots=True)
class HoldLapsed:
    """A hold or a pending move is past its time and waits for its owner's word; it blocks on."""

    claim_id: str
    expire_s: int
    is_move: bool
    start_s: int
    version: int


@dataclass(frozen=True, slots=True)
class ScheduleChanged:
    """A therapist's hours or session types changed."""

    therapist_id: str
    version: int


@dataclass(frozen=True, slots=True)
class ClaimShifted:
    """An agreed wall time lies at another instant by new rules of its zone; start_s and end_s are epoch seconds."""

    claim_id: str
    start_s: int
    end_s: int
    tzdata_version: str
    version: int


Fact: TypeAlias = TimeFreed | HoldLapsed | ScheduleChanged | ClaimShifted
