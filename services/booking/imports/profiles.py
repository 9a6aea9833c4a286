"""Reads what a row says of a therapist: licences, specialties, whom they see, what room."""

from __future__ import annotations

import re
from typing import Any

from services.booking.imports.cells import Cells
from services.booking.imports.fates import Malformed

LISTS = ("licensed_regions", "specialties", "languages", "insurers")
MORE_LISTS = ("credentials", "approaches", "populations", "plans", "accessibility", "attributes", "sites")
"""Codes between semicolons; sites are names or ids."""

LEVELS = ("EFFECTIVE", "NEUTRAL", "INEFFECTIVE")
CASES_LEAST = 15
"""Cases a strength is measured in at least, as matching has it."""

PANEL_HOURS_MOST = 100

PROFILE_COLUMNS = (
    *LISTS, *MORE_LISTS, "youngest_age", "oldest_age", "is_accepting", "capacity", "licences", "privileges",
    "strengths", "panel_hours", "experience_years",
)  # fmt: skip
"""Columns that say something of a therapist, all optional; what has no column is not compared, and empty when new."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def profile_of(cells: Cells) -> dict[str, Any]:
    """Return a profile as the gateway takes it, but for its sites, which still are names. Raises Malformed."""
    profile: dict[str, Any] = {
        "display_name": cells.name("display_name"),
        **{name: cells.many(name) for name in LISTS},
        "youngest_age": cells.whole("youngest_age", least=0, most=120, default=0),
        "oldest_age": cells.whole("oldest_age", least=0, most=120, default=120),
        "is_accepting": cells.flag("is_accepting", default=True),
        "capacity": cells.whole("capacity", least=0, most=500, default=0),
    }
    if profile["youngest_age"] > profile["oldest_age"]:
        raise Malformed("oldest_age", "AGES_REVERSED", "The oldest age is below the youngest.")
    profile |= {name: cells.many(name) for name in MORE_LISTS if cells.has(name)}
    if cells.has("licences"):
        profile["licences"] = [_until(cells, "licences", "region", each) for each in cells.many("licences")]
    if cells.has("privileges"):
        profile["privileges"] = [_until(cells, "privileges", "compact", each) for each in cells.many("privileges")]
    if cells.has("strengths"):
        profile["strengths"] = [_strength(each) for each in cells.many("strengths")]
    if cells.has("panel_hours"):
        profile["panel_min"] = 60 * cells.whole("panel_hours", least=0, most=PANEL_HOURS_MOST, default=0)
    if cells.has("experience_years"):
        profile["experience_years"] = cells.whole("experience_years", least=0, most=80, default=0)
    return profile


def _until(cells: Cells, column: str, name: str, value: str) -> dict[str, str]:
    """Read a licence or a privilege: a code, and its last day behind a colon where it has one."""
    code, _, day = value.partition(":")
    if day and not _DAY.fullmatch(day):
        raise Malformed(column, "DATE_MALFORMED", "Write the last day behind a colon, as US-CA:2031-05-31.")
    return {name: code.strip(), "expire_date": Cells({column: day}).day(column)}


def _strength(value: str) -> dict[str, Any]:
    domain, _, rest = value.partition(":")
    level, _, cases = rest.partition(":")
    is_whole = cases.isascii() and cases.isdigit() and len(cases) < 7 and int(cases) >= CASES_LEAST
    if level.upper() not in LEVELS or not is_whole:
        raise Malformed(
            "strengths",
            "STRENGTH_MALFORMED",
            f"Write anxiety:EFFECTIVE:22, one of {', '.join(LEVELS)}, 15 cases or more.",
        )
    return {"domain": domain.strip(), "level": level.upper(), "case_count": int(cases)}
