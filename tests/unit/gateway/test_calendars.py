"""The calendar a feed is read as."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from icalendar import Calendar
from kept.booking.v1 import feeds_pb2, feeds_service_pb2

from services.gateway.calendars import ALLOWED, calendar_of

START = datetime(2030, 3, 31, 0, 30, tzinfo=UTC)
"""In the night in which Europe's clocks jump."""


def stamp(moment: datetime) -> Timestamp:
    """A proto timestamp."""
    made = Timestamp()
    made.FromDatetime(moment)
    return made


def feed(label: feeds_pb2.CalendarFeed.Label.ValueType, count: int = 2) -> feeds_service_pb2.ReadCalendarFeedResponse:
    """A feed of two sessions, the second one called off."""
    entries = [
        feeds_pb2.FeedEntry(
            uid=f"{each:032x}",
            start_time=stamp(START.replace(minute=each % 60)),
            end_time=stamp(START.replace(hour=1, minute=each % 60)),
            sequence=each,
            update_time=stamp(START),
            is_cancelled=each % 2 == 1,
        )
        for each in range(count)
    ]
    return feeds_service_pb2.ReadCalendarFeedResponse(label=label, entries=entries)


def test_an_entry_says_when_and_a_neutral_word() -> None:
    """One event an occurrence, in UTC, nothing beyond the list."""
    read = Calendar.from_ical(calendar_of(feed(feeds_pb2.CalendarFeed.LABEL_BUSY)).decode())
    standing, off = read.walk("VEVENT")

    assert {key for event in (standing, off) for key in event} == set(ALLOWED)
    assert (standing["SUMMARY"], off["SUMMARY"]) == ("Busy", "Busy")
    assert (standing["STATUS"], off["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert (standing["X-MICROSOFT-CDO-BUSYSTATUS"], off["X-MICROSOFT-CDO-BUSYSTATUS"]) == ("BUSY", "FREE")
    assert standing.decoded("DTSTART") == START.replace(minute=0)
    assert not read.walk("VTIMEZONE")
    assert (read["METHOD"], str(read["VERSION"])) == ("PUBLISH", "2.0")


def test_other_words_name_nobody_either() -> None:
    """A reference is a code, different in every feed."""
    texts = {
        label: calendar_of(feed(label)).decode()
        for label in (feeds_pb2.CalendarFeed.LABEL_APPOINTMENT, feeds_pb2.CalendarFeed.LABEL_REFERENCE)
    }

    assert "SUMMARY:Appointment\r\n" in texts[feeds_pb2.CalendarFeed.LABEL_APPOINTMENT]
    assert "SUMMARY:Ref 00000000\r\n" in texts[feeds_pb2.CalendarFeed.LABEL_REFERENCE]
    for text in texts.values():
        assert not {"LOCATION", "DESCRIPTION", "ATTENDEE", "URL", "CONFERENCE", "X-WR-CALNAME"} & {
            line.partition(":")[0].partition(";")[0] for line in text.split("\r\n")
        }
        assert "http" not in text
        assert "kept" not in text.lower()


def test_lines_are_as_rfc_5545_wants_them() -> None:
    """CRLF, at most 75 octets a line, and the same bytes for the same feed."""
    body = calendar_of(feed(feeds_pb2.CalendarFeed.LABEL_REFERENCE, 200))
    lines = body.split(b"\r\n")

    assert body.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert body == calendar_of(feed(feeds_pb2.CalendarFeed.LABEL_REFERENCE, 200))


def test_a_refresh_time_is_said_to_both_kinds_of_apps() -> None:
    """RFC 7986 and what came before it."""
    text = calendar_of(feed(feeds_pb2.CalendarFeed.LABEL_BUSY)).decode()

    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in text
    assert "X-PUBLISHED-TTL:PT15M\r\n" in text
