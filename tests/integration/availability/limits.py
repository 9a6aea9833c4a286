"""Sets caps, travel times, equipment and reservations as a practice's admin, for tests."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from kept.availability.v1 import availability_pb2, availability_service_pb2, limits_service_pb2
from kept.wall.v1 import wall_pb2

from services.chassis.errors import ServiceError
from tests.integration.availability.door import ZONE, Door, Practice, new_id

VIDEO, IN_PERSON = availability_pb2.MODALITY_VIDEO, availability_pb2.MODALITY_IN_PERSON


def days_to_monday(weeks: int = 1) -> int:
    """Return how many days from today a Monday lies, at least a day ahead."""
    today = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date()
    return 7 * weeks - today.weekday()


def monday(practice: Practice, *, day: int = 0, hour: int = 10, minute: int = 0, weeks: int = 1) -> str:
    """Return a wall time in a coming week; day 0 is its Monday."""
    return practice.at(days=days_to_monday(weeks) + day, hour=hour, minute=minute)


async def put_caps(practice: Practice, therapist_id: str = "", **caps: int) -> None:
    """Cap the first therapist, or the one named."""
    message = limits_service_pb2.Caps(therapist_id=therapist_id or practice.therapist_ids[0], **caps)
    await practice.door.as_admin("PutCaps", limits_service_pb2.PutCapsRequest(caps=message))


async def put_type(practice: Practice, **changed: Any) -> str:
    """Publish a session type that every therapist gives, on the half hour, without buffers."""
    words: dict[str, Any] = {
        "display_name": "Other",
        "length_min": 50,
        "horizon_days": 90,
        "grid_min": 30,
        "modalities": [IN_PERSON, VIDEO],
    }
    request = availability_service_pb2.PutSessionTypeRequest(
        session_type=availability_pb2.SessionType(**(words | changed))
    )
    type_id: str = (await practice.door.as_admin("PutSessionType", request)).session_type_id
    for therapist_id in practice.therapist_ids:
        await give(practice, therapist_id, type_id)
    return type_id


async def give(practice: Practice, therapist_id: str, type_id: str) -> None:
    """Let a therapist give one more session type."""
    asked = availability_service_pb2.GetScheduleRequest(therapist_id=therapist_id)
    schedule = await practice.door.as_role("practice_admin", "GetSchedule", asked)
    schedule.session_type_ids.append(type_id)
    await practice.door.as_admin("PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule))


async def two_sites(practice: Practice, *, travel_min: int) -> str:
    """Let the first therapist sit at another site from noon on; return that site."""
    site = availability_pb2.Site(display_name="Hill", time_zone=ZONE)
    other = await practice.door.as_admin("PutSite", availability_service_pb2.PutSiteRequest(site=site))
    for number in range(2):
        room = availability_pb2.Room(site_id=other.site_id, display_name=f"Hill {number}")
        await practice.door.as_admin("PutRoom", availability_service_pb2.PutRoomRequest(room=room))
    hours = [
        availability_pb2.WeeklyHours(
            weekday=weekday, start_local=start, end_local=end, site_id=site_id, modalities=[IN_PERSON, VIDEO]
        )
        for weekday in range(1, 8)
        for start, end, site_id in (("06:00", "12:00", practice.site_id), ("12:00", "20:00", other.site_id))
    ]
    schedule = availability_pb2.Schedule(
        therapist_id=practice.therapist_ids[0],
        time_zone=ZONE,
        weekly_hours=hours,
        session_type_ids=[practice.session_type_id],
    )
    await practice.door.as_admin("PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule))
    travel = limits_service_pb2.TravelTime(site_id=practice.site_id, other_site_id=other.site_id, minutes=travel_min)
    await practice.door.as_admin("PutTravelTime", limits_service_pb2.PutTravelTimeRequest(travel_time=travel))
    site_id: str = other.site_id
    return site_id


def move_to(claim_id: str, local: str, **changed: Any) -> availability_service_pb2.MoveRequest:
    """Ask for a claim to be moved."""
    wall = wall_pb2.WallTime(local=local, time_zone=ZONE)
    return availability_service_pb2.MoveRequest(claim_id=claim_id, start_wall=wall, request_id=new_id(), **changed)


async def release(practice: Practice, claim_id: str, **changed: Any) -> None:
    """Give a claim, or its move, back."""
    request = availability_service_pb2.ReleaseRequest(claim_id=claim_id, request_id=new_id(), **changed)
    await practice.door.as_booking("Release", request)


async def all_at_once(doors: Sequence[Door], calls: Sequence[tuple[str, Message]]) -> list[Any]:
    """Make every call at once, in turn through each server; give the answer or the refusal of each."""

    async def one(position: int, method: str, request: Message) -> Any:
        try:
            return await doors[position % len(doors)].as_booking(method, request)
        except ServiceError as refusal:
            return refusal

    return await asyncio.gather(*(one(position, *call) for position, call in enumerate(calls)))


def reasons(found: Sequence[Any]) -> Counter[str]:
    """Count the refusals by reason, and what was granted as HELD."""
    return Counter(each.reason if isinstance(each, ServiceError) else "HELD" for each in found)


def later(days: int) -> datetime:
    """Return noon UTC some days from now."""
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=days)
