"""Stores the wording of an instrument that a practice may show."""

from __future__ import annotations

from dataclasses import replace

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.wordings import Wording
from services.matching.usecases.ports import Clock
from services.matching.usecases.triage_ports import Wordings


async def put_wording(wording: Wording, etag: str, call: Call, *, wordings: Wordings, clock: Clock) -> Wording:
    """
    Check a wording and store it as the next version; forms keep the one they were stored with.

    Raises:
        UnknownInstrument: No instrument of this code is scored. (NOT_FOUND)
        WordingHeld: Kept's own text is shown in this language. (FAILED_PRECONDITION)
        WordingMalformed, PermissionMissing, TooMany: It is no whole wording of it. (INVALID_ARGUMENT)
        StaleVersion: Somebody else has changed it. (ABORTED)
    """
    checked = wording.checked()
    before = await wordings.find(call, wording.code, wording.locale) or replace(wording, version=0)
    after = before.followed_by(checked, etag=etag)
    if not await wordings.add(call, after, at=clock()):
        raise errors.StaleVersion("Somebody else has just changed the wording; look again.")
    return after
