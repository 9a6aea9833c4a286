"""A day's hours come from the first that speaks: closure, override, holiday, weekly hours; a travel moves the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from services.availability.domain import errors
from services.availability.domain.days import (
    Calendar,
    Closure,
    HolidayCalendar,
    Override,
    Rule,
    Travel,
    working_day,
)
from services.availability.domain.hours import Modality, Stretch, WeeklyHours
from services.availability.domain.offers import offer
from services.availability.domain.wall import wall_at
from tests.unit.availability.samples import SITE, THERAPIST, ZONE, directory, hours, schedule, session_type

WEDNESDAY = date(2027, 5, 5)
EVENING = Stretch(18 * 60, 20 * 60, "", (2,))
WEEK = Stretch(9 * 60, 17 * 60, SITE, (1, 2))
TOKYO = Travel("travel", THERAPIST, WEDNESDAY, WEDNESDAY, "Asia/Tokyo")


def wednesday_is_a_holiday(_country: str, _subdivision: str, _year: int) -> Mapping[date, str]:
    """Keep one holiday."""
    return {WEDNESDAY: "Midweek Day"}


def calendar(**changed: Any) -> Calendar:
    """A calendar of a practice that keeps the Wednesday's holiday, unless told otherwise."""
    words: dict[str, Any] = {
        "holiday_calendars": {"": HolidayCalendar("", "US", "")},
        "holiday_names": wednesday_is_a_holiday,
    }
    return Calendar(**(words | changed))


def override(*stretches: Stretch, is_extension: bool = False) -> dict[str, Any]:
    """The Wednesday's override."""
    return {"overrides": {THERAPIST: {WEDNESDAY: Override(THERAPIST, WEDNESDAY, is_extension, stretches)}}}


def test_a_holiday_hides_weekly_hours_and_says_its_name() -> None:
    """On its day only."""
    found = working_day(schedule(), calendar(), WEDNESDAY)

    assert (found.stretches, found.hidden[0].rule, found.hidden[0].name) == ((), Rule.HOLIDAY, "Midweek Day")
    assert working_day(schedule(), calendar(), WEDNESDAY + timedelta(days=7)).stretches == (WEEK,)


def test_an_override_opens_on_a_holiday() -> None:
    """Replacing gives its hours; extending gives its hours too, for the holiday took the others."""
    for is_extension in (False, True):
        found = working_day(schedule(), calendar(**override(EVENING, is_extension=is_extension)), WEDNESDAY)
        assert found.stretches == (EVENING,)


def test_extended_hours_add_to_the_week() -> None:
    """Replacing hides the week."""
    extended = working_day(schedule(), Calendar(**override(EVENING, is_extension=True)), WEDNESDAY)
    replaced = working_day(schedule(), Calendar(**override(EVENING)), WEDNESDAY)
    off = working_day(schedule(), Calendar(**override()), WEDNESDAY)

    assert extended.stretches == (WEEK, EVENING)
    assert (replaced.stretches, replaced.hidden[0].rule) == ((EVENING,), Rule.OVERRIDE)
    assert off.stretches == ()


def test_a_closure_wins_over_an_override() -> None:
    """The practice's closes everything; a site's closes the hours at the site only."""
    whole = Closure("closure", "", WEDNESDAY, WEDNESDAY, "Moving")
    site = Closure("closure", SITE, WEDNESDAY, WEDNESDAY, "Painting")

    closed = working_day(schedule(), Calendar(**override(EVENING), closures=[whole]), WEDNESDAY)
    painted = working_day(schedule(), Calendar(**override(EVENING, is_extension=True), closures=[site]), WEDNESDAY)

    assert (closed.stretches, closed.hidden[-1].rule, closed.hidden[-1].name) == ((), Rule.CLOSURE, "Moving")
    assert (painted.stretches, painted.hidden[-1].source_id) == ((EVENING,), "closure")


def test_a_sites_holidays_win_over_the_practices() -> None:
    """And work may go on on a named holiday."""
    elsewhere = {"": HolidayCalendar("", "US", ""), SITE: HolidayCalendar(SITE, "CA", "", frozenset({WEDNESDAY}))}
    found = working_day(schedule(), calendar(holiday_calendars=elsewhere), WEDNESDAY)
    assert found.stretches == (WEEK,)


def test_weekly_hours_are_meant_where_the_therapist_is() -> None:
    """Nine to five in Tokyo, and nobody sits in a room at home."""
    found = working_day(schedule(), Calendar(travels={THERAPIST: [TOKYO]}), WEDNESDAY)

    assert (found.time_zone, found.stretches) == ("Asia/Tokyo", (WEEK._replace(modalities=(2,)),))
    assert found.hidden[0].rule is Rule.TRAVEL
    away = directory(calendar=Calendar(travels={THERAPIST: [TOKYO]}))
    (first, *_) = offer(schedule(), session_type(), WEDNESDAY, away.calendar).options_by_start
    assert wall_at(first, "Asia/Tokyo").local == "2027-05-05T09:00"
    assert [each.modality for each in away.options_at(schedule(), session_type(), first)] == [Modality.VIDEO]
    assert away.calendar.zone_at(schedule(), first) == "Asia/Tokyo"
    assert away.calendar.zone_at(schedule(), first + 2 * 86_400) == ZONE


def test_alternating_weeks_count_from_their_monday() -> None:
    """Every second week, before the anchor too; and only between two dates."""
    odd = WeeklyHours(3, 540, 600, "", (2,), every_weeks=2, anchor=date(2027, 5, 3))
    until = WeeklyHours(3, 540, 600, "", (2,), from_day=WEDNESDAY, to_day=WEDNESDAY)

    weeks = [odd.holds_on(WEDNESDAY + timedelta(weeks=number)) for number in range(-3, 4)]

    assert weeks == [False, True, False, True, False, True, False]
    assert [until.holds_on(WEDNESDAY + timedelta(weeks=number)) for number in (-1, 0, 1)] == [False, True, False]


@pytest.mark.parametrize(
    ("one", "other", "is_refused"),
    [
        ({"every_weeks": 2, "anchor": date(2027, 5, 3)}, {"every_weeks": 2, "anchor": date(2027, 5, 10)}, False),
        ({"every_weeks": 2, "anchor": date(2027, 5, 3)}, {"every_weeks": 3, "anchor": date(2027, 5, 10)}, True),
        ({"every_weeks": 2, "anchor": date(2027, 5, 3)}, {"every_weeks": 4, "anchor": date(2027, 5, 10)}, False),
        ({"to_day": date(2027, 5, 3)}, {"from_day": date(2027, 5, 4)}, False),
        ({"to_day": date(2027, 5, 4)}, {"from_day": date(2027, 5, 4)}, True),
        ({"every_weeks": 2, "anchor": date(2027, 5, 3)}, {}, True),
    ],
)
def test_hours_overlap_only_if_a_day_can_have_both(
    one: dict[str, Any], other: dict[str, Any], is_refused: bool
) -> None:
    """Weeks that never meet, and dates that never meet, may share minutes."""
    week = schedule(hours(**one), hours(**other))
    if is_refused:
        with pytest.raises(errors.HoursOverlap):
            week.check()
    else:
        week.check()


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"every_weeks": 2}, errors.AnchorNotMonday),
        ({"every_weeks": 2, "anchor": WEDNESDAY}, errors.AnchorNotMonday),
        ({"anchor": date(2027, 5, 3)}, errors.AnchorNotMonday),
        ({"from_day": date(2027, 5, 4), "to_day": date(2027, 5, 3)}, errors.IntervalReversed),
    ],
)
def test_weekly_hours_that_cannot_be_are_refused(changed: dict[str, Any], refusal: type[Exception]) -> None:
    """Alternating weeks need a Monday, and dates an order."""
    with pytest.raises(refusal):
        schedule(hours(**changed)).check()


def test_overrides_and_travels_that_cannot_be_are_refused() -> None:
    """Reversed, overlapping or empty hours; days in the wrong order; too long away; nowhere."""
    with pytest.raises(errors.HoursReversed):
        Override(THERAPIST, WEDNESDAY, False, (Stretch(60, 60, "", (2,)),)).check()
    with pytest.raises(errors.HoursOverlap):
        Override(THERAPIST, WEDNESDAY, False, (EVENING, EVENING)).check()
    with pytest.raises(errors.Malformed):
        Override(THERAPIST, WEDNESDAY, True, ()).check()
    with pytest.raises(errors.IntervalReversed):
        Travel("travel", THERAPIST, WEDNESDAY, WEDNESDAY - timedelta(days=1), ZONE).check()
    with pytest.raises(errors.Malformed):
        Travel("travel", THERAPIST, WEDNESDAY, WEDNESDAY + timedelta(days=367), ZONE).check()
    with pytest.raises(errors.UnknownTimeZone):
        Travel("travel", THERAPIST, WEDNESDAY, WEDNESDAY, "Mars/Base").check()


def test_extended_hours_that_overlap_the_week_offer_each_start_once() -> None:
    """And a session may run from one into the other."""
    late = Stretch(16 * 60, 18 * 60, SITE, (1, 2))
    found = offer(schedule(), session_type(), WEDNESDAY, Calendar(**override(late, is_extension=True)))

    shown = [wall_at(at_s, ZONE).local[11:] for at_s in found.options_by_start]

    assert shown[-4:] == ["15:30", "16:00", "16:30", "17:00"]
    assert all(len(options) == 2 for options in found.options_by_start.values())


def test_a_new_version_remembers_only_what_is_still_as_it_was() -> None:
    """Another therapist's override costs this one nothing; one's own, and a closure, does."""
    before, kind = directory(), session_type()
    offered = before.offers(schedule(), kind, WEDNESDAY)
    same = directory(calendar=Calendar(overrides={"other": {}}))
    own = directory(calendar=Calendar(**override(EVENING)))
    closed = directory(calendar=Calendar(closures=[Closure("closure", "", WEDNESDAY, WEDNESDAY, "Moving")]))

    for each in (same, own, closed):
        each.inherit(before)

    assert same.offers(schedule(), kind, WEDNESDAY) is offered
    assert own.offers(schedule(), kind, WEDNESDAY) != offered
    assert not closed.offers(schedule(), kind, WEDNESDAY).options_by_start
