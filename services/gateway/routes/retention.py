"""Keeping and destroying: how long the trail is kept, legal holds, detachments, erasures."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Query, Response
from kept.audit.v1 import retention_pb2, retention_service_pb2
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Id
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, PathId, SignedIn, answers, respond

router = APIRouter(prefix="/v1", tags=["audit"])
HOLD = retention_pb2.LegalHold.DESCRIPTOR
DETACHMENT = retention_pb2.Detachment.DESCRIPTOR
ERASURE = retention_pb2.Erasure.DESCRIPTOR


class RetentionIn(Body):
    """How long."""

    years: int = Field(ge=1, le=100, description="No practice keeps less than 6.")


class LegalHoldIn(Body):
    """What must not be destroyed, and why."""

    client_id: Id | None = Field(None, description="Empty holds the whole practice.")
    reason: Literal["LITIGATION", "INVESTIGATION", "REGULATOR", "CLIENT_REQUEST", "MINOR"]
    reference: str = Field("", pattern=r"^[A-Za-z0-9./-]{0,60}$", description="The number of a file or case.")


class ErasureIn(Body):
    """Whose keys are to be destroyed."""

    client_id: Id


@router.get(
    "/audit/retention",
    operation_id="getRetention",
    summary="See how long the trail is kept",
    responses=answers(retention_pb2.Retention.DESCRIPTOR),
)
async def get_retention(caller: SignedIn) -> Response:
    """Returns the years; 10 unless the practice said otherwise."""
    return respond(await caller.audit("GetRetention", retention_service_pb2.GetRetentionRequest()))


@router.put(
    "/audit/retention",
    operation_id="setRetention",
    summary="Say how long the trail is kept",
    responses=answers(retention_pb2.Retention.DESCRIPTOR, 409),
)
async def set_retention(body: RetentionIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Keeps the trail for as many years, six at least."""
    request = retention_service_pb2.SetRetentionRequest(years=body.years, request_id=caller.request_id(key))
    return respond(await caller.audit("SetRetention", request))


@router.post(
    "/audit/legal-holds",
    operation_id="setLegalHold",
    summary="Hold a client or the practice",
    status_code=201,
    responses=answers(HOLD, status=201),
)
async def set_hold(body: LegalHoldIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Keeps records and keys from being destroyed until the hold is lifted."""
    request = filled(
        retention_service_pb2.SetLegalHoldRequest,
        client_id=body.client_id,
        reason=body.reason,
        reference=body.reference,
        request_id=caller.request_id(key),
    )
    return respond(await caller.audit("SetLegalHold", request), 201)


@router.post(
    "/audit/legal-holds/{hold_id}/lift",
    operation_id="liftLegalHold",
    summary="Lift a hold",
    responses=answers(HOLD, 404),
)
async def lift_hold(hold_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Lifts it for good."""
    request = retention_service_pb2.LiftLegalHoldRequest(hold_id=hold_id, request_id=caller.request_id(key))
    return respond(await caller.audit("LiftLegalHold", request))


@router.get(
    "/audit/legal-holds",
    operation_id="listLegalHolds",
    summary="List holds",
    responses=answers(retention_service_pb2.ListLegalHoldsResponse.DESCRIPTOR),
)
async def list_holds(
    caller: SignedIn, only_open: bool = Query(False), limit: Limit = 50, cursor: Cursor = ""
) -> Response:
    """Lists them, newest first."""
    request = retention_service_pb2.ListLegalHoldsRequest(only_open=only_open, page_size=limit, page_token=cursor)
    return respond(await caller.audit("ListLegalHolds", request))


@router.post(
    "/audit/detachments",
    operation_id="requestDetachment",
    summary="Ask to take out what is past its time",
    status_code=201,
    responses=answers(DETACHMENT, 409, status=201),
)
async def request_detachment(caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Exports and verifies it; nothing is removed before a second person agreed."""
    request = retention_service_pb2.RequestDetachmentRequest(request_id=caller.request_id(key))
    return respond(await caller.audit("RequestDetachment", request), 201)


@router.post(
    "/audit/detachments/{detachment_id}/approve",
    operation_id="approveDetachment",
    summary="Agree to a detachment",
    responses=answers(DETACHMENT, 404, 409),
)
async def approve_detachment(detachment_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Removes the archived records; only the practice's admin agrees, and never whoever asked."""
    request = retention_service_pb2.ApproveDetachmentRequest(
        detachment_id=detachment_id, request_id=caller.request_id(key)
    )
    return respond(await caller.audit("ApproveDetachment", request))


@router.post(
    "/audit/detachments/{detachment_id}/cancel",
    operation_id="cancelDetachment",
    summary="Call a detachment off",
    responses=answers(DETACHMENT, 404, 409),
)
async def cancel_detachment(detachment_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Calls it off, as long as nobody agreed."""
    request = retention_service_pb2.CancelDetachmentRequest(
        detachment_id=detachment_id, request_id=caller.request_id(key)
    )
    return respond(await caller.audit("CancelDetachment", request))


@router.get(
    "/audit/detachments/{detachment_id}",
    operation_id="getDetachment",
    summary="See how far a detachment is",
    responses=answers(DETACHMENT, 404),
)
async def get_detachment(detachment_id: PathId, caller: SignedIn) -> Response:
    """Returns its state and its counts."""
    request = retention_service_pb2.GetDetachmentRequest(detachment_id=detachment_id)
    return respond(await caller.audit("GetDetachment", request))


@router.get(
    "/audit/detachments",
    operation_id="listDetachments",
    summary="List detachments",
    responses=answers(retention_service_pb2.ListDetachmentsResponse.DESCRIPTOR),
)
async def list_detachments(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them, newest first."""
    request = retention_service_pb2.ListDetachmentsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.audit("ListDetachments", request))


@router.post(
    "/audit/erasures",
    operation_id="requestErasure",
    summary="Ask to erase a client",
    status_code=201,
    responses=answers(ERASURE, 409, status=201),
)
async def request_erasure(body: ErasureIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Asks to destroy every key of the client; nothing happens before a second person agreed."""
    request = retention_service_pb2.RequestErasureRequest(client_id=body.client_id, request_id=caller.request_id(key))
    return respond(await caller.audit("RequestErasure", request), 201)


@router.post(
    "/audit/erasures/{erasure_id}/approve",
    operation_id="approveErasure",
    summary="Agree to an erasure",
    responses=answers(ERASURE, 404, 409),
)
async def approve_erasure(erasure_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Destroys the keys: there is no way back. Only the practice's admin agrees, and never whoever asked."""
    request = retention_service_pb2.ApproveErasureRequest(erasure_id=erasure_id, request_id=caller.request_id(key))
    return respond(await caller.audit("ApproveErasure", request))


@router.post(
    "/audit/erasures/{erasure_id}/cancel",
    operation_id="cancelErasure",
    summary="Call an erasure off",
    responses=answers(ERASURE, 404, 409),
)
async def cancel_erasure(erasure_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Calls it off, as long as nobody agreed."""
    request = retention_service_pb2.CancelErasureRequest(erasure_id=erasure_id, request_id=caller.request_id(key))
    return respond(await caller.audit("CancelErasure", request))


@router.get(
    "/audit/erasures/{erasure_id}",
    operation_id="getErasure",
    summary="See how far an erasure is",
    responses=answers(ERASURE, 404),
)
async def get_erasure(erasure_id: PathId, caller: SignedIn) -> Response:
    """Returns what each service destroyed, and the signed certificate once all have."""
    request = retention_service_pb2.GetErasureRequest(erasure_id=erasure_id)
    return respond(await caller.audit("GetErasure", request))


@router.get(
    "/audit/erasures",
    operation_id="listErasures",
    summary="List erasures",
    responses=answers(retention_service_pb2.ListErasuresResponse.DESCRIPTOR),
)
async def list_erasures(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them, newest first."""
    request = retention_service_pb2.ListErasuresRequest(page_size=limit, page_token=cursor)
    return respond(await caller.audit("ListErasures", request))
