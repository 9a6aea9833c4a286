"""Which days and hours: schedules of all, exceptions, travels, time off, closures, holidays."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from kept.availability.v1 import availability_pb2, calendar_pb2, calendar_service_pb2, directory_service_pb2
from pydantic import Field

from services.gateway.callers import etag_read
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Clock, Day, Id, Modality, Name, Zone
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    PathId,
    QueryId,
    SignedIn,
    answers,
    replaces,
    respond,
)

router = APIRouter(prefix="/v1", tags=["calendar"])
OVERRIDE = calendar_pb2.DateOverride.DESCRIPTOR
TRAVEL = calendar_pb2.Travel.DESCRIPTOR
TIME_OFF = availability_pb2.TimeOff.DESCRIPTOR
CLOSURE = calendar_pb2.Closure.DESCRIPTOR
HOLIDAYS = calendar_pb2.HolidayCalendar.DESCRIPTOR
PathDay = Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2030-03-05"])]
QueryDay = Annotated[str, Query(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2030-03-05"])]


class DayHoursIn(Body):
    """One stretch of working hours of a single date."""

    start_local: Clock
    end_local: Clock
    site_id: Id | None = None
    modalities: list[Modality] = Field(min_length=1, max_length=3)


class OverrideIn(Body):
    """Other hours for one date: in the place of all others, or beside them."""

    kind: Literal["REPLACE", "EXTEND"]
    hours: list[DayHoursIn] = Field(max_length=20)


class TravelIn(Body):
    """A while in another zone."""

    therapist_id: Id
    from_date: Day
    to_date: Day
    time_zone: Zone


class ClosureIn(Body):
    """Days on which the practice, or one site, is closed."""

    site_id: Id | None = None
    from_date: Day
    to_date: Day
    display_name: Name


class HolidayCalendarIn(Body):
    """Which public holidays are kept."""

    country: str = Field(pattern=r"^[A-Z]{2}$", examples=["US"])
    subdivision: str = Field("", max_length=8, examples=["CA"])
    worked_dates: list[Day] = Field(default_factory=list, max_length=100)


@router.get(
    "/schedules",
    operation_id="listSchedules",
    summary="List schedules",
    responses=answers(calendar_service_pb2.ListSchedulesResponse.DESCRIPTOR),
)
async def list_schedules(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists weekly hours and session types of every therapist."""
    request = calendar_service_pb2.ListSchedulesRequest(page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListSchedules", request))


@router.put(
    "/therapists/{therapist_id}/overrides/{local_date}",
    operation_id="putOverride",
    summary="Set other hours for a date",
    responses=replaces(OVERRIDE, 409),
)
async def put_override(
    therapist_id: PathId,
    local_date: PathDay,
    body: OverrideIn,
    caller: SignedIn,
    key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> Response:
    """Replaces or extends a date's hours; no hours at all is a day off."""
    etag = etag_read(if_match, unquoted(if_match))
    override = {"therapist_id": therapist_id, "local_date": local_date, "etag": etag, **body.model_dump()}
    request = filled(calendar_service_pb2.PutOverrideRequest, override=override, request_id=caller.request_id(key))
    return respond(await caller.availability("PutOverride", request))


@router.delete(
    "/therapists/{therapist_id}/overrides/{local_date}",
    operation_id="deleteOverride",
    summary="Let a date be as the week has it",
    responses=answers(OVERRIDE, 404),
)
async def delete_override(
    therapist_id: PathId, local_date: PathDay, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Returns the override that was deleted."""
    request = calendar_service_pb2.DeleteOverrideRequest(
        therapist_id=therapist_id, local_date=local_date, request_id=caller.request_id(key)
    )
    return respond(await caller.availability("DeleteOverride", request))


@router.get(
    "/therapists/{therapist_id}/overrides",
    operation_id="listOverrides",
    summary="List a therapist's other hours",
    responses=answers(calendar_service_pb2.ListOverridesResponse.DESCRIPTOR, 404),
)
async def list_overrides(therapist_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them by date, from a week ago on."""
    request = calendar_service_pb2.ListOverridesRequest(therapist_id=therapist_id, page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListOverrides", request))


@router.put(
    "/travels/{travel_id}",
    operation_id="putTravel",
    summary="Say that a therapist works from elsewhere",
    responses=replaces(TRAVEL, 409),
)
async def put_travel(
    travel_id: PathId, body: TravelIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the travel under your id, or replaces it."""
    travel = {"travel_id": travel_id, "etag": etag_read(if_match, unquoted(if_match)), **body.model_dump()}
    request = filled(calendar_service_pb2.PutTravelRequest, travel=travel, request_id=caller.request_id(key))
    return respond(await caller.availability("PutTravel", request))


@router.delete(
    "/travels/{travel_id}", operation_id="deleteTravel", summary="Delete a travel", responses=answers(TRAVEL, 404)
)
async def delete_travel(travel_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Returns the travel that was deleted."""
    request = calendar_service_pb2.DeleteTravelRequest(travel_id=travel_id, request_id=caller.request_id(key))
    return respond(await caller.availability("DeleteTravel", request))


@router.get(
    "/therapists/{therapist_id}/travels",
    operation_id="listTravels",
    summary="List a therapist's travels",
    responses=answers(calendar_service_pb2.ListTravelsResponse.DESCRIPTOR, 404),
)
async def list_travels(therapist_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them by first day, but for those over for a week."""
    request = calendar_service_pb2.ListTravelsRequest(therapist_id=therapist_id, page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListTravels", request))


@router.get(
    "/therapists/{therapist_id}/time-off",
    operation_id="listTimeOff",
    summary="List a therapist's time off",
    responses=answers(calendar_service_pb2.ListTimeOffsResponse.DESCRIPTOR, 404),
)
async def list_time_off(therapist_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists it by start."""
    request = calendar_service_pb2.ListTimeOffsRequest(therapist_id=therapist_id, page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListTimeOffs", request))


@router.delete(
    "/time-off/{time_off_id}",
    operation_id="deleteTimeOff",
    summary="Give time off back",
    responses=answers(TIME_OFF, 404),
)
async def delete_time_off(time_off_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Returns the stretch that was deleted; its time is free again."""
    request = calendar_service_pb2.DeleteTimeOffRequest(time_off_id=time_off_id, request_id=caller.request_id(key))
    return respond(await caller.availability("DeleteTimeOff", request))


@router.put(
    "/closures/{closure_id}",
    operation_id="putClosure",
    summary="Close the practice or a site",
    responses=replaces(CLOSURE, 409),
)
async def put_closure(
    closure_id: PathId, body: ClosureIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Creates the closure under your id, or replaces it; what was agreed keeps its time."""
    closure = {"closure_id": closure_id, "etag": etag_read(if_match, unquoted(if_match)), **body.model_dump()}
    request = filled(calendar_service_pb2.PutClosureRequest, closure=closure, request_id=caller.request_id(key))
    return respond(await caller.availability("PutClosure", request))


@router.delete(
    "/closures/{closure_id}", operation_id="deleteClosure", summary="Delete a closure", responses=answers(CLOSURE, 404)
)
async def delete_closure(closure_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Returns the closure that was deleted."""
    request = calendar_service_pb2.DeleteClosureRequest(closure_id=closure_id, request_id=caller.request_id(key))
    return respond(await caller.availability("DeleteClosure", request))


@router.get(
    "/closures",
    operation_id="listClosures",
    summary="List closures",
    responses=answers(calendar_service_pb2.ListClosuresResponse.DESCRIPTOR),
)
async def list_closures(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them by first day, but for those over for a week."""
    request = calendar_service_pb2.ListClosuresRequest(page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListClosures", request))


@router.put(
    "/holiday-calendar",
    operation_id="putHolidayCalendar",
    summary="Say which holidays are kept",
    responses=replaces(HOLIDAYS),
)
async def put_holidays(
    body: HolidayCalendarIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "", site_id: QueryId = ""
) -> Response:
    """Sets the practice's calendar, or that of the site named."""
    calendar = {"site_id": site_id, "etag": etag_read(if_match, unquoted(if_match)), **body.model_dump()}
    request = filled(
        calendar_service_pb2.PutHolidayCalendarRequest, holiday_calendar=calendar, request_id=caller.request_id(key)
    )
    return respond(await caller.availability("PutHolidayCalendar", request))


@router.get(
    "/holiday-calendars",
    operation_id="listHolidayCalendars",
    summary="List holiday calendars",
    responses=answers(directory_service_pb2.ListHolidayCalendarsResponse.DESCRIPTOR),
)
async def list_holiday_calendars(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists which holidays are kept, the practice's own first."""
    request = directory_service_pb2.ListHolidayCalendarsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.availability("ListHolidayCalendars", request))


@router.delete(
    "/holiday-calendar",
    operation_id="deleteHolidayCalendar",
    summary="Keep no holidays",
    responses=answers(HOLIDAYS, 404),
)
async def delete_holidays(caller: SignedIn, key: IdempotencyKey = "", site_id: QueryId = "") -> Response:
    """Deletes the practice's calendar, or that of the site named; returns it."""
    request = calendar_service_pb2.DeleteHolidayCalendarRequest(site_id=site_id, request_id=caller.request_id(key))
    return respond(await caller.availability("DeleteHolidayCalendar", request))


@router.get(
    "/holidays",
    operation_id="listHolidays",
    summary="List the holidays that are kept",
    responses=answers(calendar_service_pb2.ListHolidaysResponse.DESCRIPTOR, 404),
)
async def list_holidays(
    caller: SignedIn,
    from_date: QueryDay,
    to_date: QueryDay,
    site_id: QueryId = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists them by date, of the practice or of a site, at most 366 days."""
    request = calendar_service_pb2.ListHolidaysRequest(
        site_id=site_id, from_date=from_date, to_date=to_date, page_size=limit, page_token=cursor
    )
    return respond(await caller.availability("ListHolidays", request))
