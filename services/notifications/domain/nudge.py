"""What is said again and again on the client's clock, until it ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notifications.domain import errors
from services.notifications.domain.channel import About
from services.notifications.domain.matter import MatterReport
from services.notifications.domain.workflow import Trigger

MOST_NUDGES = 50
LONGEST_DAYS = 366

WORTH = timedelta(hours=12)
"""How long one occurrence is worth saying; the next one silences it before that, if it comes sooner."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """One standing reminder; *next_time* is the occurrence that is not planned yet."""

    nudge_id: str
    client_id: str
    trigger: Trigger
    wall_time: time
    every_days: int
    from_date: date
    until_date: date
    version: int = 0
    next_time: datetime | None = None
    end_time: datetime | None = None

    def check(self) -> None:
        """Refuse what can't be meant. Raises NudgeMalformed. (INVALID_ARGUMENT)"""
        if not 1 <= self.every_days <= LONGEST_DAYS:
            raise errors.NudgeMalformed("1 to 366 days lie between two.", field="nudge.every_days")
        if not timedelta() <= self.until_date - self.from_date <= timedelta(days=LONGEST_DAYS):
            raise errors.NudgeMalformed("It ends 0 to 366 days after it begins.", field="nudge.until_date")

    def begin(self, *, at: datetime, time_zone: str, version: int) -> Nudge:
        """Say the first occurrence from now on."""
        return replace(self, version=version, next_time=self._next(at, time_zone), end_time=None)

    def end(self, *, at: datetime) -> Nudge:
        """Say it no more."""
        return replace(self, version=self.version + 1, next_time=None, end_time=self.end_time or at)

    def come_round(self, practice_id: str, *, at: datetime, time_zone: str) -> tuple[Nudge, MatterReport]:
        """
        Plan the occurrence that is due, and say the one after it.

        What an outage missed is not caught up: the newest is planned, and the next one lies ahead of now.
        """
        assert self.next_time is not None, "only what is due comes round"
        newest = self.next_time
        while (after := self._next(newest, time_zone)) is not None and after <= at:
            newest = after
        later = replace(self, version=self.version + 1, next_time=self._next(max(at, newest), time_zone))
        return later, later.report(practice_id, about_time=newest, is_open=True, trigger=self.trigger)

    def report(self, practice_id: str, *, about_time: datetime, is_open: bool, trigger: Trigger | None) -> MatterReport:
        """Say where it stands now, as a matter."""
        return MatterReport(
            practice_id=practice_id,
            matter_id=self.nudge_id,
            about=About.FORM if self.trigger is Trigger.FORM_DUE else About.NUDGE,
            client_id=self.client_id,
            version=self.version,
            is_open=is_open,
            trigger=trigger,
            start_time=about_time,
            end_time=about_time + WORTH,
        )

    def _next(self, after: datetime, time_zone: str) -> datetime | None:
        """Return the first occurrence after a moment: the same wall time every so many days of the calendar."""
        zone = ZoneInfo(time_zone)
        passed = (after.astimezone(zone).date() - self.from_date).days
        day = self.from_date + timedelta(days=max(0, passed // self.every_days) * self.every_days)
        while day <= self.until_date:
            moment = datetime.combine(day, self.wall_time, zone).astimezone(UTC)
            if moment > after:
                return moment
            day += timedelta(days=self.every_days)
        return None
