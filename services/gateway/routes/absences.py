"""Absences: what they hit, and what becomes of every claim."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from kept.availability.v1 import absence_service_pb2

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Id, Instant
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    Limit,
    PathId,
    QueryId,
    SignedIn,
    answers,
    query_twin,
    respond,
)

router = APIRouter(prefix="/v1", tags=["absences"])
ABSENCE = absence_service_pb2.Absence.DESCRIPTOR


class AbsenceIn(Body):
    """Who is away, and when; at most 184 days."""

    therapist_id: Id
    start_time: Instant
    end_time: Instant


class AnswerIn(Body):
    """What became of a claim that an absence hits."""

    state: Literal["OFFERED", "MOVED", "CANCELLED", "COVERED", "BY_VIDEO", "KEPT"]


@router.post(
    "/searches/absences",
    operation_id="previewAbsence",
    summary="See what an absence would hit",
    responses=answers(absence_service_pb2.PreviewAbsenceResponse.DESCRIPTOR, 404, 409),
)
@query_twin(router, "/absences")
async def preview(body: AbsenceIn, caller: SignedIn) -> Response:
    """Lists the claims, greatest need first; changes nothing."""
    request = filled(
        absence_service_pb2.PreviewAbsenceRequest,
        therapist_id=body.therapist_id,
        interval={"start_time": body.start_time, "end_time": body.end_time},
    )
    return respond(await caller.availability("PreviewAbsence", request))


@router.post(
    "/absences",
    operation_id="startAbsence",
    summary="Start an absence",
    status_code=201,
    responses=answers(ABSENCE, 404, 409, status=201),
)
async def start(body: AbsenceIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Takes the free time and opens an item for each claim; claims stand until somebody answers them."""
    request = filled(
        absence_service_pb2.StartAbsenceRequest,
        therapist_id=body.therapist_id,
        interval={"start_time": body.start_time, "end_time": body.end_time},
        request_id=caller.request_id(key),
    )
    return respond(await caller.availability("StartAbsence", request), 201)


@router.get(
    "/absences",
    operation_id="listAbsences",
    summary="List absences",
    responses=answers(absence_service_pb2.ListAbsencesResponse.DESCRIPTOR),
)
async def list_absences(
    caller: SignedIn, therapist_id: QueryId = "", is_open: bool = False, limit: Limit = 50, cursor: Cursor = ""
) -> Response:
    """Lists them, the latest start first: of a therapist or of all, those whose case is open or all."""
    request = absence_service_pb2.ListAbsencesRequest(
        therapist_id=therapist_id, is_open=is_open, page_size=limit, page_token=cursor
    )
    return respond(await caller.availability("ListAbsences", request))


@router.get(
    "/absences/{absence_id}", operation_id="getAbsence", summary="See an absence", responses=answers(ABSENCE, 404)
)
async def get_absence(absence_id: PathId, caller: SignedIn) -> Response:
    """Returns it with how many of its items are left."""
    request = absence_service_pb2.GetAbsenceRequest(absence_id=absence_id)
    return respond(await caller.availability("GetAbsence", request))


@router.get(
    "/absences/{absence_id}/items",
    operation_id="listAbsenceItems",
    summary="List what an absence hits",
    responses=answers(absence_service_pb2.ListAbsenceItemsResponse.DESCRIPTOR, 404),
)
async def items(absence_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists the claims with what became of them, greatest need first."""
    request = absence_service_pb2.ListAbsenceItemsRequest(absence_id=absence_id, page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListAbsenceItems", request))


@router.post(
    "/absences/{absence_id}/items/{claim_id}/answers",
    operation_id="answerAbsenceItem",
    summary="Say what became of a claim",
    responses=answers(absence_service_pb2.AbsenceItem.DESCRIPTOR, 404, 409),
)
async def answer(
    absence_id: PathId, claim_id: PathId, body: AnswerIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Settles an item outside of the ledger; one that is moved or given back settles itself."""
    request = filled(
        absence_service_pb2.AnswerAbsenceItemRequest,
        absence_id=absence_id,
        claim_id=claim_id,
        state=body.state,
        request_id=caller.request_id(key),
    )
    return respond(await caller.availability("AnswerAbsenceItem", request))


@router.post(
    "/absences/{absence_id}/closings",
    operation_id="closeAbsence",
    summary="Close the case of an absence",
    responses=answers(ABSENCE, 404, 409),
)
async def close(absence_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Closes it when nobody is left; the therapist stays away."""
    request = absence_service_pb2.CloseAbsenceRequest(absence_id=absence_id, request_id=caller.request_id(key))
    return respond(await caller.availability("CloseAbsence", request))
