"""Quiet hours on the recipient's clock: what would wake somebody waits for the morning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours nobody is reminded in, first inclusive, last exclusive; they go over midnight or begin after it."""

    begin: time
    end: time

    def hold(self, wall: time) -> bool:
        """Tell whether a wall time lies in them."""
        if self.begin < self.end:
            return self.begin <= wall < self.end
        return wall >= self.begin or wall < self.end


DEFAULT_QUIET = QuietHours(time(21), time(8))
"""Source: 21:00 to 8:00 of the recipient bind marketing (47 CFR 64.1200(c)(1)); kept for reminders too."""

LEAST_LEFT = timedelta(hours=2)
"""Time a reminder put off till the morning must leave before the start; else it is said the evening before."""

LAST_MINUTE = timedelta(minutes=1)
"""How long before the quiet hours begin a reminder is said that can't wait till they end."""


def opens_at(instant: datetime, time_zone: str, quiet: QuietHours = DEFAULT_QUIET) -> datetime | None:
    """Return when the quiet hours *instant* falls into end, UTC; None when it falls into none."""
    local = instant.astimezone(ZoneInfo(time_zone))
    if not quiet.hold(local.time()):
        return None
    day = local.date() if local.time() < quiet.end else local.date() + timedelta(days=1)
    return datetime.combine(day, quiet.end, local.tzinfo).astimezone(UTC)


def plan_around(
    due_time: datetime, *, start_time: datetime, time_zone: str, quiet: QuietHours = DEFAULT_QUIET
) -> datetime:
    """
    Move a reminder out of the quiet hours: to their end, or before their beginning if that were too near the start.

    Args:
        due_time: When it would be due, UTC.
        start_time: The session's start, UTC.
        time_zone: The recipient's IANA zone.
        quiet: The practice's quiet hours.
    """
    morning = opens_at(due_time, time_zone, quiet)
    if morning is None:
        return due_time
    if start_time - morning >= LEAST_LEFT:
        return morning
    local = morning.astimezone(ZoneInfo(time_zone))
    day = local.date() if quiet.begin < quiet.end else local.date() - timedelta(days=1)
    evening = datetime.combine(day, quiet.begin, local.tzinfo)
    return evening.astimezone(UTC) - LAST_MINUTE


def put_off(
    *, at: datetime, start_time: datetime, time_zone: str, quiet: QuietHours = DEFAULT_QUIET
) -> datetime | None:
    """
    Say until when a reminder that is about to be sent must wait; None lets it go.

    One whose session starts before the quiet hours end was planned for the evening before; if that was missed, it waits
    for the start itself, which ends it as too late.
    """
    morning = opens_at(at, time_zone, quiet)
    return None if morning is None else min(morning, start_time)
