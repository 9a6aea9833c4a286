"""Recurrence rules: what is refused, how much work one may cost, and how they are written."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.booking.domain.errors import RecurrenceMalformed, RecurrenceTooLarge, RecurrenceUnsupported
from services.booking.domain.recurrence import read_rule
from services.booking.domain.recurrence_days import expand

UTC_RULES = ZoneInfo("Etc/UTC")
HOSTILE_MS = 50
"""Milliseconds of a processor that the worst rule may take: far less than a caller notices."""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "INTERVAL=2",
        "FREQ=FORTNIGHTLY",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;COUNT=3;UNTIL=20300101",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYDAY=54MO",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY;BYSETPOS=1",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=WEEKLY;UNTIL=20300231",
        "FREQ=WEEKLY;WKST=XX",
        "FREQ=WEEKLY;COLOUR=BLUE",
        "FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 100),
    ],
)
def test_what_is_no_rule_is_malformed(text: str) -> None:
    """The refusal names the part that can't be read."""
    with pytest.raises(RecurrenceMalformed) as refused:
        read_rule(text, rules=UTC_RULES)

    assert refused.value.metadata["part"] is not None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("FREQ=SECONDLY", "FREQ"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO"),
        ("FREQ=DAILY;COUNT=1000000000", "COUNT"),
        ("FREQ=DAILY;INTERVAL=99999", "INTERVAL"),
        ("FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=3", "BYDAY"),
        ("FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=13", "BYMONTHDAY"),
    ],
)
def test_what_we_do_not_understand_is_refused_by_name(text: str, part: str) -> None:
    """No part is ever dropped in silence."""
    with pytest.raises(RecurrenceUnsupported) as refused:
        read_rule(text, rules=UTC_RULES)

    assert refused.value.metadata["part"] == part


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=10000",
        "FREQ=WEEKLY;INTERVAL=1000;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYDAY=53MO;BYSETPOS=1",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYDAY=1MO,2TU,3WE,4TH,5FR,-1SA,-2SU,6MO,7TU,8WE",
    ],
)
@pytest.mark.parametrize("before", ["2026-04-01", "9999-12-31"])
def test_no_rule_takes_long(text: str, before: str) -> None:
    """From year 1, into a month or for ever: an answer or a refusal, at once."""
    rule = read_rule(text, rules=UTC_RULES)
    began = time.thread_time()

    with suppress(RecurrenceTooLarge):
        expand(rule, datetime(1, 1, 1, 9), since=datetime(2026, 3, 1), before=datetime.fromisoformat(before))

    assert (time.thread_time() - began) * 1000 < HOSTILE_MS


def test_a_daily_rule_since_year_one_knows_this_march() -> None:
    """Periods before the window are skipped, not walked."""
    rule = read_rule("FREQ=DAILY", rules=UTC_RULES)

    found = expand(rule, datetime(1, 1, 1, 9), since=datetime(2026, 3, 1), before=datetime(2026, 4, 1))

    assert (len(found), found[0]) == (31, datetime(2026, 3, 1, 9))


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;BYDAY=TU,TH;WKST=SU",
        "FREQ=MONTHLY;BYDAY=-1FR,1MO",
        "FREQ=MONTHLY;UNTIL=20301224T235959;BYMONTHDAY=-1,15",
        "FREQ=YEARLY;BYDAY=TU;BYMONTH=11;BYSETPOS=2",
    ],
)
def test_a_rule_written_is_the_rule_read(text: str) -> None:
    """Writing and reading again loses nothing."""
    rule = read_rule(text, rules=UTC_RULES)

    assert read_rule(rule.text(), rules=UTC_RULES) == rule


def test_an_until_in_utc_is_read_on_the_wall_clock() -> None:
    """22:00 UTC is still the afternoon in Phoenix."""
    rule = read_rule("FREQ=WEEKLY;UNTIL=20300107T220000Z", rules=ZoneInfo("America/Phoenix"))

    assert rule.until == datetime(2030, 1, 7, 15)
