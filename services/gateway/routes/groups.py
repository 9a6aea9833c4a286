"""Groups: their terms, their rosters, their sessions and the seats in them."""

from __future__ import annotations

from fastapi import APIRouter, Query, Response
from kept.booking.v1 import booking_pb2, groups_pb2, groups_service_pb2
from kept.wall.v1 import wall_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import filled, modality, unquoted
from services.gateway.routes.appointments import change_reason
from services.gateway.routes.bodies import Body, Id, Instant, Local, Modality, Name, Reason, ReasonIn, Zone
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
    edits,
    respond,
)

router = APIRouter(prefix="/v1", tags=["groups"])
GROUP = groups_pb2.Group.DESCRIPTOR
SESSION = groups_pb2.GroupSession.DESCRIPTOR
MEMBER = groups_pb2.GroupMember.DESCRIPTOR


class GroupIn(Body):
    """On what terms a group meets."""

    display_name: Name
    therapist_id: Id
    co_therapist_ids: list[Id] = Field(default_factory=list, max_length=3)
    session_type_id: Id = Field(description="Its capacity is the number of seats of each session.")
    is_open: bool = Field(True, description="People may join after the first session has begun.")
    needs_screening: bool = Field(True, description="Nobody has a seat before a screening.")
    is_self_bookable: bool = Field(False, description="Clients see when it meets, and may take a seat themselves.")
    min_seats: int = Field(0, ge=0, le=30, description="Seats that must be taken for a session to run.")
    decide_h: int = Field(0, ge=0, le=336, description="Hours before the start it is called off with fewer; 0: never.")


class GroupMemberIn(Body):
    """Who comes onto the roster."""

    client_id: Id


class ScreeningIn(Body):
    """What a screening found."""

    is_suitable: bool


class GroupSessionIn(Body):
    """When a group meets."""

    local_start: Local
    time_zone: Zone
    fold: int = Field(0, ge=0, le=2, description="Which of two equal wall times: 1 first, 2 second.")
    modality: Modality | None = None
    original_start_local: Local | None = Field(None, description="The conflict of the group's rule this settles.")


class GroupMoveIn(Body):
    """Another time for a session."""

    local_start: Local
    time_zone: Zone
    fold: int = Field(0, ge=0, le=2)
    modality: Modality | None = None
    reason: Reason | None = None


@router.post(
    "/groups",
    operation_id="createGroup",
    summary="Create a group",
    status_code=201,
    responses=answers(GROUP, 409, status=201),
)
async def create(body: GroupIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Creates a group without members or sessions."""
    request = filled(groups_service_pb2.PutGroupRequest, group=body.model_dump(), request_id=caller.request_id(key))
    created = await caller.booking("PutGroup", request)
    return respond(created, 201, location=f"/v1/groups/{created.group_id}")


@router.put("/groups/{group_id}", operation_id="putGroup", summary="Change a group's terms", responses=edits(GROUP))
async def put(
    group_id: PathId, body: GroupIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Replaces the terms; sessions that are scheduled keep their leaders and their minimum."""
    etag = etag_required(if_match, unquoted(if_match))
    group = {"group_id": group_id, "etag": etag, **body.model_dump()}
    request = filled(groups_service_pb2.PutGroupRequest, group=group, request_id=caller.request_id(key))
    return await edited(caller.booking("PutGroup", request), lambda: _group(caller, group_id))


@router.get(
    "/groups",
    operation_id="listGroups",
    summary="List groups",
    responses=answers(groups_service_pb2.ListGroupsResponse.DESCRIPTOR),
)
async def list_groups(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them by creation; a therapist sees those they lead."""
    request = groups_service_pb2.ListGroupsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListGroups", request))


@router.get("/groups/{group_id}", operation_id="getGroup", summary="See a group", responses=answers(GROUP, 404))
async def get(group_id: PathId, caller: SignedIn) -> Response:
    """Returns the group with its ETag."""
    return respond(await _group(caller, group_id))


@router.post(
    "/groups/{group_id}/members",
    operation_id="addGroupMember",
    summary="Put a client onto the roster",
    status_code=201,
    responses=answers(MEMBER, 404, 409, status=201),
)
async def add_member(group_id: PathId, body: GroupMemberIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Lets them in, or lets them wait for a screening."""
    request = groups_service_pb2.AddGroupMemberRequest(
        group_id=group_id, client_id=body.client_id, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("AddGroupMember", request), 201)


@router.get(
    "/groups/{group_id}/members",
    operation_id="listGroupMembers",
    summary="See the roster",
    responses=answers(groups_service_pb2.ListGroupMembersResponse.DESCRIPTOR, 404),
)
async def list_members(
    group_id: PathId, caller: SignedIn, limit: int = Query(200, ge=1, le=200), cursor: Cursor = ""
) -> Response:
    """Lists everybody who was ever on it, in the order of joining; staff's alone."""
    request = groups_service_pb2.ListGroupMembersRequest(group_id=group_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListGroupMembers", request))


@router.post(
    "/groups/{group_id}/members/{client_id}/screenings",
    operation_id="screenGroupMember",
    summary="Say what a screening found",
    responses=answers(MEMBER, 404, 409),
)
async def screen(
    group_id: PathId, client_id: PathId, body: ScreeningIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Lets the client in, or declines."""
    request = groups_service_pb2.ScreenGroupMemberRequest(
        group_id=group_id,
        client_id=client_id,
        is_suitable=body.is_suitable,
        request_id=caller.request_id(key),
    )
    return respond(await caller.booking("ScreenGroupMember", request))


@router.delete(
    "/groups/{group_id}/members/{client_id}",
    operation_id="removeGroupMember",
    summary="Take a client off the roster",
    responses=answers(MEMBER, 404, 409),
)
async def remove_member(group_id: PathId, client_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Calls their seats ahead off as well."""
    request = groups_service_pb2.RemoveGroupMemberRequest(
        group_id=group_id, client_id=client_id, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("RemoveGroupMember", request))


@router.post(
    "/groups/{group_id}/sessions",
    operation_id="scheduleGroupSession",
    summary="Let a group meet",
    status_code=201,
    responses=answers(groups_service_pb2.ScheduleGroupSessionResponse.DESCRIPTOR, 404, 409, status=201),
)
async def schedule(group_id: PathId, body: GroupSessionIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Takes the time of the leaders and a room, seats the active members, and says who got no seat and why."""
    request = groups_service_pb2.ScheduleGroupSessionRequest(
        group_id=group_id,
        start_wall=wall_pb2.WallTime(local=body.local_start, time_zone=body.time_zone, fold=body.fold),
        modality=modality(body.modality),
        request_id=caller.request_id(key),
        original_start_local=body.original_start_local or "",
    )
    made = await caller.booking("ScheduleGroupSession", request)
    return respond(made, 201, location=f"/v1/group-sessions/{made.session.group_session_id}")


@router.get(
    "/groups/{group_id}/sessions",
    operation_id="listGroupSessions",
    summary="List a group's sessions",
    responses=answers(groups_service_pb2.ListGroupSessionsResponse.DESCRIPTOR, 404),
)
async def list_sessions(group_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them by start, without their seats."""
    request = groups_service_pb2.ListGroupSessionsRequest(group_id=group_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListGroupSessions", request))


@router.get(
    "/group-sessions",
    operation_id="listAllGroupSessions",
    summary="List sessions of groups by time",
    responses=answers(groups_service_pb2.ListGroupSessionsResponse.DESCRIPTOR),
)
async def list_all_sessions(
    caller: SignedIn,
    from_time: Instant,
    to_time: Instant,
    therapist_id: QueryId = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists those of a stretch of at most 366 days, of all groups or of who leads them, without their seats."""
    request = filled(
        groups_service_pb2.ListGroupSessionsRequest,
        therapist_id=therapist_id,
        from_time=from_time,
        to_time=to_time,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.booking("ListGroupSessions", request))


@router.get(
    "/open-group-sessions",
    operation_id="listOpenGroupSessions",
    summary="List sessions of groups that clients may book",
    responses=answers(groups_service_pb2.ListOpenGroupSessionsResponse.DESCRIPTOR),
)
async def list_open_sessions(
    caller: SignedIn,
    from_time: Instant,
    to_time: Instant,
    session_type_id: QueryId = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists them by start, at most 366 days; names nobody who comes, and does not say whether a seat is left."""
    request = filled(
        groups_service_pb2.ListOpenGroupSessionsRequest,
        session_type_id=session_type_id,
        from_time=from_time,
        to_time=to_time,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.booking("ListOpenGroupSessions", request))


@router.get(
    "/group-sessions/{group_session_id}",
    operation_id="getGroupSession",
    summary="See a session of a group",
    responses=answers(SESSION, 404),
)
async def get_session(group_session_id: PathId, caller: SignedIn) -> Response:
    """Returns the session with every seat in it; staff's alone."""
    return respond(await _session(caller, group_session_id))


@router.post(
    "/group-sessions/{group_session_id}/seats",
    operation_id="bookGroupSeat",
    summary="Book a seat in a session of a group",
    status_code=201,
    responses=answers(booking_pb2.Appointment.DESCRIPTOR, 404, 409, status=201),
)
async def book_seat(
    group_session_id: PathId, body: GroupMemberIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Books an appointment of the client's own; a client takes a seat themselves where the group lets them."""
    request = groups_service_pb2.BookGroupSeatRequest(
        group_session_id=group_session_id, client_id=body.client_id, request_id=caller.request_id(key)
    )
    booked = await caller.booking("BookGroupSeat", request)
    return respond(booked, 201, location=f"/v1/appointments/{booked.appointment_id}")


@router.post(
    "/group-sessions/{group_session_id}/moves",
    operation_id="moveGroupSession",
    summary="Move a session of a group",
    responses=edits(SESSION),
)
async def move_session(
    group_session_id: PathId, body: GroupMoveIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Moves it with every seat, all or none; needs the ETag that was read."""
    request = groups_service_pb2.MoveGroupSessionRequest(
        group_session_id=group_session_id,
        etag=etag_required(if_match, unquoted(if_match)),
        start_wall=wall_pb2.WallTime(local=body.local_start, time_zone=body.time_zone, fold=body.fold),
        modality=modality(body.modality),
        reason=change_reason(body.reason),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("MoveGroupSession", request), lambda: _session(caller, group_session_id))


@router.post(
    "/group-sessions/{group_session_id}/cancellations",
    operation_id="cancelGroupSession",
    summary="Call a session of a group off",
    responses=edits(SESSION),
)
async def cancel_session(
    group_session_id: PathId,
    caller: SignedIn,
    body: ReasonIn | None = None,
    key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> Response:
    """Calls every seat in it off as well, by the practice; needs the ETag that was read."""
    request = groups_service_pb2.CancelGroupSessionRequest(
        group_session_id=group_session_id,
        etag=etag_required(if_match, unquoted(if_match)),
        reason=change_reason(body.reason if body else None),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("CancelGroupSession", request), lambda: _session(caller, group_session_id))


async def _group(caller: Caller, group_id: str) -> groups_pb2.Group:
    found: groups_pb2.Group = await caller.booking("GetGroup", groups_service_pb2.GetGroupRequest(group_id=group_id))
    return found


async def _session(caller: Caller, group_session_id: str) -> groups_pb2.GroupSession:
    request = groups_service_pb2.GetGroupSessionRequest(group_session_id=group_session_id)
    found: groups_pb2.GroupSession = await caller.booking("GetGroupSession", request)
    return found
