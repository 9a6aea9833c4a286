"""Triage: screenings, help in a crisis, and flags that a human must answer."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from kept.matching.v1 import triage_pb2, triage_service_pb2
from pydantic import Field

from services.gateway.callers import Caller
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
    edited,
    replaces,
    respond,
)

router = APIRouter(prefix="/v1", tags=["triage"])
FLAG, INSTRUMENT = triage_pb2.CrisisFlag.DESCRIPTOR, triage_pb2.Instrument.DESCRIPTOR

InstrumentCode = Literal["PHQ-9", "GAD-7", "C-SSRS"]


class ItemAnswerIn(Body):
    """One answer."""

    link_id: Code
    value: int = Field(ge=0, le=3, description="The place of the chosen option.")


class ScreeningIn(Body):
    """Answers to an instrument, finished or not."""

    instrument: InstrumentCode
    answers: list[ItemAnswerIn] = Field(min_length=1, max_length=20)
    locale: str = Field("en", max_length=35, examples=["es"], description="The language help is shown in.")


class WordedItemIn(Body):
    """How one item is asked, and how its options are called."""

    link_id: Code
    text: str = Field(min_length=1, max_length=2_000)
    options: list[str] = Field(min_length=2, max_length=4, description="In their order, the first worth 0.")


class WordingIn(Body):
    """An instrument's text in one language, from a source the practice may use."""

    preamble: str = Field("", max_length=2_000)
    items: list[WordedItemIn] = Field(min_length=1, max_length=20)
    permission: str = Field(min_length=1, max_length=2_000, description="By what permission the text is shown.")


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
    responses=answers(INSTRUMENT, 404, 409),
)
async def get_instrument(
    code: str, caller: SignedIn, locale: str = Query("en", max_length=35, examples=["es"])
) -> Response:
    """Returns items and options in the nearest language there is; show the permission below them."""
    return respond(await _instrument(caller, code, locale))


@router.put(
    "/instruments/{code}/wordings/{locale}",
    operation_id="putInstrumentWording",
    summary="Bring the wording of an instrument",
    responses=replaces(INSTRUMENT, 409),
)
async def put_wording(
    code: InstrumentCode,
    locale: Annotated[str, Path(max_length=6, pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$", examples=["en", "es-MX"])],
    body: WordingIn,
    caller: SignedIn,
    key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> Response:
    """Stores a text that the practice has the right to show; scores, levels and help are the same in any wording."""
    request = filled(
        triage_service_pb2.PutInstrumentWordingRequest,
        wording={"code": code, "locale": locale, **body.model_dump()},
        etag=unquoted(if_match),
        request_id=caller.request_id(key),
    )
    return await edited(caller.matching("PutInstrumentWording", request), lambda: _instrument(caller, code, locale))


async def _instrument(caller: Caller, code: str, locale: str) -> triage_pb2.Instrument:
    request = triage_service_pb2.GetInstrumentRequest(code=code[:120], locale=locale)
    found: triage_pb2.Instrument = await caller.matching("GetInstrument", request)
    return found


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
