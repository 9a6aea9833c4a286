"""Translates what a practice publishes, within the stated limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.wall.v1 import wall_pb2

from services.availability.adapters.proto import (
    DEFAULT_PAGE,
    MAX_TYPES_PAGE,
    day_of,
    distinct,
    instant_of,
    modality_of,
    uuid_of,
    uuid_or_new,
    whole,
)
from services.availability.adapters.words import clock_of, clock_text, kinds_of, name_of
from services.availability.domain import errors
from services.availability.domain.hours import (
    MAX_EVERY_WEEKS,
    MAX_SESSION_TYPES,
    MAX_STRETCHES,
    Modality,
    Schedule,
    SessionType,
    WeeklyHours,
)
from services.availability.usecases.list_session_types import NameCursor
from services.availability.usecases.ports import Room, Site, TimeOff
from services.chassis.rpc.etags import tagged
from services.chassis.rpc.pages import page_size, page_token, read_page_token


def site_of(message: availability_pb2.Site) -> Site:
    """Return a site as the caller sent it; its zone is unchecked. Raises Malformed."""
    return Site(
        uuid_or_new(message.site_id, field="site.site_id"),
        name_of(message.display_name, field="site.display_name"),
        message.time_zone,
    )


def site_message(site: Site) -> availability_pb2.Site:
    """Return a site as the contract says it."""
    return tagged(availability_pb2.Site(site_id=site.site_id, display_name=site.display_name, time_zone=site.time_zone))


def room_of(message: availability_pb2.Room) -> Room:
    """Return a room as the caller sent it. Raises Malformed."""
    return Room(
        uuid_or_new(message.room_id, field="room.room_id"),
        uuid_of(message.site_id, field="room.site_id"),
        name_of(message.display_name, field="room.display_name"),
    )


def room_message(room: Room) -> availability_pb2.Room:
    """Return a room as the contract says it."""
    return tagged(availability_pb2.Room(room_id=room.room_id, site_id=room.site_id, display_name=room.display_name))


def session_type_of(message: availability_pb2.SessionType) -> SessionType:
    """Return a session type as the caller sent it. Raises Malformed."""
    return SessionType(
        session_type_id=uuid_or_new(message.session_type_id, field="session_type.session_type_id"),
        display_name=name_of(message.display_name, field="session_type.display_name"),
        length_min=whole(message.length_min, field="session_type.length_min", least=5, most=480),
        buffer_before_min=whole(message.buffer_before_min, field="session_type.buffer_before_min", least=0, most=120),
        buffer_after_min=whole(message.buffer_after_min, field="session_type.buffer_after_min", least=0, most=120),
        notice_min=whole(message.notice_min, field="session_type.notice_min", least=0, most=43_200),
        horizon_days=whole(message.horizon_days, field="session_type.horizon_days", least=1, most=365),
        grid_min=whole(message.grid_min, field="session_type.grid_min", least=5, most=240),
        modalities=modalities_of(message.modalities, field="session_type.modalities"),
        is_self_bookable=_claimed(message, "is_self_bookable"),
        is_same_day_allowed=_claimed(message, "is_same_day_allowed"),
        load_weight=whole(message.load_weight or 1, field="session_type.load_weight", least=1, most=10),
        capacity=whole(message.capacity or 1, field="session_type.capacity", least=1, most=30),
        needs_room=_claimed(message, "needs_room"),
        is_intake=message.is_intake,
        is_crisis=message.is_crisis,
        equipment_kinds=kinds_of(message.equipment_kinds, field="session_type.equipment_kinds"),
    )


def session_type_message(session_type: SessionType) -> availability_pb2.SessionType:
    """Return a session type as the contract says it."""
    message = availability_pb2.SessionType(
        session_type_id=session_type.session_type_id,
        display_name=session_type.display_name,
        length_min=session_type.length_min,
        buffer_before_min=session_type.buffer_before_min,
        buffer_after_min=session_type.buffer_after_min,
        notice_min=session_type.notice_min,
        horizon_days=session_type.horizon_days,
        grid_min=session_type.grid_min,
        modalities=session_type.modalities,  # type: ignore[arg-type]
        is_self_bookable=session_type.is_self_bookable,
        is_same_day_allowed=session_type.is_same_day_allowed,
        load_weight=session_type.load_weight,
        capacity=session_type.capacity,
        needs_room=session_type.needs_room,
        is_intake=session_type.is_intake,
        is_crisis=session_type.is_crisis,
        equipment_kinds=session_type.equipment_kinds,
    )
    return tagged(message)


def page_of(
    request: availability_service_pb2.ListSessionTypesRequest | availability_service_pb2.ListSitesRequest,
    practice_id: str,
) -> tuple[int, NameCursor | None]:
    """Return the page size, and the session type or site after which the page begins. Raises Malformed."""
    is_of_sites = isinstance(request, availability_service_pb2.ListSitesRequest)
    listed = _sites_of(practice_id) if is_of_sites else _types_of(practice_id)
    limit = page_size(request.page_size, default=DEFAULT_PAGE, most=MAX_TYPES_PAGE)
    match read_page_token(listed, request.page_token):
        case None:
            return limit, None
        case [str(name), str(last_id)]:
            return limit, (name, last_id)
        case _:
            raise errors.Malformed("The page token can't be read.", field="page_token")


def session_types_message(
    found: Sequence[SessionType], limit: int, practice_id: str
) -> availability_service_pb2.ListSessionTypesResponse:
    """Return a page of at most *limit* session types; one more found means that there is a next page."""
    page, token = found[:limit], ""
    if len(found) > limit:
        token = page_token(_types_of(practice_id), page[-1].display_name, page[-1].session_type_id)
    return availability_service_pb2.ListSessionTypesResponse(
        session_types=[session_type_message(each) for each in page], next_page_token=token
    )


def sites_message(found: Sequence[Site], limit: int, practice_id: str) -> availability_service_pb2.ListSitesResponse:
    """Return a page of at most *limit* sites; one more found means that there is a next page."""
    page, token = found[:limit], ""
    if len(found) > limit:
        token = page_token(_sites_of(practice_id), page[-1].display_name, page[-1].site_id)
    return availability_service_pb2.ListSitesResponse(sites=map(site_message, page), next_page_token=token)


def _types_of(practice_id: str) -> str:
    return f"session types of {practice_id}"


def _sites_of(practice_id: str) -> str:
    return f"sites of {practice_id}"


def schedule_of(message: availability_pb2.Schedule) -> Schedule:
    """Return a schedule as the caller sent it; what no week can have is unchecked. Raises Malformed."""
    if len(message.weekly_hours) > MAX_STRETCHES:
        raise errors.Malformed("Too many stretches.", field="schedule.weekly_hours", most=str(MAX_STRETCHES))
    return Schedule(
        therapist_id=uuid_of(message.therapist_id, field="schedule.therapist_id"),
        time_zone=message.time_zone,
        weekly_hours=tuple(_hours(each) for each in message.weekly_hours),
        session_type_ids=distinct(message.session_type_ids, field="schedule.session_type_ids", most=MAX_SESSION_TYPES),
    )


def schedule_message(schedule: Schedule) -> availability_pb2.Schedule:
    """Return a schedule as the contract says it."""
    message = availability_pb2.Schedule(
        therapist_id=schedule.therapist_id,
        time_zone=schedule.time_zone,
        weekly_hours=[
            availability_pb2.WeeklyHours(
                weekday=each.weekday,
                start_local=clock_text(each.start_min),
                end_local=clock_text(each.end_min),
                site_id=each.site_id,
                modalities=each.modalities,  # type: ignore[arg-type]
                every_weeks=each.every_weeks,
                anchor_date=each.anchor.isoformat() if each.anchor else "",
                from_date=each.from_day.isoformat() if each.from_day else "",
                to_date=each.to_day.isoformat() if each.to_day else "",
            )
            for each in schedule.weekly_hours
        ],
        session_type_ids=schedule.session_type_ids,
    )
    # Other hours of a date count as a version of the schedule too, and are nothing that a Put of it would lose.
    tagged(message).version = schedule.version
    return message


def time_off_of(message: availability_pb2.TimeOff) -> TimeOff:
    """Return a stretch of time off under a new id. Raises Malformed, IntervalReversed."""
    start_s = instant_of(message.interval, "time_off.interval.start_time")
    end_s = instant_of(message.interval, "time_off.interval.end_time")
    if end_s <= start_s:
        raise errors.IntervalReversed("Time off ends after it starts.")
    return TimeOff(
        uuid_or_new("", field=""), uuid_of(message.therapist_id, field="time_off.therapist_id"), (start_s, end_s)
    )


def time_off_message(time_off: TimeOff) -> availability_pb2.TimeOff:
    """Return a stretch of time off as the contract says it."""
    found = availability_pb2.TimeOff(
        time_off_id=time_off.time_off_id, therapist_id=time_off.therapist_id, interval=wall_pb2.Interval()
    )
    found.interval.start_time.seconds, found.interval.end_time.seconds = time_off.span
    return found


def _hours(message: availability_pb2.WeeklyHours) -> WeeklyHours:
    field = "schedule.weekly_hours"
    modalities = modalities_of(message.modalities, field=f"{field}.modalities")
    site_id = uuid_of(message.site_id, field=f"{field}.site_id") if message.site_id else ""
    if Modality.IN_PERSON in modalities and not site_id:
        raise errors.Malformed("Hours in person need a site.", field=f"{field}.site_id")
    return WeeklyHours(
        weekday=whole(message.weekday, field=f"{field}.weekday", least=1, most=7),
        start_min=clock_of(message.start_local, field=f"{field}.start_local"),
        end_min=clock_of(message.end_local, field=f"{field}.end_local"),
        site_id=site_id,
        modalities=modalities,
        every_weeks=whole(message.every_weeks or 1, field=f"{field}.every_weeks", least=1, most=MAX_EVERY_WEEKS),
        anchor=_day(message.anchor_date, field=f"{field}.anchor_date"),
        from_day=_day(message.from_date, field=f"{field}.from_date"),
        to_day=_day(message.to_date, field=f"{field}.to_date"),
    )


def _day(text: str, *, field: str) -> date | None:
    return day_of(text, field=field) if text else None


def _claimed(message: availability_pb2.SessionType, field: str) -> bool:
    """Return what a message says of itself; silence is a yes, so that who knows no such field changes nothing."""
    return bool(getattr(message, field)) if message.HasField(field) else True  # type: ignore[arg-type]


def modalities_of(values: Iterable[int], *, field: str) -> tuple[int, ...]:
    """Return at least one modality, each once. Raises Malformed."""
    found: Sequence[int] = [modality_of(each, field=field) for each in values]
    if not found or Modality.ANY in found or len(set(found)) < len(found):
        raise errors.Malformed("List each modality once.", field=field)
    return tuple(found)
