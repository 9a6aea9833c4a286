"""The audit trail: who did what, and the proofs."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from kept.audit.v1 import audit_pb2, audit_service_pb2

from services.gateway.conversion import Json, plain, timestamp
from services.gateway.routes.bodies import Instant
from services.gateway.routes.describing import Cursor, QueryId, SignedIn, answers

router = APIRouter(prefix="/v1/audit", tags=["audit"])
RECORD = audit_pb2.Record.DESCRIPTOR


@router.get(
    "/records",
    operation_id="queryAuditRecords",
    summary="Query the trail",
    responses=answers(audit_service_pb2.QueryRecordsResponse.DESCRIPTOR),
)
async def query(
    caller: SignedIn,
    client_id: QueryId = "",
    actor_id: str = Query("", max_length=200),
    from_time: Instant | None = None,
    to_time: Instant | None = None,
    is_evidence: Annotated[bool, Query(description="Tells that the records go into an evidence package.")] = False,
    limit: int = Query(100, ge=1, le=1000),
    cursor: Cursor = "",
) -> Response:
    """Lists records, newest first; the query is itself in the trail, with a disclosure part when it is for evidence."""
    request = audit_service_pb2.QueryRecordsRequest(
        client_id=client_id,
        actor_id=actor_id,
        from_time=timestamp(from_time),
        to_time=timestamp(to_time),
        page_size=limit,
        page_token=cursor,
        is_evidence=is_evidence,
    )
    found = await caller.audit("QueryRecords", request)
    body = plain(found)
    body["records"] = [record(each) for each in found.records]
    return JSONResponse(body)


@router.get("/records/{seq}", operation_id="getAuditRecord", summary="See a record", responses=answers(RECORD, 404))
async def get(seq: int, caller: SignedIn) -> Response:
    """Returns a record with the exact bytes its leaf hash was made from."""
    return JSONResponse(record(await caller.audit("GetRecord", audit_service_pb2.GetRecordRequest(seq=seq))))


@router.get(
    "/records/{seq}/proof",
    operation_id="getInclusionProof",
    summary="Prove that a record is in the tree",
    responses=answers(audit_service_pb2.InclusionProof.DESCRIPTOR, 404),
)
async def inclusion(seq: int, caller: SignedIn, tree_size: int = Query(ge=1)) -> Response:
    """Returns an RFC 9162 inclusion proof; hashes are hex."""
    request = audit_service_pb2.GetInclusionProofRequest(seq=seq, tree_size=tree_size)
    return JSONResponse(plain(await caller.audit("GetInclusionProof", request)))


@router.get(
    "/checkpoint",
    operation_id="getCheckpoint",
    summary="Get the latest signed checkpoint",
    responses=answers(audit_pb2.Checkpoint.DESCRIPTOR, 404),
)
async def checkpoint(caller: SignedIn) -> Response:
    """Returns the C2SP checkpoint of the practice's tree."""
    return JSONResponse(plain(await caller.audit("GetCheckpoint", audit_service_pb2.GetCheckpointRequest())))


@router.get(
    "/consistency",
    operation_id="getConsistencyProof",
    summary="Prove that a tree only grew",
    responses=answers(audit_service_pb2.ConsistencyProof.DESCRIPTOR, 404),
)
async def consistency(caller: SignedIn, first_size: int = Query(ge=1), second_size: int = Query(ge=1)) -> Response:
    """Returns an RFC 9162 consistency proof; hashes are hex."""
    request = audit_service_pb2.GetConsistencyProofRequest(first_size=first_size, second_size=second_size)
    return JSONResponse(plain(await caller.audit("GetConsistencyProof", request)))


def record(message: audit_pb2.Record) -> Json:
    """
    Return a record; `canonical` is the text the leaf hash covers, `content` the same, parsed.

    A record that was tampered with may be neither text nor JSON any more: it is shown all the same, to be found out.
    """
    body = plain(message)
    body["canonical"] = message.canonical.decode(errors="replace")
    try:
        body["content"] = json.loads(message.canonical)
    except (ValueError, RecursionError):
        body["content"] = None
    return body
