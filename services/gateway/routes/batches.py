"""Batches of the intake waitlist that are started and asked about."""

from __future__ import annotations

from fastapi import APIRouter, Query, Response
from kept.matching.v1 import batch_service_pb2, intake_pb2

from services.gateway.callers import Caller
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    PathId,
    SignedIn,
    answers,
    edited,
    respond,
)
from services.gateway.routes.intakes import BatchIn

router = APIRouter(prefix="/v1", tags=["intake"])
OPERATION = intake_pb2.BatchOperation.DESCRIPTOR


@router.post(
    "/intake-batch-operations",
    operation_id="startIntakeBatch",
    summary="Start giving all who wait to therapists",
    status_code=202,
    responses=answers(OPERATION, 409, status=202),
)
async def start(body: BatchIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Answers at once; ask at Location how far it is. Thousands take seconds, and a killed process loses nothing."""
    request = filled(batch_service_pb2.StartBatchRequest, request_id=caller.request_id(key), **body.model_dump())
    found = await caller.matching("StartBatch", request)
    return respond(found, 202, location=f"/v1/intake-batch-operations/{found.operation_id}")


@router.get(
    "/intake-batch-operations",
    operation_id="listIntakeBatchOperations",
    summary="List batches that were started",
    responses=answers(batch_service_pb2.ListBatchOperationsResponse.DESCRIPTOR),
)
async def list_operations(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists the newest first, without what they came to."""
    request = batch_service_pb2.ListBatchOperationsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListBatchOperations", request))


@router.get(
    "/intake-batch-operations/{operation_id}",
    operation_id="getIntakeBatchOperation",
    summary="See how far a batch is",
    responses=answers(OPERATION, 404),
)
async def get_operation(operation_id: PathId, caller: SignedIn) -> Response:
    """Returns stage and share done; once it is done, what it came to."""
    return respond(await _operation(caller, operation_id))


@router.post(
    "/intake-batch-operations/{operation_id}/cancel",
    operation_id="cancelIntakeBatchOperation",
    summary="Give a batch up",
    responses=answers(OPERATION, 404, 409, 412),
)
async def cancel(operation_id: PathId, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Stores nothing of it; one that has ended stays as it ended. No If-Match is needed."""
    request = batch_service_pb2.CancelBatchOperationRequest(
        operation_id=operation_id, etag=unquoted(if_match), request_id=caller.request_id(key)
    )
    return await edited(caller.matching("CancelBatchOperation", request), lambda: _operation(caller, operation_id))


@router.get(
    "/intake-batch-operations/{operation_id}/placements",
    operation_id="listIntakePlacements",
    summary="See whom a batch gave to whom",
    responses=answers(batch_service_pb2.ListPlacementsResponse.DESCRIPTOR, 404, 409),
)
async def list_placements(
    operation_id: PathId, caller: SignedIn, limit: int = Query(200, ge=1, le=500), cursor: Cursor = ""
) -> Response:
    """Lists clients in the order in which they wait: with whom, who would have suited better, or why nobody."""
    request = batch_service_pb2.ListPlacementsRequest(operation_id=operation_id, page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListPlacements", request))


async def _operation(caller: Caller, operation_id: str) -> intake_pb2.BatchOperation:
    request = batch_service_pb2.GetBatchOperationRequest(operation_id=operation_id)
    found: intake_pb2.BatchOperation = await caller.matching("GetBatchOperation", request)
    return found
