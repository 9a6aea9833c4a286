"""The intake waitlist: who waits for a therapist, batches, fairness."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from kept.matching.v1 import intake_pb2, intake_service_pb2

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Instant, NeedIn
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

router = APIRouter(prefix="/v1", tags=["intake"])
INTAKE, BATCH = intake_pb2.Intake.DESCRIPTOR, intake_pb2.Batch.DESCRIPTOR

Urgency = Literal["ROUTINE", "HIGH", "URGENT"]


class IntakeIn(Body):
    """Who waits, for whom, and how soon."""

    need: NeedIn
    priority: Urgency | None = None


class PriorityIn(Body):
    """How soon, by a human's word."""

    priority: Urgency


class BatchIn(Body):
    """How all who wait are given to therapists."""

    policy: Literal["FLOW", "STABLE"] = "FLOW"
    is_dry_run: bool = False


@router.post(
    "/intakes",
    operation_id="openIntake",
    summary="Put a client on the waitlist for a therapist",
    status_code=201,
    responses=answers(INTAKE, 409, status=201),
)
async def open_intake(body: IntakeIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Keeps what they ask for; how soon is what triage says, or staff."""
    request = filled(
        intake_service_pb2.OpenIntakeRequest,
        need=body.need.model_dump(),
        priority=body.priority,
        request_id=caller.request_id(key),
    )
    found = await caller.matching("OpenIntake", request)
    return respond(found, 201, location=f"/v1/intakes/{found.intake_id}")


@router.get("/intakes/{intake_id}", operation_id="getIntake", summary="See an intake", responses=answers(INTAKE, 404))
async def get_intake(intake_id: PathId, caller: SignedIn) -> Response:
    """Returns it with what they asked for."""
    return respond(await _intake(caller, intake_id))


@router.get(
    "/intakes",
    operation_id="listIntakes",
    summary="List who waits for a therapist",
    responses=answers(intake_service_pb2.ListIntakesResponse.DESCRIPTOR),
)
async def list_intakes(
    caller: SignedIn,
    state: Literal["WAITING", "PROPOSED", "PLACED", "WITHDRAWN"] = "WAITING",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists the longest waiting first, without what they asked for."""
    request = filled(intake_service_pb2.ListIntakesRequest, state=state, page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListIntakes", request))


@router.put(
    "/intakes/{intake_id}/priority",
    operation_id="setIntakePriority",
    summary="Say how soon a client needs a therapist",
    responses=edits(INTAKE),
)
async def set_priority(
    intake_id: PathId, body: PriorityIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Counts from the next batch on."""
    request = filled(
        intake_service_pb2.SetIntakePriorityRequest,
        intake_id=intake_id,
        priority=body.priority,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.matching("SetIntakePriority", request), lambda: _intake(caller, intake_id))


@router.post(
    "/intakes/{intake_id}/withdraw",
    operation_id="withdrawIntake",
    summary="Take a client off the waitlist",
    responses=edits(INTAKE),
)
async def withdraw(intake_id: PathId, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Ends an open proposal with it."""
    request = intake_service_pb2.WithdrawIntakeRequest(
        intake_id=intake_id,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.matching("WithdrawIntake", request), lambda: _intake(caller, intake_id))


@router.post(
    "/intake-batches",
    operation_id="runIntakeBatch",
    summary="Give all who wait to therapists",
    status_code=201,
    responses=answers(BATCH, 409, status=201),
)
async def run_batch(body: BatchIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Proposes the best assignment of all; a dry run stores nothing."""
    request = filled(intake_service_pb2.RunBatchRequest, request_id=caller.request_id(key), **body.model_dump())
    return respond(await caller.matching("RunBatch", request), 201)


@router.get(
    "/intake-batches/{batch_id}/replay",
    operation_id="replayIntakeBatch",
    summary="Solve a stored batch again",
    responses=answers(intake_service_pb2.ReplayBatchResponse.DESCRIPTOR, 404),
)
async def replay(batch_id: PathId, caller: SignedIn) -> Response:
    """Tells whether it comes out the same; changes nothing."""
    request = intake_service_pb2.ReplayBatchRequest(batch_id=batch_id)
    return respond(await caller.matching("ReplayBatch", request))


@router.get(
    "/reports/fairness",
    operation_id="getFairnessReport",
    summary="See how fairly caseloads and waits are spread",
    responses=answers(intake_service_pb2.GetFairnessReportResponse.DESCRIPTOR),
)
async def fairness(caller: SignedIn, from_time: Instant, to_time: Instant) -> Response:
    """Counts, without a name; groups of fewer than 5 clients are not told."""
    request = filled(intake_service_pb2.GetFairnessReportRequest, from_time=from_time, to_time=to_time)
    return respond(await caller.matching("GetFairnessReport", request))


async def _intake(caller: Caller, intake_id: str) -> intake_pb2.Intake:
    found: intake_pb2.Intake = await caller.matching(
        "GetIntake", intake_service_pb2.GetIntakeRequest(intake_id=intake_id)
    )
    return found
