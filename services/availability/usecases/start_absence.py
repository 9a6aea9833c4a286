"""Starts a therapist's absence as a case of the claims it hits."""

from __future__ import annotations

from dataclasses import replace

from services.availability.domain import facts
from services.availability.domain.absence import Absence, Item
from services.availability.usecases.ports import Absences, Directories
from services.availability.usecases.preview_absence import preview_absence
from services.chassis.context import Call
from services.chassis.errors import Stale

TRIES = 16
"""Looks at what an absence hits until all of its time has a known holder; each is one round of others' changes."""


async def start_absence(absence: Absence, call: Call, *, absences: Absences, directories: Directories) -> Absence:
    """
    Take the free time, let claims stand, and open an item for each.

    Danger: a claim that is given back, or hands its time to another one by a transfer or a move, at this moment, is
    waited for and then gone, and the other one was not there when the look began. Two empty looks can agree while time
    is handed on in each. So it is looked again until nothing was free to take, only claims that were seen have the
    rest, and a second look, after those were locked, saw the same: who is locked hands nothing on and seats nobody.

    Raises:
        ServiceError: What `preview_absence` refuses.
        Stale: Others changed it again and again. (ABORTED)
    """
    await absences.take_time(call, absence)
    items: list[Item] | None = None
    for _ in range(TRIES):
        seen = await preview_absence(
            absence.therapist_id, absence.span, call, absences=absences, directories=directories, is_locked=True
        )
        is_whole = await absences.take_free(call, absence, [each.claim_id for each in seen])
        if is_whole and seen == items:
            break
        items = seen
    else:
        raise Stale("The therapist's time changes too quickly.", reason="ABORTED")
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
