"""Continuity: care teams, follow-ups and what opens them, agreed cadence."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from kept.booking.v1 import care_pb2, care_service_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_read, etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Id
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
    replaces,
    respond,
)

router = APIRouter(prefix="/v1", tags=["care"])
FOLLOW_UP = care_pb2.FollowUp.DESCRIPTOR


class DismissalIn(Body):
    """Why a follow-up is set aside."""

    reason: Literal["CLIENT_DECLINED", "CARE_ENDED", "REFERRED", "ARRANGED_ELSEWHERE"]


class FollowUpRuleIn(Body):
    """What opens a follow-up."""

    trigger: Literal["COMPLETED", "LOST"]
    session_type_id: Id | None = None
    every_sessions: int = Field(0, ge=0, le=100, description="0 means every one.")
    kind: Literal["NEXT_SESSION", "MEDICATION_CHECK", "PROGRESS_REVIEW", "REBOOKING"]
    due_in_days: int = Field(ge=1, le=366)
    answer_session_type_id: Id | None = None
    lead_days: int = Field(0, ge=0, le=60, description="Days before the due day that client and team are prompted.")


class CadenceIn(Body):
    """How often a client and a therapist agreed to meet."""

    every_days: int = Field(ge=0, le=366, description="0 ends the agreement.")
    lead_days: int = Field(0, ge=0, le=60)


@router.put(
    "/clients/{client_id}/care-team/{therapist_id}",
    operation_id="putCareTeamMember",
    summary="Add a therapist to a care team",
    responses=answers(care_pb2.CareTeamMember.DESCRIPTOR, 404, 409),
)
async def put_member(client_id: PathId, therapist_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Lets the therapist see the client from now on."""
    request = care_service_pb2.PutCareTeamMemberRequest(
        client_id=client_id, therapist_id=therapist_id, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("PutCareTeamMember", request))


@router.delete(
    "/clients/{client_id}/care-team/{therapist_id}",
    operation_id="removeCareTeamMember",
    summary="Take a therapist off a care team",
    responses=answers(care_service_pb2.RemoveCareTeamMemberResponse.DESCRIPTOR, 404),
)
async def remove_member(
    client_id: PathId, therapist_id: PathId, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Ends at once what the therapist sees of the client."""
    request = care_service_pb2.RemoveCareTeamMemberRequest(
        client_id=client_id, therapist_id=therapist_id, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("RemoveCareTeamMember", request))


@router.get(
    "/clients/{client_id}/care-team",
    operation_id="listCareTeam",
    summary="List a care team",
    responses=answers(care_service_pb2.ListCareTeamResponse.DESCRIPTOR, 404),
)
async def list_team(
    client_id: PathId, caller: SignedIn, limit: int = Query(20, ge=1, le=20), cursor: Cursor = ""
) -> Response:
    """Lists who looks after the client, by since when."""
    request = care_service_pb2.ListCareTeamRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListCareTeam", request))


@router.get(
    "/follow-ups",
    operation_id="listFollowUps",
    summary="List follow-ups",
    responses=answers(care_service_pb2.ListFollowUpsResponse.DESCRIPTOR),
)
async def list_follow_ups(
    caller: SignedIn,
    client_id: QueryId = "",
    therapist_id: QueryId = "",
    state: Literal["OPEN", "BOOKED", "DISMISSED"] | None = Query(None),
    due_by_date: str = Query("", pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"),
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists them by due day: of the practice for the desk, of their own clients for a therapist."""
    request = filled(
        care_service_pb2.ListFollowUpsRequest,
        client_id=client_id,
        therapist_id=therapist_id,
        state=state,
        due_by_date=due_by_date,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.booking("ListFollowUps", request))


@router.get(
    "/follow-ups/{follow_up_id}",
    operation_id="getFollowUp",
    summary="See a follow-up",
    responses=answers(FOLLOW_UP, 404),
)
async def get_follow_up(follow_up_id: PathId, caller: SignedIn) -> Response:
    """Returns the follow-up with its ETag."""
    return respond(await _follow_up(caller, follow_up_id))


@router.post(
    "/follow-ups/{follow_up_id}/dismissals",
    operation_id="dismissFollowUp",
    summary="Set a follow-up aside",
    responses=edits(FOLLOW_UP),
)
async def dismiss(
    follow_up_id: PathId, body: DismissalIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Sets it aside with a reason."""
    request = filled(
        care_service_pb2.DismissFollowUpRequest,
        follow_up_id=follow_up_id,
        reason=body.reason,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("DismissFollowUp", request), lambda: _follow_up(caller, follow_up_id))


@router.put(
    "/follow-up-rules/{rule_id}",
    operation_id="putFollowUpRule",
    summary="Create or replace a rule that opens follow-ups",
    responses=replaces(care_pb2.FollowUpRule.DESCRIPTOR, 409),
)
async def put_rule(
    rule_id: PathId, body: FollowUpRuleIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the rule under your id, or replaces it."""
    rule = {"rule_id": rule_id, "etag": etag_read(if_match, unquoted(if_match)), **body.model_dump()}
    request = filled(care_service_pb2.PutFollowUpRuleRequest, rule=rule, request_id=caller.request_id(key))
    return respond(await caller.booking("PutFollowUpRule", request))


@router.delete(
    "/follow-up-rules/{rule_id}",
    operation_id="removeFollowUpRule",
    summary="Remove a rule that opens follow-ups",
    responses=answers(care_service_pb2.RemoveFollowUpRuleResponse.DESCRIPTOR, 404),
)
async def remove_rule(rule_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Removes it; what it opened stays."""
    request = care_service_pb2.RemoveFollowUpRuleRequest(rule_id=rule_id, request_id=caller.request_id(key))
    return respond(await caller.booking("RemoveFollowUpRule", request))


@router.get(
    "/follow-up-rules",
    operation_id="listFollowUpRules",
    summary="List rules that open follow-ups",
    responses=answers(care_service_pb2.ListFollowUpRulesResponse.DESCRIPTOR),
)
async def list_rules(caller: SignedIn, limit: int = Query(50, ge=1, le=50), cursor: Cursor = "") -> Response:
    """Lists the practice's rules."""
    request = care_service_pb2.ListFollowUpRulesRequest(page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListFollowUpRules", request))


@router.get(
    "/reports/cadences",
    operation_id="compareCadences",
    summary="Compare agreed cadences with what is booked",
    responses=answers(care_service_pb2.CompareCadencesResponse.DESCRIPTOR),
)
async def compare_cadences(
    caller: SignedIn,
    client_id: QueryId = "",
    therapist_id: QueryId = "",
    standing: Annotated[Literal["ON_TRACK", "GAP_AHEAD", "OVERDUE"] | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists them longest overdue first, and counts all by their standing."""
    request = filled(
        care_service_pb2.CompareCadencesRequest,
        client_id=client_id,
        therapist_id=therapist_id,
        standing=standing,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.booking("CompareCadences", request))


@router.put(
    "/clients/{client_id}/cadences/{therapist_id}",
    operation_id="putCadence",
    summary="Record how often two agreed to meet",
    responses=replaces(care_pb2.Cadence.DESCRIPTOR),
)
async def put_cadence(
    client_id: PathId,
    therapist_id: PathId,
    body: CadenceIn,
    caller: SignedIn,
    key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> Response:
    """Opens a follow-up before the gap grows longer than agreed; 0 days ends it."""
    etag = etag_read(if_match, unquoted(if_match))
    cadence = {"client_id": client_id, "therapist_id": therapist_id, "etag": etag, **body.model_dump()}
    request = filled(care_service_pb2.PutCadenceRequest, cadence=cadence, request_id=caller.request_id(key))
    return respond(await caller.booking("PutCadence", request))


@router.get(
    "/clients/{client_id}/cadences",
    operation_id="listCadences",
    summary="List how often a client agreed to meet",
    responses=answers(care_service_pb2.ListCadencesResponse.DESCRIPTOR, 404),
)
async def list_cadences(
    client_id: PathId, caller: SignedIn, limit: int = Query(20, ge=1, le=20), cursor: Cursor = ""
) -> Response:
    """Lists the agreements by therapist."""
    request = care_service_pb2.ListCadencesRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListCadences", request))


async def _follow_up(caller: Caller, follow_up_id: str) -> care_pb2.FollowUp:
    request = care_service_pb2.GetFollowUpRequest(follow_up_id=follow_up_id)
    found: care_pb2.FollowUp = await caller.booking("GetFollowUp", request)
    return found
