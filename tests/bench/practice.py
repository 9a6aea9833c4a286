"""A practice of pairs: each client has a therapist, a site and a room of their own, so that no two bookings meet."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.booking.v1 import booking_pb2, booking_service_pb2
from kept.wall.v1 import wall_pb2

from deploy.local.suite import Suite
from services.chassis.config import ProcessConfig
from services.chassis.context import Actor, Call
from services.chassis.identity import Signer
from services.chassis.rpc.channels import channel
from services.chassis.rpc.client import Neighbour

PAIRS = 200
LENGTH_MIN, BUFFER_MIN, GRID_MIN = 25, 5, 30
ZONE = "UTC"
PER_DAY = 24 * 60 // GRID_MIN


class Practice:
    """The practice, the people who act in it, and slots that were never given out."""

    def __init__(self, suite: Suite) -> None:
        self.practice_id = str(uuid.uuid4())
        self.session_type_id = str(uuid.uuid4())
        self.pairs = [(str(uuid.uuid4()), str(uuid.uuid4())) for _ in range(PAIRS)]
        self.signer = Signer.read("gateway", suite.root.keys / "gateway")
        self.long_type_id = ""
        self._suite = suite
        self._slots = itertools.product(range(2, 118), range(PER_DAY - 1), range(PAIRS))

    def actor(self, *roles: str) -> Actor:
        """Return somebody of the practice."""
        return Actor(f"user:{'-'.join(roles)}", "user", self.practice_id, frozenset(roles))

    def metadata(self, *roles: str) -> list[tuple[str, str]]:
        """Return what the gateway sends along; tokens are short-lived, so make it anew for each run."""
        token = self.signer.sign(self.actor(*roles))
        return [("authorization", f"Bearer {token}"), ("x-kept-service", self.signer.service_token())]

    def bookings(self, count: int) -> Iterator[Message]:
        """Give requests for slots that nobody asked for yet."""
        today = datetime.now(UTC).date()
        for day, place, pair in itertools.islice(self._slots, count):
            therapist_id, client_id = self.pairs[pair]
            start = datetime.combine(today, datetime.min.time()) + timedelta(days=day, minutes=place * GRID_MIN)
            yield booking_service_pb2.BookAppointmentRequest(
                client_id=client_id,
                therapist_id=therapist_id,
                session_type_id=self.session_type_id,
                start_wall=wall_pb2.WallTime(local=f"{start:%Y-%m-%dT%H:%M}", time_zone=ZONE),
                modality=availability_pb2.MODALITY_IN_PERSON,
                request_id=str(uuid.uuid4()),
            )

    async def settle_in(self) -> None:
        """Create sites, rooms, schedules and clients through the services' own doors."""
        ledger = self.neighbour("availability", availability_service_pb2, "AvailabilityService")
        promises = self.neighbour("booking", booking_service_pb2, "BookingService")
        kind = availability_pb2.SessionType(
            session_type_id=self.session_type_id,
            display_name="Bench",
            length_min=LENGTH_MIN,
            buffer_after_min=BUFFER_MIN,
            horizon_days=120,
            grid_min=GRID_MIN,
            modalities=[availability_pb2.MODALITY_IN_PERSON],
        )
        request = availability_service_pb2.PutSessionTypeRequest(session_type=kind, request_id=str(uuid.uuid4()))
        await ledger.call("PutSessionType", request, self.call("practice_admin"))
        gate = asyncio.Semaphore(16)

        async def settle(therapist_id: str, client_id: str) -> None:
            async with gate:
                await self._settle(ledger, promises, therapist_id, client_id)

        await asyncio.gather(*(settle(*pair) for pair in self.pairs))

    async def _settle(self, ledger: Neighbour, promises: Neighbour, therapist_id: str, client_id: str) -> None:
        admin, site_id = self.call("practice_admin"), str(uuid.uuid4())
        site = availability_pb2.Site(site_id=site_id, display_name="Bench", time_zone=ZONE)
        room = availability_pb2.Room(room_id=str(uuid.uuid4()), site_id=site_id, display_name="Bench")
        hours = [
            availability_pb2.WeeklyHours(
                weekday=day,
                start_local="00:00",
                end_local="24:00",
                site_id=site_id,
                modalities=[availability_pb2.MODALITY_IN_PERSON],
            )
            for day in range(1, 8)
        ]
        schedule = availability_pb2.Schedule(
            therapist_id=therapist_id, time_zone=ZONE, weekly_hours=hours, session_type_ids=[self.session_type_id]
        )
        client = booking_pb2.Client(client_id=client_id, given_name="B", family_name="B", time_zone=ZONE)
        for neighbour, method, request, call in (
            (ledger, "PutSite", availability_service_pb2.PutSiteRequest(site=site), admin),
            (ledger, "PutRoom", availability_service_pb2.PutRoomRequest(room=room), admin),
            (ledger, "PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule), admin),
            (
                promises,
                "RegisterClient",
                booking_service_pb2.RegisterClientRequest(client=client),
                self.call("front_desk"),
            ),
        ):
            request.request_id = str(uuid.uuid4())
            await neighbour.call(method, request, call)

    def call(self, *roles: str) -> Call:
        """Return a call of somebody of the practice."""
        actor = self.actor(*roles)
        return Call(actor=actor, method="bench", actor_token=self.signer.sign(actor))

    def neighbour(self, name: str, module: object, service: str) -> Neighbour:
        """Return a way to a service, in the gateway's name."""
        config = ProcessConfig(service="gateway", instance="bench")
        descriptor = module.DESCRIPTOR.services_by_name[service]  # type: ignore[attr-defined]
        return Neighbour(channel(self._suite.address(f"{name}-server"), config), descriptor, self.signer)
