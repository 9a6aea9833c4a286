"""The week of a practice in one call: who meets whom, where, and when nobody is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from google.protobuf.descriptor import Descriptor
from kept.availability.v1 import (
    availability_pb2,
    availability_service_pb2,
    calendar_pb2,
    calendar_service_pb2,
    directory_service_pb2,
)
from kept.booking.v1 import booking_pb2, booking_service_pb2
from kept.matching.v1 import matching_pb2, matching_service_pb2

from services.chassis import errors
from services.gateway.composing import Part, composed
from services.gateway.conversion import timestamp
from services.gateway.routes.bodies import Instant
from services.gateway.routes.describing import DESCRIBED, QueryId, SignedIn, answers

router = APIRouter(prefix="/v1", tags=["week"])

LONGEST_D = 8
"""Days a week has at most: seven of one zone, and the difference to another."""

SHOWN: dict[str, Descriptor] = {
    "appointments": booking_pb2.Appointment.DESCRIPTOR,
    "schedules": availability_pb2.Schedule.DESCRIPTOR,
    "closures": calendar_pb2.Closure.DESCRIPTOR,
    "sites": availability_pb2.Site.DESCRIPTOR,
    "rooms": availability_pb2.Room.DESCRIPTOR,
    "session_types": availability_pb2.SessionType.DESCRIPTOR,
    "therapists": matching_pb2.TherapistProfile.DESCRIPTOR,
}


def _answers() -> dict[int | str, dict[str, Any]]:
    DESCRIBED.update({each.full_name: each for each in SHOWN.values()})
    lists = {
        name: {"type": "array", "items": {"$ref": f"#/components/schemas/{each.name}"}} for name, each in SHOWN.items()
    }
    names = {"type": "array", "items": {"type": "string", "enum": list(SHOWN)}}
    told = {
        "missing": {**names, "description": "Parts whose service did not answer in time; their lists are empty."},
        "cut": {**names, "description": "Parts of which there is more."},
    }
    schema = {"type": "object", "properties": {**lists, **told}, "required": [*lists, *told]}
    found = answers(None)
    found[200] = {"description": "The week", "content": {"application/json": {"schema": schema}}}
    return found


@router.get("/week", operation_id="getWeek", summary="See a week of the practice", responses=_answers())
async def week(
    caller: SignedIn,
    from_time: Annotated[Instant, Query(description="First instant a start may have (RFC 3339).")],
    to_time: Annotated[Instant, Query(description="Instant every start lies before; at most 8 days later.")],
    therapist_id: QueryId = "",
) -> Response:
    """
    Returns appointments with everything they name, in one call.

    A service that does not answer within three seconds is left out and named in `missing`: draw what is there, and ask
    again for the rest. A therapist who names nobody sees their own week.
    """
    if to_time - from_time > timedelta(days=LONGEST_D):
        raise errors.InvalidRequest("A week has at most 8 days.", field="to_time")
    appointments = booking_service_pb2.ListAppointmentsRequest(
        therapist_id=therapist_id, from_time=timestamp(from_time), to_time=timestamp(to_time)
    )
    directory, calendar = directory_service_pb2, calendar_service_pb2
    ledger = availability_service_pb2
    profiles = matching_service_pb2.ListTherapistProfilesRequest()
    parts = {
        "appointments": Part(caller.booking, "ListAppointments", appointments, "appointments"),
        "schedules": Part(caller.availability, "ListSchedules", calendar.ListSchedulesRequest(), "schedules"),
        "closures": Part(caller.availability, "ListClosures", calendar.ListClosuresRequest(), "closures"),
        "sites": Part(caller.availability, "ListSites", ledger.ListSitesRequest(), "sites"),
        "rooms": Part(caller.availability, "ListRooms", directory.ListRoomsRequest(), "rooms"),
        "session_types": Part(
            caller.availability, "ListSessionTypes", ledger.ListSessionTypesRequest(), "session_types"
        ),
        "therapists": Part(caller.matching, "ListTherapistProfiles", profiles, "therapist_profiles"),
    }
    return Response(orjson.dumps(await composed(parts)), media_type="application/json")
