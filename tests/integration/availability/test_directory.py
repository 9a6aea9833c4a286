"""What a practice has set is read back as it stands, and nobody replaces what they did not see; over real gRPC."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.message import Message
from kept.availability.v1 import (
    absence_service_pb2,
    availability_pb2,
    availability_service_pb2,
    calendar_pb2,
    calendar_service_pb2,
    directory_service_pb2,
    limits_service_pb2,
)
from kept.wall.v1 import wall_pb2

from services.chassis.errors import NotFound, ServiceError, Stale
from tests.integration.availability.door import ZONE, Practice, new_id, open_practice
from tests.integration.availability.limits import IN_PERSON, VIDEO, later, put_caps, two_sites

pytestmark = pytest.mark.integration

DESK = "front_desk"


def put(method: str, message: Message) -> tuple[str, Message]:
    """Return a Put by its name with what it carries."""
    modules = (availability_service_pb2, limits_service_pb2, calendar_service_pb2)
    request: Any = next(getattr(each, f"{method}Request") for each in modules if hasattr(each, f"{method}Request"))()
    getattr(request, request.DESCRIPTOR.fields[0].name).CopyFrom(message)
    return method, request


def everything(practice: Practice) -> list[tuple[str, Message, str, Any]]:
    """Return one of each kind that is put, with the field another value goes into and that value."""
    therapist_id, site_id = practice.therapist_ids[0], practice.site_id
    day = (later(30)).date().isoformat()
    hours = availability_pb2.WeeklyHours(
        weekday=2, start_local="09:00", end_local="17:00", site_id=site_id, modalities=[VIDEO, IN_PERSON]
    )
    return [
        ("PutSite", availability_pb2.Site(site_id=site_id, display_name="Hill", time_zone=ZONE), "display_name", "Bay"),
        (
            "PutRoom",
            availability_pb2.Room(room_id=practice.room_ids[0], site_id=site_id, display_name="Blue"),
            "display_name",
            "Red",
        ),
        (
            "PutSessionType",
            availability_pb2.SessionType(
                session_type_id=practice.session_type_id,
                display_name="Session",
                length_min=50,
                horizon_days=90,
                grid_min=30,
                modalities=[VIDEO, IN_PERSON],
                equipment_kinds=["lamp", "couch"],
            ),
            "display_name",
            "Hour",
        ),
        (
            "PutSchedule",
            availability_pb2.Schedule(
                therapist_id=therapist_id,
                time_zone=ZONE,
                weekly_hours=[hours],
                session_type_ids=[practice.session_type_id],
            ),
            "time_zone",
            "America/Denver",
        ),
        (
            "PutEquipment",
            limits_service_pb2.Equipment(equipment_id=new_id(), site_id=site_id, kind="lamp", display_name="Lamp"),
            "display_name",
            "Light",
        ),
        (
            "PutReservation",
            limits_service_pb2.Reservation(
                reservation_id=new_id(),
                therapist_id=therapist_id,
                weekday=3,
                start_local="09:00",
                end_local="12:00",
                audience=availability_pb2.AUDIENCE_HIGH_NEED,
                release_hours=48,
            ),
            "end_local",
            "11:00",
        ),
        (
            "PutPriorityWindow",
            limits_service_pb2.PriorityWindow(
                window_id=new_id(),
                therapist_id=therapist_id,
                audiences=[availability_pb2.AUDIENCE_HIGH_NEED],
                open_days=14,
            ),
            "open_days",
            21,
        ),
        (
            "PutOverride",
            calendar_pb2.DateOverride(
                therapist_id=therapist_id,
                local_date=day,
                kind=calendar_pb2.DateOverride.KIND_REPLACE,
                hours=[calendar_pb2.DayHours(start_local="10:00", end_local="12:00", modalities=[VIDEO])],
            ),
            "local_date",
            day,
        ),
        (
            "PutTravel",
            calendar_pb2.Travel(
                travel_id=new_id(), therapist_id=therapist_id, from_date=day, to_date=day, time_zone="Europe/Rome"
            ),
            "time_zone",
            "Europe/Paris",
        ),
        (
            "PutClosure",
            calendar_pb2.Closure(closure_id=new_id(), from_date=day, to_date=day, display_name="Painting"),
            "display_name",
            "Floor",
        ),
        (
            "PutHolidayCalendar",
            calendar_pb2.HolidayCalendar(country="US", subdivision="CA", worked_dates=[day]),
            "subdivision",
            "AZ",
        ),
    ]


async def test_whoever_saw_an_older_state_replaces_nothing(practice: Practice) -> None:
    """Of each kind: its etag lets the next change in, the one before it does not, and none of them replaces as ever."""
    for method, message, field, other in everything(practice):
        first = await practice.door.as_admin(*put(method, message))
        assert first.etag, method
        changed = type(first)()
        changed.CopyFrom(first)
        setattr(changed, field, other)
        if isinstance(changed, calendar_pb2.DateOverride):
            changed.hours[0].end_local = "13:00"
        second = await practice.door.as_admin(*put(method, changed))
        assert second.etag not in ("", first.etag), method

        with pytest.raises(Stale) as refusal:
            await practice.door.as_admin(*put(method, changed))
        assert refusal.value.reason == "STALE_VERSION", method

        blind = type(second)()
        blind.CopyFrom(message)
        assert await practice.door.as_admin(*put(method, blind))


async def test_of_two_who_saw_the_same_state_one_replaces_it(practice: Practice) -> None:
    """Both send the etag they read at once: the second is told, whichever it is."""
    site = availability_pb2.Site(site_id=practice.site_id, display_name="Hill", time_zone=ZONE)
    read = await practice.door.as_admin(*put("PutSite", site))
    wanted = []
    for number in range(4):
        each = availability_pb2.Site()
        each.CopyFrom(read)
        each.display_name = f"Hill {number}"
        wanted.append(each)

    async def one(message: availability_pb2.Site) -> Any:
        try:
            return await practice.door.as_admin(*put("PutSite", message))
        except ServiceError as refusal:
            return refusal.reason

    found = await asyncio.gather(*map(one, wanted))

    winners = [each for each in found if not isinstance(each, str)]
    assert len(winners) == 1
    assert sorted(each for each in found if isinstance(each, str)) == ["STALE_VERSION"] * 3
    asked = directory_service_pb2.GetSiteRequest(site_id=practice.site_id)
    assert await practice.door.as_role("client", "GetSite", asked) == winners[0]


async def test_caps_and_travel_times_have_etags_too(practice: Practice) -> None:
    """Caps that nobody set can be set once from there; a travel time is the same in either order."""
    therapist_id = practice.therapist_ids[0]
    asked = limits_service_pb2.GetCapsRequest(therapist_id=therapist_id)
    none = await practice.door.as_role(DESK, "GetCaps", asked)
    wanted = limits_service_pb2.Caps(therapist_id=therapist_id, max_sessions_day=5, etag=none.etag)
    kept = await practice.door.as_admin(*put("PutCaps", wanted))
    with pytest.raises(Stale):
        await practice.door.as_admin(*put("PutCaps", wanted))
    assert await practice.door.as_role(DESK, "GetCaps", asked) == kept

    other_id = await two_sites(practice, travel_min=25)
    pair = directory_service_pb2.GetTravelTimeRequest(site_id=other_id, other_site_id=practice.site_id)
    way = await practice.door.as_role(DESK, "GetTravelTime", pair)
    assert way.minutes == 25
    way.minutes = 30
    longer = await practice.door.as_admin(*put("PutTravelTime", way))
    with pytest.raises(Stale):
        await practice.door.as_admin(*put("PutTravelTime", way))
    listed = await practice.door.as_role(DESK, "ListTravelTimes", directory_service_pb2.ListTravelTimesRequest())
    assert list(listed.travel_times) == [longer]


async def test_what_was_put_is_got_and_listed(practice: Practice) -> None:
    """The same words and the same etag, page by page, and of nobody else's practice."""
    made = {}
    for method, message, _, _ in everything(practice):
        made[method] = await practice.door.as_admin(*put(method, message))
    asks = directory_service_pb2
    door = practice.door

    assert await door.as_role("client", "GetRoom", asks.GetRoomRequest(room_id=practice.room_ids[0])) == made["PutRoom"]
    type_id = practice.session_type_id
    kind = await door.as_role("client", "GetSessionType", asks.GetSessionTypeRequest(session_type_id=type_id))
    assert kind == made["PutSessionType"]
    schedule = availability_service_pb2.GetScheduleRequest(therapist_id=practice.therapist_ids[0])
    got = await door.as_role("client", "GetSchedule", schedule)
    assert (got.etag, list(got.weekly_hours)) == (made["PutSchedule"].etag, list(made["PutSchedule"].weekly_hours))
    piece = asks.GetEquipmentRequest(equipment_id=made["PutEquipment"].equipment_id)
    assert await door.as_role(DESK, "GetEquipment", piece) == made["PutEquipment"]
    stretch = asks.GetReservationRequest(reservation_id=made["PutReservation"].reservation_id)
    assert await door.as_role(DESK, "GetReservation", stretch) == made["PutReservation"]
    window = limits_service_pb2.GetPriorityWindowRequest(window_id=made["PutPriorityWindow"].window_id)
    assert await door.as_role(DESK, "GetPriorityWindow", window) == made["PutPriorityWindow"]
    kept = await door.as_role("client", "ListHolidayCalendars", asks.ListHolidayCalendarsRequest())
    assert list(kept.holiday_calendars) == [made["PutHolidayCalendar"]]
    assert list((await door.as_role(DESK, "ListEquipment", asks.ListEquipmentRequest())).equipment) == [
        made["PutEquipment"]
    ]
    assert list((await door.as_role(DESK, "ListReservations", asks.ListReservationsRequest())).reservations) == [
        made["PutReservation"]
    ]

    first = await door.as_role("client", "ListRooms", asks.ListRoomsRequest(page_size=1, site_id=practice.site_id))
    rest = asks.ListRoomsRequest(page_size=1, site_id=practice.site_id, page_token=first.next_page_token)
    second = await door.as_role("client", "ListRooms", rest)
    assert {each.room_id for each in (*first.rooms, *second.rooms)} == set(practice.room_ids)
    assert not second.next_page_token

    stranger = await open_practice(practice.door, rooms=0)
    with pytest.raises(NotFound):
        await stranger.door.as_role("client", "GetRoom", asks.GetRoomRequest(room_id=practice.room_ids[0]))
    assert not (await stranger.door.as_role("client", "ListRooms", asks.ListRoomsRequest())).rooms


async def test_what_does_not_stand_is_not_found(practice: Practice) -> None:
    """Each Get of an id nobody has, and caps of a therapist who is put none."""
    asks = directory_service_pb2
    for method, request in (
        ("GetSite", asks.GetSiteRequest(site_id=new_id())),
        ("GetRoom", asks.GetRoomRequest(room_id=new_id())),
        ("GetSessionType", asks.GetSessionTypeRequest(session_type_id=new_id())),
        ("GetEquipment", asks.GetEquipmentRequest(equipment_id=new_id())),
        ("GetReservation", asks.GetReservationRequest(reservation_id=new_id())),
        ("GetPriorityWindow", limits_service_pb2.GetPriorityWindowRequest(window_id=new_id())),
        ("GetTravelTime", asks.GetTravelTimeRequest(site_id=practice.site_id, other_site_id=new_id())),
    ):
        with pytest.raises(NotFound):
            await practice.door.as_role(DESK, method, request)
    await put_caps(practice, max_sessions_day=1)
    none = limits_service_pb2.GetCapsRequest(therapist_id=practice.therapist_ids[1])
    assert not (await practice.door.as_role(DESK, "GetCaps", none)).max_sessions_day


async def test_absences_are_listed_and_got(practice: Practice) -> None:
    """The latest first, page by page; a closed case is left out of the open ones."""
    started = []
    for number in range(3):
        interval = wall_pb2.Interval()
        interval.start_time.FromDatetime(later(5 + number))
        interval.end_time.FromDatetime(later(5 + number) + timedelta(hours=4))
        start = absence_service_pb2.StartAbsenceRequest(therapist_id=practice.therapist_ids[0], interval=interval)
        started.append(await practice.door.as_admin("StartAbsence", start))
    closing = absence_service_pb2.CloseAbsenceRequest(absence_id=started[1].absence_id)
    closed = await practice.door.as_admin("CloseAbsence", closing)

    got = absence_service_pb2.GetAbsenceRequest(absence_id=started[1].absence_id)
    assert await practice.door.as_role(DESK, "GetAbsence", got) == closed
    first = absence_service_pb2.ListAbsencesRequest(page_size=2)
    page = await practice.door.as_role(DESK, "ListAbsences", first)
    rest = absence_service_pb2.ListAbsencesRequest(page_size=2, page_token=page.next_page_token)
    more = await practice.door.as_role(DESK, "ListAbsences", rest)
    assert [*page.absences, *more.absences] == [started[2], closed, started[0]]
    assert not more.next_page_token
    left = absence_service_pb2.ListAbsencesRequest(is_open=True, therapist_id=practice.therapist_ids[0])
    assert list((await practice.door.as_role(DESK, "ListAbsences", left)).absences) == [started[2], started[0]]
    nobodys = absence_service_pb2.ListAbsencesRequest(therapist_id=practice.therapist_ids[1])
    assert not (await practice.door.as_role(DESK, "ListAbsences", nobodys)).absences
