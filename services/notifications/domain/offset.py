"""How far from a moment something is said: on the clock or in elapsed time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    """What an offset is counted in."""

    HOURS = "HOURS"
    """Elapsed: 24 of them are 24, whatever the clocks do in between."""

    DAYS = "DAYS"
    """Of the calendar: the same wall time so many days away, in the session's zone."""


@dataclass(frozen=True, slots=True)
class Offset:
    """A distance in time."""

    amount: int = 0
    unit: Unit = Unit.HOURS

    def before(self, moment: datetime, time_zone: str) -> datetime:
        """
        Say the moment so far before another, UTC.

        Args:
            moment: UTC.
            time_zone: The session's IANA zone; empty counts days as 24 hours, since a clock is not guessed.
        """
        return self._away(moment, time_zone, -self.amount)

    def after(self, moment: datetime, time_zone: str) -> datetime:
        """Say the moment so far after another, UTC; as *before*."""
        return self._away(moment, time_zone, self.amount)

    def _away(self, moment: datetime, time_zone: str, amount: int) -> datetime:
        if self.unit is Unit.HOURS or not time_zone:
            return moment + timedelta(hours=amount if self.unit is Unit.HOURS else 24 * amount)
        wall = moment.astimezone(ZoneInfo(time_zone))
        # Arithmetic on an aware datetime of one zone keeps the wall time; the zone then says which instant it is.
        return (wall + timedelta(days=amount)).astimezone(UTC)
