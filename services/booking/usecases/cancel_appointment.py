"""Calls an appointment off, late or not by the practice's own policy."""

from __future__ import annotations

from services.booking.domain.appointment import Appointment, CancelledBy, Reason
from services.booking.usecases.authorize_appointment import authorize_appointment
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.follow_step import follow_step
from services.booking.usecases.ports import Appointments, Books, Clock
from services.chassis.context import Call


async def cancel_appointment(
    appointment_id: str,
    etag: str,
    reason: Reason,
    call: Call,
    *,
    appointments: Appointments,
    books: Books,
    clock: Clock,
) -> Appointment:
    """
    Cancel, by whoever calls, and do what follows.

    Staff pass a client's cancellation on with a reason that is the client's; without one it is the practice's own,
    and costs the client nothing.

    Raises:
        UnknownAppointment: No such appointment here. (NOT_FOUND)
        Forbidden: The caller may not do this for this client. (PERMISSION_DENIED)
        StaleVersion: The etag is not the current one. (ABORTED)
        StateForbids: The appointment no longer lies ahead. (FAILED_PRECONDITION)
    """
    before = await appointments.lock(call, appointment_id)
    await authorize_appointment(before, call)
    policy = (await books.rules.of_call(call)).policy(before.slot.session_type_id)
    is_clients = not is_staff(call.actor) or reason in CLIENTS_REASONS
    by = CancelledBy.CLIENT if is_clients else CancelledBy.PRACTICE
    after, fact = before.cancel(by, at=clock(), late_h=policy.late_cancel_h)
    before.expect(etag)
    await appointments.save(call, before, after, fact, reason=reason)
    await follow_step(after, reason, call, books=books)
    return after


CLIENTS_REASONS = frozenset({Reason.ILLNESS, Reason.CRISIS, Reason.CONFLICT, Reason.TRANSPORT, Reason.NOT_NEEDED})
"""Reasons of the client's own: staff who name one pass on what the client said."""
