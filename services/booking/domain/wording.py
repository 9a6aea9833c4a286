"""Says what a text to many clients may hold: one neutral line."""

from __future__ import annotations

import re

from services.booking.domain import errors

WORDING_MAX = 500
"""Characters of a wording at most; the contract says so."""

WORDINGS_MAX = 20
"""Wordings of one absence at most; the contract says so."""

_CONTACTS = re.compile(
    r"\S@\S|https?:|www\.|\b[\w-]+\.(?:com|org|net|io|de|uk|health)\b|\d[\d\s().-]{3,}\d", re.IGNORECASE
)
_PLACEHOLDERS = re.compile(r"[{}<>\[\]|]|%\w")

CLINICAL = (
    "addict", "adhd", "anxi", "autis", "bipolar", "clinic", "counsel", "crisis", "depress", "diagnos", "disorder",
    "medicat", "mental", "ocd", "panic", "patient", "prescri", "psych", "ptsd", "suicid", "symptom", "therap", "trauma",
    "treatment",
)  # fmt: skip
"""Beginnings of words that tell a stranger what kind of care it is. Source: messages are read on shared screens."""


def check_wording(text: str) -> str:
    """
    Return a wording without outer blanks.

    Danger: it is sent as it is to everybody an absence hits. It can't hold what differs between them, and a stranger
    who reads it must not learn what kind of appointment it is about.

    Raises:
        Malformed: It is empty, too long or not one printable line. (INVALID_ARGUMENT)
        WordingRefused: It holds a contact, a placeholder or a clinical word; the metadata says which kind.
            (FAILED_PRECONDITION)
    """
    body = text.strip()
    if not body or len(body) > WORDING_MAX or not body.isprintable():
        raise errors.Malformed(
            "A wording is one line of 1 to 500 printable characters.", field="body", limit=str(WORDING_MAX)
        )
    if _CONTACTS.search(body):
        raise errors.WordingRefused("It holds an address, a link or a long number.", found="CONTACT")
    if _PLACEHOLDERS.search(body):
        raise errors.WordingRefused("It is the same for everybody: it has no placeholders.", found="PLACEHOLDER")
    words = re.findall(r"[^\W\d_]+", body.lower())
    if any(word.startswith(CLINICAL) for word in words):
        raise errors.WordingRefused("It tells what kind of care it is about.", found="CLINICAL_WORD")
    return body
