"""Takes a mis-click back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.booking.domain import appointment, errors
from services.booking.domain.appointment import Appointment, CancelledBy, Reason, Slot, State
from services.booking.domain.policy import Clemency, FeeState, with_deadline
from services.booking.domain.priority import EVERYBODY
from services.booking.usecases.authorize_appointment import authorize_appointment
from services.booking.usecases.book_appointment import claim_id, is_staff
from services.booking.usecases.ports import Appointments, Books, Clock, Ledger, Wish
from services.chassis.context import Call
from services.chassis.errors import Forbidden

Reclaim = Callable[[Call, Appointment, str, Wish], Awaitable[Slot | None]]
"""Takes cancelled time back from the waitlist, under a new id; None when it is not kept, or offered already."""


async def undo_appointment_change(
    appointment_id: str,
    etag: str,
    call: Call,
    *,
    appointments: Appointments,
    books: Books,
    ledger: Ledger,
    clock: Clock,
    reclaim: Reclaim,
) -> Appointment:
    """
    Take the last step back, and what had followed from it.

    A cancelled appointment stays cancelled, since its time may be given away at any moment: a new one takes its
    place, at the same time, if the ledger can take that again for it alone. Everything else goes back in place.

    Raises:
        UnknownAppointment: No such appointment here. (NOT_FOUND)
        Forbidden: Only staff take attendance, or the practice's own cancellation, back. (PERMISSION_DENIED)
        StaleVersion: The etag is not the current one. (ABORTED)
        NothingToUndo, UndoTooLate: The last step can't be taken back, or no more. (FAILED_PRECONDITION)
        ServiceError: The ledger refuses the time: somebody was faster.
    """
    before = await appointments.lock(call, appointment_id)
    await authorize_appointment(before, call)
    before.expect(etag)
    is_own = before.state is State.CANCELLED and before.cancelled_by is CancelledBy.CLIENT
    if not is_own and not is_staff(call.actor):
        raise Forbidden("Staff takes this back.", appointment_id=appointment_id)
    if before.state is State.CANCELLED:
        after = await _restore(
            before, call, appointments=appointments, books=books, ledger=ledger, clock=clock, reclaim=reclaim
        )
    else:
        changes = await appointments.changes(call, before)
        earlier = changes[-2].state if len(changes) > 1 else before.state
        after, fact = before.undo(changes[-1], earlier, at=clock())
        await appointments.save(call, before, after, fact, reason=Reason.UNDONE)
    await _unwind(before, call, books=books)
    return after


async def _restore(
    before: Appointment,
    call: Call,
    *,
    appointments: Appointments,
    books: Books,
    ledger: Ledger,
    clock: Clock,
    reclaim: Reclaim,
) -> Appointment:
    """
    Book the cancelled time anew.

    Danger: the old claim is given back first, since its own event may not have reached the ledger yet, and would give
    the time away later. From then on anybody may take it, and the hold decides. The cancelled row stays locked, so
    that no twin of this call stands between hold and commit.
    """
    if before.group_session_id:
        # An ordinary hold would take the therapist's time, which the group has.
        raise errors.NothingToUndo("Book the seat again.", appointment_id=before.appointment_id)
    at = clock()
    before.require_fresh(at=at)
    slot = before.slot
    wish = Wish(
        before.client_id,
        slot.therapist_id,
        slot.session_type_id,
        slot.start_local,
        slot.time_zone,
        slot.fold,
        slot.modality,
        before.extra_client_ids,
        before.is_confidential,
        # It was theirs a moment ago.
        audiences=EVERYBODY,
    )
    new_id = claim_id(call.practice_id, call.request_id)
    held = await reclaim(call, before, new_id, wish)
    if held is None:
        await ledger.release(before.appointment_id, call)
        held = await ledger.hold(new_id, wish, call, is_staff=True)
    booked, fact = appointment.book(
        practice_id=call.practice_id,
        appointment_id=new_id,
        client_id=before.client_id,
        slot=held,
        actor_id=call.actor.actor_id,
        at=at,
        extra_client_ids=before.extra_client_ids,
        is_confidential=before.is_confidential,
        restores_appointment_id=before.appointment_id,
    )
    try:
        rules = await books.rules.of_call(call)
        restored = with_deadline(booked, rules.policy(slot.session_type_id))
        await books.gates.check_move(call, restored, rules, is_staff=is_staff(call.actor))
        await appointments.restore(call, restored, fact)
    except (errors.Gate, errors.NothingToUndo):
        await ledger.release(new_id, call)
        raise
    call.resource_id = new_id
    return restored


async def _unwind(before: Appointment, call: Call, *, books: Books) -> None:
    """Take back what had followed from the undone step."""
    if before.state is State.COMPLETED:
        await books.fees.uncount_visit(call, before)
    for fee in await books.fees.fees_of(call, before.appointment_id):
        if fee.state is not FeeState.WAIVED:
            waived = fee.decide(FeeState.WAIVED, Clemency.UNDONE.value, actor_id=call.actor.actor_id)
            await books.fees.save_fee(call, waived)
    await books.follow_ups.undo_after(call, before)
