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


@dataclass(frozen=True, slots=True)
class Need:
    """What a claim's place in line rests on."""

    claim_id: str
    is_high_need: bool
    is_crisis: bool
    load_weight: int


@dataclass(frozen=True, slots=True)
class AbsenceStarted:
    """A therapist will be away; start_s and end_s are epoch seconds, claims greatest need first."""

    absence_id: str
    therapist_id: str
    start_s: int
    end_s: int
    claim_ids: tuple[str, ...]
    version: int
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class AbsenceItemAnswered:
    """The desk has stated by hand what became of a claim that an absence hits: the name of a settled ItemState."""

    absence_id: str
    claim_id: str
    end: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class AbsenceClosed:
    """Nobody whom an absence hit is lost."""

    absence_id: str
    therapist_id: str
    version: int


Fact: TypeAlias = (
    TimeFreed | HoldLapsed | ScheduleChanged | ClaimShifted | AbsenceStarted | AbsenceItemAnswered | AbsenceClosed
)
