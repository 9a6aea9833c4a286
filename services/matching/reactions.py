"""What matching does when it hears of something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

from kept.audit.v1 import retention_events_pb2
from kept.booking.v1 import booking_events_pb2, booking_pb2

from services.chassis.context import Call
from services.chassis.glasses import emergency_reactions
from services.matching.adapters.erasures import erase_client
from services.matching.usecases.answer_form import Office
from services.matching.usecases.assign_due import assign_first
from services.matching.usecases.count_session import count_session
from services.matching.usecases.feedback_ports import Courses
from services.matching.usecases.hear_of_appointment import hear_of_appointment
from services.matching.usecases.ports import Profiles
from services.matching.usecases.settle_proposal import Desk

Reaction = Callable[[Any, Call], Awaitable[None]]


def reactions(profiles: Profiles, desk: Desk, office: Office, courses: Courses) -> dict[str, Reaction]:
    """Return the reaction to each event, by its full name."""

    async def on_booked(event: booking_events_pb2.AppointmentBooked, call: Call) -> None:
        """A first appointment makes a client one of the therapist's caseload, and settles what was proposed."""
        facts = event.appointment
        await call.authorize(client_ids=[facts.client_id, *facts.extra_client_ids], resource_id=facts.appointment_id)
        for client_id in (facts.client_id, *facts.extra_client_ids):
            start_time = facts.start_time.ToDatetime(tzinfo=UTC)
            await profiles.add_to_caseload(call, facts.therapist_id, client_id, last_time=start_time)
            await hear_of_appointment(facts.appointment_id, client_id, facts.therapist_id, call, desk=desk)
            await assign_first(client_id, call, office=office)

    async def on_registered(event: booking_events_pb2.ClientRegistered, call: Call) -> None:
        """A new client has forms to answer before their first session."""
        await call.authorize(client_ids=[event.client_id], resource_id=event.client_id)
        await assign_first(event.client_id, call, office=office)

    async def on_attended(event: booking_events_pb2.AppointmentAttended, call: Call) -> None:
        """A session that took place counts; the client is asked after the third how well it fits."""
        facts = event.appointment
        if event.state != booking_pb2.Appointment.STATE_COMPLETED:
            return
        await call.authorize(client_ids=[facts.client_id], resource_id=facts.appointment_id)
        await count_session(
            facts.appointment_id,
            facts.client_id,
            facts.therapist_id,
            call,
            session_time=facts.start_time.ToDatetime(tzinfo=UTC),
            courses=courses,
        )

    async def on_undone(event: booking_events_pb2.AppointmentChangeUndone, call: Call) -> None:
        """A session that did not take place after all does not count."""
        if event.undone_state == booking_pb2.Appointment.STATE_COMPLETED:
            await courses.remove(call, event.appointment.appointment_id)

    async def on_erasure_ordered(event: retention_events_pb2.ClientErasureOrdered, call: Call) -> None:
        """Destroy the client's key; the order says that two persons agreed."""
        await erase_client(event, call)

    return {
        booking_events_pb2.AppointmentBooked.DESCRIPTOR.full_name: on_booked,
        booking_events_pb2.ClientRegistered.DESCRIPTOR.full_name: on_registered,
        booking_events_pb2.AppointmentAttended.DESCRIPTOR.full_name: on_attended,
        booking_events_pb2.AppointmentChangeUndone.DESCRIPTOR.full_name: on_undone,
        **emergency_reactions(),
        retention_events_pb2.ClientErasureOrdered.DESCRIPTOR.full_name: on_erasure_ordered,
    }
