"""Calls availability as booking, a practice's admin or a client would, over real gRPC."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import grpc.aio
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.availability.v1 import (
    absence_service_pb2,
    availability_pb2,
    availability_service_pb2,
    calendar_service_pb2,
    directory_service_pb2,
    limits_service_pb2,
)
from kept.wall.v1 import wall_pb2

from services.availability.bootstrap import Parts
from services.chassis.rpc.status import from_wire
from tests.support.suite_keys import SuiteKeys, person

DOORS = (
    availability_service_pb2,
    calendar_service_pb2,
    limits_service_pb2,
    absence_service_pb2,
    directory_service_pb2,
)
SERVICES = [service for each in DOORS for service in each.DESCRIPTOR.services_by_name.values()]
ZONE = "America/Phoenix"
"""Has no daylight saving: a test that counts hours holds on any day."""


def new_id() -> str:
    """Return an id nobody has."""
    return str(uuid4())


@dataclass(frozen=True)
class Door:
    """Is one running server, and somebody in a practice who calls it."""

    channel: grpc.aio.Channel
    keys: SuiteKeys
    parts: Parts
    practice_id: str = field(default_factory=new_id)

    def of(self, practice_id: str) -> Door:
        """Return the same server for another practice."""
        return replace(self, practice_id=practice_id)

    async def as_booking(self, method: str, request: Message) -> Any:
        """Call as the booking service in its own name."""
        return await self.call(method, request, self.keys.as_service("booking", self.practice_id))

    async def as_role(self, role: str, method: str, request: Message) -> Any:
        """Call as a person with one role."""
        return await self.call(method, request, self.keys.as_person(person(self.practice_id, [role])))

    async def as_admin(self, method: str, request: Message) -> Any:
        """Call as the practice's admin, with a new request id."""
        request.request_id = new_id()  # type: ignore[attr-defined]
        return await self.as_role("practice_admin", method, request)

    async def call(self, method: str, request: Message, metadata: list[tuple[str, str]]) -> Any:
        """Call a method; a refusal is raised as the ServiceError it was."""
        service = next(each for each in SERVICES if method in each.methods_by_name)
        stub = self.channel.unary_unary(
            f"/{service.full_name}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(service.methods_by_name[method].output_type).FromString,
        )
        try:
            return await stub(request, metadata=metadata, timeout=30)
        except grpc.aio.AioRpcError as error:
            raise from_wire(error) from error


@dataclass(frozen=True)
class Practice:
    """Is a practice with one site, its rooms, one session type and therapists who work every day, all day."""

    door: Door
    site_id: str
    room_ids: list[str]
    session_type_id: str
    therapist_ids: list[str]

    def at(self, *, days: int, hour: int = 10, minute: int = 0) -> str:
        """Return a wall time of the practice, days from today."""
        day = (datetime.now(UTC).astimezone(ZoneInfo(ZONE)) + timedelta(days=days)).date()
        return f"{day}T{hour:02}:{minute:02}"

    def hold(self, local: str, **changed: Any) -> availability_service_pb2.HoldRequest:
        """Return a hold of the first therapist for a new client by video."""
        words: dict[str, Any] = {
            "hold_id": new_id(),
            "therapist_id": self.therapist_ids[0],
            "client_id": new_id(),
            "session_type_id": self.session_type_id,
            "start_wall": wall_pb2.WallTime(local=local, time_zone=ZONE),
            "modality": availability_pb2.MODALITY_VIDEO,
        }
        return availability_service_pb2.HoldRequest(**(words | changed))


async def open_practice(
    door: Door, *, rooms: int = 2, therapists: int = 2, buffer_min: int = 10, length_min: int = 50
) -> Practice:
    """Publish a practice as its admin would."""
    door = door.of(new_id())
    site = await door.as_admin(
        "PutSite",
        availability_service_pb2.PutSiteRequest(site=availability_pb2.Site(display_name="Harbour", time_zone=ZONE)),
    )
    room_ids = []
    for number in range(rooms):
        room = availability_pb2.Room(site_id=site.site_id, display_name=f"Room {number}")
        room_ids.append((await door.as_admin("PutRoom", availability_service_pb2.PutRoomRequest(room=room))).room_id)
    kinds = [availability_pb2.MODALITY_IN_PERSON, availability_pb2.MODALITY_VIDEO]
    session_type = await door.as_admin(
        "PutSessionType",
        availability_service_pb2.PutSessionTypeRequest(
            session_type=availability_pb2.SessionType(
                display_name="Session",
                length_min=length_min,
                buffer_after_min=buffer_min,
                notice_min=60,
                horizon_days=90,
                grid_min=30,
                modalities=kinds,
            )
        ),
    )
    hours = [
        availability_pb2.WeeklyHours(
            weekday=weekday, start_local="00:00", end_local="24:00", site_id=site.site_id, modalities=kinds
        )
        for weekday in range(1, 8)
    ]
    therapist_ids = [new_id() for _ in range(therapists)]
    for therapist_id in therapist_ids:
        schedule = availability_pb2.Schedule(
            therapist_id=therapist_id,
            time_zone=ZONE,
            weekly_hours=hours,
            session_type_ids=[session_type.session_type_id],
        )
        await door.as_admin("PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule))
    return Practice(door, site.site_id, room_ids, session_type.session_type_id, therapist_ids)
