"""What a client's particulars may look like."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.booking.domain import errors
from services.booking.domain.client import Client, check_birth_date, check_name, check_time_zone

TODAY = date(2030, 1, 7)


def test_a_name_loses_outer_blanks_only() -> None:
    """Blanks around a name go; the name itself stays as its owner writes it."""
    assert check_name("  María-José O'Neill ", field="given_name") == "María-José O'Neill"


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "line\nbreak", "bell\a"])
def test_an_impossible_name_is_refused(name: str) -> None:
    """Empty, longer than 120 characters, or not printable is malformed; the field is named."""
    with pytest.raises(errors.Malformed) as refusal:
        check_name(name, field="family_name")

    assert refusal.value.metadata["field"] == "family_name"


@pytest.mark.parametrize("value", ["", "2030-01-07", "1900-01-01", "2012-02-29"])
def test_a_birth_date_is_a_day_until_today(value: str) -> None:
    """Any day from 1900 to today is a birth date, and so is none."""
    assert check_birth_date(value, today=TODAY) == value


@pytest.mark.parametrize("value", ["2030-01-08", "1899-12-31", "2013-02-29", "07.01.2000", "20000107", "2000-W01-1"])
def test_an_impossible_birth_date_is_refused(value: str) -> None:
    """The future, a day that never was, and another way of writing are malformed."""
    with pytest.raises(errors.Malformed):
        check_birth_date(value, today=TODAY)


def test_a_zone_is_one_that_iana_names() -> None:
    """A zone of the database passes; an invented one, or a path, is UNKNOWN_TIME_ZONE."""
    assert check_time_zone("America/Vancouver") == "America/Vancouver"
    for wrong in ("", "Mars/Olympus", "../etc/passwd", "PST8"):
        with pytest.raises(errors.UnknownTimeZone):
            check_time_zone(wrong)


def test_an_etag_follows_the_version() -> None:
    """Two versions of a client have two etags."""
    client = Client("c", "A", "B", "", "", "", "Etc/UTC", 1, datetime(2030, 1, 1, tzinfo=UTC))

    assert client.etag == "v1"
