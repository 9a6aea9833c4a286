"""Standing reminders come round on the client's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.notifications.domain import errors
from services.notifications.domain.address import CODE_GOOD_FOR, CODE_TRIES, SentCode
from services.notifications.domain.nudge import Nudge
from services.notifications.domain.workflow import Trigger

ZONE = "America/Vancouver"
DAILY = Nudge("nudge-1", "client-1", Trigger.MEDICATION, time(2, 30), 1, date(2026, 3, 6), date(2026, 3, 9))
BEFORE = datetime(2026, 3, 1, tzinfo=UTC)


def test_it_comes_on_every_day_of_its_span_and_a_wall_time_that_is_skipped_is_just_after_the_gap() -> None:
    """02:30 does not exist on 8 March in Vancouver: an hour later on the wall, never lost, never twice."""
    nudge, times, at = DAILY.begin(at=BEFORE, time_zone=ZONE, version=1), [], BEFORE
    while nudge.next_time is not None:
        times.append(nudge.next_time)
        at = nudge.next_time
        nudge, report = nudge.come_round("practice-1", at=at, time_zone=ZONE)
        assert (report.start_time, report.version) == (at, nudge.version)

    assert [f"{each:%d %H:%M}" for each in times] == ["06 10:30", "07 10:30", "08 10:30", "09 09:30"]


def test_what_an_outage_missed_is_not_caught_up() -> None:
    """The newest that has come is planned once, and the next one lies ahead."""
    nudge = DAILY.begin(at=BEFORE, time_zone=ZONE, version=1)
    late = datetime(2026, 3, 8, 20, tzinfo=UTC)

    later, report = nudge.come_round("practice-1", at=late, time_zone=ZONE)

    assert later.next_time == datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    assert report.start_time == datetime(2026, 3, 8, 10, 30, tzinfo=UTC)
    assert report.end_time - report.start_time == timedelta(hours=12)


@pytest.mark.parametrize(
    "nudge",
    [
        replace(DAILY, every_days=0),
        replace(DAILY, every_days=367),
        replace(DAILY, until_date=date(2026, 3, 5)),
        replace(DAILY, until_date=date(2027, 3, 8)),
    ],
)
def test_a_nudge_without_an_end_or_a_step_is_refused(nudge: Nudge) -> None:
    """Nothing goes on for ever."""
    with pytest.raises(errors.NudgeMalformed):
        nudge.check()


def test_an_ended_nudge_keeps_its_first_end() -> None:
    """Ending twice ends once."""
    ended = DAILY.end(at=BEFORE)

    assert ended.end(at=BEFORE + timedelta(days=1)).end_time == BEFORE


def test_a_code_is_good_until_it_is_too_old_or_was_tried_too_often() -> None:
    """Five tries in fifteen minutes."""
    sent = SentCode(b"hash", BEFORE + CODE_GOOD_FOR, 0)

    assert sent.is_good(at=BEFORE)
    assert not sent.is_good(at=BEFORE + CODE_GOOD_FOR)
    assert not replace(sent, tries=CODE_TRIES).is_good(at=BEFORE)
    assert not SentCode(None, None, 0).is_good(at=BEFORE)
