"""Priority: who is in high need, and what a client may book that others may not yet."""

from __future__ import annotations

from fastapi import APIRouter, Response
from kept.booking.v1 import priority_service_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_read
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, DayOrNone, Id, Local, Modality, SlotSearchIn, Zone
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


class ClientSlotIn(Body):
    """A start a client may want."""

    therapist_id: Id
    session_type_id: Id
    local_start: Local
    time_zone: Zone
    modality: Modality | None = None


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


@router.post(
    "/clients/{client_id}/searches/slot-explanations",
    operation_id="explainClientSlot",
    summary="Say whether a client could book a start, and what hides it",
    responses=answers(priority_service_pb2.ExplainClientSlotResponse.DESCRIPTOR, 404),
)
async def explain(client_id: PathId, body: ClientSlotIn, caller: SignedIn) -> Response:
    """Lists every rule that hides it from them, what booking would refuse or warn of; holds nothing."""
    slot = {
        "therapist_id": body.therapist_id,
        "session_type_id": body.session_type_id,
        "start_wall": {"local": body.local_start, "time_zone": body.time_zone},
        "modality": body.modality,
    }
    request = filled(priority_service_pb2.ExplainClientSlotRequest, client_id=client_id, slot=slot)
    return respond(await caller.booking("ExplainClientSlot", request))


async def _priority(caller: Caller, client_id: str) -> priority_service_pb2.ClientPriority:
    request = priority_service_pb2.GetClientPriorityRequest(client_id=client_id)
    found: priority_service_pb2.ClientPriority = await caller.booking("GetClientPriority", request)
    return found
