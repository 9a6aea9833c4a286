"""Lists the steps of an appointment's life."""

from __future__ import annotations

from services.booking.domain.appointment import Appointment, Change
from services.booking.usecases.authorize_appointment import authorize_appointment
from services.booking.usecases.ports import Appointments
from services.chassis.context import Call


async def list_appointment_changes(
    appointment_id: str, call: Call, *, appointments: Appointments
) -> tuple[Appointment, list[Change]]:
    """Return the appointment and its steps, oldest first. Raises UnknownAppointment, Forbidden."""
    found = await appointments.find(call, appointment_id)
    await authorize_appointment(found, call)
    return found, await appointments.changes(call, found)
