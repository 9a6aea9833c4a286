"""When a client is reminded: steps before the start, on the clock or in elapsed time."""

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
    """Of the calendar: the same wall time so many days earlier, in the session's zone."""


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of a cadence."""

    name: str
    amount: int
    unit: Unit
    only_unconfirmed: bool = False
    """Sent to nobody who has said that they will come."""

    def due_time(self, start_time: datetime, time_zone: str) -> datetime:
        """
        Say when it is due, UTC.

        Args:
            start_time: The session's start, UTC.
            time_zone: The session's IANA zone; empty counts days as 24 hours, since a clock is not guessed.
        """
        if self.unit is Unit.HOURS or not time_zone:
            hours = self.amount if self.unit is Unit.HOURS else 24 * self.amount
            return start_time - timedelta(hours=hours)
        wall = start_time.astimezone(ZoneInfo(time_zone))
        # Arithmetic on an aware datetime of one zone keeps the wall time; the zone then says which instant it is.
        return (wall - timedelta(days=self.amount)).astimezone(UTC)


DEFAULT_CADENCE = (
    Step("3d", 3, Unit.DAYS),
    Step("24h", 24, Unit.HOURS),
    Step("2h", 2, Unit.HOURS, only_unconfirmed=True),
)
"""
Three days, 24 hours, and two hours for who has not answered.

Source: two reminders kept more appointments than either alone (AJMC 2018;24(8):377); issue 5, workflows.
Held by tests/unit/notifications/test_cadence.py.
"""
