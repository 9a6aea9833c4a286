"""Sessions by video: the way in."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from kept.booking.v1 import booking_service_pb2

from services.gateway.conversion import plain
from services.gateway.routes.describing import PathId, SignedIn, answers

router = APIRouter(prefix="/v1/appointments", tags=["appointments"])
WAY_IN = booking_service_pb2.JoinAppointmentResponse.DESCRIPTOR


@router.post(
    "/{appointment_id}/joins",
    operation_id="joinAppointment",
    summary="Join a session by video",
    responses=answers(WAY_IN, 404, 409),
)
async def join(appointment_id: PathId, caller: SignedIn) -> Response:
    """
    Gives an address that lets the caller, and nobody else, into the session for some minutes.

    It works from 15 minutes before the start until the end; the address is a key: don't store or pass it on.
    """
    request = booking_service_pb2.JoinAppointmentRequest(appointment_id=appointment_id)
    return JSONResponse(plain(await caller.booking("JoinAppointment", request)), headers={"Cache-Control": "no-store"})
