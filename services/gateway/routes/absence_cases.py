"""The absence workflow: whom it hits, what they are offered, and what became of them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from kept.booking.v1 import absence_pb2, absence_service_pb2, booking_pb2
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Id
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    Limit,
    PathId,
    SignedIn,
    answers,
    respond,
)

router = APIRouter(prefix="/v1", tags=["absences"])
CASE = absence_pb2.AbsenceCase.DESCRIPTOR
OFFER = absence_pb2.AbsenceOffer.DESCRIPTOR


class WordingIn(Body):
    """What clients are told."""

    body: str = Field(
        min_length=1,
        max_length=500,
        description="One neutral line, the same for everybody: no names, contacts, links or clinical words.",
    )


class ApprovalIn(Body):
    """Which wording is approved."""

    wording_version: int = Field(ge=1, le=1000)


class OffersIn(Body):
    """Whom to offer what."""

    appointment_ids: list[Id] = Field(default_factory=list, max_length=500, description="None means all that are open.")
    kinds: list[Literal["COVER", "VIDEO", "OTHER_TIME"]] = Field(min_length=1, max_length=3)
    answer_h: int = Field(24, ge=1, le=168, description="Hours to answer; near the session it is less.")


class KeepIn(Body):
    """Why an appointment takes place as agreed."""

    reason: Literal["THERAPIST_COMES", "ARRANGED"]


class ChoiceIn(Body):
    """What a client chose."""

    option_id: Id


@router.get(
    "/absence-cases",
    operation_id="listAbsenceCases",
    summary="List the cases of absences",
    responses=answers(absence_service_pb2.ListAbsenceCasesResponse.DESCRIPTOR),
)
async def cases(
    caller: SignedIn,
    has_settled: Annotated[bool, Query(description="Lists those without open appointments too.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists them newest first, each with how many appointments stand where."""
    request = absence_service_pb2.ListAbsenceCasesRequest(has_settled=has_settled, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListAbsenceCases", request))


@router.get(
    "/absences/{absence_id}/case",
    operation_id="getAbsenceCase",
    summary="See the case of an absence",
    responses=answers(CASE, 404),
)
async def case(absence_id: PathId, caller: SignedIn) -> Response:
    """Says how many are open, how many near, and what clients are told."""
    request = absence_service_pb2.GetAbsenceCaseRequest(absence_id=absence_id)
    return respond(await caller.booking("GetAbsenceCase", request))


@router.get(
    "/absences/{absence_id}/appointments",
    operation_id="listAffectedAppointments",
    summary="List the appointments an absence hits",
    responses=answers(absence_service_pb2.ListAffectedAppointmentsResponse.DESCRIPTOR, 404),
)
async def affected(
    absence_id: PathId,
    caller: SignedIn,
    is_open_only: Annotated[bool, Query(description="Lists only those whose fate is not stated.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Is the worklist: greatest need first, each with the reason, the latest offer and where it stands."""
    request = absence_service_pb2.ListAffectedAppointmentsRequest(
        absence_id=absence_id, is_open_only=is_open_only, page_size=limit, page_token=cursor
    )
    return respond(await caller.booking("ListAffectedAppointments", request))


@router.post(
    "/absences/{absence_id}/wordings",
    operation_id="putAbsenceWording",
    summary="Write what clients are told",
    status_code=201,
    responses=answers(CASE, 404, 409, status=201),
)
async def word(absence_id: PathId, body: WordingIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Stores a new version; it is used once approved."""
    request = absence_service_pb2.PutAbsenceWordingRequest(
        absence_id=absence_id, body=body.body, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("PutAbsenceWording", request), 201)


@router.post(
    "/absences/{absence_id}/wordings/approvals",
    operation_id="approveAbsenceWording",
    summary="Approve what clients are told",
    responses=answers(CASE, 404, 409, 412),
)
async def approve(absence_id: PathId, body: ApprovalIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Approves the latest version, once for everybody."""
    request = absence_service_pb2.ApproveAbsenceWordingRequest(
        absence_id=absence_id, wording_version=body.wording_version, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("ApproveAbsenceWording", request))


@router.post(
    "/absences/{absence_id}/offers",
    operation_id="offerAffected",
    summary="Offer many clients something instead",
    status_code=202,
    responses=answers(absence_service_pb2.OfferAffectedResponse.DESCRIPTOR, 404, 409, status=202),
)
async def offer(absence_id: PathId, body: OffersIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Has cover, video or other times looked up and held for each, greatest need first; then they are told."""
    request = filled(
        absence_service_pb2.OfferAffectedRequest,
        absence_id=absence_id,
        appointment_ids=body.appointment_ids,
        kinds=body.kinds,
        answer_h=body.answer_h,
        request_id=caller.request_id(key),
    )
    return respond(await caller.booking("OfferAffected", request), 202)


@router.post(
    "/absences/{absence_id}/appointments/{appointment_id}/keepings",
    operation_id="keepAffected",
    summary="State that an appointment takes place as agreed",
    responses=answers(absence_pb2.AffectedAppointment.DESCRIPTOR, 404, 409),
)
async def keep(
    absence_id: PathId, appointment_id: PathId, body: KeepIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Settles it; what is offered instead is withdrawn."""
    request = filled(
        absence_service_pb2.KeepAffectedRequest,
        absence_id=absence_id,
        appointment_id=appointment_id,
        reason=body.reason,
        request_id=caller.request_id(key),
    )
    return respond(await caller.booking("KeepAffected", request))


@router.get(
    "/absence-offers/{offer_id}",
    operation_id="getAbsenceOffer",
    summary="See what is offered instead",
    responses=answers(OFFER, 404),
)
async def get(offer_id: PathId, caller: SignedIn) -> Response:
    """Returns the options, which are held for this client alone, and until when."""
    request = absence_service_pb2.GetAbsenceOfferRequest(offer_id=offer_id)
    return respond(await caller.booking("GetAbsenceOffer", request))


@router.get(
    "/clients/{client_id}/absence-offers",
    operation_id="listAbsenceOffers",
    summary="List what a client is offered instead",
    responses=answers(absence_service_pb2.ListAbsenceOffersResponse.DESCRIPTOR, 404),
)
async def list_offers(
    client_id: PathId,
    caller: SignedIn,
    is_open_only: Annotated[bool, Query(description="Lists only those that wait for an answer.")] = False,
    limit: Annotated[int, Query(ge=1, le=50)] = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists them newest first."""
    request = absence_service_pb2.ListAbsenceOffersRequest(
        client_id=client_id, is_open_only=is_open_only, page_size=limit, page_token=cursor
    )
    return respond(await caller.booking("ListAbsenceOffers", request))


@router.post(
    "/absence-offers/{offer_id}/acceptances",
    operation_id="acceptAbsenceOption",
    summary="Take one of the options",
    responses=answers(booking_pb2.Appointment.DESCRIPTOR, 404, 409),
)
async def accept(offer_id: PathId, body: ChoiceIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Moves the appointment there; the other options are free again."""
    request = absence_service_pb2.AcceptAbsenceOptionRequest(
        offer_id=offer_id, option_id=body.option_id, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("AcceptAbsenceOption", request))


@router.post(
    "/absence-offers/{offer_id}/refusals",
    operation_id="declineAbsenceOffer",
    summary="Say no to all options",
    responses=answers(OFFER, 404, 409),
)
async def decline(offer_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Closes the offer; the appointment stands until somebody settles it."""
    request = absence_service_pb2.DeclineAbsenceOfferRequest(offer_id=offer_id, request_id=caller.request_id(key))
    return respond(await caller.booking("DeclineAbsenceOffer", request))


@router.post(
    "/absence-offers/{offer_id}/withdrawals",
    operation_id="withdrawAbsenceOffer",
    summary="Take an offer back",
    responses=answers(OFFER, 404, 409),
)
async def withdraw(offer_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Gives its times back; the appointment is open again."""
    request = absence_service_pb2.WithdrawAbsenceOfferRequest(offer_id=offer_id, request_id=caller.request_id(key))
    return respond(await caller.booking("WithdrawAbsenceOffer", request))
