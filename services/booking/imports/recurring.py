"""Reads recurring events of a calendar: standing hours, or the times of a finite rule."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.booking.domain.recurrence import Rule, read_rule
from services.booking.domain.recurrence_days import expand
from services.booking.domain.series import INTERVAL_MAX
from services.booking.imports.cells import start_of
from services.booking.imports.fates import Malformed
from services.booking.imports.rows import AppointmentRow, SeriesRow
from services.chassis.errors import ServiceError

TIMES_MAX = 400
"""Single times that are made of one event at most; a standing hour counts as one row."""

LOCAL = "%Y-%m-%dT%H:%M"

UNREAD = ("RDATE", "EXRULE")
"""What no rule of ours can say."""


@dataclass(slots=True)
class Recurring:
    """Is one UID: the event with the rule, and what its exceptions say."""

    row: AppointmentRow
    rule: str
    excluded: set[str] = field(default_factory=set)
    """Wall times of the rule that do not take place, or take place elsewhere."""


def rule_of(event: Any) -> str:
    """Return an event's rule as text, "" for none. Raises Malformed."""
    for name in UNREAD:
        if name in event:
            raise Malformed(name, "RECURRENCE_UNSUPPORTED", "Times beside a rule are not imported.")
    found = event.get("RRULE")
    if found is None:
        return ""
    if isinstance(found, list):
        raise Malformed("RRULE", "RECURRENCE_UNSUPPORTED", "The event has more than one rule.")
    if not event["DTSTART"].params.get("TZID", ""):
        raise Malformed(
            "DTSTART", "TIME_WITHOUT_WALL", "A recurring event needs a TZID: a rule is meant on a wall clock."
        )
    text: str = found.to_ical().decode()
    return text


def excluded_of(event: Any, zone: str) -> set[str]:
    """Return the wall times that an event excludes. Raises Malformed."""
    found = event.get("EXDATE", [])
    times: set[str] = set()
    for each in found if isinstance(found, list) else [found]:
        for value in getattr(each, "dts", ()):
            times.add(wall_of(value.dt, zone, column="EXDATE"))
    return times


def wall_of(moment: Any, zone: str, *, column: str) -> str:
    """Return a moment on the wall clock of a zone. Raises Malformed for a whole day."""
    if not isinstance(moment, datetime):
        raise Malformed(column, "TIME_MALFORMED", "It is a whole day.")
    local = moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(zone))
    return local.replace(tzinfo=None).strftime(LOCAL)


def rows_of(event: Recurring, *, now: datetime) -> Sequence[AppointmentRow | SeriesRow]:
    """
    Return what a recurring event becomes.

    A rule without exceptions ahead is a standing hour. A finite rule with some is as many single appointments as it
    has times ahead, each under a key of its own. A rule without an end that has exceptions is neither.

    Raises:
        Malformed: The rule is none that is understood, has no time ahead, or can't be had so.
    """
    row = event.row
    rules = ZoneInfo(row.time_zone)
    try:
        rule = read_rule(event.rule, rules=rules)
    except ServiceError as error:
        part = error.metadata.get("part", "")
        raise Malformed("RRULE", error.reason, f"{error.message} {part}".strip()) from None
    if rule.interval > INTERVAL_MAX:
        raise Malformed("RRULE", "RECURRENCE_UNSUPPORTED", f"The interval is more than {INTERVAL_MAX}.")
    today = now.astimezone(rules).replace(tzinfo=None)
    ahead = {each for each in event.excluded if each > today.strftime(LOCAL)}
    if not ahead:
        if not _has_ended(rule, row, today):
            return [SeriesRow(row, rule.text())]
        raise Malformed("RRULE", "SERIES_EMPTY", "The rule has no time ahead.")
    if not (rule.count or rule.until):
        detail = "A standing hour without an end has exceptions ahead: give it an end, or take them out."
        raise Malformed("EXDATE", "RECURRENCE_UNSUPPORTED", detail)
    times = [each for each in _times(rule, row, since=today) if each not in ahead]
    if not times:
        raise Malformed("RRULE", "SERIES_EMPTY", "The rule has no time ahead.")
    return [_single(row, each) for each in times]


def key_at(key: str, local: str) -> str:
    """Return the key of one time of a recurring event."""
    return f"{key}/{local.replace('-', '').replace(':', '')}"


def _single(row: AppointmentRow, local: str) -> AppointmentRow:
    start_of(local, row.time_zone, 0, column="DTSTART")
    return replace(row, key=key_at(row.key, local), local_start=local, fold=0)


def _times(rule: Rule, row: AppointmentRow, *, since: datetime) -> list[str]:
    """Return the wall times ahead. Raises Malformed when they are too many, or too much work."""
    start = datetime.fromisoformat(row.local_start)
    try:
        found = expand(rule, start, since=since, before=since + timedelta(days=366 * 20))
    except ServiceError as error:
        raise Malformed("RRULE", error.reason, error.message) from None
    if len(found) > TIMES_MAX:
        raise Malformed("RRULE", "RECURRENCE_TOO_LARGE", f"It has more than {TIMES_MAX} times ahead.")
    return [each.strftime(LOCAL) for each in found]


def _has_ended(rule: Rule, row: AppointmentRow, today: datetime) -> bool:
    """Tell whether a finite rule has no time ahead."""
    return bool(rule.count or rule.until) and not _times(rule, row, since=today)


def exceptions(
    parents: Mapping[str, Recurring], moved: Collection[tuple[int, str, str, AppointmentRow]]
) -> Iterator[AppointmentRow]:
    """Take moved times out of their rules, and give each as an appointment of its own."""
    for _, uid, original, row in moved:
        parents[uid].excluded.add(original)
        yield replace(row, key=key_at(uid, original))


def present() -> datetime:
    """Return the present in UTC."""
    return datetime.now(UTC)
