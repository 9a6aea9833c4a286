"""What limits new claims: caps, equipment, travel times, reserved capacity."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from kept.availability.v1 import directory_service_pb2, limits_service_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_read
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Audience, Body, Clock, Id, Name
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

router = APIRouter(prefix="/v1", tags=["limits"])
CAPS = limits_service_pb2.Caps.DESCRIPTOR
RESERVATION = limits_service_pb2.Reservation.DESCRIPTOR
WINDOW = limits_service_pb2.PriorityWindow.DESCRIPTOR


class CapsIn(Body):
    """How much a therapist takes on; 0 means no such cap."""

    max_sessions_day: int = Field(0, ge=0, le=50)
    max_sessions_week: int = Field(0, ge=0, le=200)
    max_minutes_day: int = Field(0, ge=0, le=1440)
    max_minutes_week: int = Field(0, ge=0, le=10080)
    max_load_day: int = Field(0, ge=0, le=500)
    max_load_week: int = Field(0, ge=0, le=2000)
    max_consecutive: int = Field(0, ge=0, le=20)
    break_min: int = Field(0, ge=0, le=240, description="At least 1 where max_consecutive is set.")
    max_intakes_week: int = Field(0, ge=0, le=50)
    crisis_cool_down_min: int = Field(0, ge=0, le=1440)


class EquipmentIn(Body):
    """A piece of equipment at a site."""

    site_id: Id
    kind: str = Field(pattern=r"^[a-z0-9-]{1,40}$", examples=["light-lamp"])
    display_name: Name


class TravelTimeIn(Body):
    """How long the way takes."""

    minutes: int = Field(ge=0, le=480)


class ReservationIn(Body):
    """A weekly stretch kept for an audience until some time before it begins."""

    therapist_id: Id | None = Field(None, description="Whose; none means all therapists'.")
    weekday: int = Field(ge=1, le=7)
    start_local: Clock
    end_local: Clock
    audience: Literal["HIGH_NEED"]
    release_hours: int = Field(ge=0, le=720)


class PriorityWindowIn(Body):
    """Hours that only some may book until so many days before."""

    therapist_id: Id | None = Field(None, description="Whose; none means all therapists'.")
    session_type_id: Id | None = Field(None, description="Which; none means all session types.")
    audiences: list[Audience] = Field(min_length=1, max_length=3)
    open_days: int = Field(ge=1, le=365, description="From how many days before on everybody may book.")


@router.get(
    "/therapists/{therapist_id}/caps",
    operation_id="getCaps",
    summary="See a therapist's caps",
    responses=answers(CAPS, 404),
)
async def get_caps(therapist_id: PathId, caller: SignedIn) -> Response:
    """Returns the caps, all 0 where none were put."""
    return respond(await _caps(caller, therapist_id))


@router.put(
    "/therapists/{therapist_id}/caps",
    operation_id="putCaps",
    summary="Cap what a therapist takes on",
    responses=replaces(CAPS),
)
async def put_caps(
    therapist_id: PathId, body: CapsIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Sets all caps; what was agreed before keeps its time."""
    caps = {"therapist_id": therapist_id, "etag": etag_read(if_match, unquoted(if_match)), **body.model_dump()}
    request = filled(limits_service_pb2.PutCapsRequest, caps=caps, request_id=caller.request_id(key))
    return await edited(caller.availability("PutCaps", request), lambda: _caps(caller, therapist_id))


@router.put(
    "/equipment/{equipment_id}",
    operation_id="putEquipment",
    summary="Create or replace a piece of equipment",
    responses=replaces(limits_service_pb2.Equipment.DESCRIPTOR, 409),
)
async def put_equipment(
    equipment_id: PathId, body: EquipmentIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the equipment under your id, or replaces it."""
    equipment = {"equipment_id": equipment_id, "etag": etag_read(if_match, unquoted(if_match)), **body.model_dump()}
    request = filled(limits_service_pb2.PutEquipmentRequest, equipment=equipment, request_id=caller.request_id(key))
    return await edited(caller.availability("PutEquipment", request), lambda: _equipment(caller, equipment_id))


@router.put(
    "/sites/{site_id}/travel-times/{other_site_id}",
    operation_id="putTravelTime",
    summary="Set the time between two sites",
    responses=replaces(limits_service_pb2.TravelTime.DESCRIPTOR),
)
async def put_travel_time(
    site_id: PathId,
    other_site_id: PathId,
    body: TravelTimeIn,
    caller: SignedIn,
    key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> Response:
    """Sets what a therapist needs from one to the other, either way."""
    travel_time = {
        "site_id": site_id,
        "other_site_id": other_site_id,
        "etag": etag_read(if_match, unquoted(if_match)),
        **body.model_dump(),
    }
    request = filled(
        limits_service_pb2.PutTravelTimeRequest, travel_time=travel_time, request_id=caller.request_id(key)
    )
    return await edited(
        caller.availability("PutTravelTime", request), lambda: _travel_time(caller, site_id, other_site_id)
    )


@router.put(
    "/reservations/{reservation_id}",
    operation_id="putReservation",
    summary="Reserve capacity",
    responses=replaces(RESERVATION, 409),
)
async def put_reservation(
    reservation_id: PathId, body: ReservationIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the reservation under your id, or replaces it."""
    reservation = {
        "reservation_id": reservation_id,
        "etag": etag_read(if_match, unquoted(if_match)),
        **body.model_dump(),
    }
    request = filled(
        limits_service_pb2.PutReservationRequest, reservation=reservation, request_id=caller.request_id(key)
    )
    return await edited(caller.availability("PutReservation", request), lambda: _reservation(caller, reservation_id))


@router.delete(
    "/reservations/{reservation_id}",
    operation_id="deleteReservation",
    summary="Open reserved capacity",
    responses=answers(limits_service_pb2.DeleteReservationResponse.DESCRIPTOR, 404),
)
async def delete_reservation(reservation_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Opens it to everybody for good; doing it twice does it once."""
    request = limits_service_pb2.DeleteReservationRequest(
        reservation_id=reservation_id, request_id=caller.request_id(key)
    )
    return respond(await caller.availability("DeleteReservation", request))


@router.get(
    "/priority-windows",
    operation_id="listPriorityWindows",
    summary="List priority booking windows",
    responses=answers(limits_service_pb2.ListPriorityWindowsResponse.DESCRIPTOR),
)
async def list_windows(
    caller: SignedIn, limit: Annotated[int, Query(ge=1, le=50)] = 50, cursor: Cursor = ""
) -> Response:
    """Lists who may book what earlier than others."""
    request = limits_service_pb2.ListPriorityWindowsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListPriorityWindows", request))


@router.put(
    "/priority-windows/{window_id}",
    operation_id="putPriorityWindow",
    summary="Let some book earlier than others",
    responses=replaces(WINDOW, 409),
)
async def put_window(
    window_id: PathId, body: PriorityWindowIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the window under your id, or replaces it; what is booked already stays."""
    window = {"window_id": window_id, "etag": etag_read(if_match, unquoted(if_match)), **body.model_dump()}
    request = filled(limits_service_pb2.PutPriorityWindowRequest, window=window, request_id=caller.request_id(key))
    return await edited(caller.availability("PutPriorityWindow", request), lambda: _window(caller, window_id))


@router.get(
    "/priority-windows/{window_id}",
    operation_id="getPriorityWindow",
    summary="See a priority booking window",
    responses=answers(WINDOW, 404),
)
async def get_window(window_id: PathId, caller: SignedIn) -> Response:
    """Returns it with its ETag."""
    return respond(await _window(caller, window_id))


@router.delete(
    "/priority-windows/{window_id}",
    operation_id="deletePriorityWindow",
    summary="Let everybody book alike",
    responses=answers(limits_service_pb2.DeletePriorityWindowResponse.DESCRIPTOR, 404),
)
async def delete_window(window_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Ends it for good; doing it twice does it once."""
    request = limits_service_pb2.DeletePriorityWindowRequest(window_id=window_id, request_id=caller.request_id(key))
    return respond(await caller.availability("DeletePriorityWindow", request))


@router.get(
    "/equipment",
    operation_id="listEquipment",
    summary="List equipment",
    responses=answers(directory_service_pb2.ListEquipmentResponse.DESCRIPTOR),
)
async def list_equipment(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists equipment by name."""
    request = directory_service_pb2.ListEquipmentRequest(page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListEquipment", request))


@router.get(
    "/equipment/{equipment_id}",
    operation_id="getEquipment",
    summary="See a piece of equipment",
    responses=answers(limits_service_pb2.Equipment.DESCRIPTOR, 404),
)
async def get_equipment(equipment_id: PathId, caller: SignedIn) -> Response:
    """Returns it with its ETag."""
    return respond(await _equipment(caller, equipment_id))


@router.get(
    "/travel-times",
    operation_id="listTravelTimes",
    summary="List travel times",
    responses=answers(directory_service_pb2.ListTravelTimesResponse.DESCRIPTOR),
)
async def list_travel_times(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists what a therapist needs between sites, by the two of them."""
    request = directory_service_pb2.ListTravelTimesRequest(page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListTravelTimes", request))


@router.get(
    "/sites/{site_id}/travel-times/{other_site_id}",
    operation_id="getTravelTime",
    summary="See the time between two sites",
    responses=answers(limits_service_pb2.TravelTime.DESCRIPTOR, 404),
)
async def get_travel_time(site_id: PathId, other_site_id: PathId, caller: SignedIn) -> Response:
    """Returns it with its ETag."""
    return respond(await _travel_time(caller, site_id, other_site_id))


@router.get(
    "/reservations",
    operation_id="listReservations",
    summary="List reserved capacity",
    responses=answers(directory_service_pb2.ListReservationsResponse.DESCRIPTOR),
)
async def list_reservations(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists it by weekday and start."""
    request = directory_service_pb2.ListReservationsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListReservations", request))


@router.get(
    "/reservations/{reservation_id}",
    operation_id="getReservation",
    summary="See reserved capacity",
    responses=answers(RESERVATION, 404),
)
async def get_reservation(reservation_id: PathId, caller: SignedIn) -> Response:
    """Returns it with its ETag."""
    return respond(await _reservation(caller, reservation_id))


async def _caps(caller: Caller, therapist_id: str) -> limits_service_pb2.Caps:
    request = limits_service_pb2.GetCapsRequest(therapist_id=therapist_id)
    found: limits_service_pb2.Caps = await caller.availability("GetCaps", request)
    return found


async def _equipment(caller: Caller, equipment_id: str) -> limits_service_pb2.Equipment:
    request = directory_service_pb2.GetEquipmentRequest(equipment_id=equipment_id)
    found: limits_service_pb2.Equipment = await caller.availability("GetEquipment", request)
    return found


async def _travel_time(caller: Caller, site_id: str, other_site_id: str) -> limits_service_pb2.TravelTime:
    request = directory_service_pb2.GetTravelTimeRequest(site_id=site_id, other_site_id=other_site_id)
    found: limits_service_pb2.TravelTime = await caller.availability("GetTravelTime", request)
    return found


async def _reservation(caller: Caller, reservation_id: str) -> limits_service_pb2.Reservation:
    request = directory_service_pb2.GetReservationRequest(reservation_id=reservation_id)
    found: limits_service_pb2.Reservation = await caller.availability("GetReservation", request)
    return found


async def _window(caller: Caller, window_id: str) -> limits_service_pb2.PriorityWindow:
    request = limits_service_pb2.GetPriorityWindowRequest(window_id=window_id)
    found: limits_service_pb2.PriorityWindow = await caller.availability("GetPriorityWindow", request)
    return found
