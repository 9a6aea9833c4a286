"""The accounting of disclosures: what was given to others outside of the practice."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from kept.booking.v1 import disclosure_pb2
from kept.booking.v1 import disclosure_service_pb2 as contract
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Id, Instant
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, PathId, SignedIn, answers, respond

router = APIRouter(prefix="/v1", tags=["access"])


class DisclosureIn(Body):
    """What was given out, to whom, what for and on which ground."""

    disclosure_id: Id | None = None
    recipient_name: str = Field(min_length=1, max_length=200)
    recipient_address: str = Field("", max_length=300)
    contents: list[Literal["SCHEDULE", "REGISTRY", "BILLING", "INTAKE", "PART2"]] = Field(min_length=1, max_length=5)
    purpose: Literal["CLIENT_REQUEST", "TREATMENT", "PAYMENT", "LEGAL", "PUBLIC_HEALTH", "DANGER", "REQUIRED_BY_LAW"]
    basis: Literal["AUTHORISATION", "PART2_CONSENT", "LAW", "OPERATIONS"]
    disclose_time: Instant


@router.post(
    "/clients/{client_id}/disclosures",
    operation_id="recordDisclosure",
    summary="Keep that something of a client was given out",
    status_code=201,
    responses=answers(disclosure_pb2.Disclosure.DESCRIPTOR, 404, 409, status=201),
)
async def record(client_id: PathId, body: DisclosureIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Keeps it for good; the client can see it."""
    disclosure = {**body.model_dump(exclude_none=True), "client_id": client_id}
    request = filled(contract.RecordDisclosureRequest, disclosure=disclosure, request_id=caller.request_id(key))
    return respond(await caller.booking("RecordDisclosure", request), 201)


@router.get(
    "/clients/{client_id}/disclosures",
    operation_id="listDisclosures",
    summary="See what of a client was given out",
    responses=answers(contract.ListDisclosuresResponse.DESCRIPTOR, 404),
)
async def list_(client_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists the accounting of the last six years, newest first; for the client, and for the front desk."""
    request = contract.ListDisclosuresRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListDisclosures", request))
