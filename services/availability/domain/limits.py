"""Holds what limits claims beside hours: caps, travel, equipment, reserved capacity."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.availability.domain.caps import Caps
from services.availability.domain.wall import wall_at

MAX_EQUIPMENT = 200
"""Pieces of equipment of one practice. Source: the contract."""

MAX_KINDS = 5
"""Kinds of equipment one session type takes. Source: the contract."""

MAX_RESERVATIONS = 200
"""Reservations of one practice. Source: the contract."""

MAX_WINDOWS = 50
"""Priority booking windows of one practice. Source: the contract."""

MAX_CLIENT_HOLDS = 5
"""
Claims one client holds at a time without a word from booking; what staff held does not count.

Source: the client's brief; several times what one person books in a sitting, and far too few to empty a calendar.
"""

MAX_EXTRA_CLIENTS = 10
MAX_EXTRA_THERAPISTS = 3
"""People of one claim besides its client and its therapist: families and couples, co-leaders. Source: the contract."""

HOUR_S = 3_600
DAY_S = 86_400

HIGH_NEED = 1
"""The contract's number of clients in high need."""

EVERYBODY = frozenset({HIGH_NEED, 2, 3})
"""Everybody there is a rule for, by the contract's numbers."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """A piece of equipment at a site."""

    equipment_id: str
    site_id: str
    kind: str
    display_name: str


@dataclass(frozen=True, slots=True)
class TravelTime:
    """Minutes from one site to another, either way; site_id is the lower id."""

    site_id: str
    other_site_id: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """
    A weekly stretch kept for clients in high need until release_hours before a session's start.

    weekday is ISO's; start_min and end_min are minutes of the therapist's local day; an empty therapist_id means all.
    """

    reservation_id: str
    therapist_id: str
    weekday: int
    start_min: int
    end_min: int
    audience: int
    release_hours: int


@dataclass(frozen=True, slots=True)
class PriorityWindow:
    """Hours that only *audiences* may book until open_days before a session's start; empty ids mean all."""

    window_id: str
    therapist_id: str
    session_type_id: str
    audiences: frozenset[int]
    open_days: int


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Is what one practice limits.

    caps by therapist; travel by the two site ids, lower first, in minutes; equipment ids by site and kind.
    """

    caps: Mapping[str, Caps] = field(default_factory=dict)
    travel: Mapping[tuple[str, str], int] = field(default_factory=dict)
    equipment: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    reservations: Sequence[Reservation] = ()
    windows: Sequence[PriorityWindow] = ()

    def are_counted(self, therapist_id: str) -> bool:
        """Tell whether a new session of this therapist has to be weighed against the others."""
        return therapist_id in self.caps or bool(self.travel)


def is_reserved(
    reservations: Iterable[Reservation], therapist_id: str, time_zone: str, start_s: int, *, now_s: int
) -> bool:
    """
    Tell whether a start is kept for clients in high need.

    The one place that knows: what is refused and what is hidden from search can't differ.

    Args:
        time_zone: The therapist's.
        start_s, now_s: Epoch seconds.
    """
    lead_s = start_s - now_s
    mine = [
        each
        for each in reservations
        if each.therapist_id in ("", therapist_id) and lead_s > each.release_hours * HOUR_S
    ]
    if not mine:
        return False
    local = wall_at(start_s, time_zone).local
    weekday, minute = _clock(local)
    return any(each.weekday == weekday and each.start_min <= minute < each.end_min for each in mine)


def holding_window(
    windows: Iterable[PriorityWindow],
    therapist_id: str,
    session_type_id: str,
    start_s: int,
    *,
    now_s: int,
    audiences: Collection[int],
) -> PriorityWindow | None:
    """
    Return the window that keeps a start from somebody, the one that opens last; None when they may book it.

    The one place that knows: what is refused and what is hidden from search can't differ.

    Args:
        start_s, now_s: Epoch seconds.
        audiences: Who they are; any of a window's is enough.
    """
    lead_s = start_s - now_s
    return min(
        (
            each
            for each in windows
            if each.therapist_id in ("", therapist_id)
            and each.session_type_id in ("", session_type_id)
            and lead_s > each.open_days * DAY_S
            and each.audiences.isdisjoint(audiences)
        ),
        key=lambda each: (each.open_days, each.window_id),
        default=None,
    )


def _clock(local: str) -> tuple[int, int]:
    """Return the ISO weekday and the minute of the day of a wall time."""
    at = datetime.fromisoformat(local)
    return at.isoweekday(), at.hour * 60 + at.minute
