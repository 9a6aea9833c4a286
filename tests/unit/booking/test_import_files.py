"""What files may hold, and how clearly everything else is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.booking.imports import tables
from services.booking.imports.calendars import is_calendar, read_calendar
from services.booking.imports.fates import Fate, FileRefused, Told
from services.booking.imports.rows import AppointmentRow, SeriesRow
from services.booking.imports.tables import (
    Defaults,
    read_appointments,
    read_clients,
    read_profiles,
    read_text,
    read_therapists,
)

ROOT = Path(__file__).parents[3]
HEAD = "key,given_name,family_name,time_zone,birth_date,email,phone"
GOOD = "c-1,Ana,Lopez,America/Denver,1980-02-29,Ana@Example.com,(303) 555-0100"
BOOKING = "key,client,therapist,session_type,start,time_zone,fold"
EVENT = ("UID:e-1", "DTSTART;TZID=America/Denver:20300304T090000", "X-KEPT-CLIENT:c-1")
OPTIONS = Defaults(therapist="rosa", session_type="Session")


def refusals(told: list[Told]) -> list[tuple[int, str, str]]:
    """Line, column and reason of everything told."""
    assert all(each.fate is Fate.MALFORMED for each in told)
    return [(each.line, each.column, each.reason) for each in told]


def calendar(*events: tuple[str, ...]) -> str:
    """A calendar of these events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"key,given\0name", "line 1 holds a NUL byte"),
        ((HEAD + "\nc-1,Zo\u00eb,X,UTC,,,").encode("latin-1"), "line 2 is not UTF-8"),
        (HEAD.encode("utf-16"), "UTF-16"),
        (b"x" * (tables.MAX_BYTES + 1), "larger than 10,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_text_is_refused_whole(tmp_path: Path, raw: bytes, words: str) -> None:
    """An encoding is never guessed; the line is named."""
    path = tmp_path / "clients.csv"
    path.write_bytes(raw)

    with pytest.raises(FileRefused, match=words):
        read_text(path)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    """Spreadsheets write one."""
    path = tmp_path / "clients.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}\r\n{GOOD}\r\n".encode())

    rows, told = read_clients(read_text(path), Defaults())

    assert (told, rows[0].line, rows[0].key) == ([], 2, "c-1")
    assert (rows[0].body["email"], rows[0].body["phone"]) == ("ana@example.com", "+13035550100")
    assert rows[0].body["has_consent"] is False, "consent is never presumed"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty"),
        ("key,given_name\n", "misses family_name"),
        (f"{HEAD},diagnosis\n", "unknown columns 'diagnosis'"),
        (f"{HEAD},email\n", "repeats 'email'"),
        (f'{HEAD}\nc-1,"Ana"x,L,UTC,,,\n', "line 2"),
        (f'{HEAD}\nc-1,"Ana,L,UTC,,,\n', "line 2"),
        (f"{HEAD}\nc-1,{'x' * 200_000},L,UTC,,,\n", "field larger"),
    ],
)
def test_a_table_that_is_not_regular_is_refused_whole(text: str, words: str) -> None:
    """A quote that never closes would swallow every row behind it."""
    with pytest.raises(FileRefused, match=words):
        read_clients(text, Defaults())


def test_more_rows_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of tables and calendars alike."""
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    with pytest.raises(FileRefused, match="more than 2 rows"):
        read_clients("\n".join([HEAD, *[f"c-{n},A,B,UTC,,," for n in range(3)]]), Defaults())

    too_many = calendar(*[EVENT] * (20_000 + 1))
    with pytest.raises(FileRefused, match="more than 20,000 events"):
        read_calendar(too_many, OPTIONS)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ('c-2,"=HYPERLINK(""http://evil"")",B,UTC,,,', "given_name", "CELL_IS_FORMULA"),
        ("c-2,A,@SUM(1),UTC,,,", "family_name", "CELL_IS_FORMULA"),
        ("=c,A,B,UTC,,,", "key", "CELL_IS_FORMULA"),
        ("c-2,,B,UTC,,,", "given_name", "CELL_EMPTY"),
        (f"c-2,{'x' * 121},B,UTC,,,", "given_name", "CELL_TOO_LONG"),
        ("c-2,A\x1b[2J,B,UTC,,,", "given_name", "CELL_UNPRINTABLE"),
        ("c-2,A,B,Mars/Olympus,,,", "time_zone", "UNKNOWN_TIME_ZONE"),
        ("c-2,A,B,../../etc/passwd,,,", "time_zone", "UNKNOWN_TIME_ZONE"),
        ("c-2,A,B,UTC,1981-02-29,,", "birth_date", "DATE_MALFORMED"),
        ("c-2,A,B,UTC,29/02/1980,,", "birth_date", "DATE_MALFORMED"),
        ("c-2,A,B,UTC,1812-01-01,,", "birth_date", "DATE_OUT_OF_RANGE"),
        ("c-2,A,B,UTC,,nobody,", "email", "EMAIL_MALFORMED"),
        ("c-2,A,B,UTC,,,12", "phone", "PHONE_MALFORMED"),
        ("c-2,A,B,UTC,,", "", "CELLS_MISCOUNTED"),
        ("c-1,A,B,UTC,,,", "key", "KEY_REPEATED"),
    ],
)
def test_a_bad_row_is_told_by_line_and_column_and_hurts_no_other(row: str, column: str, reason: str) -> None:
    """What the cell holds is not repeated."""
    rows, told = read_clients(f"{HEAD}\n{GOOD}\n\n{row}\nc-3,C,D,UTC,,,\n", Defaults())

    assert [each.key for each in rows] == ["c-1", "c-3"]
    assert refusals(told) == [(4, column, reason)]
    assert "evil" not in told[0].detail


def test_a_line_break_within_quotes_keeps_the_lines_that_follow_right() -> None:
    """And the cell with it is refused: a name is one line."""
    rows, told = read_clients(f'{HEAD}\nc-1,"A\nB",C,UTC,,,\nc-2,A,B,UTC,,,\nc-3,,B,UTC,,,\n', Defaults())

    assert [(each.key, each.line) for each in rows] == [("c-2", 4)]
    assert refusals(told) == [(2, "given_name", "CELL_UNPRINTABLE"), (5, "given_name", "CELL_EMPTY")]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_read_from_the_header(delimiter: str) -> None:
    """Spreadsheets of half the world write semicolons."""
    rows, told = read_clients(f"{HEAD}\n{GOOD}\n".replace(",", delimiter), Defaults())

    assert (len(rows), told) == (1, [])


@pytest.mark.parametrize(
    ("start", "zone", "fold", "found"),
    [
        ("2030-03-10T02:30", "America/Denver", "", ("start", "TIME_DOES_NOT_EXIST")),
        ("2030-11-03T01:30", "America/Denver", "", ("start", "TIME_AMBIGUOUS")),
        ("2030-11-03T01:30", "America/Denver", "2", None),
        ("2030-11-03 01:30", "UTC", "", None),
        ("2030-11-03T01:30Z", "UTC", "", ("start", "TIME_MALFORMED")),
        ("2030-13-03T01:30", "UTC", "", ("start", "TIME_MALFORMED")),
        ("2030-11-03T01:30", "UTC", "3", ("fold", "CELL_OUT_OF_RANGE")),
    ],
)
def test_a_start_is_a_wall_time_that_is_once(start: str, zone: str, fold: str, found: tuple[str, str] | None) -> None:
    """Skipped and doubled times are told by the row."""
    rows, told = read_appointments(f"{BOOKING}\na-1,c-1,rosa,Session,{start},{zone},{fold}\n", Defaults())

    assert refusals(told) == ([(2, *found)] if found else [])
    assert len(rows) == (found is None)


def test_a_therapist_with_one_bad_line_is_not_published_by_half() -> None:
    """Lines that disagree are told too."""
    head = "key,display_name,weekday,start,end,modalities,session_types,time_zone"
    lines = [
        "rosa,Rosa,mon,09:00,17:00,VIDEO,Session,UTC",
        "rosa,Rosa,2,17:00,09:00,VIDEO,Session,UTC",
        "ivan,Ivan,Friday,09:00,12:00,VIDEO;in person,Session;Intake,UTC",
        "ivan,Igor,thu,09:00,12:00,VIDEO,Session;Intake,UTC",
        "mei,Mei,sun,09:00,12:00,PHONE,Session,UTC",
        "mei,Mei,sat,09:00,12:00,FAX,Session,UTC",
        "noa,Noa,sun,09:00,12:00,PHONE,Session,UTC",
    ]

    rows, told = read_therapists("\n".join([head, *lines]), Defaults())

    assert [(row.key, row.lines, row.weekly_hours[0]["weekday"]) for row in rows] == [("noa", [8], 7)]
    assert sorted(refusals(told)) == [
        (2, "", "THERAPIST_INCOMPLETE"),
        (3, "end", "HOURS_REVERSED"),
        (4, "", "THERAPIST_INCOMPLETE"),
        (5, "display_name", "LINES_DISAGREE"),
        (6, "", "THERAPIST_INCOMPLETE"),
        (7, "modalities", "MODALITY_UNKNOWN"),
    ]


@pytest.mark.parametrize(
    ("start", "zone", "local"),
    [
        ("DTSTART;TZID=America/Denver:20300304T090000", "America/Denver", "2030-03-04T09:00"),
        ("DTSTART;TZID=Pacific Standard Time:20300304T090000", "America/Los_Angeles", "2030-03-04T09:00"),
        ("DTSTART;TZID=/example.org/zones/America/Denver:20300304T090000", "America/Denver", "2030-03-04T09:00"),
        ("DTSTART:20300304T160000Z", "Europe/Berlin", "2030-03-04T17:00"),
    ],
)
def test_an_event_is_read_on_the_wall_clock_of_an_iana_zone(start: str, zone: str, local: str) -> None:
    """From its own name, Windows' name, a path, and UTC by the option."""
    text = calendar(("UID:e-1", start, "ATTENDEE;CN=Somebody:mailto:ana@example.com", "DURATION:PT50M"))
    options = Defaults(time_zone="Europe/Berlin", therapist="rosa", session_type="Session", modality="VIDEO")

    rows, told = read_calendar(text, options)

    assert told == []
    assert (rows[0].time_zone, rows[0].local_start, rows[0].line) == (zone, local, 4)
    assert (rows[0].client, rows[0].length_min, rows[0].modality) == ("ana@example.com", 50, "VIDEO")


def test_of_a_doubled_hour_in_utc_the_right_one_is_meant() -> None:
    """An instant needs no asking."""
    options = Defaults(time_zone="America/Denver", therapist="rosa", session_type="Session")
    events = [(f"UID:{hour}", f"DTSTART:20301103T{hour}3000Z", "X-KEPT-CLIENT:c-1") for hour in ("07", "08", "09")]

    rows, _ = read_calendar(calendar(*events), options)

    assert [(row.local_start[-5:], row.fold) for row in rows] == [("01:30", 1), ("01:30", 2), ("02:30", 0)]


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"DTSTART": "DTSTART:20300304T090000"}, "DTSTART", "TIME_FLOATING"),
        ({"DTSTART": "DTSTART:20300304T090000Z"}, "DTSTART", "TIME_WITHOUT_WALL"),
        ({"DTSTART": "DTSTART;VALUE=DATE:20300304"}, "DTSTART", "TIME_MALFORMED"),
        ({"DTSTART": "DTSTART:garbage"}, "DTSTART", "TIME_MALFORMED"),
        ({"DTSTART": "DTSTART;TZID=Custom Zone 1:20300304T090000"}, "DTSTART", "UNKNOWN_TIME_ZONE"),
        ({"DTSTART": "DTSTART;TZID=America/Denver:20300310T023000"}, "DTSTART", "TIME_DOES_NOT_EXIST"),
        ({"DTSTART": ""}, "DTSTART", "CELL_EMPTY"),
        ({"RRULE": "RRULE:FREQ=SECONDLY;COUNT=99"}, "RRULE", "RECURRENCE_UNSUPPORTED"),
        ({"RRULE": "RRULE:FREQ=WEEKLY;BYHOUR=9"}, "RRULE", "RECURRENCE_UNSUPPORTED"),
        ({"RRULE": "RRULE:FREQ=WEEKLY;INTERVAL=53"}, "RRULE", "RECURRENCE_UNSUPPORTED"),
        ({"RRULE": "RRULE:FREQ=WEEKLY\r\nRRULE:FREQ=DAILY"}, "RRULE", "RECURRENCE_UNSUPPORTED"),
        (
            {"RRULE": "RRULE:FREQ=WEEKLY", "EXDATE": "EXDATE;TZID=America/Denver:20300311T090000"},
            "EXDATE",
            "RECURRENCE_UNSUPPORTED",
        ),
        ({"RRULE": "RRULE:FREQ=WEEKLY;UNTIL=20300101T000000Z"}, "RRULE", "SERIES_EMPTY"),
        ({"RRULE": "RRULE:FREQ=WEEKLY", "DTSTART": "DTSTART:20300304T090000Z"}, "DTSTART", "TIME_WITHOUT_WALL"),
        ({"RECURRENCE-ID": "RECURRENCE-ID:20300304T160000Z"}, "RECURRENCE-ID", "RECURRENCE_UNSUPPORTED"),
        ({"RDATE": "RDATE:20300305T090000Z"}, "RDATE", "RECURRENCE_UNSUPPORTED"),
        ({"STATUS": "STATUS:CANCELLED"}, "STATUS", "EVENT_CANCELLED"),
        ({"UID": ""}, "UID", "CELL_EMPTY"),
        ({"UID": "UID:a\\nb"}, "UID", "CELL_UNPRINTABLE"),
        ({"X-KEPT-CLIENT": ""}, "X-KEPT-CLIENT", "CELL_EMPTY"),
        ({"X-KEPT-CLIENT": "X-KEPT-CLIENT:=cmd()"}, "X-KEPT-CLIENT", "CELL_IS_FORMULA"),
        ({"DTEND": "DTEND;TZID=America/Denver:20300304T080000"}, "DTEND", "INTERVAL_REVERSED"),
    ],
)
def test_an_event_that_is_no_single_appointment_is_told_by_line_and_property(
    changes: dict[str, str], column: str, reason: str
) -> None:
    """Whatever is wrong with it, the event beside it is read all the same."""
    lines = {"UID": EVENT[0], "DTSTART": EVENT[1], "X-KEPT-CLIENT": EVENT[2], **changes}
    bad = tuple(line for line in lines.values() if line)
    good = ("UID:good", *EVENT[1:])

    rows, told = read_calendar(calendar(bad, good), OPTIONS)

    assert refusals(told) == [(4, column, reason)]
    assert [row.key for row in rows] == ["good"]


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nno colon\r\nEND:VEVENT\r\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + "BEGIN:VALARM\r\n" * 50_000 + "END:VEVENT\r\n",
    ],
)
def test_a_broken_calendar_is_refused_whole_or_told(text: str) -> None:
    """It neither crashes nor gives a row."""
    try:
        rows, told = read_calendar(text, OPTIONS)
    except FileRefused:
        return
    assert (rows, bool(told)) == ([], True)


def test_the_samples_are_read_without_a_refusal() -> None:
    """What the page shows works."""
    folder = ROOT / "examples" / "import"
    therapists, first = read_therapists(read_text(folder / "therapists.csv"), Defaults())
    clients, second = read_clients(read_text(folder / "clients.csv"), Defaults())
    appointments, third = read_appointments(read_text(folder / "appointments.csv"), Defaults())
    profiles, fifth = read_profiles(read_text(folder / "profiles.csv"), Defaults())
    text = read_text(folder / "appointments.ics")
    events, fourth = read_calendar(text, Defaults())

    assert first + second + third + fourth + fifth == []
    assert [each.key for each in profiles] == ["tomas", "mina"]
    assert [len(each) for each in (therapists, clients, appointments, events)] == [1, 3, 2, 1]
    assert is_calendar(text)


PROFILE = "key,display_name,modalities,licences,strengths,panel_hours,youngest_age,oldest_age,is_accepting"


def test_a_profile_says_licences_strengths_and_hours() -> None:
    """Only what the file has a column for is said: the rest is left as it is."""
    row = "t-1,Tomás,video;in person,US-CA:2031-05-31;US-NV,anxiety:effective:22,24,18,99,no"

    [found], told = read_profiles(f"{PROFILE}\n{row}\n", Defaults())

    assert told == []
    assert found.profile["licences"] == [
        {"region": "US-CA", "expire_date": "2031-05-31"},
        {"region": "US-NV", "expire_date": ""},
    ]
    assert found.profile["strengths"] == [{"domain": "anxiety", "level": "EFFECTIVE", "case_count": 22}]
    assert (found.profile["panel_min"], found.profile["is_accepting"]) == (1_440, False)
    assert found.profile["modalities"] == ["VIDEO", "IN_PERSON"]
    assert "plans" not in found.profile


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("t-2,A,VIDEO,US-CA:31/05/2031,,,,,", "licences", "DATE_MALFORMED"),
        ("t-2,A,VIDEO,US-CA:2031-02-30,,,,,", "licences", "DATE_MALFORMED"),
        ("t-2,A,VIDEO,,anxiety:EFFECTIVE:14,,,,", "strengths", "STRENGTH_MALFORMED"),
        ("t-2,A,VIDEO,,anxiety:GREAT:20,,,,", "strengths", "STRENGTH_MALFORMED"),
        ("t-2,A,VIDEO,,,101,,,", "panel_hours", "CELL_OUT_OF_RANGE"),
        ("t-2,A,VIDEO,,,,40,20,", "oldest_age", "AGES_REVERSED"),
        ("t-2,A,,,,,,,", "modalities", "CELL_EMPTY"),
        ("t-2,=A,VIDEO,,,,,,", "display_name", "CELL_IS_FORMULA"),
        ("t-1,A,VIDEO,,,,,,", "key", "KEY_REPEATED"),
    ],
)
def test_a_profile_that_cannot_be_read_is_told_by_line_and_column(row: str, column: str, reason: str) -> None:
    """And hurts no other."""
    good = "t-1,Tomás,VIDEO,,,,,,"

    rows, told = read_profiles(f"{PROFILE}\n{good}\n{row}\n", Defaults())

    assert [each.key for each in rows] == ["t-1"]
    assert refusals(told) == [(3, column, reason)]


NOW = datetime(2030, 3, 1, tzinfo=UTC)
WEEKLY = ("UID:w", "DTSTART;TZID=America/Denver:20300304T090000", "X-KEPT-CLIENT:c-1", "RRULE:FREQ=WEEKLY;COUNT=4")


def keys_and_times(rows: Sequence[Any]) -> list[tuple[str, str]]:
    """Return each appointment's key and wall time."""
    return [(row.key, row.local_start) for row in rows]


@pytest.mark.parametrize(
    ("rule", "read"),
    [
        ("FREQ=WEEKLY", "FREQ=WEEKLY"),
        ("freq=weekly;interval=2;byday=MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        ("FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=WEEKLY;UNTIL=20300601T000000Z", "FREQ=WEEKLY;UNTIL=20300531T180000"),
    ],
)
def test_a_rule_without_exceptions_is_a_standing_hour(rule: str, read: str) -> None:
    """One row with the rule in its normal form, on the wall clock of the event's zone."""
    event = (*WEEKLY[:3], f"RRULE:{rule}")

    rows, told = read_calendar(calendar(event), OPTIONS, now=NOW)

    assert told == []
    [row] = rows
    assert isinstance(row, SeriesRow)
    assert (row.key, row.first.local_start, row.first.time_zone, row.rule) == (
        "w",
        "2030-03-04T09:00",
        "America/Denver",
        read,
    )


def test_exceptions_of_the_past_say_nothing_any_more() -> None:
    """A standing hour of years with holidays behind it is a standing hour."""
    event = (
        "UID:w",
        "DTSTART;TZID=America/Denver:20280103T090000",
        "X-KEPT-CLIENT:c-1",
        "RRULE:FREQ=WEEKLY",
        "EXDATE;TZID=America/Denver:20281225T090000,20290101T090000",
    )
    past = (
        "UID:w",
        "DTSTART;TZID=America/Denver:20290109T090000",
        "RECURRENCE-ID;TZID=America/Denver:20290108T090000",
        "X-KEPT-CLIENT:c-1",
    )

    rows, told = read_calendar(calendar(event, past), OPTIONS, now=NOW)

    assert told == []
    assert [type(row) for row in rows] == [SeriesRow, AppointmentRow]
    assert rows[1].key == "w/20290108T0900", "it is told as lying in the past when it is imported"


def test_a_finite_rule_with_exceptions_is_single_appointments() -> None:
    """One is left out, one moved, one called off; each has a key of its own that stays the same."""
    event = (*WEEKLY, "EXDATE:20300311T150000Z")
    moved = (
        "UID:w",
        "DTSTART;TZID=America/Denver:20300319T100000",
        "RECURRENCE-ID;TZID=America/Denver:20300318T090000",
        "X-KEPT-CLIENT:c-1",
    )
    off = (
        "UID:w",
        "DTSTART;TZID=America/Denver:20300325T090000",
        "RECURRENCE-ID:20300325T150000Z",
        "X-KEPT-CLIENT:c-1",
        "STATUS:CANCELLED",
    )

    rows, told = read_calendar(calendar(event, moved, off), OPTIONS, now=NOW)

    assert told == []
    assert sorted(keys_and_times(rows)) == [
        ("w/20300304T0900", "2030-03-04T09:00"),
        ("w/20300318T0900", "2030-03-19T10:00"),
    ]


def test_a_rule_of_one_line_never_makes_millions() -> None:
    """More than 400 times ahead are refused before any is made."""
    event = (*WEEKLY[:3], "RRULE:FREQ=DAILY;COUNT=9999", "EXDATE;TZID=America/Denver:20300305T090000")

    rows, told = read_calendar(calendar(event), OPTIONS, now=NOW)

    assert (rows, refusals(told)) == ([], [(4, "RRULE", "RECURRENCE_TOO_LARGE")])
