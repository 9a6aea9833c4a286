"""Therapists proposed to clients: made, accepted with a first appointment, declined."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from kept.matching.v1 import intake_pb2, proposal_service_pb2

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Id, Local, Modality, Zone
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    Locale,
    PathId,
    QueryId,
    SignedIn,
    answers,
    edited,
    edits,
    respond,
)

router = APIRouter(prefix="/v1", tags=["intake"])
PROPOSAL = intake_pb2.Proposal.DESCRIPTOR


class ProposalIn(Body):
    """A candidate of a match."""

    match_id: Id
    therapist_id: Id


class AcceptanceIn(Body):
    """When the first appointment is wanted."""

    session_type_id: Id
    local_start: Local
    time_zone: Zone
    fold: Literal[0, 1, 2] = 0
    modality: Modality | None = None


class RefusalIn(Body):
    """Why it is declined, as a code; words are not kept."""

    reason: Literal["HOURS", "PREFERENCE", "SCOPE", "NO_ROOM", "CONFLICT", "COST", "NOT_NEEDED"]


@router.post(
    "/proposals",
    operation_id="proposeTherapist",
    summary="Propose a therapist to a client",
    status_code=201,
    responses=answers(PROPOSAL, 404, 409, status=201),
)
async def propose(body: ProposalIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Proposes a candidate of a match; it is answered within the practice's window."""
    request = filled(
        proposal_service_pb2.ProposeTherapistRequest, request_id=caller.request_id(key), **body.model_dump()
    )
    found = await caller.matching("ProposeTherapist", request)
    return respond(found, 201, location=f"/v1/proposals/{found.proposal_id}")


@router.get(
    "/proposals/{proposal_id}",
    operation_id="getProposal",
    summary="See a proposal, and what speaks for it",
    responses=answers(PROPOSAL, 404),
)
async def get_proposal(proposal_id: PathId, caller: SignedIn, locale: Locale = "en") -> Response:
    """Returns it with reasons a client can read."""
    return respond(await _proposal(caller, proposal_id, locale))


@router.get(
    "/proposals",
    operation_id="listProposals",
    summary="List proposals of a client or a therapist",
    responses=answers(proposal_service_pb2.ListProposalsResponse.DESCRIPTOR),
)
async def list_proposals(
    caller: SignedIn,
    client_id: QueryId = "",
    therapist_id: QueryId = "",
    state: Literal["OPEN", "ACCEPTED", "DECLINED", "EXPIRED", "WITHDRAWN"] | None = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists the newest first; name exactly one of the two."""
    request = filled(
        proposal_service_pb2.ListProposalsRequest,
        client_id=client_id,
        therapist_id=therapist_id,
        state=state,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.matching("ListProposals", request))


@router.post(
    "/proposals/{proposal_id}/accept",
    operation_id="acceptProposal",
    summary="Accept a proposal with a first appointment",
    responses=edits(PROPOSAL),
)
async def accept(
    proposal_id: PathId, body: AcceptanceIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Books the appointment; when the time is taken the proposal stays open, and the answer says what is free."""
    request = filled(
        proposal_service_pb2.AcceptProposalRequest,
        proposal_id=proposal_id,
        session_type_id=body.session_type_id,
        start_wall={"local": body.local_start, "time_zone": body.time_zone, "fold": body.fold},
        modality=body.modality,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.matching("AcceptProposal", request), lambda: _proposal(caller, proposal_id))


@router.post(
    "/proposals/{proposal_id}/decline",
    operation_id="declineProposal",
    summary="Decline a proposal",
    responses=edits(PROPOSAL),
)
async def decline(
    proposal_id: PathId, body: RefusalIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """The client waits on, and is not proposed this therapist again."""
    request = filled(
        proposal_service_pb2.DeclineProposalRequest,
        proposal_id=proposal_id,
        reason=body.reason,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.matching("DeclineProposal", request), lambda: _proposal(caller, proposal_id))


async def _proposal(caller: Caller, proposal_id: str, locale: str = "en") -> intake_pb2.Proposal:
    found: intake_pb2.Proposal = await caller.matching(
        "GetProposal", proposal_service_pb2.GetProposalRequest(proposal_id=proposal_id, locale=locale)
    )
    return found
