"""Closes the case of an absence."""

from __future__ import annotations

from dataclasses import replace

from services.availability.domain import errors, facts
from services.availability.domain.absence import Absence
from services.availability.usecases.ports import Absences
from services.chassis.context import Call


async def close_absence(absence_id: str, call: Call, *, absences: Absences) -> Absence:
    """
    Close a case whose items are all settled; a closed one stays as it is.

    Raises:
        Unknown: No such absence. (NOT_FOUND)
        AbsenceOpen: Somebody would be lost; the metadata says how many. (FAILED_PRECONDITION)
    """
    absence = await absences.find(call, absence_id, is_locked=True)
    if absence.is_closed:
        return absence
    if absence.open_items:
        raise errors.AbsenceOpen("Items are not settled.", absence_id=absence_id, open_items=str(absence.open_items))
    closed = replace(absence, is_closed=True, version=absence.version + 1)
    await absences.close(call, absence_id, facts.AbsenceClosed(absence_id, absence.therapist_id, closed.version))
    return closed
