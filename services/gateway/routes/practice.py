"""The practice: sites, rooms, session types, schedules, time off, free slots."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Response
from kept.availability.v1 import availability_pb2, availability_service_pb2, directory_service_pb2
from kept.wall.v1 import wall_pb2

from services.gateway.callers import Caller, etag_read
from services.gateway.conversion import modality, timestamp, unquoted
from services.gateway.routes.bodies import (
    ExplanationIn,
    RoomIn,
    ScheduleIn,
    SessionTypeIn,
    SiteIn,
    SlotSearchIn,
    TimeOffIn,
)
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    PathId,
    QueryId,
    SignedIn,
    answers,
    edited,
    query_twin,
    replaces,
    respond,
)
from services.gateway.routes.patching import add_patch

router = APIRouter(prefix="/v1", tags=["practice"])


@router.put(
    "/sites/{site_id}",
    operation_id="putSite",
    summary="Create or replace a site",
    responses=replaces(availability_pb2.Site.DESCRIPTOR),
)
async def put_site(
    site_id: PathId, body: SiteIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the site under your id, or replaces it."""
    site = availability_pb2.Site(site_id=site_id, etag=etag_read(if_match, unquoted(if_match)), **body.model_dump())
    request = availability_service_pb2.PutSiteRequest(site=site, request_id=caller.request_id(key))
    return await edited(caller.availability("PutSite", request), lambda: _site(caller, site_id))


@router.get(
    "/sites",
    operation_id="listSites",
    summary="List sites",
    responses=answers(availability_service_pb2.ListSitesResponse.DESCRIPTOR),
)
async def list_sites(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists where the practice works, by name."""
    request = availability_service_pb2.ListSitesRequest(page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListSites", request))


@router.get(
    "/sites/{site_id}",
    operation_id="getSite",
    summary="See a site",
    responses=answers(availability_pb2.Site.DESCRIPTOR, 404),
)
async def get_site(site_id: PathId, caller: SignedIn) -> Response:
    """Returns the site with its ETag."""
    return respond(await _site(caller, site_id))


@router.get(
    "/rooms",
    operation_id="listRooms",
    summary="List rooms",
    responses=answers(directory_service_pb2.ListRoomsResponse.DESCRIPTOR),
)
async def list_rooms(caller: SignedIn, site_id: QueryId = "", limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists rooms by name, of a site or of all."""
    request = directory_service_pb2.ListRoomsRequest(site_id=site_id, page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListRooms", request))


@router.get(
    "/rooms/{room_id}",
    operation_id="getRoom",
    summary="See a room",
    responses=answers(availability_pb2.Room.DESCRIPTOR, 404),
)
async def get_room(room_id: PathId, caller: SignedIn) -> Response:
    """Returns the room with its ETag."""
    return respond(await _room(caller, room_id))


@router.put(
    "/rooms/{room_id}",
    operation_id="putRoom",
    summary="Create or replace a room",
    responses=replaces(availability_pb2.Room.DESCRIPTOR),
)
async def put_room(
    room_id: PathId, body: RoomIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the room under your id, or replaces it."""
    room = availability_pb2.Room(room_id=room_id, etag=etag_read(if_match, unquoted(if_match)), **body.model_dump())
    request = availability_service_pb2.PutRoomRequest(room=room, request_id=caller.request_id(key))
    return await edited(caller.availability("PutRoom", request), lambda: _room(caller, room_id))


@router.put(
    "/session-types/{session_type_id}",
    operation_id="putSessionType",
    summary="Create or replace a session type",
    responses=replaces(availability_pb2.SessionType.DESCRIPTOR),
)
async def put_session_type(
    session_type_id: PathId, body: SessionTypeIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the session type under your id, or replaces it."""
    kind = availability_pb2.SessionType(
        session_type_id=session_type_id,
        modalities=[modality(each) for each in body.modalities],
        etag=etag_read(if_match, unquoted(if_match)),
        **body.model_dump(exclude={"modalities"}),
    )
    request = availability_service_pb2.PutSessionTypeRequest(session_type=kind, request_id=caller.request_id(key))
    return await edited(caller.availability("PutSessionType", request), lambda: _session_type(caller, session_type_id))


@router.get(
    "/session-types",
    operation_id="listSessionTypes",
    summary="List session types",
    responses=answers(availability_service_pb2.ListSessionTypesResponse.DESCRIPTOR),
)
async def list_session_types(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists what the practice offers, by name."""
    request = availability_service_pb2.ListSessionTypesRequest(page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListSessionTypes", request))


@router.get(
    "/session-types/{session_type_id}",
    operation_id="getSessionType",
    summary="See a session type",
    responses=answers(availability_pb2.SessionType.DESCRIPTOR, 404),
)
async def get_session_type(session_type_id: PathId, caller: SignedIn) -> Response:
    """Returns the session type with its ETag."""
    return respond(await _session_type(caller, session_type_id))


@router.get(
    "/therapists/{therapist_id}/schedule",
    operation_id="getSchedule",
    summary="See a therapist's schedule",
    responses=answers(availability_pb2.Schedule.DESCRIPTOR, 404),
)
async def get_schedule(therapist_id: PathId, caller: SignedIn) -> Response:
    """Returns weekly hours and session types."""
    return respond(await _schedule(caller, therapist_id))


@router.put(
    "/therapists/{therapist_id}/schedule",
    operation_id="putSchedule",
    summary="Set a therapist's schedule",
    responses=replaces(availability_pb2.Schedule.DESCRIPTOR),
)
async def put_schedule(
    therapist_id: PathId, body: ScheduleIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Sets weekly hours, on the wall clock of their zone, and the session types given."""
    schedule = availability_pb2.Schedule(
        therapist_id=therapist_id,
        etag=etag_read(if_match, unquoted(if_match)),
        time_zone=body.time_zone,
        session_type_ids=body.session_type_ids,
        weekly_hours=[
            availability_pb2.WeeklyHours(
                weekday=each.weekday,
                start_local=each.start_local,
                end_local=each.end_local,
                site_id=each.site_id or "",
                modalities=[modality(name) for name in each.modalities],
                every_weeks=each.every_weeks,
                anchor_date=each.anchor_date,
                from_date=each.from_date,
                to_date=each.to_date,
            )
            for each in body.weekly_hours
        ],
    )
    request = availability_service_pb2.PutScheduleRequest(schedule=schedule, request_id=caller.request_id(key))
    return await edited(caller.availability("PutSchedule", request), lambda: _schedule(caller, therapist_id))


@router.post(
    "/therapists/{therapist_id}/time-off",
    operation_id="createTimeOff",
    summary="Take time off",
    status_code=201,
    responses=answers(availability_pb2.TimeOff.DESCRIPTOR, 404, 409, status=201),
)
async def create_time_off(
    therapist_id: PathId, body: TimeOffIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Blocks a stretch of time; refused while an appointment stands in it."""
    interval = wall_pb2.Interval(start_time=timestamp(body.start_time), end_time=timestamp(body.end_time))
    time_off = availability_pb2.TimeOff(therapist_id=therapist_id, interval=interval)
    request = availability_service_pb2.CreateTimeOffRequest(time_off=time_off, request_id=caller.request_id(key))
    return respond(await caller.availability("CreateTimeOff", request), 201)


def audiences(names: Iterable[str]) -> list[availability_pb2.Audience.ValueType]:
    """Return who somebody is, as the contract numbers it."""
    return [availability_pb2.Audience.Value(f"AUDIENCE_{each}") for each in names]


def search_of(body: SlotSearchIn) -> availability_service_pb2.SearchSlotsRequest:
    """Return what is searched for."""
    return availability_service_pb2.SearchSlotsRequest(
        session_type_id=body.session_type_id,
        therapist_ids=body.therapist_ids,
        from_time=timestamp(body.from_time),
        to_time=timestamp(body.to_time),
        modality=modality(body.modality),
        site_id=body.site_id or "",
        page_size=body.limit,
        page_token=body.cursor,
        next_available=body.next_available,
        viewer_time_zone=body.viewer_time_zone or "",
        parts_of_day=[availability_service_pb2.PartOfDay.Value(f"PART_OF_DAY_{each}") for each in body.parts_of_day],
        is_high_need=body.is_high_need,
        audiences=audiences(body.audiences),
    )


@router.post(
    "/searches/slots",
    operation_id="searchSlots",
    summary="Find free slots",
    responses=answers(availability_service_pb2.SearchSlotsResponse.DESCRIPTOR, 404),
)
@query_twin(router, "/slots")
async def search_slots(body: SlotSearchIn, caller: SignedIn) -> Response:
    """Lists free slots by start, or the first one of each therapist."""
    return respond(await caller.availability("SearchSlots", search_of(body)))


@router.post(
    "/searches/explanations",
    operation_id="explainSlot",
    summary="Ask why a start is, or is not, offered",
    responses=answers(availability_service_pb2.ExplainSlotResponse.DESCRIPTOR, 404),
)
@query_twin(router, "/explanations")
async def explain(body: ExplanationIn, caller: SignedIn) -> Response:
    """Lists every rule that hides the start, the strongest first; names no client."""
    request = availability_service_pb2.ExplainSlotRequest(
        therapist_id=body.therapist_id,
        session_type_id=body.session_type_id,
        start_wall=wall_pb2.WallTime(local=body.local_start, time_zone=body.time_zone, fold=body.fold),
        modality=modality(body.modality),
        audiences=audiences(body.audiences),
    )
    return respond(await caller.availability("ExplainSlot", request))


async def _site(caller: Caller, site_id: str) -> availability_pb2.Site:
    request = directory_service_pb2.GetSiteRequest(site_id=site_id)
    found: availability_pb2.Site = await caller.availability("GetSite", request)
    return found


async def _room(caller: Caller, room_id: str) -> availability_pb2.Room:
    request = directory_service_pb2.GetRoomRequest(room_id=room_id)
    found: availability_pb2.Room = await caller.availability("GetRoom", request)
    return found


async def _session_type(caller: Caller, session_type_id: str) -> availability_pb2.SessionType:
    request = directory_service_pb2.GetSessionTypeRequest(session_type_id=session_type_id)
    found: availability_pb2.SessionType = await caller.availability("GetSessionType", request)
    return found


async def _schedule(caller: Caller, therapist_id: str) -> availability_pb2.Schedule:
    request = availability_service_pb2.GetScheduleRequest(therapist_id=therapist_id)
    found: availability_pb2.Schedule = await caller.availability("GetSchedule", request)
    return found


add_patch(router, "/sites/{site_id}", SiteIn, put=put_site, get=_site, message=availability_pb2.Site.DESCRIPTOR)
add_patch(router, "/rooms/{room_id}", RoomIn, put=put_room, get=_room, message=availability_pb2.Room.DESCRIPTOR)
add_patch(
    router,
    "/session-types/{session_type_id}",
    SessionTypeIn,
    put=put_session_type,
    get=_session_type,
    message=availability_pb2.SessionType.DESCRIPTOR,
)
