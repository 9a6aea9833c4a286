"""The service's gRPC door with all its layers, and a small booking behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc.aio
from kept.availability.v1 import availability_pb2, availability_service_pb2, availability_service_pb2_grpc
from kept.booking.v1 import (
    booking_pb2,
    booking_service_pb2,
    booking_service_pb2_grpc,
    waitlist_pb2,
    waitlist_service_pb2,
    waitlist_service_pb2_grpc,
)
from kept.notifications.v1 import (
    contact_service_pb2_grpc,
    inbox_service_pb2_grpc,
    notifications_service_pb2,
    notifications_service_pb2_grpc,
    on_call_service_pb2_grpc,
    providers_service_pb2_grpc,
    threads_service_pb2_grpc,
    workflow_service_pb2_grpc,
)
from kept.wall.v1 import wall_pb2

from services.chassis.config import ProcessConfig
from services.chassis.context import Actor
from services.chassis.crypto import ClientCipher, FileKeyring
from services.chassis.identity import Signer, Verifier, write_key_pair
from services.chassis.rpc.channels import channel
from services.chassis.rpc.client import Neighbour
from services.chassis.rpc.server import Application, Server
from services.notifications import (
    contact_servicer,
    inbox_servicer,
    on_call_servicer,
    providers_servicer,
    threads_servicer,
    workflow_servicer,
)
from services.notifications.adapters.care import CareRelations
from services.notifications.adapters.clamd import read_scanner
from services.notifications.adapters.pages import OnCall
from services.notifications.adapters.sms import read_sms_urls
from services.notifications.contact_servicer import ContactServicer
from services.notifications.inbox_servicer import InboxServicer
from services.notifications.on_call_servicer import OnCallServicer
from services.notifications.providers_servicer import ProvidersServicer
from services.notifications.server import NotificationsServicer
from services.notifications.threads_servicer import ThreadsServicer
from services.notifications.workflow_servicer import WorkflowServicer
from tests.integration.notifications.office import PUBLIC_URL, Office, Promise, timestamp

SERVICE = notifications_service_pb2.DESCRIPTOR.services_by_name["NotificationsService"]
WAITLIST = waitlist_service_pb2.DESCRIPTOR.services_by_name["WaitlistService"]
AVAILABILITY = availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"]
BOOKING = booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"]


class SmallBooking(
    booking_service_pb2_grpc.BookingServiceServicer,
    waitlist_service_pb2_grpc.WaitlistServiceServicer,
    availability_service_pb2_grpc.AvailabilityServiceServicer,
):
    """Booking with what links need: it knows appointments, confirms an etag, and counts."""

    def __init__(self, verifier: Verifier) -> None:
        self.appointments: dict[str, booking_pb2.Appointment] = {}
        self.confirmations: list[booking_service_pb2.ConfirmAppointmentRequest] = []
        self.steps: list[tuple[str, str]] = []
        self.free: list[datetime] = []
        self.taken: set[str] = set()
        self._verifier = verifier
        self._server = grpc.aio.server()
        waitlist_service_pb2_grpc.add_WaitlistServiceServicer_to_server(self, self._server)
        availability_service_pb2_grpc.add_AvailabilityServiceServicer_to_server(self, self._server)
        booking_service_pb2_grpc.add_BookingServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port("127.0.0.1:0")

    async def start(self) -> None:
        """Begin to answer."""
        await self._server.start()

    async def stop(self) -> None:
        """End."""
        await self._server.stop(None)

    def keep(self, promise: Promise) -> None:
        """Know the promise as it is now."""
        self.appointments[promise.appointment_id] = booking_pb2.Appointment(
            appointment_id=promise.appointment_id,
            client_id=promise.client_id,
            state=booking_pb2.Appointment.STATE_BOOKED,
            start_time=timestamp(promise.start_time),
            etag=f"etag-{promise.version}",
        )

    async def GetAppointment(
        self, request: booking_service_pb2.GetAppointmentRequest, context: Any
    ) -> booking_pb2.Appointment:
        """Return it to notifications alone."""
        await self._check_caller(context)
        return self.appointments[request.appointment_id]

    async def ConfirmAppointment(
        self, request: booking_service_pb2.ConfirmAppointmentRequest, context: Any
    ) -> booking_pb2.Appointment:
        """Confirm the etag seen."""
        await self._check_caller(context)
        found = self.appointments[request.appointment_id]
        if request.etag != found.etag:
            await context.abort(grpc.StatusCode.ABORTED, "stale")
        self.confirmations.append(request)
        found.state = booking_pb2.Appointment.STATE_CONFIRMED
        found.etag += "-confirmed"
        return found

    async def CancelAppointment(
        self, request: booking_service_pb2.CancelAppointmentRequest, context: Any
    ) -> booking_pb2.Appointment:
        """Call off the etag seen."""
        await self._check_caller(context)
        found = self.appointments[request.appointment_id]
        if request.etag != found.etag:
            await context.abort(grpc.StatusCode.ABORTED, "stale")
        self.steps.append(("cancel", request.appointment_id))
        found.state = booking_pb2.Appointment.STATE_CANCELLED
        found.etag += "-cancelled"
        return found

    async def UndoAppointmentChange(
        self, request: booking_service_pb2.UndoAppointmentChangeRequest, context: Any
    ) -> booking_pb2.Appointment:
        """Take the cancellation back."""
        await self._check_caller(context)
        self.steps.append(("undo", request.appointment_id))
        return self.appointments[request.appointment_id]

    async def RescheduleAppointment(
        self, request: booking_service_pb2.RescheduleAppointmentRequest, context: Any
    ) -> booking_pb2.Appointment:
        """Move it to the time named, which is one of ours."""
        await self._check_caller(context)
        found = self.appointments[request.appointment_id]
        self.steps.append(("move", request.start_wall.local))
        found.start_time.FromDatetime(
            next(each for each in self.free if f"{each:%Y-%m-%dT%H:%M}" == request.start_wall.local)
        )
        return found

    async def AcceptOffer(
        self, request: waitlist_service_pb2.AcceptOfferRequest, context: Any
    ) -> booking_pb2.Appointment:
        """Take an offer, unless somebody was faster."""
        await self._check_caller(context)
        if request.offer_id in self.taken:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "taken")
        self.steps.append(("accept", request.offer_id))
        return booking_pb2.Appointment(appointment_id=request.offer_id)

    async def DeclineOffer(self, request: waitlist_service_pb2.DeclineOfferRequest, context: Any) -> waitlist_pb2.Offer:
        """Say no."""
        await self._check_caller(context)
        self.steps.append(("decline", request.offer_id))
        return waitlist_pb2.Offer(offer_id=request.offer_id)

    async def SearchSlots(
        self, request: availability_service_pb2.SearchSlotsRequest, context: Any
    ) -> availability_service_pb2.SearchSlotsResponse:
        """List the free times of the stretch."""
        await self._check_caller(context)
        stretch = (request.from_time.ToDatetime(tzinfo=UTC), request.to_time.ToDatetime(tzinfo=UTC))
        return availability_service_pb2.SearchSlotsResponse(
            slots=[
                availability_pb2.Slot(
                    start_time=timestamp(each),
                    start_wall=wall_pb2.WallTime(local=f"{each:%Y-%m-%dT%H:%M}", time_zone="UTC"),
                )
                for each in self.free
                if stretch[0] <= each < stretch[1]
            ]
        )

    async def _check_caller(self, context: Any) -> None:
        metadata = dict(context.invocation_metadata())
        _, issuer = self._verifier.verify(metadata["x-kept-service"])
        assert (issuer, "authorization" in metadata) == ("notifications", False)


class Door:
    """The service as the gateway meets it."""

    def __init__(self, office: Office, keys_dir: Path, *, scanner_url: str = "", sms_urls: str = "") -> None:
        for issuer in ("gateway", "notifications"):
            (keys_dir / "trusted").mkdir(exist_ok=True)
            write_key_pair(keys_dir / f"actor-{issuer}.key", keys_dir / "trusted" / f"{issuer}.pub")
        self._gateway = Signer.read("gateway", keys_dir)
        self.booking = SmallBooking(Verifier(keys_dir / "trusted"))  # type: ignore[abstract]
        config = ProcessConfig("notifications", "door", grpc_listen="127.0.0.1:0", keys_dir=keys_dir)
        to_booking = channel(f"127.0.0.1:{self.booking.port}", config)
        servicer = NotificationsServicer(
            database=office.database,
            contacts=office.contacts,
            codes=office.codes,
            booking=Neighbour(to_booking, BOOKING, Signer.read("notifications", keys_dir), WAITLIST),
            availability=Neighbour(to_booking, AVAILABILITY, Signer.read("notifications", keys_dir)),
            clock=office.clock,
        )
        on_call = OnCallServicer(on_call=OnCall(ClientCipher(FileKeyring(keys_dir / "keyring.json"))))
        addresses = ContactServicer(
            database=office.database, contacts=office.contacts, codes=office.codes, clock=office.clock
        )
        keyring = FileKeyring(keys_dir / "keyring.json")
        signer = Signer.read("notifications", keys_dir)
        providers = ProvidersServicer(
            database=office.database,
            accounts=read_sms_urls(sms_urls),
            public_url=PUBLIC_URL,
            contacts=office.contacts,
            keyring=keyring,
            booking=Neighbour(to_booking, BOOKING, signer, WAITLIST),
            availability=Neighbour(to_booking, AVAILABILITY, signer),
            clock=office.clock,
        )
        threads = ThreadsServicer(
            cipher=ClientCipher(keyring),
            scanner=read_scanner(scanner_url),
            clock=office.clock,
        )
        workflows = WorkflowServicer(
            templates=office.templates, wording=office.wording, clock=office.clock, available=office.post.available
        )
        self._server = Server(
            Application(
                "notifications",
                config,
                office.database,
                servicers=[
                    (SERVICE, servicer),
                    (on_call_servicer.SERVICE, on_call),
                    (threads_servicer.SERVICE, threads),
                    (contact_servicer.SERVICE, addresses),
                    (inbox_servicer.SERVICE, InboxServicer(cipher=ClientCipher(keyring), clock=office.clock)),
                    (providers_servicer.SERVICE, providers),
                    (workflow_servicer.SERVICE, workflows),
                ],
                relations=CareRelations(office.database),
                keyring=FileKeyring(keys_dir / "keyring.json"),
                closers=[to_booking.close],
            )
        )
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{self._server.port}")
        self.stub: Any = notifications_service_pb2_grpc.NotificationsServiceStub(self._channel)
        self.inbox: Any = inbox_service_pb2_grpc.InboxServiceStub(self._channel)
        self.providers: Any = providers_service_pb2_grpc.ProvidersServiceStub(self._channel)
        self.threads: Any = threads_service_pb2_grpc.ThreadsServiceStub(self._channel)
        self.workflows: Any = workflow_service_pb2_grpc.WorkflowServiceStub(self._channel)
        self.contacts: Any = contact_service_pb2_grpc.ContactServiceStub(self._channel)
        self.on_call: Any = on_call_service_pb2_grpc.OnCallServiceStub(self._channel)

    async def start(self) -> None:
        """Open both."""
        await self.booking.start()
        await self._server.start()

    async def stop(self) -> None:
        """Close all."""
        await self._channel.close()
        await self._server.stop(1.0)
        await self.booking.stop()

    def holder(self) -> list[tuple[str, str]]:
        """Metadata of the gateway for whoever holds a link."""
        return [("x-kept-service", self._gateway.service_token())]

    def clerk(self, practice_id: str) -> list[tuple[str, str]]:
        """Metadata of the gateway for somebody of the front desk."""
        return self._for(Actor("clerk-1", "user", practice_id, frozenset({"front_desk"})))

    def admin(self, practice_id: str) -> list[tuple[str, str]]:
        """Metadata of the gateway for the practice's admin."""
        return self._for(Actor("admin-1", "user", practice_id, frozenset({"practice_admin"})))

    def therapist(self, practice_id: str, therapist_id: str) -> list[tuple[str, str]]:
        """Metadata of the gateway for a therapist."""
        roles = frozenset({"therapist"})
        return self._for(Actor(f"staff-{therapist_id}", "user", practice_id, roles, therapist_id=therapist_id))

    def client(self, practice_id: str, client_id: str) -> list[tuple[str, str]]:
        """Metadata of the gateway for a client."""
        return self._for(Actor("person-1", "user", practice_id, frozenset({"client"}), client_id))

    def _for(self, actor: Actor) -> list[tuple[str, str]]:
        return [*self.holder(), ("authorization", f"Bearer {self._gateway.sign(actor)}")]
