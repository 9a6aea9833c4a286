"""Reads the words several messages share: names, kinds, times of day, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.availability.domain import errors
from services.availability.domain.limits import MAX_KINDS

MAX_NAME_CHARS = 120
"""Characters of a display name. Source: the contract."""

MAX_REASON_CHARS = 200
"""Characters of a reason to pass over a limit. Source: the contract."""

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_KIND = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)


def name_of(text: str, *, field: str) -> str:
    """Return a display name. Raises Malformed."""
    if not text.strip() or len(text) > MAX_NAME_CHARS or not text.isprintable():
        raise errors.Malformed("A name has 1 to 120 printable characters.", field=field, most=str(MAX_NAME_CHARS))
    return text


def clock_of(text: str, *, field: str) -> int:
    """Return a time of day as a minute, 0 to 1440. Raises Malformed."""
    if not _CLOCK.fullmatch(text):
        raise errors.Malformed("A time of day is HH:MM.", field=field)
    return int(text[:2]) * 60 + int(text[3:])


def clock_text(minute: int) -> str:
    """Return a minute of the day as HH:MM."""
    return f"{minute // 60:02}:{minute % 60:02}"


def kind_of(text: str, *, field: str) -> str:
    """Return a kind of equipment. Raises Malformed."""
    if not _KIND.fullmatch(text):
        raise errors.Malformed("A kind has 1 to 40 lower-case letters, digits and hyphens.", field=field)
    return text


def kinds_of(values: Iterable[str], *, field: str) -> tuple[str, ...]:
    """Return distinct kinds of equipment. Raises Malformed."""
    found = tuple(dict.fromkeys(kind_of(each, field=field) for each in values))
    if len(found) > MAX_KINDS:
        raise errors.Malformed("The list is too long.", field=field, most=str(MAX_KINDS))
    return found


def reason_of(text: str, *, field: str, is_by_staff: bool) -> str:
    """Return why staff passes over a limit, or nothing. Raises Malformed, StaffOnly."""
    if text and not is_by_staff:
        raise errors.StaffOnly("Only staff passes over a limit.", field=field)
    if len(text) > MAX_REASON_CHARS or not text.isprintable():
        raise errors.Malformed("A reason has at most 200 printable characters.", field=field)
    return text.strip()
