"""Clients, where they may be reached, and what was said to them."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from kept.booking.v1 import booking_pb2, booking_service_pb2
from kept.notifications.v1 import notifications_pb2, notifications_service_pb2

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import plain, quoted, unquoted
from services.gateway.routes.bodies import ClientIn, ClientSearchIn, ContactIn, ParticularsIn
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
    query_twin,
    respond,
)
from services.gateway.routes.patching import add_patch

router = APIRouter(prefix="/v1", tags=["clients"])
CLIENT = booking_pb2.Client.DESCRIPTOR
CONTACT = notifications_pb2.ContactPoint.DESCRIPTOR


@router.post(
    "/clients",
    operation_id="registerClient",
    summary="Register a client",
    status_code=201,
    responses=answers(CLIENT, 409, status=201),
)
async def register(body: ClientIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Registers the client, and the e-mail address as contact point; a retry finishes what is missing."""
    request = booking_service_pb2.RegisterClientRequest(
        client=booking_pb2.Client(
            client_id=body.client_id or "",
            given_name=body.given_name,
            family_name=body.family_name,
            birth_date=body.birth_date,
            email=body.email,
            phone=body.phone,
            time_zone=body.time_zone,
        ),
        request_id=caller.request_id(key),
    )
    client: booking_pb2.Client = await caller.booking("RegisterClient", request)
    if body.email:
        contact = ContactIn(
            email=body.email, time_zone=body.time_zone, locale=body.locale, has_consent=body.has_consent
        )
        await _put(caller, client.client_id, contact, caller.request_id(key, "contact"))
    headers = {"Location": f"/v1/clients/{client.client_id}", "ETag": quoted(client.etag)}
    return JSONResponse(plain(client), 201, headers)


@router.put(
    "/clients/{client_id}",
    operation_id="updateClient",
    summary="Change a client's particulars",
    responses=edits(CLIENT, 403),
)
async def update(
    client_id: PathId, body: ParticularsIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Replaces them; needs the ETag that was read. Where messages go is the contact point's, which stays as it is."""
    etag = etag_required(if_match, unquoted(if_match))
    client = booking_pb2.Client(client_id=client_id, etag=etag, **body.model_dump())
    request = booking_service_pb2.UpdateClientRequest(client=client, request_id=caller.request_id(key))
    return await edited(caller.booking("UpdateClient", request), lambda: _client(caller, client_id))


@router.get("/clients/{client_id}", operation_id="getClient", summary="See a client", responses=answers(CLIENT, 404))
async def get(client_id: PathId, caller: SignedIn) -> Response:
    """Returns the client; the look is in the audit trail."""
    return respond(await _client(caller, client_id))


@router.post(
    "/searches/clients",
    operation_id="searchClients",
    summary="Find a client by e-mail or phone",
    responses=answers(booking_service_pb2.FindClientsResponse.DESCRIPTOR),
)
@query_twin(router, "/clients")
async def search(body: ClientSearchIn, caller: SignedIn) -> Response:
    """Finds by exact e-mail or phone, in any spelling; a POST, so that neither gets into a URL."""
    request = booking_service_pb2.FindClientsRequest(email=body.email, phone=body.phone)
    return JSONResponse(plain(await caller.booking("FindClients", request)))


@router.get(
    "/clients/{client_id}/contact-point",
    operation_id="getContactPoint",
    summary="See where a client may be reached",
    responses=answers(CONTACT, 404),
)
async def get_contact(client_id: PathId, caller: SignedIn) -> Response:
    """Returns the contact point."""
    request = notifications_service_pb2.GetContactPointRequest(client_id=client_id)
    return JSONResponse(plain(await caller.notifications("GetContactPoint", request)))


@router.put(
    "/clients/{client_id}/contact-point",
    operation_id="putContactPoint",
    summary="Say where a client may be reached",
    responses=answers(CONTACT, 404),
)
async def put_contact(client_id: PathId, body: ContactIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Creates or replaces the contact point."""
    return JSONResponse(plain(await _put(caller, client_id, body, caller.request_id(key))))


@router.get(
    "/clients/{client_id}/messages",
    operation_id="listMessages",
    summary="See what was said to a client",
    responses=answers(notifications_service_pb2.ListMessagesResponse.DESCRIPTOR),
)
async def messages(client_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists messages, planned and sent, newest first."""
    request = notifications_service_pb2.ListMessagesRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return JSONResponse(plain(await caller.notifications("ListMessages", request)))


async def _client(caller: Caller, client_id: str) -> booking_pb2.Client:
    request = booking_service_pb2.GetClientRequest(client_id=client_id)
    found: booking_pb2.Client = await caller.booking("GetClient", request)
    return found


async def _put(caller: Caller, client_id: str, body: ContactIn, request_id: str) -> notifications_pb2.ContactPoint:
    contact = notifications_pb2.ContactPoint(
        client_id=client_id,
        email=body.email,
        time_zone=body.time_zone,
        locale=body.locale,
        has_consent=body.has_consent,
    )
    request = notifications_service_pb2.PutContactPointRequest(contact_point=contact, request_id=request_id)
    stored: notifications_pb2.ContactPoint = await caller.notifications("PutContactPoint", request)
    return stored


add_patch(router, "/clients/{client_id}", ParticularsIn, put=update, get=_client, message=CLIENT)
