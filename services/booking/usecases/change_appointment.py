"""Takes one step in an appointment's life."""

from __future__ import annotations

from services.booking.domain.appointment import Appointment, Step
from services.booking.usecases.ports import Appointments, Clock
from services.chassis.context import Call


async def change_appointment(
    appointment_id: str, etag: str, step: Step, call: Call, *, appointments: Appointments, clock: Clock
) -> Appointment:
    """
    Lock the appointment, ask whether the caller may, take the step, store it with its fact.

    A step that changes nothing (a second confirmation) stores nothing and succeeds, whatever etag it names.

    Raises:
        UnknownAppointment: No such appointment here. (NOT_FOUND)
        Forbidden: The caller may not do this for this client. (PERMISSION_DENIED)
        StaleVersion: The etag is not the current one. (ABORTED)
        StateForbids: The state or the hour does not allow the step. (FAILED_PRECONDITION)
    """
    before = await appointments.lock(call, appointment_id)
    await call.authorize(client_ids=[before.client_id], resource_id=appointment_id)
    after, fact = step(before, at=clock())
    if fact is not None:
        before.expect(etag)
        await appointments.save(call, before, after, fact)
    return after
