"""The command that brings a practice's clients, therapists and appointments in from files."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO
from zoneinfo import available_timezones

from services.booking.imports.calendars import is_calendar, read_calendar
from services.booking.imports.cells import MODALITIES
from services.booking.imports.door import Door, Refused, Unreachable
from services.booking.imports.fates import Fate, FileRefused, Told
from services.booking.imports.importer import Importer
from services.booking.imports.naming import Names
from services.booking.imports.rows import AppointmentRow, ClientRow, ProfileRow, SeriesRow, TherapistRow
from services.booking.imports.tables import (
    Defaults,
    read_appointments,
    read_clients,
    read_profiles,
    read_text,
    read_therapists,
)

FINE, SOME_REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3

BAR_CHARS = 30

EXAMPLES = """\
examples:
  kept-import --dry-run --clients clients.csv --appointments appointments.csv
  kept-import --dry-run --profiles profiles.csv --source old-desk
  kept-import --therapists therapists.csv --time-zone America/Denver --source old-desk
  kept-import --appointments calendar.ics --therapist "Amara Osei" --session-type "Individual session, 50 minutes"

exit codes: 0 every row is created or the same, 1 some rows are refused or not said, 2 wrong usage or refused,
3 unreachable. Columns, limits and fates: docs/import.md.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    if not (options.clients or options.therapists or options.profiles or options.appointments):
        return _complain("name a file: --therapists, --profiles, --clients or --appointments", USAGE)
    try:
        token = _Token(options.token, options.token_file)
        token()
    except (OSError, UnicodeDecodeError) as error:
        return _complain(f"the token can't be read: {error}", USAGE)
    try:
        files = _Files(options)
    except FileRefused as error:
        return _complain(str(error), USAGE)
    door = Door(options.url, token)
    told: list[Told] = list(files.told)
    try:
        me = door.get("/v1/me").body
        names = Names(str(me["practice_id"]), options.source)
        importer = Importer(
            door, names, str(me["actor_id"]), is_dry=options.dry_run, earlier_actors=options.earlier_actor
        )
        told += _shown(files.fates(importer), files.count)
    except Unreachable as error:
        return _complain(f"the gateway does not answer: {error}", UNREACHABLE)
    except Refused as error:
        return _complain(f"refused: {error}", USAGE)
    finally:
        door.close()
    told.sort(key=lambda each: (ORDER[each.kind], each.line))
    _print(told, options, sys.stdout)
    if importer.stopped is not None:
        code = UNREACHABLE if isinstance(importer.stopped, Unreachable) else USAGE
        return _complain(f"stopped: {importer.stopped}; run it again to go on", code)
    return FINE if all(each.fate in (Fate.CREATED, Fate.SAME) for each in told) else SOME_REFUSED


ORDER = {"therapist": 0, "profile": 0, "client": 1, "appointment": 2, "series": 2}
"""Where each kind of row stands in the report."""


class _Files:
    """Every file, read whole before anything is asked or written: a file that is refused stops all."""

    def __init__(self, options: argparse.Namespace) -> None:
        defaults = Defaults(
            time_zone=options.time_zone,
            phone_region=options.phone_region,
            therapist=options.therapist,
            session_type=options.session_type,
            modality=options.modality,
        )
        self.told: list[Told] = []
        self._therapists: list[TherapistRow] = []
        self._profiles: list[ProfileRow] = []
        self._clients: list[ClientRow] = []
        self._appointments: list[AppointmentRow | SeriesRow] = []
        given = (options.therapists, 0), (options.clients, 1), (options.appointments, 2), (options.profiles, 3)
        for path, kind in given:
            if path is None:
                continue
            try:
                self._read(read_text(path), kind, defaults)
            except FileRefused as error:
                raise FileRefused(f"{path}: {error}; nothing was imported") from None

    def _read(self, text: str, kind: int, defaults: Defaults) -> None:
        told: list[Told]
        if kind == 2:
            if is_calendar(text):
                self._appointments, told = read_calendar(text, defaults)
            else:
                single, told = read_appointments(text, defaults)
                self._appointments = [*single]
        elif is_calendar(text):
            raise FileRefused("a calendar holds appointments only")
        elif kind == 3:
            self._profiles, told = read_profiles(text, defaults)
        elif kind == 1:
            self._clients, told = read_clients(text, defaults)
        else:
            self._therapists, told = read_therapists(text, defaults)
        self.told += told

    @property
    def count(self) -> int:
        """Return how many fates are to come."""
        lines = sum(len(each.lines) for each in self._therapists)
        return lines + len(self._profiles) + len(self._clients) + len(self._appointments)

    def fates(self, importer: Importer) -> Iterator[Told]:
        """Give every fate, in the order in which things need each other."""
        if self._therapists:
            yield from importer.therapists(self._therapists)
        if self._profiles:
            yield from importer.profiles(self._profiles)
        if self._clients:
            yield from importer.clients(self._clients)
        if self._appointments:
            yield from importer.appointments(self._appointments)


class _Token:
    """The access token; one in a file is read again each time, so that a long import outlives it."""

    def __init__(self, token: str, path: Path | None) -> None:
        self._token, self._path = token, path

    def __call__(self) -> str:
        return self._path.read_text(encoding="utf-8").strip() if self._path else self._token


def _print(told: Sequence[Told], options: argparse.Namespace, out: TextIO) -> None:
    counts = Counter(each.fate for each in told)
    if options.json:
        document = {
            "is_dry_run": options.dry_run,
            "counts": {fate.value: counts[fate] for fate in Fate},
            "rows": [asdict(each) for each in told],
        }
        out.write(json.dumps(document, indent=2) + "\n")
        return
    for each in told:
        why = " ".join(filter(None, (each.reason, f"[{each.column}]" if each.column else "", each.detail)))
        out.write(f"{each.kind:<12}{each.line:>7}  {each.fate:<10}{each.key:<24}  {why}".rstrip() + "\n")
    summary = ", ".join(f"{counts[fate]} {fate.value}" for fate in Fate if counts[fate]) or "no rows"
    out.write(f"{'dry run, nothing was written: ' if options.dry_run else ''}{summary}\n")


def _shown(fates: Iterable[Told], count: int) -> list[Told]:
    """Collect the fates, and draw a bar on a terminal; nothing into a file or a pipe."""
    found: list[Told] = []
    for each in fates:
        found.append(each)
        if sys.stderr.isatty():
            full = BAR_CHARS * len(found) // max(count, 1)
            bar = "#" * full + "-" * (BAR_CHARS - full)
            end = "\n" if len(found) == count else ""
            sys.stderr.write(f"\r[{bar}] {len(found)} of {count} rows{end}")
    return found


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"kept-import: {text}\n")
    return code


def _zone(text: str) -> str:
    if text and text not in available_timezones():
        raise argparse.ArgumentTypeError("no IANA zone")
    return text


def _source(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", text):
        raise argparse.ArgumentTypeError("1 to 40 of a-z, 0-9 and -")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kept-import",
        description="Brings therapists, clients and appointments in from CSV and iCalendar files. Every row's fate is "
        "told; running it again changes nothing.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--therapists", type=Path, metavar="CSV", help="therapists with their weekly hours, one stretch a line")
    add("--profiles", type=Path, metavar="CSV", help="what therapists offer, one a line, without hours")
    add("--clients", type=Path, metavar="CSV", help="clients")
    add("--appointments", type=Path, metavar="CSV|ICS", help="appointments that lie ahead")
    add("--dry-run", action="store_true", help="tell what would become of every row, and write nothing")
    add("--source", type=_source, default="import", help="names the other system: keys are its own (default: import)")
    add("--time-zone", type=_zone, default="", help="IANA zone where a row says none, and for calendars in UTC")
    add("--phone-region", default="US", help="country of numbers without a country code (default: US)")
    add("--therapist", default="", help="therapist of appointments that name none: id, key or name")
    add("--session-type", default="", help="session type of appointments that name none: id or name")
    add("--modality", default="", choices=("", *MODALITIES), help="how appointments take place that don't say")
    add("--earlier-actor", action="append", default=[], metavar="ACTOR",
        help="another account that imported the same files before, for example user:desk")  # fmt: skip
    add("--json", action="store_true", help="print one JSON document instead of a table")
    add("--url", default=os.environ.get("KEPT_URL", "http://127.0.0.1:8080"), help="the gateway (or KEPT_URL)")
    add("--token", default=os.environ.get("KEPT_TOKEN", ""), help="an access token (better: KEPT_TOKEN)")
    add("--token-file", type=Path, help="a file with the token, read again when it has expired")
    return parser


if __name__ == "__main__":
    sys.exit(main())
