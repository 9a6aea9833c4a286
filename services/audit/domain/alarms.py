"""Alarms: what of the trail, or of those who write into it, is not as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Severity = Literal["LOW", "MEDIUM", "HIGH"]

GONE: Final = "GONE"
"""Resolution of an alarm whose cause went away by itself."""

RESOLUTIONS: Final = ("EXPLAINED", "REPAIRED", "INCIDENT")
"""What somebody may say of an alarm that does not go away by itself."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an alarm means, and who has to act."""

    name: str
    severity: Severity
    summary: str
    is_lasting: bool = False
    """Whether it stays until somebody says what it was: what happened can't unhappen."""


KINDS: Final[Mapping[str, Kind]] = {
    each.name: each
    for each in (
        Kind(
            "emitter.gap",
            "HIGH",
            "Numbers of an emitter are missing: records were lost or removed before they came in.",
        ),
        Kind("emitter.silent", "MEDIUM", "An emitter, or every one of a service, gives no sign of life."),
        Kind("emitter.lag", "MEDIUM", "Records of an emitter come in late."),
        Kind("emitter.equivocation", "HIGH", "An emitter gave two different records under one number.", True),
        Kind("emitter.chain", "HIGH", "A record does not name the one before it: one of them was rewritten.", True),
        Kind("clock.skew", "MEDIUM", "The clock of an emitter is off; times in its records are not to be relied on."),
        Kind("record.unreadable", "MEDIUM", "Something came in that can't be read; it is kept aside.", True),
        Kind(
            "record.tampered",
            "HIGH",
            "A stored record is not what was hashed, or its columns are not what it says.",
            True,
        ),
        Kind("log.fork", "HIGH", "The tree no longer holds what was signed before.", True),
    )
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something wrong, seen now."""

    practice_id: str
    kind: str
    subject: str
    evidence: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong, or was."""

    alarm_id: str
    practice_id: str
    kind: str
    severity: str
    subject: str
    evidence: Mapping[str, str | int | float]
    first_time: datetime
    last_time: datetime
    sightings: int
    resolve_time: datetime | None
    resolution: str
    resolved_by: str
    acknowledged_by: str
    acknowledge_time: datetime | None
    version: int
