"""Reads appointments from an iCalendar file (RFC 5545): events on a wall clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Calendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from services.booking.imports.cells import Cells, start_of
from services.booking.imports.fates import Fate, FileRefused, Malformed, Told
from services.booking.imports.recurring import Recurring, exceptions, excluded_of, present, rows_of, rule_of, wall_of
from services.booking.imports.rows import AppointmentRow, SeriesRow
from services.booking.imports.tables import MAX_ROWS, Defaults

BEGIN, EVENT = "BEGIN:VCALENDAR", "BEGIN:VEVENT"

MAX_LINE = 2_000
"""Characters of a content line at most, unfolded, of those that are read."""


def is_calendar(text: str) -> bool:
    """Tell whether a text begins as a calendar does."""
    return text.lstrip()[: len(BEGIN)].upper() == BEGIN


def read_calendar(
    text: str, defaults: Defaults, *, now: datetime | None = None
) -> tuple[list[AppointmentRow | SeriesRow], list[Told]]:
    """
    Return the appointments and standing hours, and the events that can't be read, by the line they begin on.

    Raises:
        FileRefused: It is no calendar, or too large.
    """
    rows: list[AppointmentRow | SeriesRow] = []
    told: list[Told] = []
    lines: dict[str, int] = {}
    parents: dict[str, Recurring] = {}
    moved: list[tuple[int, str, str, AppointmentRow]] = []
    for line, event in _events(text):
        key = ""
        try:
            key = Cells({"UID": _said(event, "UID")}).text("UID", most=254, is_needed=True)
            is_exception = "RECURRENCE-ID" in event
            if key in lines and not is_exception:
                raise Malformed("UID", "KEY_REPEATED", f"The event of line {lines[key]} has the same UID.")
            lines.setdefault(key, line)
            if is_exception:
                moved.append(_exception(line, key, event, defaults))
                continue
            if _said(event, "STATUS").upper() == "CANCELLED":
                raise Malformed("STATUS", "EVENT_CANCELLED", "The event was called off.")
            rule = rule_of(event)
            row = _row(line, key, event, defaults)
            if rule:
                parents[key] = Recurring(row, rule, excluded_of(event, row.time_zone))
            else:
                rows.append(row)
        except Malformed as error:
            told.append(_refused(line, key, error))
    known = [each for each in moved if each[1] in parents]
    told += [_refused(line, uid, _ORPHAN) for line, uid, _, _ in moved if uid not in parents]
    rows += [each for each in exceptions(parents, known) if not each.is_off]
    for key, event in parents.items():
        try:
            rows += rows_of(event, now=now or present())
        except Malformed as error:
            told.append(_refused(event.row.line, key, error))
    if len(rows) > MAX_ROWS:
        raise FileRefused(f"it has more than {MAX_ROWS:,} times; split it")
    return sorted(rows, key=lambda each: (each.line, each.key)), sorted(told, key=lambda each: each.line)


_ORPHAN = Malformed("RECURRENCE-ID", "RECURRENCE_UNSUPPORTED", "The event it is an exception of was not read.")


def _refused(line: int, key: str, error: Malformed) -> Told:
    return Told("appointment", line, Fate.MALFORMED, key, error.column, error.reason, error.detail)


def _exception(line: int, key: str, event: Any, defaults: Defaults) -> tuple[int, str, str, AppointmentRow]:
    """Return an exception: its line, its UID, the time of the rule it stands for, and where it takes place."""
    if "RANGE" in event["RECURRENCE-ID"].params:
        raise Malformed("RECURRENCE-ID", "RECURRENCE_UNSUPPORTED", "An exception is of one time.")
    row = _row(line, key, event, defaults)
    original = wall_of(_moment(event, "RECURRENCE-ID"), row.time_zone, column="RECURRENCE-ID")
    is_off = _said(event, "STATUS").upper() == "CANCELLED"
    return line, key, original, replace(row, is_off=is_off)


def _events(text: str) -> Iterator[tuple[int, Any]]:
    """Give each event with the line it begins on; one that can't be parsed refuses the file by its line."""
    lines = text.replace("\r\n", "\n").split("\n")
    begins = [number for number, line in enumerate(lines, 1) if line.strip().upper() == EVENT]
    if len(begins) > MAX_ROWS:
        raise FileRefused(f"it has more than {MAX_ROWS:,} events; split it")
    if not begins:
        raise FileRefused("it holds no events")
    for begin, following in zip(begins, [*begins[1:], len(lines) + 1], strict=True):
        # Each event is parsed alone: one that is broken spoils no other, and no zone of the file's own is believed.
        block = lines[begin - 1 : following - 1]
        end = next((n for n, line in enumerate(block) if line.strip().upper() == "END:VEVENT"), None)
        if end is None:
            raise FileRefused(f"the event of line {begin} does not end")
        body = "\r\n".join((BEGIN, *block[: end + 1], "END:VCALENDAR", ""))
        try:
            yield begin, Calendar.from_ical(body).walk("VEVENT")[0]
        except (ValueError, IndexError, KeyError, RecursionError):
            raise FileRefused(f"the event of line {begin} is no iCalendar") from None


def _row(line: int, key: str, event: Any, defaults: Defaults) -> AppointmentRow:
    local, zone, fold = _start(event, defaults)
    cells = Cells(
        {
            "X-KEPT-CLIENT": _said(event, "X-KEPT-CLIENT") or _attendee(event),
            "X-KEPT-THERAPIST": _said(event, "X-KEPT-THERAPIST"),
            "X-KEPT-SESSION-TYPE": _said(event, "X-KEPT-SESSION-TYPE"),
            "X-KEPT-MODALITY": _said(event, "X-KEPT-MODALITY"),
        }
    )
    return AppointmentRow(
        line=line,
        key=key,
        client=cells.name("X-KEPT-CLIENT", most=254),
        therapist=cells.text("X-KEPT-THERAPIST", default=defaults.therapist, is_needed=True),
        session_type=cells.text("X-KEPT-SESSION-TYPE", default=defaults.session_type, is_needed=True),
        local_start=local,
        time_zone=zone,
        fold=fold,
        modality=cells.modality("X-KEPT-MODALITY", default=defaults.modality),
        length_min=_length(event),
    )


def _start(event: Any, defaults: Defaults) -> tuple[str, str, int]:
    """Return the start on the wall clock of an IANA zone. Raises Malformed."""
    moment = _moment(event, "DTSTART")
    zone = _zone(event["DTSTART"].params.get("TZID", ""))
    fold = 0
    if not zone:
        if moment.utcoffset() != timedelta(0) or moment.tzinfo is None:
            raise Malformed("DTSTART", "TIME_FLOATING", "The time has no zone: it names no instant.")
        if not defaults.time_zone:
            detail = "The time is in UTC: say by --time-zone on which wall clock it was agreed."
            raise Malformed("DTSTART", "TIME_WITHOUT_WALL", detail)
        zone = defaults.time_zone
        moment = moment.astimezone(ZoneInfo(zone))
        fold = _fold(moment)
    local = moment.replace(tzinfo=None)
    if local.second or local.microsecond:
        raise Malformed("DTSTART", "TIME_MALFORMED", "The start is not on a whole minute.")
    text = local.isoformat(timespec="minutes")
    start_of(text, zone, fold, column="DTSTART")
    return text, zone, fold


def _fold(moment: datetime) -> int:
    """Return which of two equal wall times an instant is; 0 when there is only one."""
    other = moment.replace(fold=1 - moment.fold)
    return moment.fold + 1 if other.utcoffset() != moment.utcoffset() else 0


def _moment(event: Any, name: str) -> datetime:
    found = event.get(name)
    if found is None:
        raise Malformed(name, "CELL_EMPTY", "The event has no such property.")
    if isinstance(found, list):
        raise Malformed(name, "TIME_MALFORMED", "The event has it more than once.")
    try:
        value = found.dt
    except (AttributeError, ValueError):
        raise Malformed(name, "TIME_MALFORMED", "The time can't be read.") from None
    if not isinstance(value, datetime):
        is_day = isinstance(value, date)
        raise Malformed(name, "TIME_MALFORMED", "It is a whole day." if is_day else "It is no time.")
    return value


def _zone(tzid: str) -> str:
    """Return the IANA zone of a TZID: itself, Windows' name, or the end of a path; empty for none. Raises Malformed."""
    if not tzid:
        return ""
    parts = tzid.strip("/").split("/")
    tails = ["/".join(parts[-size:]) for size in (3, 2, 1)]
    for name in (tzid, WINDOWS_TO_OLSON.get(tzid, ""), *tails):
        if name in available_timezones():
            return name
    raise Malformed("DTSTART", "UNKNOWN_TIME_ZONE", "The TZID is no IANA zone, and no Windows name of one.")


def _length(event: Any) -> int:
    """Return the minutes an event lasts; 0 when it does not say."""
    if "DTEND" in event:
        start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
        if (start.tzinfo is None) != (end.tzinfo is None):
            raise Malformed("DTEND", "TIME_FLOATING", "Start and end are on different clocks.")
        zones = (start.tzinfo, end.tzinfo)
        lasts = end - start if None in zones else end.astimezone(UTC) - start.astimezone(UTC)
    elif "DURATION" in event:
        lasts = getattr(event["DURATION"], "dt", None)  # type: ignore[assignment]
        if not isinstance(lasts, timedelta):
            raise Malformed("DURATION", "TIME_MALFORMED", "The duration can't be read.")
    else:
        return 0
    if lasts <= timedelta(0) or lasts.total_seconds() % 60:
        raise Malformed("DTEND", "INTERVAL_REVERSED", "The event does not last whole minutes.")
    return int(lasts.total_seconds()) // 60


def _attendee(event: Any) -> str:
    """Return the address of the only attendee; of several, none is known to be the client."""
    found = event.get("ATTENDEE")
    if found is None or isinstance(found, list):
        return ""
    scheme, _, address = str(found).partition(":")
    return address if scheme.lower() == "mailto" else ""


def _said(event: Any, name: str) -> str:
    found = event.get(name)
    if found is None:
        return ""
    if isinstance(found, list):
        raise Malformed(name, "PROPERTY_REPEATED", "The event has it more than once.")
    text = str(found)
    if len(text) > MAX_LINE:
        raise Malformed(name, "CELL_TOO_LONG", f"It holds more than {MAX_LINE:,} characters.")
    return text
