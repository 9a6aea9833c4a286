"""Moves an appointment: the ledger takes the new time beside the old, then the promise does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment, Reason, Slot
from services.booking.domain.policy import with_deadline
from services.booking.domain.priority import EVERYBODY, REFUSALS
from services.booking.usecases.authorize_appointment import authorize_appointment
from services.booking.usecases.book_appointment import claim_id, is_staff
from services.booking.usecases.ports import Appointments, Audiences, Books, Clock, Ledger, Wish
from services.chassis.context import Call
from services.chassis.errors import RuleViolated


async def reschedule_appointment(
    appointment_id: str,
    etag: str,
    wish: Wish,
    call: Call,
    *,
    appointments: Appointments,
    ledger: Ledger,
    books: Books,
    clock: Clock,
    audiences: Audiences,
    reason: Reason = Reason.UNSAID,
    held_ids: Sequence[str] | None = None,
) -> Appointment:
    """
    Move the claim, then commit the new time; both times block until the event is handled.

    The row stays locked while the ledger moves: HoldLapsed's answer waits for this call's outcome, and no
    cancellation comes between. A retry names the same move. If that move was taken back meanwhile (its call
    had crashed), the ledger's stored answer is too old, and the appointment says so.

    Args:
        wish: Empty ids and modality 0 keep what the appointment has.
        held_ids: Claims given back with it, if the practice had offered this move: then no notice is asked for.

    Raises:
        UnknownAppointment: No such appointment here. (NOT_FOUND)
        StaleVersion: The etag is not the current one. (ABORTED)
        StateForbids: The appointment no longer lies ahead. (FAILED_PRECONDITION)
        SeatFixed: It is a seat in a group's session. (FAILED_PRECONDITION)
        HoldAbandoned: The move was taken back; ask again under a new request id. (ABORTED)
        Gate: The move would bring fenced clients together; it is barred first, then taken back. (FAILED_PRECONDITION)
        ServiceError: Whatever the ledger refuses, with its alternatives.
    """
    before = await appointments.lock(call, appointment_id)
    await authorize_appointment(before, call)
    before.expect(etag)
    before.require_ahead()
    if before.group_session_id:
        raise errors.SeatFixed("A seat can't be moved by itself.", appointment_id=appointment_id)
    whole = replace(wish, client_id=before.client_id, session_type_id=before.slot.session_type_id)
    if held_ids is not None:
        whole = replace(whole, audiences=EVERYBODY)
    try:
        slot = await _move(appointment_id, whole, call, ledger=ledger, held_ids=held_ids)
    except RuleViolated as refusal:
        therapist_id = whole.therapist_id or before.slot.therapist_id
        found = await audiences(call, before.client_id, therapist_id) if refusal.reason in REFUSALS else ()
        if not found:
            raise
        slot = await _move(appointment_id, replace(whole, audiences=found), call, ledger=ledger, held_ids=held_ids)
    if slot.claim_version <= before.abandoned_claim_version:
        raise errors.HoldAbandoned("The move was taken back; ask again.", appointment_id=appointment_id)
    rules = await books.rules.of_call(call)
    moved, fact = before.reschedule(slot, at=clock())
    after = with_deadline(moved, rules.policy(slot.session_type_id))
    try:
        await books.gates.check_move(call, after, rules, is_staff=is_staff(call.actor))
    except errors.Gate:
        if await appointments.give_up_move(call, appointment_id, claim_version=slot.claim_version):
            await ledger.release(appointment_id, call, only_move=True)
        raise
    await appointments.save(call, before, after, fact, reason=reason)
    return after


async def _move(appointment_id: str, wish: Wish, call: Call, *, ledger: Ledger, held_ids: Sequence[str] | None) -> Slot:
    return await ledger.move(
        appointment_id,
        wish,
        call,
        is_staff=held_ids is not None or is_staff(call.actor),
        move_id=claim_id(call.practice_id, call.request_id),
        from_ids=held_ids or (),
    )
