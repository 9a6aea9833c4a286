"""Keeps what clients are told about an absence: written, then approved once."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.wording import WORDINGS_MAX, check_wording
from services.booking.usecases.absence_ports import AbsenceStore, Case, Wording
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.ports import Clock
from services.chassis.context import Call
from services.chassis.errors import Forbidden

DESKS = frozenset({"front_desk", "practice_admin"})
"""Roles that word anybody's absence; a therapist words their own."""


async def put_wording(absence_id: str, text: str, call: Call, *, store: AbsenceStore, clock: Clock) -> Case:
    """
    Write a new wording; the approved one is used on until this one is approved.

    Raises:
        UnknownAbsence: No such absence. (NOT_FOUND)
        Forbidden: It is somebody else's absence. (PERMISSION_DENIED)
        Malformed, WordingRefused: As `check_wording`.
        LimitReached: There are WORDINGS_MAX. (FAILED_PRECONDITION)
    """
    body = check_wording(text)
    case = await _own_case(absence_id, call, store=store)
    number = case.wording.wording_version + 1 if case.wording else 1
    if number > WORDINGS_MAX:
        raise errors.LimitReached("There are enough wordings.", limit=str(WORDINGS_MAX))
    await store.add_wording(call, absence_id, Wording(number, body, call.actor.actor_id), at=clock())
    return await store.case(call, absence_id)


async def approve_wording(
    absence_id: str, wording_version: int, call: Call, *, store: AbsenceStore, clock: Clock
) -> Case:
    """
    Approve the latest wording; approving it twice is approving it once.

    Raises:
        UnknownAbsence: No such absence. (NOT_FOUND)
        Forbidden: It is somebody else's absence. (PERMISSION_DENIED)
        StaleVersion: It is not the latest wording. (ABORTED)
    """
    case = await _own_case(absence_id, call, store=store)
    if case.wording is None or case.wording.wording_version != wording_version:
        raise errors.StaleVersion("Another wording was written since.", absence_id=absence_id)
    await store.approve_wording(call, absence_id, wording_version, at=clock())
    return await store.case(call, absence_id)


async def _own_case(absence_id: str, call: Call, *, store: AbsenceStore) -> Case:
    case = await store.case(call, absence_id, is_locked=True)
    actor = call.actor
    if is_staff(actor) and DESKS.isdisjoint(actor.roles) and actor.therapist_id != case.therapist_id:
        raise Forbidden("It is somebody else's absence.", absence_id=absence_id)
    return case
