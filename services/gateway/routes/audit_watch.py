"""The officer's desk: alarms, cases, findings, digests."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from kept.audit.v1 import watch_pb2
from kept.audit.v1 import watch_service_pb2 as contract
from pydantic import Field

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Clock, Zone
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

router = APIRouter(prefix="/v1/audit", tags=["audit"])
ALARM, CASE = watch_pb2.Alarm.DESCRIPTOR, watch_pb2.Case.DESCRIPTOR
Name = Annotated[str, Query(max_length=60, pattern=r"^[a-z.-]*$")]


class ResolutionIn(Body):
    """What an alarm was."""

    resolution: Literal["EXPLAINED", "REPAIRED", "INCIDENT"]


class AssignmentIn(Body):
    """Who is to work on a case; nobody named means you."""

    assignee_id: str = Field("", max_length=255)


class DecisionIn(Body):
    """What was found out."""

    outcome: Literal["JUSTIFIED", "VIOLATION", "INCONCLUSIVE"]


class SignOffIn(Body):
    """Whether you agree."""

    is_sent_back: bool = False


class WatchSettingsIn(Body):
    """How the practice is watched."""

    time_zone: Zone | None = None
    opens: Clock | None = None
    closes: Clock | None = None
    bulk_clients: int | None = Field(None, ge=2, le=10_000)


@router.get(
    "/alarms",
    operation_id="listAlarms",
    summary="List alarms",
    responses=answers(contract.ListAlarmsResponse.DESCRIPTOR),
)
async def list_alarms(
    caller: SignedIn, only_open: bool = False, kind: Name = "", limit: Limit = 50, cursor: Cursor = ""
) -> Response:
    """Lists what of the trail is not as it should be, newest first; `is_shared` ones are of the whole installation."""
    request = contract.ListAlarmsRequest(only_open=only_open, kind=kind, page_size=limit, page_token=cursor)
    return respond(await caller.audit("ListAlarms", request))


@router.post(
    "/alarms/{alarm_id}/acknowledgements",
    operation_id="acknowledgeAlarm",
    summary="Say that you have seen an alarm",
    responses=answers(ALARM, 404),
)
async def acknowledge(alarm_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Ends the paging about it; the alarm itself stays until it is over."""
    request = contract.AcknowledgeAlarmRequest(alarm_id=alarm_id, request_id=caller.request_id(key))
    return respond(await caller.audit("AcknowledgeAlarm", request))


@router.post(
    "/alarms/{alarm_id}/resolutions",
    operation_id="resolveAlarm",
    summary="Say what an alarm was",
    responses=answers(ALARM, 404, 409),
)
async def resolve(alarm_id: PathId, body: ResolutionIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Ends an alarm that does not pass by itself."""
    request = contract.ResolveAlarmRequest(
        alarm_id=alarm_id, resolution=body.resolution, request_id=caller.request_id(key)
    )
    return respond(await caller.audit("ResolveAlarm", request))


@router.get(
    "/rules",
    operation_id="listDetectionRules",
    summary="List the rules that look through the trail",
    responses=answers(contract.ListDetectionRulesResponse.DESCRIPTOR),
)
async def list_rules(
    caller: SignedIn, limit: Annotated[int, Query(ge=1, le=100)] = 100, cursor: Cursor = ""
) -> Response:
    """Lists what each rule finds, how severe it is, and what explains a finding away."""
    request = contract.ListDetectionRulesRequest(page_size=limit, page_token=cursor)
    return respond(await caller.audit("ListDetectionRules", request))


@router.get(
    "/cases",
    operation_id="listCases",
    summary="List cases",
    responses=answers(contract.ListCasesResponse.DESCRIPTOR),
)
async def list_cases(
    caller: SignedIn,
    only_open: bool = False,
    only_overdue: bool = False,
    rule: Name = "",
    assignee_id: Annotated[str, Query(max_length=255)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists the review queue, those due first."""
    request = filled(
        contract.ListCasesRequest,
        only_open=only_open,
        only_overdue=only_overdue,
        rule=rule,
        assignee_id=assignee_id,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.audit("ListCases", request))


@router.get("/cases/{case_id}", operation_id="getCase", summary="See a case", responses=answers(CASE, 404))
async def get_case(case_id: PathId, caller: SignedIn) -> Response:
    """Returns the case with its ETag."""
    return respond(await _case(caller, case_id))


@router.get(
    "/findings",
    operation_id="listFindings",
    summary="List what rules found",
    responses=answers(contract.ListFindingsResponse.DESCRIPTOR),
)
async def list_findings(
    caller: SignedIn,
    case_id: QueryId = "",
    rule: Name = "",
    only_explained: bool = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists findings, newest first: of a case, or of all; explained ones name what explains them."""
    request = filled(
        contract.ListFindingsRequest,
        case_id=case_id,
        rule=rule,
        only_explained=only_explained,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.audit("ListFindings", request))


@router.post(
    "/cases/{case_id}/assignments",
    operation_id="assignCase",
    summary="Give a case to somebody",
    responses=edits(CASE),
)
async def assign(
    case_id: PathId, body: AssignmentIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Gives it to whoever is named, or to you; nobody works on a case about themself."""
    request = filled(
        contract.AssignCaseRequest,
        case_id=case_id,
        assignee_id=body.assignee_id,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.audit("AssignCase", request), lambda: _case(caller, case_id))


@router.post(
    "/cases/{case_id}/decisions",
    operation_id="decideCase",
    summary="Say what was found out",
    responses=edits(CASE),
)
async def decide(
    case_id: PathId, body: DecisionIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Closes the case, or has it wait for a second person when it is severe."""
    request = filled(
        contract.DecideCaseRequest,
        case_id=case_id,
        outcome=body.outcome,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.audit("DecideCase", request), lambda: _case(caller, case_id))


@router.post(
    "/cases/{case_id}/sign-offs",
    operation_id="signOffCase",
    summary="Agree with an outcome, or send the case back",
    responses=edits(CASE),
)
async def sign_off(
    case_id: PathId, body: SignOffIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Closes a severe case; never by who worked on it."""
    request = filled(
        contract.SignOffCaseRequest,
        case_id=case_id,
        is_sent_back=body.is_sent_back,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.audit("SignOffCase", request), lambda: _case(caller, case_id))


@router.get(
    "/digests",
    operation_id="listDigests",
    summary="List weeks in numbers",
    responses=answers(contract.ListDigestsResponse.DESCRIPTOR),
)
async def list_digests(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists digests, newest first; they hold numbers and name nobody."""
    return respond(await caller.audit("ListDigests", contract.ListDigestsRequest(page_size=limit, page_token=cursor)))


@router.get(
    "/watch-settings",
    operation_id="getWatchSettings",
    summary="See how the practice is watched",
    responses=answers(watch_pb2.WatchSettings.DESCRIPTOR),
)
async def get_settings(caller: SignedIn) -> Response:
    """Returns the practice's hours and what counts as many."""
    return respond(await caller.audit("GetWatchSettings", contract.GetWatchSettingsRequest()))


@router.put(
    "/watch-settings",
    operation_id="putWatchSettings",
    summary="Say how the practice is watched",
    responses=answers(watch_pb2.WatchSettings.DESCRIPTOR),
)
async def put_settings(body: WatchSettingsIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Replaces the settings; what is not named is as it is built in."""
    settings = body.model_dump(exclude_none=True)
    request = filled(contract.PutWatchSettingsRequest, settings=settings, request_id=caller.request_id(key))
    return respond(await caller.audit("PutWatchSettings", request))


async def _case(caller: Caller, case_id: str) -> watch_pb2.Case:
    found: watch_pb2.Case = await caller.audit("GetCase", contract.GetCaseRequest(case_id=case_id))
    return found
