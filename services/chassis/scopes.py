"""Reads the scopes of an app's token (SMART App Launch v2) as what they let it ask for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

UNBOUND: Final = "unbound"
PATIENT: Final = "patient"
USER: Final = "user"
MISSING: Final = "missing"

RESOURCES: Final = {
    "appointment": "Appointment", "series": "Appointment", "client": "Patient", "contact": "Patient",
    "message": "Communication", "thread": "Communication", "care_team": "CareTeam", "directory": "Practitioner",
    "slot": "Slot",
    "schedule": "Schedule", "fee": "ChargeItem", "authorisation": "Coverage", "proxy": "RelatedPerson",
    "follow_up": "Task", "match": "ServiceRequest", "consent": "Consent", "trail": "AuditEvent",
}  # fmt: skip
"""FHIR resource types by the first word of an action; another word stands for itself (`waitlist` is `Waitlist`)."""

_LETTERS: Final = {"C": "c", "R": "r", "U": "u", "D": "d", "E": "s"}
_OLD: Final = {"read": "rs", "write": "cud", "*": "cruds"}
_SCOPE: Final = re.compile(r"(patient|user)/(\*|[A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)")


@lru_cache(maxsize=16_384)
def reach(granted: frozenset[str] | None, action: str, effect: str) -> str:
    """
    Say how far an app may go with an action.

    Args:
        granted: The token's scopes; None for a front end of our own.
        action: Of the policies, for example "appointment.book".
        effect: C, R, U, D or E.

    Returns:
        "unbound" without an app, "user" or "patient" by the widest scope that names the resource type and the letter
        (c, r, u, d; s for a search), "missing" when none does. Scopes with search parameters (`?category=`) give
        nothing, since they would promise a filter nobody applies; so does what is not written as SMART says.

    Source:
        SMART App Launch 2.2, "Scopes for requesting FHIR resources"; tests/unit/chassis/test_scopes.py.
    """
    if granted is None:
        return UNBOUND
    word = action.partition(".")[0]
    resource = RESOURCES.get(word) or "".join(part.capitalize() for part in word.split("_"))
    found = set()
    for scope in granted:
        matched = _SCOPE.fullmatch(scope)
        if matched is None:
            continue
        level, kind, letters = matched.groups()
        if kind in ("*", resource) and _LETTERS[effect] in _OLD.get(letters, letters):
            found.add(level)
    return USER if USER in found else PATIENT if PATIENT in found else MISSING
