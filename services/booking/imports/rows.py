"""The rows an import knows, each already in its normal form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client to register; `body` is what the gateway takes, without an id."""

    line: int
    key: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A therapist without hours; `profile` is what the gateway takes, but for its sites, which still are names."""

    line: int
    key: str
    profile: dict[str, Any]


@dataclass(slots=True)
class TherapistRow:
    """A therapist; the weekly stretches come from as many lines."""

    lines: list[int]
    key: str
    profile: dict[str, Any]
    time_zone: str
    session_types: list[str]
    weekly_hours: list[dict[str, Any]] = field(default_factory=list)

    @property
    def line(self) -> int:
        """Return the first of its lines."""
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """An appointment; client, therapist and session type by id, key, address or name, as the file has them."""

    line: int
    key: str
    client: str
    therapist: str
    session_type: str
    local_start: str
    time_zone: str
    fold: int = 0
    modality: str = ""
    length_min: int = 0
    """As the file says it; 0 when it does not."""
    is_off: bool = False
    """A time of a rule that was called off: it is taken out of the rule, and is no appointment."""


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A standing hour: the first time of a recurring event as a row has it, and the rule in its normal form."""

    first: AppointmentRow
    rule: str

    @property
    def line(self) -> int:
        """Return the line its event begins on."""
        return self.first.line

    @property
    def key(self) -> str:
        """Return the event's key."""
        return self.first.key
