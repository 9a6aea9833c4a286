"""libical's own vectors: those in our part of RFC 5545 pass, the rest are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.booking.domain.errors import RecurrenceUnsupported
from services.booking.domain.recurrence import read_rule
from services.booking.domain.recurrence_days import expand

VECTORS = Path(__file__).parents[2] / "vectors" / "libical-icalrecur.txt"
OUTSIDE = ("SECONDLY", "MINUTELY", "HOURLY", "BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO")
COVERED = 75
"""Vectors inside our part: every other one names a frequency or a part of OUTSIDE."""

Vector = dict[str, str]


def _vectors() -> list[Vector]:
    """Return the vectors, each by its fields."""
    blocks = VECTORS.read_text(encoding="utf-8").split("\n\n")
    lines = [[line for line in block.splitlines() if line and line[0] != "#"] for block in blocks]
    return [dict(line.split(":", 1) for line in block) for block in lines if block]


def _is_outside(vector: Vector) -> bool:
    return any(name in vector["RRULE"] for name in OUTSIDE)


def _local(text: str) -> datetime:
    return datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d")


@pytest.mark.parametrize(
    "vector", [each for each in _vectors() if not _is_outside(each)], ids=lambda each: each["RRULE"]
)
def test_a_rule_gives_the_occurrences_libical_expects(vector: Vector) -> None:
    """Same wall times, in order, none more."""
    instances = [_local(each) for each in vector["INSTANCES"].split(",")]
    start = _local(vector["DTSTART"])
    rule = read_rule(vector["RRULE"], rules=ZoneInfo("Etc/UTC"))
    since = _local(vector.get("START-AT", vector["DTSTART"]))
    bound = rule.until or instances[-1]

    found = expand(rule, start, since=since, before=bound + timedelta(days=366))

    assert found == [each for each in instances if each >= since]


@pytest.mark.parametrize("vector", [each for each in _vectors() if _is_outside(each)], ids=lambda each: each["RRULE"])
def test_a_rule_outside_our_part_is_refused_by_name(vector: Vector) -> None:
    """Nothing is left out in silence: the refusal names what is not supported."""
    with pytest.raises(RecurrenceUnsupported) as refused:
        read_rule(vector["RRULE"], rules=ZoneInfo("Etc/UTC"))

    assert refused.value.metadata["part"] in vector["RRULE"]


def test_the_vectors_are_the_ones_we_count() -> None:
    """A shorter file would prove less without anybody noticing."""
    vectors = _vectors()

    assert (len(vectors), sum(not _is_outside(each) for each in vectors)) == (146, COVERED)
