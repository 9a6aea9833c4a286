"""Starts a therapist's absence as a case of the claims it hits."""

from __future__ import annotations

from dataclasses import replace

from services.availability.domain import facts
from services.availability.domain.absence import Absence
from services.availability.usecases.ports import Absences, Directories
from services.availability.usecases.preview_absence import preview_absence
from services.chassis.context import Call


async def start_absence(absence: Absence, call: Call, *, absences: Absences, directories: Directories) -> Absence:
    """
    Take the free time, let claims stand, and open an item for each.

    Danger: the time is taken first. Whoever was claiming some of it is then seen among the claims hit, or comes too
    late: nobody falls between.

    Raises:
        ServiceError: What `preview_absence` refuses.
    """
    await absences.take_time(call, absence)
    items = await preview_absence(
        absence.therapist_id, absence.span, call, absences=absences, directories=directories, is_locked=True
    )
    started = facts.AbsenceStarted(
        absence.absence_id,
        absence.therapist_id,
        *absence.span,
        claim_ids=tuple(each.claim_id for each in items),
        version=absence.version,
        needs=tuple(facts.Need(each.claim_id, each.is_high_need, each.is_crisis, each.load_weight) for each in items),
    )
    await absences.add_items(call, absence, items, started)
    return replace(absence, items=len(items), open_items=len(items))
