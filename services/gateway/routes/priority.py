"""Priority: who is in high need, and what a client may book that others may not yet."""

from __future__ import annotations

from fastapi import APIRouter, Response
from kept.booking.v1 import priority_service_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_read
from services.gateway.conversion import unquoted
from services.gateway.routes.bodies import Body, DayOrNone, SlotSearchIn
from services.gateway.routes.describing import (
    IdempotencyKey,
    IfMatch,
    PathId,
    SignedIn,
    answers,
    edited,
    replaces,
    respond,
)
from services.gateway.routes.practice import search_of

router = APIRouter(prefix="/v1", tags=["priority"])
PRIORITY = priority_service_pb2.ClientPriority.DESCRIPTOR


class PriorityIn(Body):
    """Whether a client is in high need."""

    is_high_need: bool
    until_date: DayOrNone = Field("", description="The last day of it; none means until it is taken back.")


@router.put(
    "/clients/{client_id}/priority",
    operation_id="putClientPriority",
    summary="Say that a client is in high need",
    responses=replaces(PRIORITY),
)
async def put(
    client_id: PathId, body: PriorityIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Opens reserved hours and priority windows to them; why belongs to the chart."""
    request = priority_service_pb2.PutClientPriorityRequest(
        client_id=client_id,
        is_high_need=body.is_high_need,
        until_date=body.until_date,
        request_id=caller.request_id(key),
        etag=etag_read(if_match, unquoted(if_match)),
    )
    return await edited(caller.booking("PutClientPriority", request), lambda: _priority(caller, client_id))


@router.get(
    "/clients/{client_id}/priority",
    operation_id="getClientPriority",
    summary="See who a client is to rules of priority",
    responses=answers(PRIORITY, 404),
)
async def get(client_id: PathId, caller: SignedIn) -> Response:
    """Says whether they are in high need, and which audiences they belong to."""
    return respond(await _priority(caller, client_id))


@router.post(
    "/clients/{client_id}/searches/slots",
    operation_id="findClientSlots",
    summary="Find free slots for a client",
    responses=answers(priority_service_pb2.FindClientSlotsResponse.DESCRIPTOR, 404),
)
async def search(client_id: PathId, body: SlotSearchIn, caller: SignedIn) -> Response:
    """Lists what others may book, and what only some may book yet, if the client is one of them."""
    request = priority_service_pb2.FindClientSlotsRequest(client_id=client_id, search=search_of(body))
    return respond(await caller.booking("FindClientSlots", request))


async def _priority(caller: Caller, client_id: str) -> priority_service_pb2.ClientPriority:
    request = priority_service_pb2.GetClientPriorityRequest(client_id=client_id)
    found: priority_service_pb2.ClientPriority = await caller.booking("GetClientPriority", request)
    return found
