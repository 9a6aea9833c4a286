"""What was agreed beyond the time: policies, fees, requirements, authorised visits."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Query, Response
from kept.booking.v1 import policy_pb2, policy_service_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_read, etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Day, Id, Instant
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
    edits,
    replaces,
    respond,
)

router = APIRouter(prefix="/v1", tags=["policies and fees"])
POLICY = policy_pb2.Policy.DESCRIPTOR
FEE = policy_pb2.Fee.DESCRIPTOR
Demand = Literal["UNSPECIFIED", "FLAG", "REFUSE"]


class PolicyIn(Body):
    """What a practice agrees with its clients."""

    session_type_id: Id | None = Field(None, description="None is the practice's own default.")
    late_cancel_h: int = Field(0, ge=0, le=336, description="0 means 24.")
    late_cancel_fee_minor: int = Field(0, ge=0, le=10_000_000)
    no_show_fee_minor: int = Field(0, ge=0, le=10_000_000)
    currency: str = Field("", pattern=r"^([A-Z]{3})?$", examples=["USD"])
    forgives_first: bool = False
    forgives_illness: bool = False
    forgives_crisis: bool = False
    confirm_by_h: int = Field(0, ge=0, le=336)
    card: Demand = "UNSPECIFIED"
    consent: Demand = "UNSPECIFIED"
    visits: Demand = "UNSPECIFIED"


class WaiverIn(Body):
    """Why a fee is given up."""

    reason: Literal[
        "FIRST_TIME", "ILLNESS", "CRISIS", "INSURER_FORBIDS", "UNDONE", "PRACTICE_MISTAKE", "HARDSHIP", "GOODWILL"
    ]


class RequirementIn(Body):
    """What a client has given."""

    kind: Literal["CARD", "CONSENT"]
    expire_time: Instant | None = Field(None, description="When it ends to hold; none for never.")


class AuthorisationIn(Body):
    """An insurer's leave for a number of visits."""

    visit_count: int = Field(ge=1, le=1000)
    from_date: Day
    to_date: Day
    session_type_ids: list[Id] = Field(default_factory=list, max_length=50)
    forbids_fees: bool = False


@router.put("/policies", operation_id="putPolicy", summary="Set a policy", responses=replaces(POLICY, 409))
async def put_policy(body: PolicyIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Creates or replaces the policy of a session type, or the practice's default."""
    policy = {"etag": etag_read(if_match, unquoted(if_match)), **body.model_dump()}
    request = filled(policy_service_pb2.PutPolicyRequest, policy=policy, request_id=caller.request_id(key))
    return respond(await caller.booking("PutPolicy", request))


@router.get(
    "/policies",
    operation_id="listPolicies",
    summary="List policies",
    responses=answers(policy_service_pb2.ListPoliciesResponse.DESCRIPTOR),
)
async def list_policies(caller: SignedIn, limit: Limit = 200, cursor: Cursor = "") -> Response:
    """Lists them by session type, the default first."""
    request = policy_service_pb2.ListPoliciesRequest(page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListPolicies", request))


@router.get(
    "/fees",
    operation_id="listFees",
    summary="List fees",
    responses=answers(policy_service_pb2.ListFeesResponse.DESCRIPTOR),
)
async def list_fees(
    caller: SignedIn,
    client_id: QueryId = "",
    state: Literal["PROPOSED", "WAIVED", "ACCEPTED"] | None = Query(None),
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists fees, newest first, of one client or in one state."""
    request = filled(
        policy_service_pb2.ListFeesRequest, client_id=client_id, state=state, page_size=limit, page_token=cursor
    )
    return respond(await caller.booking("ListFees", request))


@router.get("/fees/{fee_id}", operation_id="getFee", summary="See a fee", responses=answers(FEE, 404))
async def get_fee(fee_id: PathId, caller: SignedIn) -> Response:
    """Returns the fee with its ETag."""
    return respond(await _fee(caller, fee_id))


@router.post("/fees/{fee_id}/waivers", operation_id="waiveFee", summary="Give a fee up", responses=edits(FEE))
async def waive(
    fee_id: PathId, body: WaiverIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Gives it up with a reason; who did it is kept."""
    request = filled(
        policy_service_pb2.WaiveFeeRequest,
        fee_id=fee_id,
        reason=body.reason,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("WaiveFee", request), lambda: _fee(caller, fee_id))


@router.post("/fees/{fee_id}/acceptances", operation_id="acceptFee", summary="Take a fee over", responses=edits(FEE))
async def accept(fee_id: PathId, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Takes a proposed fee over; billing it happens elsewhere."""
    request = policy_service_pb2.AcceptFeeRequest(
        fee_id=fee_id, etag=etag_required(if_match, unquoted(if_match)), request_id=caller.request_id(key)
    )
    return await edited(caller.booking("AcceptFee", request), lambda: _fee(caller, fee_id))


@router.put(
    "/clients/{client_id}/requirements",
    operation_id="recordRequirement",
    summary="Record what a client has given",
    responses=answers(policy_pb2.Requirement.DESCRIPTOR, 404),
)
async def record(client_id: PathId, body: RequirementIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Records that a card is on file elsewhere, or a consent is signed."""
    requirement = {"client_id": client_id, **body.model_dump()}
    request = filled(
        policy_service_pb2.RecordRequirementRequest, requirement=requirement, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("RecordRequirement", request))


@router.get(
    "/clients/{client_id}/requirements",
    operation_id="listRequirements",
    summary="List what a client has given",
    responses=answers(policy_service_pb2.ListRequirementsResponse.DESCRIPTOR, 404),
)
async def list_requirements(
    client_id: PathId, caller: SignedIn, limit: int = Query(10, ge=1, le=10), cursor: Cursor = ""
) -> Response:
    """Lists them by kind, those that ended too."""
    request = policy_service_pb2.ListRequirementsRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListRequirements", request))


@router.put(
    "/clients/{client_id}/authorisations/{authorisation_id}",
    operation_id="putAuthorisation",
    summary="Create or replace an authorisation",
    responses=replaces(policy_pb2.Authorisation.DESCRIPTOR, 409),
)
async def put_authorisation(
    client_id: PathId,
    authorisation_id: PathId,
    body: AuthorisationIn,
    caller: SignedIn,
    key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> Response:
    """Creates it under your id, or replaces it; visits that were counted stay counted."""
    etag = etag_read(if_match, unquoted(if_match))
    authorisation = {"client_id": client_id, "authorisation_id": authorisation_id, "etag": etag, **body.model_dump()}
    request = filled(
        policy_service_pb2.PutAuthorisationRequest, authorisation=authorisation, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("PutAuthorisation", request))


@router.get(
    "/clients/{client_id}/authorisations",
    operation_id="listAuthorisations",
    summary="List a client's authorisations",
    responses=answers(policy_service_pb2.ListAuthorisationsResponse.DESCRIPTOR, 404),
)
async def list_authorisations(
    client_id: PathId, caller: SignedIn, limit: int = Query(100, ge=1, le=100), cursor: Cursor = ""
) -> Response:
    """Lists them by first day, with the visits counted."""
    request = policy_service_pb2.ListAuthorisationsRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListAuthorisations", request))


async def _fee(caller: Caller, fee_id: str) -> policy_pb2.Fee:
    found: policy_pb2.Fee = await caller.booking("GetFee", policy_service_pb2.GetFeeRequest(fee_id=fee_id))
    return found
