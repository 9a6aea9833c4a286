"""Returns an appointment."""

from __future__ import annotations

from services.booking.domain.appointment import Appointment
from services.booking.usecases.authorize_appointment import authorize_appointment
from services.booking.usecases.ports import Appointments
from services.chassis.context import Call


async def get_appointment(appointment_id: str, call: Call, *, appointments: Appointments) -> Appointment:
    """Return an appointment to whoever may see its client's schedule. Raises UnknownAppointment, Forbidden."""
    found = await appointments.find(call, appointment_id)
    await authorize_appointment(found, call)
    return found
