"""Holds the wording of an instrument: Kept's own where it may, else what a practice brings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from services.matching.domain import errors
from services.matching.domain.instruments import OPTIONS, PERMISSION, PREAMBLE, Instrument, instrument_of

TEXT_MAX = 2_000
"""Characters of a text at most."""

HELD_LOCALE = "en"
"""The language of the texts that Kept holds."""

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class WordedItem:
    """How one item is asked, and how its options are called, in their order."""

    link_id: str
    text: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """An instrument's text in one language; version 0 is Kept's own."""

    code: str
    locale: str
    preamble: str
    items: tuple[WordedItem, ...]
    permission: str
    version: int = 0

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change the wording."""
        return f"v{self.version}"

    def followed_by(self, wording: Wording, *, etag: str) -> Wording:
        """Return the next version. Raises StaleVersion."""
        if etag and etag != self.etag:
            raise errors.StaleVersion("The wording has changed since you looked.", etag=self.etag)
        return replace(wording, version=self.version + 1)

    def checked(self) -> Wording:
        """
        Return the wording if it is one of this instrument, whole.

        Raises:
            UnknownInstrument: No instrument of this code is scored. (NOT_FOUND)
            WordingHeld: Kept's own text is shown in this language. (FAILED_PRECONDITION)
            WordingMalformed: Items, options or language are not the instrument's. (INVALID_ARGUMENT)
            PermissionMissing: Nobody says by what permission it is shown. (INVALID_ARGUMENT)
            TooMany: A text is too long. (INVALID_ARGUMENT)
        """
        instrument = instrument_of(self.code)
        if not _LOCALE.fullmatch(self.locale):
            raise errors.WordingMalformed("A language is written as en, or es-MX.", field="locale")
        if self.locale == HELD_LOCALE and held(instrument) is not None:
            raise errors.WordingHeld("The text of this instrument is here, and stays as its authors wrote it.")
        if not self.permission.strip():
            raise errors.PermissionMissing("Say by what permission the text is shown.", field="permission")
        wanted = [(item.link_id, item.options) for item in instrument.items]
        if [(item.link_id, len(item.options)) for item in self.items] != wanted:
            raise errors.WordingMalformed(
                "Bring every item of the instrument, in its order, with all its options.",
                field="items",
                items=" ".join(f"{link_id}:{options}" for link_id, options in wanted),
            )
        asked = [text for item in self.items for text in (item.text, *item.options)]
        if not all(text.strip() for text in asked):
            raise errors.WordingMalformed("A text is empty.", field="items")
        if max(map(len, (*asked, self.preamble, self.permission))) > TEXT_MAX:
            raise errors.TooMany("A text has at most 2,000 characters.", field="items", limit=str(TEXT_MAX))
        return self


def held(instrument: Instrument) -> Wording | None:
    """Return the text that Kept holds, or None when it may not."""
    if not all(item.text for item in instrument.items):
        return None
    items = tuple(WordedItem(item.link_id, item.text, OPTIONS) for item in instrument.items)
    return Wording(instrument.code, HELD_LOCALE, PREAMBLE, items, PERMISSION)


def locales_for(locale: str) -> tuple[str, ...]:
    """Return in which languages to look, the nearest first: es-MX, then es."""
    asked = locale.replace("_", "-") or HELD_LOCALE
    return tuple(dict.fromkeys((asked, asked.partition("-")[0].lower())))
