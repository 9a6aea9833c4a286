"""Builds hours, session types, claims and wishes for tests."""

from __future__ import annotations

from typing import Any

from services.availability.domain.claim import Claim, Placement, State
from services.availability.domain.directory import Directory
from services.availability.domain.hours import Schedule, SessionType, WeeklyHours
from services.availability.domain.wall import WallTime, instant
from services.availability.domain.wish import Wish

THERAPIST, CLIENT, SITE, TYPE = "therapist", "client", "site", "type"
ROOMS = ("room-1", "room-2")
ZONE = "America/New_York"
NOON = WallTime("2027-05-05T12:00", ZONE)
"""A Wednesday."""

NOW_S = instant(WallTime("2027-05-01T12:00", ZONE))


def session_type(**changed: Any) -> SessionType:
    """Fifty minutes and ten after them, in person or by video, on the half hour."""
    words: dict[str, Any] = {
        "session_type_id": TYPE,
        "display_name": "Session",
        "length_min": 50,
        "buffer_before_min": 0,
        "buffer_after_min": 10,
        "notice_min": 120,
        "horizon_days": 60,
        "grid_min": 30,
        "modalities": (1, 2),
    }
    return SessionType(**(words | changed))


def hours(weekday: int = 3, start: int = 9, end: int = 17, **changed: Any) -> WeeklyHours:
    """Nine to five on a Wednesday, at the site, in person or by video."""
    words: dict[str, Any] = {"site_id": SITE, "modalities": (1, 2)}
    return WeeklyHours(weekday, start * 60, end * 60, **(words | changed))


def schedule(*weekly: WeeklyHours, time_zone: str = ZONE) -> Schedule:
    """Those hours, or nine to five on Wednesdays."""
    return Schedule(THERAPIST, time_zone, weekly or (hours(),), (TYPE,), version=1)


def directory(**changed: Any) -> Directory:
    """One therapist, one site with two rooms, one session type."""
    words: dict[str, Any] = {
        "version": 1,
        "sites": {SITE: ZONE},
        "rooms": {SITE: ROOMS},
        "session_types": {TYPE: session_type()},
        "schedules": {THERAPIST: schedule()},
    }
    return Directory(**(words | changed))


def wish(wall: WallTime = NOON, **changed: Any) -> Wish:
    """Wednesday noon, any way."""
    words: dict[str, Any] = {
        "therapist_id": THERAPIST,
        "client_id": CLIENT,
        "session_type_id": TYPE,
        "wall": wall,
        "start_s": instant(wall),
        "modality": 0,
        "room_id": "",
        "is_by_staff": False,
        "digest": b"digest",
    }
    return Wish(**(words | changed))


def placement(start_s: int = 36_000, **changed: Any) -> Placement:
    """An hour with ten minutes after it, in the first room."""
    words: dict[str, Any] = {
        "therapist_id": THERAPIST,
        "room_id": ROOMS[0],
        "site_id": SITE,
        "modality": 1,
        "start_s": start_s,
        "end_s": start_s + 3_600,
        "before_min": 0,
        "after_min": 10,
        "wall": NOON,
        "tzdata_version": "2026f",
    }
    return Placement(**(words | changed))


def held(**changed: Any) -> Claim:
    """A hold of that hour."""
    words: dict[str, Any] = {
        "claim_id": "claim",
        "state": State.HELD,
        "client_id": CLIENT,
        "session_type_id": TYPE,
        "placement": placement(),
        "hold_expire_s": 300,
        "wish_digest": b"digest",
    }
    return Claim(**(words | changed))
