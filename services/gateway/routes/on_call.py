"""Who of the staff is paged when a client may be in danger, and what they were paged about."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from kept.notifications.v1 import on_call_service_pb2
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, PathId, SignedIn, answers, respond

router = APIRouter(prefix="/v1", tags=["on-call"])


class OnCallContactIn(Body):
    """Somebody of the staff who is paged."""

    level: int = Field(ge=1, le=3, description="1 is paged at once, 2 after 2 minutes, 3 after 5 minutes.")
    email: str = Field(max_length=254)
    locale: Literal["en", "es"] = "en"
    is_active: bool = True
    duty: Literal["crisis", "compliance", "care", "desk"] = "crisis"


@router.put(
    "/on-call-contacts/{contact_id}",
    operation_id="putOnCallContact",
    summary="Say who is paged",
    responses=answers(on_call_service_pb2.PutOnCallContactResponse.DESCRIPTOR, 409),
)
async def put_contact(
    contact_id: PathId, body: OnCallContactIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Creates the contact under your id, or replaces it."""
    contact = {"contact_id": contact_id, **body.model_dump()}
    request_id = caller.request_id(key)
    request = filled(on_call_service_pb2.PutOnCallContactRequest, contact=contact, request_id=request_id)
    return respond(await caller.notifications("PutOnCallContact", request))


@router.get(
    "/on-call-contacts",
    operation_id="listOnCallContacts",
    summary="See who is paged",
    responses=answers(on_call_service_pb2.ListOnCallContactsResponse.DESCRIPTOR),
)
async def list_contacts(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists everybody who is paged."""
    request = on_call_service_pb2.ListOnCallContactsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListOnCallContacts", request))


@router.get(
    "/pages",
    operation_id="listPages",
    summary="See what staff is paged about",
    responses=answers(on_call_service_pb2.ListPagesResponse.DESCRIPTOR),
)
async def list_pages(caller: SignedIn, only_open: bool = False, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists pages, newest flags first; a flag, never a name."""
    request = on_call_service_pb2.ListPagesRequest(only_open=only_open, page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListPages", request))
