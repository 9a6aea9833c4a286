"""Holds who a client is, and what their particulars may look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources

from services.booking.domain import errors

NAME_MAX_CHARACTERS = 120
"""Characters of a given or family name at most; the contract says so."""

BIRTH_YEAR_MIN = 1900
"""The earliest birth year taken for true; nobody older is alive."""

_BIRTH_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Client:
    """
    Is a person who receives care.

    email and phone are in their normal form (lower-case domain; E.164) or empty.
    """

    client_id: str
    given_name: str
    family_name: str
    birth_date: str
    email: str
    phone: str
    time_zone: str
    version: int
    create_time: datetime

    @property
    def identity(self) -> tuple[str, str, str]:
        """Return what a document would say of them: names and birth date."""
        return (self.given_name, self.family_name, self.birth_date)

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change what they saw."""
        return f"v{self.version}"


def check_name(value: str, *, field: str) -> str:
    """Return the name without outer blanks. Raises Malformed when empty, too long or not printable."""
    name = value.strip()
    if not name or len(name) > NAME_MAX_CHARACTERS or not name.isprintable():
        raise errors.Malformed(
            "A name is 1 to 120 printable characters.", field=field, max_characters=str(NAME_MAX_CHARACTERS)
        )
    return name


def check_birth_date(value: str, *, today: date) -> str:
    """Return "YYYY-MM-DD" or "". Raises Malformed for another form, the future, or before 1900."""
    if not value:
        return ""
    try:
        day = date.fromisoformat(value) if _BIRTH_DATE.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or day > today or day.year < BIRTH_YEAR_MIN:
        raise errors.Malformed("A birth date is YYYY-MM-DD and not in the future.", field="birth_date")
    return value


def check_time_zone(value: str) -> str:
    """Return the zone's name. Raises UnknownTimeZone when the pinned tzdata does not know it."""
    if value not in known_time_zones():
        raise errors.UnknownTimeZone("No such IANA time zone.", field="time_zone")
    return value


@cache
def known_time_zones() -> frozenset[str]:
    """Return the names in the tzdata wheel; never the machine's own files, which may differ."""
    names = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(names.split())
