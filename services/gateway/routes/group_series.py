"""The rules groups meet by: tried, scheduled up to a horizon, ended."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from kept.booking.v1 import group_series_service_pb2, groups_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Local, Modality, Zone
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    PathId,
    SignedIn,
    answers,
    edited,
    edits,
    respond,
)
from services.gateway.routes.series import Commit, PauseIn

router = APIRouter(prefix="/v1", tags=["groups"])
SERIES = groups_pb2.GroupSeries.DESCRIPTOR
OUTCOME = group_series_service_pb2.GroupSeriesOutcome.DESCRIPTOR


class GroupPlanIn(Body):
    """When a group is to meet, time after time."""

    local_start: Local
    time_zone: Zone
    rule: str = Field(min_length=1, max_length=255, description="RFC 5545.", examples=["FREQ=WEEKLY"])
    modality: Modality | None = None
    horizon_days: int = Field(0, ge=0, le=366, description="How far ahead it is scheduled; 0 means 182.")

    def plan(self) -> dict[str, Any]:
        """Return the fields of a plan."""
        wall = {"local": self.local_start, "time_zone": self.time_zone}
        return {
            "start_wall": wall,
            "rule": self.rule,
            "modality": self.modality,
            "horizon_days": self.horizon_days,
        }


class GroupSeriesIn(GroupPlanIn):
    """A rule to meet by."""

    commit: Commit = "ALL_OR_NONE"


class GroupChangeIn(Body):
    """From when on a group meets at another time."""

    original_start_local: Local | None = Field(None, description="The first time to move; none means the first ahead.")
    local_start: Local = Field(description="Where it goes; later ones go as far, at most 6 days.")


class EndIn(Body):
    """What becomes of what is scheduled."""

    calls_off: bool = Field(False, description="Calls every session ahead off that was scheduled by the rule.")


@router.post(
    "/groups/{group_id}/series-trials",
    operation_id="preflightGroupSeries",
    summary="Try a rule a group may meet by",
    responses=answers(group_series_service_pb2.PreflightGroupSeriesResponse.DESCRIPTOR, 404, 409),
)
async def preflight(group_id: PathId, body: GroupPlanIn, caller: SignedIn) -> Response:
    """Tells what would become of every time, with an alternative for each conflict; holds nothing."""
    request = filled(group_series_service_pb2.PreflightGroupSeriesRequest, group_id=group_id, plan=body.plan())
    return respond(await caller.booking("PreflightGroupSeries", request))


@router.post(
    "/groups/{group_id}/series",
    operation_id="createGroupSeries",
    summary="Let a group meet by a rule",
    status_code=201,
    responses=answers(group_series_service_pb2.GroupSeriesOutcome.DESCRIPTOR, 404, 409, status=201),
)
async def create(group_id: PathId, body: GroupSeriesIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Schedules up to the horizon; with ALL_OR_NONE, 409 `series-conflicts` lists every time that can't be."""
    request = filled(
        group_series_service_pb2.CreateGroupSeriesRequest,
        group_id=group_id,
        plan=body.plan(),
        commit=body.commit,
        request_id=caller.request_id(key),
    )
    made = await caller.booking("CreateGroupSeries", request)
    return respond(made, 201, location=f"/v1/groups/{group_id}/series")


@router.get(
    "/groups/{group_id}/series",
    operation_id="getGroupSeries",
    summary="See the rule a group meets by",
    responses=answers(SERIES, 404),
)
async def get(group_id: PathId, caller: SignedIn) -> Response:
    """Returns the rule, or the last one, with its ETag."""
    return respond(await _series(caller, group_id))


@router.get(
    "/groups/{group_id}/occurrences",
    operation_id="listGroupOccurrences",
    summary="List the times a group's rule names",
    responses=answers(group_series_service_pb2.ListGroupOccurrencesResponse.DESCRIPTOR, 404),
)
async def occurrences(group_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists each time with its session, or with why there is none and what was free instead."""
    request = group_series_service_pb2.ListGroupOccurrencesRequest(
        group_id=group_id, page_size=limit, page_token=cursor
    )
    return respond(await caller.booking("ListGroupOccurrences", request))


@router.post(
    "/groups/{group_id}/series/changes",
    operation_id="changeGroupSeries",
    summary="Move a group's session and every later one",
    responses=edits(OUTCOME),
)
async def change(
    group_id: PathId, body: GroupChangeIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Moves them with every seat, all or none; 409 `series-conflicts` lists those that can't. Needs the ETag read."""
    request = filled(
        group_series_service_pb2.ChangeGroupSeriesRequest,
        group_id=group_id,
        original_start_local=body.original_start_local,
        start_local=body.local_start,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("ChangeGroupSeries", request), lambda: _series(caller, group_id))


@router.post(
    "/groups/{group_id}/series/pauses",
    operation_id="pauseGroupSeries",
    summary="Pause the rule a group meets by",
    responses=edits(OUTCOME),
)
async def pause(
    group_id: PathId, body: PauseIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Calls a stretch of sessions off with their seats, without losing the hour. Needs the ETag that was read."""
    request = filled(
        group_series_service_pb2.PauseGroupSeriesRequest,
        group_id=group_id,
        **body.model_dump(),
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("PauseGroupSeries", request), lambda: _series(caller, group_id))


@router.post(
    "/groups/{group_id}/series/resumptions",
    operation_id="resumeGroupSeries",
    summary="End a group's pause early",
    responses=edits(OUTCOME),
)
async def resume(group_id: PathId, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Lets sessions whose time was kept stand again, and schedules the others where it is free."""
    request = group_series_service_pb2.ResumeGroupSeriesRequest(
        group_id=group_id,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("ResumeGroupSeries", request), lambda: _series(caller, group_id))


@router.post(
    "/groups/{group_id}/series/endings",
    operation_id="endGroupSeries",
    summary="Let a group meet by its rule no more",
    responses=edits(SERIES),
)
async def end(
    group_id: PathId, caller: SignedIn, body: EndIn | None = None, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Ends it; what is scheduled stands, or is called off within a minute. Needs the ETag that was read."""
    request = group_series_service_pb2.EndGroupSeriesRequest(
        group_id=group_id,
        etag=etag_required(if_match, unquoted(if_match)),
        calls_off=body.calls_off if body else False,
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("EndGroupSeries", request), lambda: _series(caller, group_id))


async def _series(caller: Caller, group_id: str) -> groups_pb2.GroupSeries:
    request = group_series_service_pb2.GetGroupSeriesRequest(group_id=group_id)
    found: groups_pb2.GroupSeries = await caller.booking("GetGroupSeries", request)
    return found
