"""Serves the promise's door: asyncio, gRPC, the inbox reactions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from google.protobuf.message import Message
from kept.audit.v1.retention_events_pb2 import ClientErasureOrdered
from kept.availability.v1.availability_events_pb2 import AbsenceItemAnswered, AbsenceStarted, HoldLapsed
from kept.booking.v1 import (
    absence_service_pb2,
    accounts_service_pb2,
    booking_pb2,
    booking_service_pb2,
    break_glass_service_pb2,
    care_service_pb2,
    disclosure_service_pb2,
    feeds_service_pb2,
    group_series_service_pb2,
    groups_service_pb2,
    people_service_pb2,
    policy_service_pb2,
    priority_service_pb2,
    safety_service_pb2,
    series_service_pb2,
    waitlist_service_pb2,
)
from kept.matching.v1.forms_events_pb2 import FormDue, FormSettled

from services.booking.absence_case_servicer import AbsenceCaseServicer
from services.booking.account_servicer import AccountServicer
from services.booking.adapters import proto
from services.booking.adapters.cadences import PostgresCadences
from services.booking.adapters.gates import PostgresGates
from services.booking.adapters.intake_dues import on_form_due, on_form_settled
from services.booking.bootstrap import bootstrap
from services.booking.break_glass_servicer import BreakGlassServicer
from services.booking.care_servicer import CareServicer
from services.booking.config import SERVICE
from services.booking.disclosure_servicer import DisclosureServicer
from services.booking.domain.appointment import Appointment, Reason, Step
from services.booking.feed_servicer import FeedServicer
from services.booking.group_series_servicer import GroupSeriesServicer
from services.booking.groups_servicer import GroupServicer
from services.booking.people_servicer import PeopleServicer
from services.booking.policy_servicer import PolicyServicer
from services.booking.priority_servicer import PriorityServicer
from services.booking.safety_servicer import SafetyServicer
from services.booking.series_server import SeriesServicer
from services.booking.usecases.book_appointment import book_appointment
from services.booking.usecases.cancel_appointment import cancel_appointment
from services.booking.usecases.change_appointment import change_appointment
from services.booking.usecases.find_clients import find_clients
from services.booking.usecases.get_appointment import get_appointment
from services.booking.usecases.get_client import get_client
from services.booking.usecases.join_appointment import LeadersOf, Rooms, join_appointment
from services.booking.usecases.list_appointment_changes import list_appointment_changes
from services.booking.usecases.list_appointments import list_appointments
from services.booking.usecases.ports import Appointments, Audiences, Books, CareTeam, Clients, Clock, Ledger, Promises
from services.booking.usecases.reclaim_slot import reclaim_slot
from services.booking.usecases.register_client import register_client
from services.booking.usecases.reschedule_appointment import reschedule_appointment
from services.booking.usecases.undo_appointment_change import Reclaim, undo_appointment_change
from services.booking.usecases.update_client import update_client
from services.booking.waitlist_servicer import WaitlistServicer
from services.chassis.config import ProcessConfig
from services.chassis.context import Call
from services.chassis.events.inbox import InboxRunner
from services.chassis.rpc.server import Application, run


class BookingServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(
        self,
        *,
        appointments: Appointments,
        promises: Promises[Message],
        clients: Clients,
        ledger: Ledger,
        care_team: CareTeam,
        books: Books,
        clock: Clock,
        reclaim: Reclaim,
        audiences: Audiences,
        rooms: Rooms,
        leaders_of: LeadersOf,
    ) -> None:
        self._leaders_of = leaders_of
        self._appointments = appointments
        self._promises = promises
        self._clients = clients
        self._ledger = ledger
        self._care_team = care_team
        self._books = books
        self._clock = clock
        self._reclaim = reclaim
        self._audiences = audiences
        self._rooms = rooms

    async def RegisterClient(
        self, request: booking_service_pb2.RegisterClientRequest, call: Call
    ) -> booking_pb2.Client:
        draft = proto.client_of(request.client)
        return proto.client_message(await register_client(draft, call, clients=self._clients, clock=self._clock))

    async def GetClient(self, request: booking_service_pb2.GetClientRequest, call: Call) -> booking_pb2.Client:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        return proto.client_message(await get_client(client_id, call, clients=self._clients))

    async def UpdateClient(self, request: booking_service_pb2.UpdateClientRequest, call: Call) -> booking_pb2.Client:
        proto.uuid_of(request.client.client_id, field="client.client_id")
        wanted, etag = proto.client_of(request.client), proto.etag_of(request.client.etag, is_required=True)
        updated = await update_client(wanted, etag, call, clients=self._clients, clock=self._clock)
        return proto.client_message(updated)

    async def FindClients(
        self, request: booking_service_pb2.FindClientsRequest, call: Call
    ) -> booking_service_pb2.FindClientsResponse:
        found = await find_clients(request.email, request.phone, call, clients=self._clients)
        return booking_service_pb2.FindClientsResponse(clients=[proto.client_message(one) for one in found])

    async def BookAppointment(self, request: booking_service_pb2.BookAppointmentRequest, call: Call) -> Message:
        wish = proto.wish_of_booking(request)
        return await book_appointment(
            wish,
            call,
            ledger=self._ledger,
            promises=self._promises,
            clock=self._clock,
            audiences=self._audiences,
        )

    async def GetAppointment(
        self, request: booking_service_pb2.GetAppointmentRequest, call: Call
    ) -> booking_pb2.Appointment:
        appointment_id = proto.uuid_of(request.appointment_id, field="appointment_id")
        return proto.appointment_message(await get_appointment(appointment_id, call, appointments=self._appointments))

    async def JoinAppointment(
        self, request: booking_service_pb2.JoinAppointmentRequest, call: Call
    ) -> booking_service_pb2.JoinAppointmentResponse:
        appointment_id = proto.uuid_of(request.appointment_id, field="appointment_id")
        url, entry = await join_appointment(
            appointment_id,
            call,
            appointments=self._appointments,
            rooms=self._rooms,
            clock=self._clock,
            leaders_of=self._leaders_of,
        )
        return proto.join_message(url, entry)

    async def ListAppointments(
        self, request: booking_service_pb2.ListAppointmentsRequest, call: Call
    ) -> booking_service_pb2.ListAppointmentsResponse:
        wanted, page_size, after = proto.filter_of(request)
        page, cursor = await list_appointments(
            wanted,
            call,
            appointments=self._appointments,
            care_team=self._care_team,
            after=after,
            page_size=page_size,
        )
        return proto.list_message(page, proto.page_token(cursor, wanted))

    async def ListAppointmentChanges(
        self, request: booking_service_pb2.ListAppointmentChangesRequest, call: Call
    ) -> booking_service_pb2.ListAppointmentChangesResponse:
        appointment_id = proto.uuid_of(request.appointment_id, field="appointment_id")
        appointment, changes = await list_appointment_changes(appointment_id, call, appointments=self._appointments)
        return proto.changes_message(appointment, changes)

    async def RescheduleAppointment(
        self, request: booking_service_pb2.RescheduleAppointmentRequest, call: Call
    ) -> booking_pb2.Appointment:
        appointment_id = proto.uuid_of(request.appointment_id, field="appointment_id")
        etag = proto.etag_of(request.etag, is_required=True)
        moved = await reschedule_appointment(
            appointment_id,
            etag,
            proto.wish_of_move(request),
            call,
            appointments=self._appointments,
            ledger=self._ledger,
            books=self._books,
            clock=self._clock,
            audiences=self._audiences,
            reason=proto.reason_of(request.reason),
        )
        return proto.appointment_message(moved)

    async def ConfirmAppointment(
        self, request: booking_service_pb2.ConfirmAppointmentRequest, call: Call
    ) -> booking_pb2.Appointment:
        return await self._step(request.appointment_id, request.etag, Appointment.confirm, call)

    async def CancelAppointment(
        self, request: booking_service_pb2.CancelAppointmentRequest, call: Call
    ) -> booking_pb2.Appointment:
        cancelled = await cancel_appointment(
            proto.uuid_of(request.appointment_id, field="appointment_id"),
            proto.etag_of(request.etag),
            proto.reason_of(request.reason),
            call,
            appointments=self._appointments,
            books=self._books,
            clock=self._clock,
        )
        return proto.appointment_message(cancelled)

    async def UndoAppointmentChange(
        self, request: booking_service_pb2.UndoAppointmentChangeRequest, call: Call
    ) -> booking_pb2.Appointment:
        restored = await undo_appointment_change(
            proto.uuid_of(request.appointment_id, field="appointment_id"),
            proto.etag_of(request.etag),
            call,
            appointments=self._appointments,
            books=self._books,
            ledger=self._ledger,
            clock=self._clock,
            reclaim=self._reclaim,
        )
        return proto.appointment_message(restored)

    async def CheckInAppointment(
        self, request: booking_service_pb2.CheckInAppointmentRequest, call: Call
    ) -> booking_pb2.Appointment:
        return await self._step(request.appointment_id, request.etag, Appointment.check_in, call)

    async def StartAppointment(
        self, request: booking_service_pb2.StartAppointmentRequest, call: Call
    ) -> booking_pb2.Appointment:
        return await self._step(request.appointment_id, request.etag, Appointment.start, call)

    async def CompleteAppointment(
        self, request: booking_service_pb2.CompleteAppointmentRequest, call: Call
    ) -> booking_pb2.Appointment:
        return await self._step(request.appointment_id, request.etag, Appointment.complete, call)

    async def MarkNoShow(self, request: booking_service_pb2.MarkNoShowRequest, call: Call) -> booking_pb2.Appointment:
        reason = proto.reason_of(request.reason)
        return await self._step(request.appointment_id, request.etag, Appointment.mark_no_show, call, reason=reason)

    async def _step(
        self, appointment_id: str, etag: str, step: Step, call: Call, *, reason: Reason = Reason.UNSAID
    ) -> booking_pb2.Appointment:
        changed = await change_appointment(
            proto.uuid_of(appointment_id, field="appointment_id"),
            proto.etag_of(etag),
            step,
            call,
            appointments=self._appointments,
            books=self._books,
            clock=self._clock,
            reason=reason,
        )
        return proto.appointment_message(changed)


async def compose(config: ProcessConfig) -> Application:
    """Put the servicer before the parts."""
    parts = await bootstrap(config)
    servicer = BookingServicer(
        appointments=parts.appointments,
        promises=parts.promises,
        clients=parts.clients,
        ledger=parts.ledger,
        care_team=parts.care_team,
        books=parts.books,
        clock=parts.clock,
        rooms=parts.rooms,
        audiences=parts.audiences,
        leaders_of=parts.groups.leaders_of,
        reclaim=partial(reclaim_slot, store=parts.waitlist, ledger=parts.ledger, clock=parts.clock),
    )
    waitlist = WaitlistServicer(
        store=parts.waitlist,
        report=parts.refills,
        appointments=parts.appointments,
        ledger=parts.ledger,
        bookings=parts.series,
        care_team=parts.care_team,
        clock=parts.clock,
    )
    absences = AbsenceCaseServicer(
        store=parts.absences,
        appointments=parts.appointments,
        ledger=parts.ledger,
        books=parts.books,
        clock=parts.clock,
    )
    series = SeriesServicer(
        store=parts.series,
        appointments=parts.appointments,
        ledger=parts.ledger,
        care_team=parts.care_team,
        books=parts.books,
        clock=parts.clock,
    )
    groups = GroupServicer(
        store=parts.groups,
        series=parts.group_series,
        ledger=parts.ledger,
        appointments=parts.appointments,
        books=parts.books,
        clock=parts.clock,
    )
    priorities = PriorityServicer(
        priorities=parts.priorities, ledger=parts.ledger, gates=PostgresGates(), rules=parts.rules, clock=parts.clock
    )
    group_series = GroupSeriesServicer(
        groups=parts.groups,
        store=parts.group_series,
        ledger=parts.ledger,
        appointments=parts.appointments,
        books=parts.books,
        clock=parts.clock,
    )
    policies = PolicyServicer(policies=parts.policies, rules=parts.rules, clock=parts.clock)
    care = CareServicer(
        follow_ups=parts.follow_ups, cadences=PostgresCadences(), care_team=parts.care_team, clock=parts.clock
    )
    safety = SafetyServicer(safety=parts.safety, care_team=parts.care_team, clock=parts.clock)
    glasses = BreakGlassServicer(glasses=parts.glasses, clock=parts.clock)
    reactions: dict[str, Callable[[Any, Call], Awaitable[None]]] = {
        HoldLapsed.DESCRIPTOR.full_name: parts.reactions.on_hold_lapsed,
        AbsenceStarted.DESCRIPTOR.full_name: parts.reactions.on_absence_started,
        AbsenceItemAnswered.DESCRIPTOR.full_name: parts.reactions.on_absence_item_answered,
        FormDue.DESCRIPTOR.full_name: on_form_due,
        FormSettled.DESCRIPTOR.full_name: on_form_settled,
        ClientErasureOrdered.DESCRIPTOR.full_name: parts.reactions.on_erasure_ordered,
    }
    accounts = AccountServicer(accounts=parts.accounts, clients=parts.clients, clock=parts.clock)
    people = PeopleServicer(marks=parts.marks, clients=parts.clients)
    disclosures = DisclosureServicer(disclosures=parts.disclosures, clock=parts.clock)
    feeds = FeedServicer(feeds=parts.feeds, appointments=parts.appointments, clock=parts.clock)
    return Application(
        SERVICE,
        config,
        parts.database,
        [
            (booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"], servicer),
            (series_service_pb2.DESCRIPTOR.services_by_name["SeriesService"], series),
            (groups_service_pb2.DESCRIPTOR.services_by_name["GroupService"], groups),
            (group_series_service_pb2.DESCRIPTOR.services_by_name["GroupSeriesService"], group_series),
            (policy_service_pb2.DESCRIPTOR.services_by_name["PolicyService"], policies),
            (priority_service_pb2.DESCRIPTOR.services_by_name["PriorityService"], priorities),
            (care_service_pb2.DESCRIPTOR.services_by_name["CareService"], care),
            (safety_service_pb2.DESCRIPTOR.services_by_name["SafetyService"], safety),
            (break_glass_service_pb2.DESCRIPTOR.services_by_name["BreakGlassService"], glasses),
            (accounts_service_pb2.DESCRIPTOR.services_by_name["AccountService"], accounts),
            (absence_service_pb2.DESCRIPTOR.services_by_name["AbsenceCaseService"], absences),
            (feeds_service_pb2.DESCRIPTOR.services_by_name["FeedService"], feeds),
            (people_service_pb2.DESCRIPTOR.services_by_name["PeopleService"], people),
            (disclosure_service_pb2.DESCRIPTOR.services_by_name["DisclosureService"], disclosures),
            (waitlist_service_pb2.DESCRIPTOR.services_by_name["WaitlistService"], waitlist),
        ],
        relations=parts.care_team,
        keyring=parts.keyring,
        optimistic={"BookAppointment"},
        background=[InboxRunner(parts.database, reactions, service=SERVICE), parts.top_up, *parts.jobs],
        closers=parts.closers,
    )


if __name__ == "__main__":
    run(SERVICE, compose)
