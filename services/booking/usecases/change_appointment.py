"""Takes one step in an appointment's life."""

from __future__ import annotations

from services.booking.domain.appointment import Appointment, Reason, State, Step
from services.booking.usecases.authorize_appointment import authorize_appointment
from services.booking.usecases.follow_step import follow_step
from services.booking.usecases.ports import Appointments, Books, Clock
from services.chassis.context import Call


async def change_appointment(
    appointment_id: str,
    etag: str,
    step: Step,
    call: Call,
    *,
    appointments: Appointments,
    books: Books,
    clock: Clock,
    reason: Reason = Reason.UNSAID,
) -> Appointment:
    """
    Lock the appointment, ask whether the caller may, take the step, store it with its fact and what follows.

    A step that changes nothing (a second confirmation) stores nothing and succeeds, whatever etag it names.

    Raises:
        UnknownAppointment: No such appointment here. (NOT_FOUND)
        Forbidden: The caller may not do this for this client. (PERMISSION_DENIED)
        StaleVersion: The etag is not the current one. (ABORTED)
        StateForbids: The state or the hour does not allow the step. (FAILED_PRECONDITION)
        IntakeDue: A first session begins after its client's forms and consents are seen to. (FAILED_PRECONDITION)
    """
    before = await appointments.lock(call, appointment_id)
    await authorize_appointment(before, call)
    after, fact = step(before, at=clock())
    if fact is not None:
        before.expect(etag)
        if after.state is State.IN_SESSION:
            await books.gates.check_intake(call, after)
        await appointments.save(call, before, after, fact, reason=reason)
        await follow_step(after, reason, call, books=books)
    return after
