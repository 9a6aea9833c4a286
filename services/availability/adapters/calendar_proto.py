"""Translates overrides, travels, closures and holidays, within the stated limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from google.protobuf.message import Message
from kept.availability.v1 import calendar_pb2, calendar_service_pb2

from services.availability.adapters.directory_proto import (
    modalities_of,
    schedule_message,
    time_off_message,
)
from services.availability.adapters.proto import DEFAULT_PAGE, MAX_TYPES_PAGE, day_of, uuid_of, uuid_or_new, whole
from services.availability.adapters.words import clock_of, clock_text, name_of
from services.availability.domain import errors
from services.availability.domain.days import (
    MAX_STRETCHES_A_DAY,
    MAX_WORKED_DATES,
    Closure,
    HolidayCalendar,
    Override,
    Travel,
)
from services.availability.domain.hours import Modality, Schedule, Stretch
from services.availability.usecases.ports import TimeOff
from services.chassis.rpc.etags import tagged
from services.chassis.rpc.pages import page_size, page_token, read_page_token

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_SUBDIVISION = re.compile(r"[A-Za-z0-9 .'-]{0,16}", re.ASCII)

_EXTEND = calendar_pb2.DateOverride.KIND_EXTEND
_REPLACE = calendar_pb2.DateOverride.KIND_REPLACE

Row = TypeVar("Row")
Cursor = tuple[int | str, str]
"""Sort key and id of the last row of a page."""


def override_of(message: calendar_pb2.DateOverride) -> Override:
    """Return an override as the caller sent it; what no day can have is unchecked. Raises Malformed."""
    if len(message.hours) > MAX_STRETCHES_A_DAY:
        raise errors.Malformed("Too many stretches.", field="override.hours", most=str(MAX_STRETCHES_A_DAY))
    return Override(
        therapist_id=uuid_of(message.therapist_id, field="override.therapist_id"),
        day=day_of(message.local_date, field="override.local_date"),
        is_extension=whole(message.kind, field="override.kind", least=_REPLACE, most=_EXTEND) == _EXTEND,
        hours=tuple(_stretch(each) for each in message.hours),
    )


def override_message(override: Override) -> calendar_pb2.DateOverride:
    """Return an override as the contract says it."""
    message = calendar_pb2.DateOverride(
        therapist_id=override.therapist_id,
        local_date=override.day.isoformat(),
        kind=_EXTEND if override.is_extension else _REPLACE,
        hours=[
            calendar_pb2.DayHours(
                start_local=clock_text(each.start_min),
                end_local=clock_text(each.end_min),
                site_id=each.site_id,
                modalities=each.modalities,  # type: ignore[arg-type]
            )
            for each in override.hours
        ],
    )
    return tagged(message)


def travel_of(message: calendar_pb2.Travel) -> Travel:
    """Return a travel as the caller sent it; its zone and its days are unchecked. Raises Malformed."""
    return Travel(
        travel_id=uuid_or_new(message.travel_id, field="travel.travel_id"),
        therapist_id=uuid_of(message.therapist_id, field="travel.therapist_id"),
        from_day=day_of(message.from_date, field="travel.from_date"),
        to_day=day_of(message.to_date, field="travel.to_date"),
        time_zone=message.time_zone,
    )


def travel_message(travel: Travel) -> calendar_pb2.Travel:
    """Return a travel as the contract says it."""
    message = calendar_pb2.Travel(
        travel_id=travel.travel_id,
        therapist_id=travel.therapist_id,
        from_date=travel.from_day.isoformat(),
        to_date=travel.to_day.isoformat(),
        time_zone=travel.time_zone,
    )
    return tagged(message)


def closure_of(message: calendar_pb2.Closure) -> Closure:
    """Return a closure as the caller sent it; its days are unchecked. Raises Malformed."""
    return Closure(
        closure_id=uuid_or_new(message.closure_id, field="closure.closure_id"),
        site_id=site_of_either(message.site_id, field="closure.site_id"),
        from_day=day_of(message.from_date, field="closure.from_date"),
        to_day=day_of(message.to_date, field="closure.to_date"),
        display_name=name_of(message.display_name, field="closure.display_name"),
    )


def closure_message(closure: Closure) -> calendar_pb2.Closure:
    """Return a closure as the contract says it."""
    message = calendar_pb2.Closure(
        closure_id=closure.closure_id,
        site_id=closure.site_id,
        from_date=closure.from_day.isoformat(),
        to_date=closure.to_day.isoformat(),
        display_name=closure.display_name,
    )
    return tagged(message)


def holiday_calendar_of(message: calendar_pb2.HolidayCalendar) -> HolidayCalendar:
    """Return which holidays are kept as the caller sent it; whether they are known is unchecked. Raises Malformed."""
    if not _COUNTRY.fullmatch(message.country):
        raise errors.Malformed("A country is two capital letters.", field="holiday_calendar.country")
    if not _SUBDIVISION.fullmatch(message.subdivision):
        raise errors.Malformed("A subdivision is a short code.", field="holiday_calendar.subdivision")
    field = "holiday_calendar.worked_dates"
    if len(message.worked_dates) > MAX_WORKED_DATES:
        raise errors.Malformed("Too many dates.", field=field, most=str(MAX_WORKED_DATES))
    return HolidayCalendar(
        site_id=site_of_either(message.site_id, field="holiday_calendar.site_id"),
        country=message.country,
        subdivision=message.subdivision,
        worked_days=frozenset(day_of(each, field=field) for each in message.worked_dates),
    )


def holiday_calendar_message(kept: HolidayCalendar) -> calendar_pb2.HolidayCalendar:
    """Return which holidays are kept as the contract says it."""
    message = calendar_pb2.HolidayCalendar(
        site_id=kept.site_id,
        country=kept.country,
        subdivision=kept.subdivision,
        worked_dates=sorted(each.isoformat() for each in kept.worked_days),
    )
    return tagged(message)


def site_of_either(text: str, *, field: str) -> str:
    """Return a site's id, or nothing where the practice is meant. Raises Malformed."""
    return uuid_of(text, field=field) if text else ""


def page_of(request: Message, listed: str) -> tuple[int, Cursor | None]:
    """
    Return the page size, and the key after which the page begins.

    Args:
        listed: Says which list this is, its practice and filters included.

    Raises:
        Malformed: The size or the token is none of this list. (INVALID_ARGUMENT)
    """
    limit = page_size(request.page_size, default=DEFAULT_PAGE, most=MAX_TYPES_PAGE)  # type: ignore[attr-defined]
    match read_page_token(listed, request.page_token):  # type: ignore[attr-defined]
        case None:
            return limit, None
        case [int(place) | str(place), str(row_id)]:
            return limit, (place, row_id)
        case _:
            raise errors.Malformed("The page token can't be read.", field="page_token")


def cut_page(found: Sequence[Row], limit: int, listed: str, key: Callable[[Row], Cursor]) -> tuple[Sequence[Row], str]:
    """Return at most *limit* rows and the next page's token; one more found means that there is a next page."""
    page = found[:limit]
    return page, page_token(listed, *key(page[-1])) if len(found) > limit else ""


def page_from(
    rows: Iterable[Row], limit: int, after: Cursor | None, listed: str, key: Callable[[Row], Cursor]
) -> tuple[Sequence[Row], str]:
    """Return the page of rows already sorted by *key*, those after the cursor."""
    left = [each for each in rows if after is None or _follows(key(each), after)]
    return cut_page(left[: limit + 1], limit, listed, key)


def schedules_message(page: Sequence[Schedule], token: str) -> calendar_service_pb2.ListSchedulesResponse:
    """Return a page of schedules."""
    return calendar_service_pb2.ListSchedulesResponse(
        schedules=[schedule_message(each) for each in page], next_page_token=token
    )


def time_offs_message(page: Sequence[TimeOff], token: str) -> calendar_service_pb2.ListTimeOffsResponse:
    """Return a page of time off."""
    return calendar_service_pb2.ListTimeOffsResponse(
        time_offs=[time_off_message(each) for each in page], next_page_token=token
    )


def holidays_message(page: Sequence[tuple[date, str]], token: str) -> calendar_service_pb2.ListHolidaysResponse:
    """Return a page of holidays."""
    return calendar_service_pb2.ListHolidaysResponse(
        holidays=[calendar_pb2.Holiday(local_date=day.isoformat(), display_name=name) for day, name in page],
        next_page_token=token,
    )


def _follows(key: Cursor, after: Cursor) -> bool:
    if type(key[0]) is not type(after[0]):
        raise errors.Malformed("The page token can't be read.", field="page_token")
    return key > after


def _stretch(message: calendar_pb2.DayHours) -> Stretch:
    field = "override.hours"
    modalities = modalities_of(message.modalities, field=f"{field}.modalities")
    site_id = site_of_either(message.site_id, field=f"{field}.site_id")
    if Modality.IN_PERSON in modalities and not site_id:
        raise errors.Malformed("Hours in person need a site.", field=f"{field}.site_id")
    return Stretch(
        clock_of(message.start_local, field=f"{field}.start_local"),
        clock_of(message.end_local, field=f"{field}.end_local"),
        site_id,
        modalities,
    )
