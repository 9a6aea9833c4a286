"""Reads recurrence rules: the part of RFC 5545 that standing hours need, and loud refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.booking.domain import errors

TEXT_MAX_CHARACTERS = 255
"""Characters of a rule at most; the contract says so."""

COUNT_MAX = 10_000
"""Occurrences a rule may count to; a series is limited further by its horizon."""

INTERVAL_MAX = 1_000
"""Periods a rule may step by; a series is limited further."""

PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
)  # fmt: skip
"""Parts of a rule that are understood; every other one is refused."""

_UNSUPPORTED_PARTS = frozenset({"BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO", "RSCALE", "SKIP"})
_UNSUPPORTED_FREQUENCIES = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,5}", re.ASCII)
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?", re.ASCII)


class Frequency(StrEnum):
    """How long a rule's period is."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    Is a recurrence rule, without its start.

    until is the last wall time an occurrence may start at, without an offset. by_day has (n, weekday): n is 0 for
    every such day, else the n-th of its month or year, negative from the end; weekdays count from 0, Monday.
    """

    frequency: Frequency
    interval: int = 1
    count: int = 0
    until: datetime | None = None
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_position: tuple[int, ...] = ()
    week_start: int = 0

    def text(self) -> str:
        """Return the rule as RFC 5545 writes it; reading it again gives the same rule."""
        parts = [f"FREQ={self.frequency.value}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.count:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%dT%H%M%S}")
        if self.by_day:
            parts.append("BYDAY=" + ",".join(f"{n or ''}{_WEEKDAYS[weekday]}" for n, weekday in self.by_day))
        for name, numbers in (
            ("BYMONTHDAY", self.by_month_day),
            ("BYMONTH", self.by_month),
            ("BYSETPOS", self.by_set_position),
        ):
            if numbers:
                parts.append(f"{name}={','.join(map(str, numbers))}")
        if self.week_start:
            parts.append(f"WKST={_WEEKDAYS[self.week_start]}")
        return ";".join(parts)


def read_rule(text: str, *, rules: ZoneInfo) -> Rule:
    """
    Read "FREQ=WEEKLY;BYDAY=MO".

    Args:
        rules: The zone whose wall clock the rule runs on; an UNTIL in UTC is read on that clock.

    Raises:
        RecurrenceMalformed: It is no recurrence rule; the metadata names the part. (INVALID_ARGUMENT)
        RecurrenceUnsupported: It is one, but of the part of RFC 5545 that is not understood. (INVALID_ARGUMENT)

    Source:
        RFC 5545, 3.3.10; held by tests/unit/booking/test_recurrence_vectors.py.
    """
    parts = _parts(text)
    frequency = _frequency(parts)
    for name in parts:
        if name in _UNSUPPORTED_PARTS:
            raise errors.RecurrenceUnsupported("This part of a rule is not supported.", part=name)
        if name not in PARTS:
            raise errors.RecurrenceMalformed("No such part of a rule.", part=name[:16])
    if "COUNT" in parts and "UNTIL" in parts:
        raise errors.RecurrenceMalformed("A rule has a COUNT or an UNTIL, not both.", part="UNTIL")
    rule = Rule(
        frequency,
        interval=_number(parts, "INTERVAL", default=1, most=INTERVAL_MAX),
        count=_number(parts, "COUNT", default=0, most=COUNT_MAX),
        until=_until(parts["UNTIL"], rules) if "UNTIL" in parts else None,
        by_day=_by_day(parts),
        by_month_day=_numbers(parts, "BYMONTHDAY", most=31, is_signed=True),
        by_month=_numbers(parts, "BYMONTH", most=12, is_signed=False),
        by_set_position=_numbers(parts, "BYSETPOS", most=366, is_signed=True),
        week_start=_week_start(parts),
    )
    _check_together(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    if not text or len(text) > TEXT_MAX_CHARACTERS or not text.isascii():
        raise errors.RecurrenceMalformed("A rule is 1 to 255 ASCII characters.", part="RRULE")
    found: dict[str, str] = {}
    for part in text.upper().removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name in found:
            raise errors.RecurrenceMalformed("A part of a rule is NAME=VALUE, once.", part=name[:16])
        found[name] = value
    return found


def _frequency(parts: dict[str, str]) -> Frequency:
    name = parts.get("FREQ", "")
    if name in _UNSUPPORTED_FREQUENCIES:
        raise errors.RecurrenceUnsupported("A rule steps by days or more.", part="FREQ")
    if name not in Frequency.__members__:
        raise errors.RecurrenceMalformed("A rule needs a FREQ.", part="FREQ")
    return Frequency(name)


def _number(parts: dict[str, str], name: str, *, default: int, most: int) -> int:
    text = parts.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text[:9]) < 1:
        raise errors.RecurrenceMalformed("A count is a whole number from 1.", part=name)
    if len(text) > 9 or int(text) > most:
        raise errors.RecurrenceUnsupported("The number is too large.", part=name, most=str(most))
    return int(text)


def _numbers(parts: dict[str, str], name: str, *, most: int, is_signed: bool) -> tuple[int, ...]:
    found: set[int] = set()
    for text in parts[name].split(",") if name in parts else ():
        number = int(text) if _NUMBER.fullmatch(text) else 0
        if number == 0 or abs(number) > most or (number < 0 and not is_signed):
            raise errors.RecurrenceMalformed("A number is out of range.", part=name, most=str(most))
        found.add(number)
    return tuple(sorted(found))


def _by_day(parts: dict[str, str]) -> tuple[tuple[int, int], ...]:
    found: set[tuple[int, int]] = set()
    for text in parts["BYDAY"].split(",") if "BYDAY" in parts else ():
        match = _BYDAY.fullmatch(text)
        nth = int(match[1]) if match and match[1] else 0
        if match is None or (match[1] and not 1 <= abs(nth) <= 53):
            raise errors.RecurrenceMalformed("A weekday is MO or 1MO or -1MO.", part="BYDAY")
        found.add((nth, _WEEKDAYS.index(match[2])))
    return tuple(sorted(found))


def _week_start(parts: dict[str, str]) -> int:
    name = parts.get("WKST", "MO")
    if name not in _WEEKDAYS:
        raise errors.RecurrenceMalformed("A week starts on a weekday.", part="WKST")
    return _WEEKDAYS.index(name)


def _until(text: str, rules: ZoneInfo) -> datetime:
    """Return the last wall time; a date alone takes in the whole day."""
    if not _UNTIL.fullmatch(text):
        raise errors.RecurrenceMalformed("An UNTIL is a date or a date-time.", part="UNTIL")
    try:
        if "T" not in text:
            return datetime.strptime(text + "235959", "%Y%m%d%H%M%S")
        until = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")
        return until.replace(tzinfo=UTC).astimezone(rules).replace(tzinfo=None) if text.endswith("Z") else until
    except (ValueError, OverflowError):
        raise errors.RecurrenceMalformed("No calendar has this UNTIL.", part="UNTIL") from None


def _check_together(rule: Rule) -> None:
    """Refuse parts that RFC 5545 forbids beside each other."""
    is_nth = any(nth for nth, _ in rule.by_day)
    if is_nth and rule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
        raise errors.RecurrenceMalformed("Only months and years have an n-th weekday.", part="BYDAY")
    if is_nth and rule.by_month_day:
        raise errors.RecurrenceUnsupported("An n-th weekday that is a given day of the month.", part="BYDAY")
    if rule.by_day and rule.by_month_day and rule.frequency is Frequency.YEARLY and not rule.by_month:
        raise errors.RecurrenceUnsupported("Say the months too: readers of this rule disagree.", part="BYMONTHDAY")
    if rule.by_month_day and rule.frequency is Frequency.WEEKLY:
        raise errors.RecurrenceMalformed("A weekly rule has no days of the month.", part="BYMONTHDAY")
    if rule.by_set_position and not (rule.by_day or rule.by_month_day or rule.by_month):
        raise errors.RecurrenceMalformed("A position is one among days that another part names.", part="BYSETPOS")
