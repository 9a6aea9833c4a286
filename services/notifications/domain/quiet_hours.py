"""Quiet hours on the recipient's clock: what would wake somebody waits for the morning."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM = time(21)
QUIET_TO = time(8)
"""
The hours nobody is reminded in, first inclusive, last exclusive.

Source: 21:00 to 8:00 of the recipient bind marketing (47 CFR 64.1200(c)(1)); kept for reminders too.
"""

LEAST_LEFT = timedelta(hours=2)
"""Time a reminder put off till the morning must leave before the start; else it is said the evening before."""

LAST_MINUTE = timedelta(minutes=1)
"""How long before the quiet hours begin a reminder is said that can't wait till they end."""


def opens_at(instant: datetime, time_zone: str) -> datetime | None:
    """Return when the quiet hours *instant* falls into end, UTC; None when it falls into none."""
    local = instant.astimezone(ZoneInfo(time_zone))
    if QUIET_TO <= local.time() < QUIET_FROM:
        return None
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(day, QUIET_TO, local.tzinfo).astimezone(UTC)


def plan_around(due_time: datetime, *, start_time: datetime, time_zone: str) -> datetime:
    """
    Move a reminder out of the quiet hours: to their end, or before their beginning if that were too near the start.

    Args:
        due_time: When it would be due, UTC.
        start_time: The session's start, UTC.
        time_zone: The recipient's IANA zone.
    """
    morning = opens_at(due_time, time_zone)
    if morning is None:
        return due_time
    if start_time - morning >= LEAST_LEFT:
        return morning
    local = morning.astimezone(ZoneInfo(time_zone))
    evening = datetime.combine(local.date() - timedelta(days=1), QUIET_FROM, local.tzinfo)
    return evening.astimezone(UTC) - LAST_MINUTE


def put_off(*, at: datetime, start_time: datetime, time_zone: str) -> datetime | None:
    """
    Say until when a reminder that is about to be sent must wait; None lets it go.

    One whose session starts before the quiet hours end was planned for the evening before; if that was missed, it waits
    for the start itself, which ends it as too late.
    """
    morning = opens_at(at, time_zone)
    return None if morning is None else min(morning, start_time)
