"""Triage: screenings, help in a crisis, and flags that a human must answer."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Query, Response
from kept.matching.v1 import triage_pb2, triage_service_pb2
from pydantic import Field

from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Code
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    PathId,
    SignedIn,
    answers,
    respond,
)

router = APIRouter(prefix="/v1", tags=["triage"])
FLAG = triage_pb2.CrisisFlag.DESCRIPTOR


class ItemAnswerIn(Body):
    """One answer."""

    link_id: Code
    value: int = Field(ge=0, le=3, description="The place of the chosen option.")


class ScreeningIn(Body):
    """Answers to an instrument, finished or not."""

    instrument: Literal["PHQ-9", "GAD-7"]
    answers: list[ItemAnswerIn] = Field(min_length=1, max_length=20)
    locale: str = Field("en", max_length=35, examples=["es"], description="The language help is shown in.")


class DangerIn(Body):
    """In which language help is shown."""

    locale: str = Field("en", max_length=35, examples=["es"])


class ClosingIn(Body):
    """Why a flag is closed."""

    outcome: Literal["SAFETY_PLAN", "REFERRED", "ASSESSED", "MISTAKE"]


@router.get(
    "/instruments/{code}",
    operation_id="getInstrument",
    summary="Read an instrument",
    responses=answers(triage_pb2.Instrument.DESCRIPTOR, 404),
)
async def get_instrument(code: str, caller: SignedIn) -> Response:
    """Returns items and options; show the permission below them."""
    return respond(await caller.matching("GetInstrument", triage_service_pb2.GetInstrumentRequest(code=code[:120])))


@router.post(
    "/clients/{client_id}/screenings",
    operation_id="answerScreening",
    summary="Answer an instrument",
    status_code=201,
    responses=answers(triage_service_pb2.AnswerScreeningResponse.DESCRIPTOR, 404, status=201),
)
async def answer_screening(
    client_id: PathId, body: ScreeningIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Scores the answers; when `crisis_resources` is there, show it first. Answers are never given out."""
    request = filled(
        triage_service_pb2.AnswerScreeningRequest,
        client_id=client_id,
        request_id=caller.request_id(key),
        **body.model_dump(),
    )
    return respond(await caller.matching("AnswerScreening", request), 201)


@router.get(
    "/clients/{client_id}/screenings",
    operation_id="listScreenings",
    summary="See a client's scores",
    responses=answers(triage_service_pb2.ListScreeningsResponse.DESCRIPTOR, 404),
)
async def list_screenings(
    client_id: PathId, caller: SignedIn, limit: int = Query(20, ge=1, le=100), cursor: Cursor = ""
) -> Response:
    """Lists scores and flags, newest first."""
    request = triage_service_pb2.ListScreeningsRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListScreenings", request))


@router.post(
    "/clients/{client_id}/danger",
    operation_id="reportDanger",
    summary="Say that a client is in danger",
    status_code=201,
    responses=answers(triage_service_pb2.ReportDangerResponse.DESCRIPTOR, status=201),
)
async def report_danger(client_id: PathId, body: DangerIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Answers with help at once, and has a human paged."""
    request = triage_service_pb2.ReportDangerRequest(
        client_id=client_id, locale=body.locale, request_id=caller.request_id(key)
    )
    return respond(await caller.matching("ReportDanger", request), 201)


@router.get(
    "/crisis-flags",
    operation_id="listCrisisFlags",
    summary="List who may be in danger",
    responses=answers(triage_service_pb2.ListCrisisFlagsResponse.DESCRIPTOR),
)
async def list_flags(caller: SignedIn, with_closed: bool = False, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists flags: those nobody has taken over first, then the oldest."""
    request = triage_service_pb2.ListCrisisFlagsRequest(with_closed=with_closed, page_size=limit, page_token=cursor)
    return respond(await caller.matching("ListCrisisFlags", request))


@router.post(
    "/crisis-flags/{flag_id}/acknowledge",
    operation_id="acknowledgeCrisisFlag",
    summary="Take a flag over",
    responses=answers(FLAG, 404, 409, 412),
)
async def acknowledge(flag_id: PathId, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Stops the paging under your name; no If-Match is needed, because haste is."""
    request = triage_service_pb2.AcknowledgeCrisisFlagRequest(
        flag_id=flag_id, etag=unquoted(if_match), request_id=caller.request_id(key)
    )
    return respond(await caller.matching("AcknowledgeCrisisFlag", request))


@router.post(
    "/crisis-flags/{flag_id}/close",
    operation_id="closeCrisisFlag",
    summary="Close a flag",
    responses=answers(FLAG, 404, 409, 412),
)
async def close(
    flag_id: PathId, body: ClosingIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Closes a flag that was taken over, with a reason."""
    request = filled(
        triage_service_pb2.CloseCrisisFlagRequest,
        flag_id=flag_id,
        outcome=body.outcome,
        etag=unquoted(if_match),
        request_id=caller.request_id(key),
    )
    return respond(await caller.matching("CloseCrisisFlag", request))
