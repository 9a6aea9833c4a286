"""Limits of texts, lists, regions and days, as the contract states them."""

from __future__ import annotations

import re
from datetime import date

from services.matching.domain import errors

TEXT_MAX = 120
"""Characters in a display name or a code. Source: the proto comments of kept.matching.v1."""

_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ATTRIBUTE = re.compile(r"[a-z0-9-]{1,40}:[a-z0-9-]{1,60}", re.ASCII)


def check_region(region: str) -> None:
    """Raise RegionMalformed unless the region looks like ISO 3166-2."""
    if not _REGION.fullmatch(region):
        raise errors.RegionMalformed("A region is written like US-CA (ISO 3166-2).", field="region")


def check_day(day: str, field: str) -> None:
    """Raise DateMalformed unless the text is empty or a day of the calendar."""
    try:
        if not day or (_DAY.fullmatch(day) and date.fromisoformat(day)):
            return
    except ValueError:
        pass
    raise errors.DateMalformed("A last day is YYYY-MM-DD.", field=field)


def check_text(field: str, text: str) -> None:
    """Raise TooMany unless the text has 1 to 120 characters."""
    if not 0 < len(text) <= TEXT_MAX:
        raise errors.TooMany("The text is empty or longer than 120 characters.", field=field)


def check_list(field: str, values: tuple[str, ...], most: int) -> None:
    """Raise TooMany when there are more values than that, or one is too long."""
    if len(values) > most:
        raise errors.TooMany("The list is longer than its limit.", field=field, limit=str(most))
    for value in values:
        check_text(field, value)


def check_number(field: str, value: int, least: int, most: int) -> None:
    """Raise TooMany when a number lies outside its bounds."""
    if not least <= value <= most:
        raise errors.TooMany(f"The number lies outside {least} to {most}.", field=field)


def check_attributes(field: str, values: tuple[str, ...], most: int) -> None:
    """Raise TooMany, or AttributeMalformed unless each is written "kind:value"."""
    check_list(field, values, most)
    for value in values:
        if not _ATTRIBUTE.fullmatch(value):
            raise errors.AttributeMalformed('An attribute is written like "style:direct".', field=field)
