"""Expands recurrence rules on a wall clock, with bounded work whatever the rule."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.booking.domain import errors
from services.booking.domain.recurrence import Frequency, Rule

WORK_MAX = 20_000
"""
Days looked at in one expansion; a rule that needs more is refused.

Source: fifty years of days. Held by tests/unit/booking/test_recurrence.py: no rule takes 50 ms.
"""


def expand(rule: Rule, start: datetime, *, since: datetime, before: datetime) -> list[datetime]:
    """
    Return the wall times at which a rule's occurrences start inside a window.

    A start that the rule does not name is no occurrence. COUNT counts from the start, seen or not.

    Args:
        start: Wall time without an offset; its time of day is that of every occurrence.
        since, before: The window, half open, in wall times without an offset.

    Returns:
        Shape: ascending, without repetition.

    Raises:
        RecurrenceTooLarge: More than WORK_MAX days would have to be looked at. (INVALID_ARGUMENT)

    Source:
        RFC 5545, 3.3.10; held by tests/unit/booking/test_recurrence_vectors.py and
        tests/property/booking/test_recurrence_days.py.
    """
    if before <= since:
        return []
    whole = _whole(rule, start.date())
    last = min(before - timedelta(microseconds=1), rule.until or datetime.max)
    first = start if rule.count else max(start, since)
    found: list[datetime] = []
    seen = 0
    for day in _days(whole, start.date(), first=first.date(), last=last.date()):
        at = datetime.combine(day, start.time())
        if at < start:
            continue
        seen += 1
        if at > last or (rule.count and seen > rule.count):
            break
        if at >= since:
            found.append(at)
    return found


def _whole(rule: Rule, start: date) -> Rule:
    """
    Return the rule with what RFC 5545 takes from the start when no part says it.

    Yearly days of the month without a month are those of the start's month, as libical reads them.
    """
    if rule.frequency is Frequency.DAILY or rule.by_day:
        return rule
    if rule.frequency is Frequency.WEEKLY:
        return replace(rule, by_day=((0, start.weekday()),))
    days = rule.by_month_day or (start.day,)
    if rule.frequency is Frequency.YEARLY and not rule.by_month:
        return replace(rule, by_month=(start.month,), by_month_day=days)
    return replace(rule, by_month_day=days)


def _days(rule: Rule, start: date, *, first: date, last: date) -> Iterator[date]:
    """Give the days the rule names, in order, of every period that touches first to last."""
    work = 0
    for period in _periods(rule, start, first=first, last=last):
        work += max(len(period), 1)
        if work > WORK_MAX:
            raise errors.RecurrenceTooLarge("The rule takes too much work.", limit=str(WORK_MAX))
        yield from _chosen([day for day in period if _is_named(rule, day)], rule.by_set_position)


def _periods(rule: Rule, start: date, *, first: date, last: date) -> Iterator[Sequence[date]]:
    """Give the days of each period, from the first that touches *first* to the last that touches *last*."""
    step = rule.interval
    if rule.frequency is Frequency.DAILY:
        number = start.toordinal() + (first - start).days // step * step
        for each in range(number, last.toordinal() + 1, step):
            yield [date.fromordinal(each)]
    elif rule.frequency is Frequency.WEEKLY:
        week = start.toordinal() - (start.weekday() - rule.week_start) % 7
        week += (first.toordinal() - week) // (7 * step) * 7 * step
        for each in range(week, last.toordinal() + 1, 7 * step):
            inside = range(max(each, date.min.toordinal()), min(each + 7, date.max.toordinal() + 1))
            yield [date.fromordinal(number) for number in inside]
    elif rule.frequency is Frequency.MONTHLY:
        month = _month_number(start) + (_month_number(first) - _month_number(start)) // step * step
        for each in range(month, _month_number(last) + 1, step):
            year, index = divmod(each, 12)
            yield _month(rule, year, index + 1)
    else:
        for year in range(start.year + (first.year - start.year) // step * step, last.year + 1, step):
            yield [day for month in rule.by_month or range(1, 13) for day in _month(rule, year, month)]


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(rule: Rule, year: int, month: int) -> Sequence[date]:
    """Return a month's days, none of a month that the rule does not name."""
    if rule.by_month and month not in rule.by_month:
        return ()
    length = calendar.monthrange(year, month)[1]
    if not rule.by_month_day:
        return [date(year, month, day) for day in range(1, length + 1)]
    days = {day if day > 0 else length + 1 + day for day in rule.by_month_day}
    return [date(year, month, day) for day in sorted(days) if 1 <= day <= length]


def _is_named(rule: Rule, day: date) -> bool:
    """Tell whether the rule's parts name a day; days of the month are asked only where periods are no months."""
    if rule.by_month and day.month not in rule.by_month:
        return False
    if rule.by_month_day and rule.frequency is Frequency.DAILY:
        length = calendar.monthrange(day.year, day.month)[1]
        if day.day not in rule.by_month_day and day.day - length - 1 not in rule.by_month_day:
            return False
    if not rule.by_day:
        return True
    weekday = day.weekday()
    asked = [nth for nth, each in rule.by_day if each == weekday]
    return bool(asked) and (0 in asked or not _nths(rule, day).isdisjoint(asked))


def _nths(rule: Rule, day: date) -> set[int]:
    """Return which of its weekday a day is, from the start and from the end of the month, or of the year."""
    if rule.frequency is Frequency.MONTHLY or rule.by_month:
        number, length = day.day, calendar.monthrange(day.year, day.month)[1]
    else:
        number = day.toordinal() - date(day.year, 1, 1).toordinal() + 1
        length = 366 if calendar.isleap(day.year) else 365
    return {(number - 1) // 7 + 1, -((length - number) // 7 + 1)}


def _chosen(days: Sequence[date], positions: Sequence[int]) -> Sequence[date]:
    """Return the days at the positions, all of them where there is none."""
    if not positions:
        return days
    numbers = {each - 1 if each > 0 else len(days) + each for each in positions}
    return [days[number] for number in sorted(numbers) if 0 <= number < len(days)]
