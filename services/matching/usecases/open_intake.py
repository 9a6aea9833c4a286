"""Puts a client on the waitlist, and says how soon they need care."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.intake import Intake
from services.matching.domain.needs import Need
from services.matching.domain.triage import Priority
from services.matching.usecases.intake_ports import Intakes
from services.matching.usecases.match_client import is_staff
from services.matching.usecases.ports import Clock, Holds, NewId
from services.matching.usecases.triage_ports import Triage

LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


async def open_intake(
    need: Need,
    said: Priority,
    call: Call,
    *,
    intakes: Intakes,
    triage: Triage,
    holds: Holds,
    clock: Clock,
    new_id: NewId,
) -> Intake:
    """
    Put a client on the waitlist.

    How soon is what staff says; of everybody else, and when staff says nothing, what triage made of the client's last
    screening. Neither makes anybody urgent but staff.

    Raises:
        CrisisUnanswered: A human has to speak with the client first. (FAILED_PRECONDITION)
        AlreadyWaiting: They wait already. (FAILED_PRECONDITION)
        InvalidRequest: The need makes no sense, or passes a limit. (INVALID_ARGUMENT)
    """
    need = need.checked()
    if not is_staff(call) and await holds.is_held(call, need.client_id):
        raise errors.CrisisUnanswered("Somebody of the practice speaks with the client first.")
    if not is_staff(call) or said is Priority.UNSAID:
        last = await triage.screenings(call, need.client_id, before=LAST_ID, limit=1)
        said = min(last[0].priority, Priority.HIGH) if last else Priority.ROUTINE
    intake = Intake(new_id(), need.client_id, said, clock(), need)
    await intakes.add(call, intake)
    return intake
