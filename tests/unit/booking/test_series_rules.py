"""What a series is: its limits, its horizon, and its rule after a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.booking.domain import errors
from services.booking.domain.recurrence import read_rule
from services.booking.domain.recurrence_walls import LOCAL_FORMAT
from services.booking.domain.series import (
    Alternative,
    Pause,
    Plan,
    Series,
    SeriesState,
    choose_alternatives,
    start_series,
)

ZONE = "America/New_York"
NOW = datetime(2030, 1, 4, 12, tzinfo=UTC)
MONDAY = datetime(2030, 1, 7, 15)


def plan(rule: str = "FREQ=WEEKLY", *, horizon_days: int = 182) -> Plan:
    """Return a plan that begins on the Monday at 15:00."""
    read = read_rule(rule, rules=ZoneInfo(ZONE))
    return Plan("c", "t", "s", 0, MONDAY, ZONE, read, horizon_days)


def series(rule: str = "FREQ=WEEKLY") -> Series:
    """Return a new series."""
    return start_series(practice_id="p", series_id="s", plan=plan(rule), actor_id="user:desk", at=NOW)


def locals_of(of: Plan, *, days: int = 60) -> list[str]:
    """Return the times a plan names in the first days."""
    found = of.planned(date(2030, 1, 1), date(2030, 1, 1) + timedelta(days=days), after=NOW)
    return [each.original_local for each in found]


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;INTERVAL=53", "FREQ=DAILY;INTERVAL=100"])
def test_a_series_steps_by_at_most_52_periods(rule: str) -> None:
    """Once a year is the least that a weekly hour can be."""
    with pytest.raises(errors.RecurrenceUnsupported):
        plan(rule).check()
    plan("FREQ=WEEKLY;INTERVAL=52").check()


@pytest.mark.parametrize("days", [0, 367])
def test_a_horizon_is_a_day_to_a_year(days: int) -> None:
    """366 days are the most that is booked ahead."""
    with pytest.raises(errors.RecurrenceTooLarge):
        plan(horizon_days=days).check()
    plan(horizon_days=366).check()


def test_times_that_have_passed_are_not_planned() -> None:
    """A rule may begin in the past; its sessions don't."""
    found = plan().planned(date(2030, 1, 1), date(2030, 2, 1), after=datetime(2030, 1, 14, 21, tzinfo=UTC))

    assert [each.original_local for each in found] == ["2030-01-21T15:00", "2030-01-28T15:00"]


@pytest.mark.parametrize(
    ("rule", "goes_on"),
    [
        ("FREQ=WEEKLY", True),
        ("FREQ=WEEKLY;COUNT=4", False),
        ("FREQ=WEEKLY;COUNT=40", True),
        ("FREQ=WEEKLY;UNTIL=20300201", False),
        ("FREQ=WEEKLY;UNTIL=20301201", True),
    ],
)
def test_only_a_rule_that_goes_on_is_looked_at_again(rule: str, goes_on: bool) -> None:
    """One that has named all its times needs no top-up."""
    assert (series(rule).top_up_time is not None) == goes_on


def test_a_changed_rule_counts_on() -> None:
    """Two of five have been: three are left, wherever they go."""
    changed = plan("FREQ=WEEKLY;COUNT=5").moved_from("2030-01-21T15:00", datetime(2030, 1, 23, 11, 30), "")

    assert locals_of(changed) == ["2030-01-23T11:30", "2030-01-30T11:30", "2030-02-06T11:30"]


def test_a_fortnightly_rule_keeps_its_rhythm_over_a_weeks_edge() -> None:
    """From Monday back to the Friday before: every second Friday, none more and none less."""
    changed = plan("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE").moved_from("2030-01-21T15:00", datetime(2030, 1, 18, 15), "")

    before = [datetime.strptime(each, LOCAL_FORMAT) for each in locals_of(plan("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"))]
    expected = [each - timedelta(days=3) for each in before if each >= datetime(2030, 1, 21)]
    assert locals_of(changed, days=57) == [each.strftime(LOCAL_FORMAT) for each in expected]


def test_an_until_moves_with_the_time() -> None:
    """The last occurrence of a rule is not lost by being an hour later."""
    changed = plan("FREQ=WEEKLY;UNTIL=20300121T150000").moved_from("2030-01-07T15:00", datetime(2030, 1, 7, 16), "")

    assert len(locals_of(changed)) == 3


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=7", datetime(2030, 1, 8, 15)),
        ("FREQ=WEEKLY;BYMONTH=1,2", datetime(2030, 1, 8, 15)),
        ("FREQ=WEEKLY", datetime(2030, 1, 14, 15)),
    ],
)
def test_days_that_are_no_weekdays_stay(rule: str, start: datetime) -> None:
    """What "every 7th, a day later" means is not guessed; nor is a whole week."""
    with pytest.raises(errors.RecurrenceUnsupported):
        plan(rule).moved_from("2030-01-07T15:00", start, "")


def test_a_monthly_rule_moves_to_another_hour() -> None:
    """The time of day is no day."""
    changed = plan("FREQ=MONTHLY;BYDAY=1MO").moved_from("2030-01-07T15:00", datetime(2030, 1, 7, 9), "other")

    assert (locals_of(changed), changed.therapist_id) == (["2030-01-07T09:00", "2030-02-04T09:00"], "other")


def test_one_pause_at_a_time_inside_what_is_booked() -> None:
    """The next one may come when the first is over."""
    first = Pause(date(2030, 1, 14), date(2030, 1, 28), True)
    paused = series().paused(first, at=NOW)

    assert paused.state is SeriesState.PAUSED
    assert [first.holds(each) for each in ("2030-01-07T15:00", "2030-01-14T15:00", "2030-01-28T15:00")] == [
        False, True, False,
    ]  # fmt: skip
    with pytest.raises(errors.SeriesPaused):
        paused.paused(Pause(date(2030, 3, 4), date(2030, 3, 11), True), at=NOW)
    later = paused.paused(Pause(date(2030, 3, 4), date(2030, 3, 11), True), at=NOW + timedelta(days=40))
    assert later.version == paused.version + 1
    for wrong, error in (
        (Pause(first.to_date, first.from_date, True), errors.IntervalReversed),
        (replace(first, to_date=series().booked_until + timedelta(days=1)), errors.PauseBeyondHorizon),
    ):
        with pytest.raises(error):
            series().paused(wrong, at=NOW)


def test_alternatives_clash_with_no_sibling_and_with_each_other() -> None:
    """Each conflict gets the nearest slot that nothing else of the series wants."""

    def slot(hour: int, *, day: int = 7) -> Alternative:
        start = datetime(2030, 1, day, hour, tzinfo=UTC)
        return Alternative("t", "s", start, start + timedelta(minutes=50), "", ZONE, 0, 2, "")

    wanted = [datetime(2030, 1, 7, 15, tzinfo=UTC), datetime(2030, 1, 7, 16, tzinfo=UTC)]

    chosen = choose_alternatives(wanted, {0: [slot(16), slot(17), slot(18)], 1: [slot(17), slot(18)]})

    assert chosen == {0: slot(17), 1: slot(18)}
    assert choose_alternatives(wanted, {0: [slot(16)]}) == {}
