"""Decides whether a caller may touch an appointment, whoever of its clients they come for."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.domain.proxy import is_hidden_from
from services.booking.usecases.book_appointment import is_staff
from services.chassis.context import Call


async def authorize_appointment(appointment: Appointment, call: Call) -> None:
    """
    Decide for the caller's own part in the session, or for the client it was booked for.

    Staff touch everybody in the session, and the trail says so.

    Raises:
        Forbidden: The caller may not do this for this client. (PERMISSION_DENIED)
        UnknownAppointment: It is confidential, and the caller only acts for the client. (NOT_FOUND)
    """
    actor = call.actor
    if is_staff(actor):
        client_ids = appointment.client_ids
    else:
        client_ids = (actor.client_id if actor.client_id in appointment.extra_client_ids else appointment.client_id,)
    await call.authorize(client_ids=client_ids, resource_id=appointment.appointment_id)
    if actor.kind == "user" and not is_staff(actor) and is_hidden_from(appointment, own_client_id=actor.client_id):
        raise errors.UnknownAppointment("No such appointment.", appointment_id=appointment.appointment_id)
