"""Finds the wording of an instrument in the nearest language there is."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.instruments import instrument_of
from services.matching.domain.wordings import Wording, held, locales_for
from services.matching.usecases.triage_ports import Wordings


async def read_wording(code: str, locale: str, call: Call, *, wordings: Wordings) -> Wording:
    """
    Return the practice's own wording in the language asked for, or Kept's.

    Raises:
        UnknownInstrument: No instrument of this code is scored. (NOT_FOUND)
        WordingMissing: Kept may not hold its text, and the practice brought none. (FAILED_PRECONDITION)
    """
    instrument = instrument_of(code)
    found = await brought(code, locale, call, wordings=wordings) or held(instrument)
    if found is None:
        raise errors.WordingMissing("Bring the wording of this instrument first.", instrument=code)
    return found


async def brought(code: str, locale: str, call: Call, *, wordings: Wordings) -> Wording | None:
    """Return the practice's own wording in the nearest language, or None."""
    for each in locales_for(locale):
        found = await wordings.find(call, code, each)
        if found is not None:
            return found
    return None
