"""Writes a feed as an iCalendar: times and a neutral word, nothing else."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Final

from icalendar import Calendar, Event
from kept.booking.v1 import feeds_pb2, feeds_service_pb2

PRODUCT: Final = "-//Calendar//Calendar//EN"
"""Names nobody's profession: a product, like a host, tells a neighbour at the calendar what the entry does not."""

REFRESH: Final = timedelta(minutes=15)

WORDS: Final = {
    feeds_pb2.CalendarFeed.LABEL_BUSY: "Busy",
    feeds_pb2.CalendarFeed.LABEL_APPOINTMENT: "Appointment",
}

ALLOWED: Final = frozenset(
    {
        "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP", "STATUS",
        "X-MICROSOFT-CDO-BUSYSTATUS",
    }
)  # fmt: skip
"""What an entry may say: no place, no description, no person, no way into a session."""


def calendar_of(feed: feeds_service_pb2.ReadCalendarFeedResponse) -> bytes:
    """
    Return a feed as text/calendar: one UTC event an occurrence, the same bytes for the same feed.

    Source:
        RFC 5545, RFC 7986 5.7; tests/unit/gateway/test_calendars.py.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for entry in feed.entries:
        calendar.add_component(_event(entry, feed.label))
    return bytes(calendar.to_ical())


def _event(entry: feeds_pb2.FeedEntry, label: feeds_pb2.CalendarFeed.Label.ValueType) -> Event:
    event = Event()
    changed = entry.update_time.ToDatetime(tzinfo=UTC).replace(microsecond=0)
    event.add("uid", entry.uid)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.start_time.ToDatetime(tzinfo=UTC))
    event.add("dtend", entry.end_time.ToDatetime(tzinfo=UTC))
    event.add("summary", WORDS.get(label) or f"Ref {entry.uid[:8].upper()}")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("x-microsoft-cdo-busystatus", "FREE" if entry.is_cancelled else "BUSY")
    foreign = set(event.keys()) - ALLOWED
    if foreign:
        raise ValueError(f"A calendar must not hold {sorted(foreign)}.")
    return event
