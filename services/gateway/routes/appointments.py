"""Appointments: book, see, confirm, move, cancel, attend."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from google.protobuf.message import Message
from kept.booking.v1 import booking_pb2, booking_service_pb2
from kept.wall.v1 import wall_pb2

from services.chassis import errors
from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import modality, timestamp, unquoted
from services.gateway.routes.bodies import AppointmentIn, Instant, MoveIn, ReasonIn
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
    respond,
)

router = APIRouter(prefix="/v1/appointments", tags=["appointments"])
APPOINTMENT = booking_pb2.Appointment.DESCRIPTOR

STEPS = {
    "confirmations": (
        "ConfirmAppointment",
        booking_service_pb2.ConfirmAppointmentRequest,
        "Say that the client will come",
    ),
    "cancellations": ("CancelAppointment", booking_service_pb2.CancelAppointmentRequest, "Call the appointment off"),
    "check-ins": (
        "CheckInAppointment",
        booking_service_pb2.CheckInAppointmentRequest,
        "Say that the client has arrived",
    ),
    "starts": ("StartAppointment", booking_service_pb2.StartAppointmentRequest, "Say that the session has begun"),
    "completions": (
        "CompleteAppointment",
        booking_service_pb2.CompleteAppointmentRequest,
        "Say that the session took place",
    ),
    "undos": (
        "UndoAppointmentChange",
        booking_service_pb2.UndoAppointmentChangeRequest,
        "Take the last step back, within 15 minutes",
    ),
    "no-shows": ("MarkNoShow", booking_service_pb2.MarkNoShowRequest, "Say that the client did not come"),
}


@router.post(
    "",
    operation_id="bookAppointment",
    summary="Book a slot",
    status_code=201,
    responses=answers(APPOINTMENT, 404, 409, status=201),
)
async def book(body: AppointmentIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """
    Books a slot in one step; nobody else can have it.

    A slot that is taken is 409 `slot-taken` with the nearest free ones in `alternatives`.
    """
    request = booking_service_pb2.BookAppointmentRequest(
        client_id=body.client_id,
        therapist_id=body.therapist_id,
        session_type_id=body.session_type_id,
        start_wall=wall_pb2.WallTime(local=body.local_start, time_zone=body.time_zone, fold=body.fold),
        modality=modality(body.modality),
        extra_client_ids=body.extra_client_ids,
        is_confidential=body.is_confidential,
        override_reason=body.override_reason,
        request_id=caller.request_id(key),
    )
    booked = await caller.booking("BookAppointment", request)
    return respond(booked, 201, location=f"/v1/appointments/{booked.appointment_id}")


@router.get(
    "",
    operation_id="listAppointments",
    summary="List appointments",
    responses=answers(booking_service_pb2.ListAppointmentsResponse.DESCRIPTOR),
)
async def list_appointments(
    caller: SignedIn,
    from_time: Annotated[Instant, Query(description="First instant a start may have (RFC 3339).")],
    to_time: Annotated[Instant, Query(description="Instant every start lies before; at most 366 days later.")],
    client_id: QueryId = "",
    therapist_id: QueryId = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists appointments by start: of a client, of a therapist, or, for staff, of the practice."""
    found = await caller.booking(
        "ListAppointments",
        booking_service_pb2.ListAppointmentsRequest(
            client_id=client_id,
            therapist_id=therapist_id,
            from_time=timestamp(from_time),
            to_time=timestamp(to_time),
            page_size=limit,
            page_token=cursor,
        ),
    )
    return respond(found)


@router.get(
    "/{appointment_id}",
    operation_id="getAppointment",
    summary="See an appointment",
    responses=answers(APPOINTMENT, 404),
)
async def get(appointment_id: PathId, caller: SignedIn) -> Response:
    """Returns the appointment with its ETag."""
    return respond(await current(caller, appointment_id))


@router.get(
    "/{appointment_id}/changes",
    operation_id="listAppointmentChanges",
    summary="See an appointment's history",
    responses=answers(booking_service_pb2.ListAppointmentChangesResponse.DESCRIPTOR, 404),
)
async def changes(appointment_id: PathId, caller: SignedIn) -> Response:
    """Lists every step, oldest first."""
    request = booking_service_pb2.ListAppointmentChangesRequest(appointment_id=appointment_id)
    return respond(await caller.booking("ListAppointmentChanges", request))


@router.post(
    "/{appointment_id}/moves",
    operation_id="moveAppointment",
    summary="Move an appointment",
    responses=edits(APPOINTMENT),
)
async def move(
    appointment_id: PathId, body: MoveIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Moves to another time: never neither time, never both."""
    request = booking_service_pb2.RescheduleAppointmentRequest(
        appointment_id=appointment_id,
        start_wall=wall_pb2.WallTime(local=body.local_start, time_zone=body.time_zone, fold=body.fold),
        therapist_id=body.therapist_id or "",
        modality=modality(body.modality),
        etag=etag_required(if_match, unquoted(if_match)),
        override_reason=body.override_reason,
        reason=change_reason(body.reason),
        request_id=caller.request_id(key),
    )
    return await changed(caller, "RescheduleAppointment", request, appointment_id)


def _add_step(path: str, method: str, request_class: Any, summary: str) -> None:
    @router.post(
        f"/{{appointment_id}}/{path}", operation_id=_operation(method), summary=summary, responses=edits(APPOINTMENT)
    )
    async def step(
        appointment_id: PathId,
        caller: SignedIn,
        body: ReasonIn | None = None,
        key: IdempotencyKey = "",
        if_match: IfMatch = "",
    ) -> Response:
        """Takes one step in the appointment's life; needs the ETag that was read."""
        request = request_class(
            appointment_id=appointment_id,
            etag=etag_required(if_match, unquoted(if_match)),
            request_id=caller.request_id(key),
        )
        if body is not None and body.reason is not None:
            if "reason" not in request.DESCRIPTOR.fields_by_name:
                raise errors.InvalidRequest("This step takes no reason.", field="reason")
            request.reason = change_reason(body.reason)
        return await changed(caller, method, request, appointment_id)


def change_reason(name: str | None) -> booking_pb2.ChangeReason.ValueType:
    """Return the number of a reason; none is "not said"."""
    return booking_pb2.ChangeReason.Value(f"CHANGE_REASON_{name or 'UNSPECIFIED'}")


def _operation(method: str) -> str:
    return method[0].lower() + method[1:]


for _path, (_method, _request, _summary) in STEPS.items():
    _add_step(_path, _method, _request, _summary)


async def current(caller: Caller, appointment_id: str) -> booking_pb2.Appointment:
    """Read an appointment as it is now."""
    request = booking_service_pb2.GetAppointmentRequest(appointment_id=appointment_id)
    found: booking_pb2.Appointment = await caller.booking("GetAppointment", request)
    return found


async def changed(caller: Caller, method: str, request: Message, appointment_id: str) -> Response:
    """Make a change; when the version was stale, say what it is now."""
    return await edited(caller.booking(method, request), lambda: current(caller, appointment_id))
