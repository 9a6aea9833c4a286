"""What the watching of the trail knows of people: told in words, kept as keyed hashes."""

from __future__ import annotations

from fastapi import APIRouter, Response
from kept.booking.v1 import people_service_pb2 as contract
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Instant
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, PathId, SignedIn, answers, respond

router = APIRouter(prefix="/v1", tags=["access"])


class StaffMemberIn(Body):
    """Who somebody of the staff is; what is said is hashed and not stored."""

    actor_id: str = Field(min_length=1, max_length=255, examples=["user:desk"])
    family_name: str = Field("", max_length=120)
    home_address: str = Field("", max_length=300)
    phone: str = Field("", max_length=40)
    leave_time: Instant | None = None


class ClientMarksIn(Body):
    """What is to be known of a client beside the registry; the address is hashed and not stored."""

    home_address: str = Field("", max_length=300)
    is_vip: bool = False


@router.post(
    "/staff-members",
    operation_id="putStaffMember",
    summary="Say who somebody of the staff is",
    responses=answers(contract.StaffMember.DESCRIPTOR),
)
async def put_staff_member(body: StaffMemberIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Replaces what was said of this actor before; the trail then notices relatives, neighbours and who has left."""
    request = filled(
        contract.PutStaffMemberRequest, **body.model_dump(exclude_none=True), request_id=caller.request_id(key)
    )
    return respond(await caller.booking("PutStaffMember", request))


@router.get(
    "/staff-members",
    operation_id="listStaffMembers",
    summary="List the staff members that were told of",
    responses=answers(contract.ListStaffMembersResponse.DESCRIPTOR),
)
async def list_staff_members(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists which facts are known of whom; never the facts."""
    request = contract.ListStaffMembersRequest(page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListStaffMembers", request))


@router.put(
    "/clients/{client_id}/marks",
    operation_id="markClient",
    summary="Say where a client lives and whether people may be curious",
    responses=answers(contract.ClientMarks.DESCRIPTOR, 404),
)
async def mark_client(client_id: PathId, body: ClientMarksIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Replaces what was said before; the trail then notices neighbours and the curious."""
    request = contract.MarkClientRequest(
        client_id=client_id,
        home_address=body.home_address,
        is_vip=body.is_vip,
        request_id=caller.request_id(key),
    )
    return respond(await caller.booking("MarkClient", request))
