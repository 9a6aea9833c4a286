"""What a message must not say wherever it could be seen: words that tell of care."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from services.notifications.domain.contact import Locale

FORBIDDEN: Mapping[Locale, Sequence[str]] = {
    Locale.EN: (
        "therap", "psych", "depress", "anxiet", "addict", "substance", "rehab", "detox", "mental", "behavioral",
        "behavioural", "counsel", "trauma", "suicid", "self-harm", "bipolar", "schizo", "autis", "adhd", "ptsd",
        "diagnos", "disorder", "clinic", "medication", "prescription", "alcohol", "drug", "eating disorder",
    ),
    Locale.ES: (
        "terap", "psic", "psiq", "depres", "ansied", "adicc", "sustancia", "rehabilit", "desintox", "mental",
        "conduct", "trauma", "suicid", "autoles", "bipolar", "esquizo", "autis", "tdah", "tept", "diagn", "trastorn",
        "clinic", "medicac", "medicament", "receta", "alcohol", "droga",
    ),
}  # fmt: skip
"""
Beginnings of words, without accents: what a lock screen, an envelope or a log of web addresses would tell.

Every text is looked at in every language: a practice's name may be English in a Spanish message.

Source: reference notes, sections 1.5 and 8 (12); 45 CFR 164.522(b).
"""

MOST_WORDS = 50
LONGEST_WORD = 60


def find_forbidden(texts: Iterable[str], more: Sequence[str] = ()) -> str | None:
    """
    Return the first forbidden beginning of a word in any of the texts, or None.

    Args:
        texts: Everything that can be seen: subject, body, sender, link.
        more: A practice's own: its legal name, if that tells what it does.
    """
    pattern = _pattern(tuple(more))
    for text in texts:
        if found := pattern.search(_plain(text)):
            return found.group(1)
    return None


@lru_cache(maxsize=4096)
def _pattern(more: tuple[str, ...]) -> re.Pattern[str]:
    words = {word for words in FORBIDDEN.values() for word in words} | {_plain(word) for word in more if word.strip()}
    return re.compile(r"(?:(?<=[^a-z0-9])|^)(" + "|".join(re.escape(word) for word in sorted(words)) + ")")


def _plain(text: str) -> str:
    """Without accents, in small letters, with one space between words."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower().split())
