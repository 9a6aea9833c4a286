"""Looks public holidays up in the pinned `holidays` library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from services.availability.domain import errors


@lru_cache(maxsize=4096)
def holiday_names(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    """
    Return the public holidays of a country, and of its subdivision, in a year; days in lieu count as holidays.

    Args:
        country: ISO 3166-1 alpha-2.
        subdivision: The library's code, mostly ISO 3166-2 without the country; empty for none.
    """
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def check_holidays(country: str, subdivision: str) -> None:
    """Refuse a country, or a subdivision of it, of which no holidays are known. Raises UnknownHolidays."""
    known = _known()
    if country not in known or (subdivision and subdivision not in known[country]):
        raise errors.UnknownHolidays("No holidays are known there.", country=country[:8], subdivision=subdivision[:16])


@lru_cache(maxsize=1)
def _known() -> Mapping[str, frozenset[str]]:
    supported = holidays.list_supported_countries(include_aliases=False)
    return {country: frozenset(subdivisions) for country, subdivisions in supported.items()}
