"""Emergencies: breaking the glass of a client, ending it, reviewing it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from kept.booking.v1 import break_glass_pb2, break_glass_service_pb2
from pydantic import Field

from services.gateway.conversion import plain
from services.gateway.routes.bodies import Body
from services.gateway.routes.describing import IdempotencyKey, SignedIn, answers

router = APIRouter(prefix="/v1", tags=["access"])
GLASS = break_glass_pb2.BreakGlass.DESCRIPTOR


class BreakGlassIn(Body):
    """Why a client who is not yours must be read now."""

    reason: Literal["CRISIS", "TEAM_UNREACHABLE", "OTHER_TREATMENT"]
    explanation: str = Field(min_length=10, max_length=500)
    scopes: list[Literal["SCHEDULE", "REGISTRY", "CONTACT", "INTAKE"]] = Field(min_length=1, max_length=4)
    length_min: int = Field(60, ge=5, le=60)


class FindingIn(Body):
    """What the review found."""

    finding: Literal["JUSTIFIED", "VIOLATION"]


@router.post(
    "/clients/{client_id}/break-glasses",
    operation_id="startBreakGlass",
    summary="Break the glass of a client",
    status_code=201,
    responses=answers(GLASS, 404, 409, status=201),
)
async def start(client_id: str, body: BreakGlassIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Opens what is asked for, for reading, for at most 60 minutes; needs a fresh sign-in with two factors."""
    request = break_glass_service_pb2.StartBreakGlassRequest(
        client_id=client_id,
        reason=break_glass_pb2.BreakGlass.Reason.Value(f"REASON_{body.reason}"),
        explanation=body.explanation,
        scopes=[break_glass_pb2.BreakGlass.Scope.Value(f"SCOPE_{each}") for each in body.scopes],
        length_min=body.length_min,
        request_id=caller.request_id(key),
    )
    return JSONResponse(plain(await caller.booking("StartBreakGlass", request)), 201)


@router.post(
    "/break-glasses/{break_glass_id}/end",
    operation_id="endBreakGlass",
    summary="End an emergency access",
    responses=answers(GLASS, 404, 409),
)
async def end(break_glass_id: str, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Ends your own emergency access before its time."""
    request = break_glass_service_pb2.EndBreakGlassRequest(
        break_glass_id=break_glass_id, request_id=caller.request_id(key)
    )
    return JSONResponse(plain(await caller.booking("EndBreakGlass", request)))


@router.get(
    "/break-glasses",
    operation_id="listBreakGlasses",
    summary="List emergency accesses",
    responses=answers(break_glass_service_pb2.ListBreakGlassesResponse.DESCRIPTOR),
)
async def list_(
    caller: SignedIn,
    only_unreviewed: bool = Query(False),
    limit: int = Query(50, ge=1, le=200),
    cursor: str = Query("", max_length=2000),
) -> Response:
    """Lists them for the compliance officer, newest first."""
    request = break_glass_service_pb2.ListBreakGlassesRequest(
        only_unreviewed=only_unreviewed, page_size=limit, page_token=cursor
    )
    return JSONResponse(plain(await caller.booking("ListBreakGlasses", request)))


@router.post(
    "/break-glasses/{break_glass_id}/review",
    operation_id="reviewBreakGlass",
    summary="Review an emergency access",
    responses=answers(GLASS, 404, 409),
)
async def review(break_glass_id: str, body: FindingIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Says what was found, once; nobody reviews their own."""
    request = break_glass_service_pb2.ReviewBreakGlassRequest(
        break_glass_id=break_glass_id,
        finding=break_glass_pb2.BreakGlass.Finding.Value(f"FINDING_{body.finding}"),
        request_id=caller.request_id(key),
    )
    return JSONResponse(plain(await caller.booking("ReviewBreakGlass", request)))
