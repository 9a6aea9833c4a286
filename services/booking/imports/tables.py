"""Reads CSV files: UTF-8 within stated limits, every row with the line it begins on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from services.booking.imports.cells import NAME_CHARACTERS, Cells, start_of
from services.booking.imports.fates import Fate, FileRefused, Malformed, Told
from services.booking.imports.profiles import PROFILE_COLUMNS, profile_of
from services.booking.imports.rows import AppointmentRow, ClientRow, ProfileRow, TherapistRow

MAX_BYTES = 10_000_000
"""Bytes of a file at most."""

MAX_ROWS = 20_000
"""Rows, or events of a calendar, at most."""

DELIMITERS = ",;\t"

CLIENT_COLUMNS = (
    ("key", "given_name", "family_name"),
    ("time_zone", "birth_date", "email", "phone", "locale", "has_consent"),
)
THERAPIST_COLUMNS = (
    ("key", "display_name", "weekday", "start", "end", "modalities", "session_types"),
    ("time_zone", "site", "every_weeks", "anchor_date", "from_date", "to_date", *PROFILE_COLUMNS),
)
ROSTER_COLUMNS = (("key", "display_name", "modalities"), PROFILE_COLUMNS)
APPOINTMENT_COLUMNS = (
    ("key", "client", "start"),
    ("therapist", "session_type", "time_zone", "modality", "fold", "length_min"),
)
"""Columns a file must have, and those it may have."""

LOCALES = ("en", "es")

Row = TypeVar("Row", ClientRow, AppointmentRow, ProfileRow)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a row says nothing."""

    time_zone: str = ""
    phone_region: str = "US"
    therapist: str = ""
    session_type: str = ""
    modality: str = ""


def read_text(path: Path) -> str:
    """
    Return a file's text.

    Raises:
        FileRefused: It is too large, no file, holds NUL bytes or is not UTF-8. An encoding is never guessed: a name
            that is read wrongly stays wrong.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileRefused(f"it can't be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise FileRefused(f"it is larger than {MAX_BYTES:,} bytes; split it")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused("it is UTF-16; save it as UTF-8")
    if b"\0" in raw:
        raise FileRefused(f"line {raw[: raw.index(0)].count(10) + 1} holds a NUL byte; it is no text")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileRefused(f"line {line} is not UTF-8 (Latin-1 or Windows-1252, it seems); save it as UTF-8") from None


def read_clients(text: str, defaults: Defaults) -> tuple[list[ClientRow], list[Told]]:
    """Return the clients, and the rows that can't be read. Raises FileRefused."""

    def one(line: int, cells: Cells) -> ClientRow:
        key, locale = cells.key(), cells.text("locale", default="en").lower()
        if locale not in LOCALES:
            raise Malformed("locale", "LOCALE_UNKNOWN", f"Write one of {', '.join(LOCALES)}.")
        body = {
            "given_name": cells.name("given_name"),
            "family_name": cells.name("family_name"),
            "birth_date": cells.birth_date("birth_date"),
            "email": cells.email("email"),
            "phone": cells.phone("phone", region=defaults.phone_region),
            "time_zone": cells.zone("time_zone", default=defaults.time_zone),
            "locale": locale,
            "has_consent": cells.flag("has_consent"),
        }
        return ClientRow(line, key, body)

    return _read("client", text, CLIENT_COLUMNS, one)


def read_appointments(text: str, defaults: Defaults) -> tuple[list[AppointmentRow], list[Told]]:
    """Return the appointments, and the rows that can't be read. Raises FileRefused."""

    def one(line: int, cells: Cells) -> AppointmentRow:
        row = AppointmentRow(
            line=line,
            key=cells.key(),
            client=cells.name("client", most=254),
            therapist=cells.text("therapist", default=defaults.therapist, is_needed=True),
            session_type=cells.text("session_type", default=defaults.session_type, is_needed=True),
            local_start=cells.local("start"),
            time_zone=cells.zone("time_zone", default=defaults.time_zone),
            fold=cells.whole("fold", least=0, most=2, default=0),
            modality=cells.modality("modality", default=defaults.modality),
            length_min=cells.whole("length_min", least=5, most=480, default=0),
        )
        start_of(row.local_start, row.time_zone, row.fold)
        return row

    return _read("appointment", text, APPOINTMENT_COLUMNS, one)


def read_profiles(text: str, defaults: Defaults) -> tuple[list[ProfileRow], list[Told]]:
    """Return the profiles, one a line, and the rows that can't be read. Raises FileRefused."""

    def one(line: int, cells: Cells) -> ProfileRow:
        return ProfileRow(line, cells.key(), {**profile_of(cells), "modalities": cells.modalities("modalities")})

    return _read("profile", text, ROSTER_COLUMNS, one)


def read_therapists(text: str, defaults: Defaults) -> tuple[list[TherapistRow], list[Told]]:
    """
    Return the therapists, each with the stretches of all its lines, and the rows that can't be read.

    A therapist with one bad line is not returned at all: half a week would be published as the whole.
    """
    found: dict[str, TherapistRow] = {}
    told: list[Told] = []
    bad: dict[str, int] = {}
    for line, cells in _rows("therapist", text, THERAPIST_COLUMNS, told):
        key = ""
        try:
            key = cells.key()
            _add_stretch(found, line, key, cells, defaults)
        except Malformed as error:
            told.append(_malformed("therapist", line, key, error))
            bad.setdefault(key, line)
    for key, line in bad.items():
        if row := found.pop(key, None):
            detail = f"Line {line} of the same therapist can't be read."
            told += [Told("therapist", each, Fate.MALFORMED, key, "", "THERAPIST_INCOMPLETE", detail)
                     for each in row.lines]  # fmt: skip
    return list(found.values()), told


def _add_stretch(found: dict[str, TherapistRow], line: int, key: str, cells: Cells, defaults: Defaults) -> None:
    stretch: dict[str, Any] = {
        "weekday": cells.weekday("weekday"),
        "start_local": cells.clock("start"),
        "end_local": cells.clock("end"),
        "site_id": cells.text("site") or None,
        "modalities": cells.modalities("modalities"),
        "every_weeks": cells.whole("every_weeks", least=1, most=8, default=1),
        "anchor_date": cells.day("anchor_date"),
        "from_date": cells.day("from_date"),
        "to_date": cells.day("to_date"),
    }
    if stretch["start_local"] >= stretch["end_local"]:
        raise Malformed("end", "HOURS_REVERSED", "The hours end before they begin.")
    profile = profile_of(cells)
    zone, types = cells.zone("time_zone", default=defaults.time_zone), cells.many("session_types")
    if not types:
        raise Malformed("session_types", "CELL_EMPTY", "Name at least one session type.")
    row = found.setdefault(key, TherapistRow([], key, profile, zone, types))
    if row.lines:
        said = {**profile, "time_zone": zone, "session_types": types}
        before = {**row.profile, "time_zone": row.time_zone, "session_types": row.session_types}
        for column, value in said.items():
            if value != before[column]:
                raise Malformed(column, "LINES_DISAGREE", f"Line {row.line} says something else of this therapist.")
    row.lines.append(line)
    row.weekly_hours.append(stretch)


def _read(
    kind: str, text: str, columns: tuple[Sequence[str], Sequence[str]], one: Callable[[int, Cells], Row]
) -> tuple[list[Row], list[Told]]:
    rows: list[Row] = []
    told: list[Told] = []
    lines: dict[str, int] = {}
    for line, cells in _rows(kind, text, columns, told):
        key = ""
        try:
            key = cells.key()
            if key in lines:
                raise Malformed("key", "KEY_REPEATED", f"Line {lines[key]} has the same key.")
            lines[key] = line
            rows.append(one(line, cells))
        except Malformed as error:
            told.append(_malformed(kind, line, key, error))
    return rows, told


def _rows(
    kind: str, text: str, columns: tuple[Sequence[str], Sequence[str]], told: list[Told]
) -> Iterator[tuple[int, Cells]]:
    """Give each row with the line it begins on; rows with too many or too few cells are told. Raises FileRefused."""
    if not text.strip():
        raise FileRefused("it is empty")
    head = text.lstrip("\r\n").split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=head.count), strict=True)
    names: list[str] = []
    count, line = 0, 1
    try:
        for cells in reader:
            begun, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = _header(cells, columns)
                continue
            count += 1
            if count > MAX_ROWS:
                raise FileRefused(f"it has more than {MAX_ROWS:,} rows; split it")
            if len(cells) != len(names):
                detail = f"The row has {len(cells)} cells, the header {len(names)}."
                told.append(Told(kind, begun, Fate.MALFORMED, reason="CELLS_MISCOUNTED", detail=detail))
                continue
            yield begun, Cells(dict(zip(names, cells, strict=True)))
    except csv.Error as error:
        raise FileRefused(f"line {reader.line_num}: {error}") from None


def _header(cells: Sequence[str], columns: tuple[Sequence[str], Sequence[str]]) -> list[str]:
    needed, possible = columns
    names = [cell.strip().lower() for cell in cells]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise FileRefused(f"its header repeats {', '.join(repeated)[:NAME_CHARACTERS]!r}")
    if missing := [name for name in needed if name not in names]:
        raise FileRefused(f"its header misses {', '.join(missing)}")
    if unknown := [name for name in names if name not in (*needed, *possible)]:
        raise FileRefused(f"its header has unknown columns {', '.join(unknown)[:NAME_CHARACTERS]!r}")
    return names


def _malformed(kind: str, line: int, key: str, error: Malformed) -> Told:
    return Told(kind, line, Fate.MALFORMED, key, error.column, error.reason, error.detail)
