"""Random rules: our expander and python-dateutil give the same occurrences."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from services.booking.domain.recurrence import read_rule
from services.booking.domain.recurrence_days import expand

SEED = 5545
RULES = 2_000
"""Random rules tried; the seed is fixed, so that a failure is the same one tomorrow."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _some(dice: random.Random, values: list[str], most: int = 4) -> str:
    return ",".join(sorted(dice.sample(values, dice.randint(1, min(most, len(values))))))


def _rule(dice: random.Random) -> str:
    """
    Return a rule that both understand and read alike.

    dateutil starts counting positions at the start, not at its week's first day, so a weekly rule gets none;
    and it reads yearly days of the month without months as those of every month, so those get months.
    """
    frequency = dice.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = [f"FREQ={frequency}", f"INTERVAL={dice.choice([1, 1, 1, 2, 3, 5, 13])}"]
    has_day = dice.random() < 0.6
    has_month_day = frequency != "WEEKLY" and dice.random() < 0.4
    has_month = dice.random() < 0.3 or (frequency == "YEARLY" and has_month_day)
    if has_day:
        is_nth = frequency in ("MONTHLY", "YEARLY") and not has_month_day and dice.random() < 0.5
        days = [f"{dice.choice([1, 2, 3, 4, 5, -1, -2])}{day}" for day in WEEKDAYS] if is_nth else list(WEEKDAYS)
        parts.append(f"BYDAY={_some(dice, days)}")
    if has_month_day:
        parts.append(f"BYMONTHDAY={_some(dice, [str(day) for day in (*range(1, 32), *range(-31, 0))], 6)}")
    if has_month:
        parts.append(f"BYMONTH={_some(dice, [str(month) for month in range(1, 13)])}")
    if frequency in ("MONTHLY", "YEARLY") and (has_day or has_month_day) and dice.random() < 0.3:
        parts.append(f"BYSETPOS={_some(dice, ['1', '2', '3', '-1', '-2'], 2)}")
    if frequency == "WEEKLY":
        parts.append(f"WKST={dice.choice(WEEKDAYS)}")
    if dice.random() < 0.4:
        parts.append(f"COUNT={dice.randint(1, 40)}")
    elif dice.random() < 0.4:
        parts.append(f"UNTIL={datetime(2027, 1, 1) + timedelta(days=dice.randint(0, 900)):%Y%m%dT%H%M%S}")
    return ";".join(parts)


def test_our_occurrences_are_dateutils() -> None:
    """Over three years, from random starts, in any window."""
    dice = random.Random(SEED)
    for _ in range(RULES):
        text = _rule(dice)
        start = datetime(2026, 1, 1, dice.randint(0, 23), 30) + timedelta(days=dice.randint(0, 366))
        since = start + timedelta(days=dice.randint(0, 200))
        before = since + timedelta(days=dice.randint(1, 900))

        ours = expand(read_rule(text, rules=ZoneInfo("Etc/UTC")), start, since=since, before=before)

        theirs = rrulestr(text, dtstart=start).between(since, before, inc=True)
        assert ours == [each for each in theirs if each < before], (text, start, since, before)
