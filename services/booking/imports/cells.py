"""Reads single values: within stated lengths, in the forms the rest of Kept stores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, available_timezones

from services.booking.domain.client import BIRTH_YEAR_MIN
from services.booking.imports.fates import Malformed
from services.chassis import errors
from services.chassis.crypto import normalize_email, normalize_phone

NAME_CHARACTERS = 120
KEY_CHARACTERS = 120
LIST_ITEMS = 50
MODALITIES = ("IN_PERSON", "VIDEO", "PHONE")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would run (OWASP, CSV injection)."""

_LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:00)?", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0"}


class Cells:
    """One row's values by column; every reader raises Malformed with the column."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def has(self, column: str) -> bool:
        """Tell whether the file has the column at all."""
        return column in self._values

    def text(self, column: str, *, most: int = NAME_CHARACTERS, default: str = "", is_needed: bool = False) -> str:
        """Return the trimmed text, or the default when the cell is empty."""
        value = self._values.get(column, "").strip() or default
        if is_needed and not value:
            raise Malformed(column, "CELL_EMPTY", "The cell must hold something.")
        if len(value) > most:
            raise Malformed(column, "CELL_TOO_LONG", f"The cell holds more than {most} characters.")
        if not value.isprintable():
            raise Malformed(column, "CELL_UNPRINTABLE", "The cell holds control characters.")
        return value

    def name(self, column: str, *, most: int = NAME_CHARACTERS) -> str:
        """Return a text that no spreadsheet would run, wherever it is exported to later."""
        value = self.text(column, most=most, is_needed=True)
        if value.startswith(FORMULA):
            raise Malformed(column, "CELL_IS_FORMULA", f"The cell begins with one of {' '.join(FORMULA)}")
        return value

    def key(self, column: str = "key") -> str:
        """Return what the other system calls the row."""
        return self.name(column, most=KEY_CHARACTERS)

    def many(self, column: str) -> list[str]:
        """Return the values between semicolons."""
        found = [part.strip() for part in self.text(column, most=2000).split(";") if part.strip()]
        if len(found) > LIST_ITEMS:
            raise Malformed(column, "CELL_TOO_LONG", f"The cell lists more than {LIST_ITEMS} values.")
        return found

    def flag(self, column: str, *, default: bool = False) -> bool:
        """Return yes or no."""
        value = self.text(column).lower()
        if not value:
            return default
        if value not in _YES | _NO:
            raise Malformed(column, "CELL_NOT_YES_OR_NO", "Write yes or no.")
        return value in _YES

    def whole(self, column: str, *, least: int, most: int, default: int) -> int:
        """Return a whole number within bounds."""
        value = self.text(column)
        if not value:
            return default
        if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
            raise Malformed(column, "CELL_OUT_OF_RANGE", f"Write a whole number from {least} to {most}.")
        return int(value)

    def day(self, column: str) -> str:
        """Return a date, or nothing."""
        value = self.text(column)
        if value:
            try:
                if len(value) != len("2030-01-31"):
                    raise ValueError
                date.fromisoformat(value)
            except ValueError:
                raise Malformed(column, "DATE_MALFORMED", "Write the date as 2030-01-31.") from None
        return value

    def birth_date(self, column: str) -> str:
        """Return a date in a year somebody may be born in, or nothing."""
        value = self.day(column)
        if value and not BIRTH_YEAR_MIN <= date.fromisoformat(value).year <= datetime.now(UTC).year:
            raise Malformed(column, "DATE_OUT_OF_RANGE", f"Nobody was born before {BIRTH_YEAR_MIN}, or will be.")
        return value

    def clock(self, column: str) -> str:
        """Return a time of day."""
        value = self.text(column, is_needed=True)
        if not _CLOCK.fullmatch(value):
            raise Malformed(column, "TIME_MALFORMED", "Write the time as 09:00.")
        return value

    def weekday(self, column: str) -> int:
        """Return 1 for Monday to 7 for Sunday, from the number, the name or its first three letters."""
        value = self.text(column, is_needed=True).lower()
        for number, name in enumerate(WEEKDAYS, 1):
            if value in (str(number), name, name[:3]):
                return number
        raise Malformed(column, "WEEKDAY_MALFORMED", "Write monday to sunday, mon to sun, or 1 to 7.")

    def zone(self, column: str, *, default: str = "") -> str:
        """Return an IANA zone."""
        value = self.text(column, default=default, is_needed=True)
        if value not in available_timezones():
            raise Malformed(column, "UNKNOWN_TIME_ZONE", "Write an IANA zone, for example America/Los_Angeles.")
        return value

    def modality(self, column: str, *, default: str = "") -> str:
        """Return a way to meet, or nothing."""
        value = self.text(column, default=default).upper().replace("-", "_").replace(" ", "_")
        return _modality(column, value) if value else ""

    def modalities(self, column: str) -> list[str]:
        """Return the ways to meet, at least one."""
        found = [_modality(column, each.upper().replace("-", "_").replace(" ", "_")) for each in self.many(column)]
        if not found:
            raise Malformed(column, "CELL_EMPTY", "Say at least one way to meet.")
        return list(dict.fromkeys(found))

    def email(self, column: str) -> str:
        """Return the address as it is compared, or nothing."""
        value = self.text(column, most=254)
        try:
            return normalize_email(value) if value else ""
        except errors.InvalidRequest as error:
            raise Malformed(column, error.reason, error.message) from None

    def phone(self, column: str, *, region: str) -> str:
        """Return the number in E.164, or nothing."""
        value = self.text(column, most=40)
        try:
            return normalize_phone(value, region) if value else ""
        except errors.InvalidRequest as error:
            raise Malformed(column, error.reason, error.message) from None

    def local(self, column: str) -> str:
        """Return a wall time to the minute."""
        found = _LOCAL.fullmatch(self.text(column, is_needed=True))
        try:
            if found is None:
                raise ValueError
            return datetime.fromisoformat(f"{found[1]}T{found[2]}").isoformat(timespec="minutes")
        except ValueError:
            raise Malformed(column, "TIME_MALFORMED", "Write the start as 2030-01-31T09:00.") from None


def start_of(local: str, zone: str, fold: int, *, column: str = "start") -> datetime:
    """
    Return the instant of a wall time.

    Raises:
        Malformed: The clocks skip it, or show it twice and the row does not say which.
    """
    wall = datetime.fromisoformat(local)
    first, second = (wall.replace(tzinfo=ZoneInfo(zone), fold=each) for each in (0, 1))
    if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        raise Malformed(column, "TIME_DOES_NOT_EXIST", "The clocks skip this time.")
    if first.utcoffset() != second.utcoffset() and not fold:
        raise Malformed(column, "TIME_AMBIGUOUS", "The clocks show this time twice: say 1 or 2 in the column fold.")
    return (second if fold == 2 else first).astimezone(UTC)


def _modality(column: str, value: str) -> str:
    if value not in MODALITIES:
        raise Malformed(column, "MODALITY_UNKNOWN", f"Write one of {', '.join(MODALITIES)}.")
    return value
