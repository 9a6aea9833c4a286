"""Holds what one practice publishes, as of one version, and remembers what its hours offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from zlib import crc32

from services.availability.domain.hours import Offer, Schedule, SessionType, offer
from services.availability.domain.limits import Limits

NO_LIMITS = Limits()
"""Is what a practice has that never set one."""

MAX_REMEMBERED = 20_000
"""Days of offers one practice's directory remembers: about 40 starts each, 4 kB; then it starts afresh."""


class Directory:
    """
    The sites, rooms, session types and schedules of a practice at one version.

    Never changed once built: a new version is a new object. Only `offers` remembers what it computed.
    """

    __slots__ = ("_offers", "_rooms_by_therapist", "limits", "rooms", "schedules", "session_types", "sites", "version")

    def __init__(
        self,
        *,
        version: int,
        sites: Mapping[str, str],
        rooms: Mapping[str, Sequence[str]],
        session_types: Mapping[str, SessionType],
        schedules: Mapping[str, Schedule],
        limits: Limits = NO_LIMITS,
    ) -> None:
        self.version = version
        self.sites = sites
        """Site id to its time zone."""
        self.rooms = rooms
        """Site id to its room ids."""
        self.session_types = session_types
        self.schedules = schedules
        """Therapist id to their schedule."""
        self.limits = limits
        self._offers: dict[tuple[str, str, date], Offer] = {}
        self._rooms_by_therapist: dict[tuple[str, str], tuple[str, ...]] = {}

    def offers(self, schedule: Schedule, session_type: SessionType, day: date) -> Offer:
        """Return what a day offers."""
        key = (schedule.therapist_id, session_type.session_type_id, day)
        found = self._offers.get(key)
        if found is None:
            if len(self._offers) >= MAX_REMEMBERED:
                self._offers.clear()
            found = self._offers[key] = offer(schedule, session_type, day)
        return found

    def rooms_for(self, therapist_id: str, site_id: str) -> tuple[str, ...]:
        """
        Return the rooms of a site in the order in which to try them.

        Each therapist has an order of their own that stays the same: they mostly sit in one room, and two
        therapists seldom want the same one first.
        """
        key = (therapist_id, site_id)
        found = self._rooms_by_therapist.get(key)
        if found is None:
            rooms = self.rooms.get(site_id, ())
            found = tuple(sorted(rooms, key=lambda room_id: crc32((therapist_id + room_id).encode())))
            self._rooms_by_therapist[key] = found
        return found
