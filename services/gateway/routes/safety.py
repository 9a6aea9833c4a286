"""Protection: who may act for whom, what they don't see, and who must not meet."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Query, Response
from kept.booking.v1 import safety_pb2, safety_service_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_read
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Id, Instant
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
    replaces,
    respond,
)

router = APIRouter(prefix="/v1", tags=["safety"])


class ProxyIn(Body):
    """What somebody may do for a client, and until when."""

    scopes: list[Literal["APPOINTMENTS", "PARTICULARS"]] = Field(min_length=1, max_length=2)
    expire_time: Instant


class ConfidentialityIn(Body):
    """What whoever acts for a client does not see."""

    appointment_id: Id | None = Field(None, description="One appointment; none means the client and all of theirs.")
    is_confidential: bool


class FenceIn(Body):
    """Two clients who must not meet."""

    client_ids: list[Id] = Field(min_length=2, max_length=2)
    site_id: Id | None = Field(None, description="None holds at every site.")
    gap_min: int = Field(0, ge=0, le=720, description="Minutes between their sessions; 0 means 60.")
    reason: Literal["COURT_ORDER", "THREAT", "CONFLICT"]


@router.put(
    "/clients/{client_id}/proxies/{proxy_client_id}",
    operation_id="putProxy",
    summary="Let somebody act for a client",
    responses=replaces(safety_pb2.Proxy.DESCRIPTOR, 409),
)
async def put_proxy(
    client_id: PathId,
    proxy_client_id: PathId,
    body: ProxyIn,
    caller: SignedIn,
    key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> Response:
    """Lets a guardian or carer act until a day, at most 20 years ahead."""
    etag = etag_read(if_match, unquoted(if_match))
    proxy = {"client_id": client_id, "proxy_client_id": proxy_client_id, "etag": etag, **body.model_dump()}
    request = filled(safety_service_pb2.PutProxyRequest, proxy=proxy, request_id=caller.request_id(key))
    return respond(await caller.booking("PutProxy", request))


@router.delete(
    "/clients/{client_id}/proxies/{proxy_client_id}",
    operation_id="removeProxy",
    summary="Let somebody act for a client no more",
    responses=answers(safety_service_pb2.RemoveProxyResponse.DESCRIPTOR, 404),
)
async def remove_proxy(
    client_id: PathId, proxy_client_id: PathId, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Ends it at once."""
    request = safety_service_pb2.RemoveProxyRequest(
        client_id=client_id, proxy_client_id=proxy_client_id, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("RemoveProxy", request))


@router.get(
    "/clients/{client_id}/proxies",
    operation_id="listProxies",
    summary="List who may act for a client",
    responses=answers(safety_service_pb2.ListProxiesResponse.DESCRIPTOR, 404),
)
async def list_proxies(
    client_id: PathId, caller: SignedIn, limit: int = Query(10, ge=1, le=10), cursor: Cursor = ""
) -> Response:
    """Lists them, ended ones too."""
    request = safety_service_pb2.ListProxiesRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListProxies", request))


@router.put(
    "/clients/{client_id}/confidentiality",
    operation_id="setConfidential",
    summary="Hide a client or an appointment from whoever acts for them",
    responses=answers(safety_service_pb2.SetConfidentialResponse.DESCRIPTOR, 404),
)
async def set_confidential(
    client_id: PathId, body: ConfidentialityIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Hides, or shows again."""
    request = filled(
        safety_service_pb2.SetConfidentialRequest,
        client_id=client_id,
        **body.model_dump(),
        request_id=caller.request_id(key),
    )
    return respond(await caller.booking("SetConfidential", request))


@router.put(
    "/fences/{fence_id}",
    operation_id="putFence",
    summary="Keep two clients apart",
    responses=replaces(safety_service_pb2.PutFenceResponse.DESCRIPTOR, 409),
)
async def put_fence(
    fence_id: PathId, body: FenceIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the fence under your id, or replaces it; lists what they already have too close."""
    fence = {"fence_id": fence_id, "etag": etag_read(if_match, unquoted(if_match)), **body.model_dump()}
    request = filled(safety_service_pb2.PutFenceRequest, fence=fence, request_id=caller.request_id(key))
    return await edited(caller.booking("PutFence", request), lambda: _fence(caller, fence_id))


@router.get(
    "/fences/{fence_id}",
    operation_id="getFence",
    summary="See a fence",
    responses=answers(safety_pb2.Fence.DESCRIPTOR, 404),
)
async def get_fence(fence_id: PathId, caller: SignedIn) -> Response:
    """Returns it with its ETag."""
    return respond(await _fence(caller, fence_id))


@router.delete(
    "/fences/{fence_id}",
    operation_id="removeFence",
    summary="Take a fence away",
    responses=answers(safety_service_pb2.RemoveFenceResponse.DESCRIPTOR, 404),
)
async def remove_fence(fence_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Lets the two meet again."""
    request = safety_service_pb2.RemoveFenceRequest(fence_id=fence_id, request_id=caller.request_id(key))
    return respond(await caller.booking("RemoveFence", request))


@router.get(
    "/fences",
    operation_id="listFences",
    summary="List fences",
    responses=answers(safety_service_pb2.ListFencesResponse.DESCRIPTOR),
)
async def list_fences(caller: SignedIn, client_id: QueryId = "", limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them, of one client or of the practice."""
    request = safety_service_pb2.ListFencesRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListFences", request))


async def _fence(caller: Caller, fence_id: str) -> safety_pb2.Fence:
    found: safety_pb2.Fence = await caller.booking("GetFence", safety_service_pb2.GetFenceRequest(fence_id=fence_id))
    return found
