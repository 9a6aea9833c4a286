"""Hours are read back from their rows as they were written, by this release or the one before."""

from __future__ import annotations

import json
from datetime import date

from services.availability.adapters.calendar_rows import day_words, read_day, read_week, week_words
from services.availability.domain.hours import Stretch, WeeklyHours


def test_weekly_hours_are_read_back_as_written() -> None:
    """Alternating weeks and dates included."""
    week = (
        WeeklyHours(1, 540, 720, "site", (1, 2)),
        WeeklyHours(2, 0, 1440, "", (3,), 2, date(2027, 5, 3), date(2027, 5, 4), None),
    )
    assert read_week(json.loads(week_words(week))) == week


def test_rows_of_the_release_before_mean_every_week() -> None:
    """They have five members."""
    assert read_week([[1, 540, 720, "", [2]]]) == (WeeklyHours(1, 540, 720, "", (2,)),)


def test_hours_of_a_date_are_read_back_as_written() -> None:
    """None of them too."""
    for hours in ((), (Stretch(540, 600, "site", (1,)), Stretch(600, 660, "", (2, 3)))):
        assert read_day(json.loads(day_words(hours))) == hours
