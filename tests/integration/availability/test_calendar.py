"""Exceptions to the week, over real gRPC: what they change is seen by the next search."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_pb2, availability_service_pb2, calendar_pb2, calendar_service_pb2
from kept.wall.v1 import wall_pb2

from services.availability.domain.wall import WallTime, instant
from services.chassis.errors import Forbidden, InvalidRequest, NotFound, RuleViolated, ServiceError
from tests.integration.availability.conftest import OpenDoor, Rows
from tests.integration.availability.door import ZONE, Practice, new_id
from tests.integration.availability.test_door import search

pytestmark = pytest.mark.integration

VIDEO = availability_pb2.MODALITY_VIDEO
REPLACE, EXTEND = calendar_pb2.DateOverride.KIND_REPLACE, calendar_pb2.DateOverride.KIND_EXTEND


async def times(practice: Practice, *, days: int = 3, **changed: Any) -> list[str]:
    """Return the wall times offered for the first therapist on one day."""
    words = {"therapist_ids": practice.therapist_ids[:1], "page_size": 500} | changed
    found = await practice.door.as_role("client", "SearchSlots", search(practice, days=days, **words))
    return [each.start_wall.local[11:] for each in found.slots]


def day(practice: Practice, days: int = 3) -> str:
    """Return a local date, days from today."""
    return practice.at(days=days)[:10]


def override(practice: Practice, kind: int, *hours: tuple[str, str], days: int = 3) -> calendar_pb2.DateOverride:
    """Return the first therapist's override, by video."""
    return calendar_pb2.DateOverride(
        therapist_id=practice.therapist_ids[0],
        local_date=day(practice, days),
        kind=kind,  # type: ignore[arg-type]
        hours=[calendar_pb2.DayHours(start_local=start, end_local=end, modalities=[VIDEO]) for start, end in hours],
    )


async def put_override(practice: Practice, changed: calendar_pb2.DateOverride) -> calendar_pb2.DateOverride:
    """Store an override as the practice's admin."""
    request = calendar_service_pb2.PutOverrideRequest(override=changed)
    stored: calendar_pb2.DateOverride = await practice.door.as_admin("PutOverride", request)
    return stored


async def test_an_override_lives_until_it_is_deleted(practice: Practice, rows: Rows) -> None:
    """It is offered at once, told as a changed schedule, listed, and gone when deleted."""
    changed = override(practice, REPLACE, ("20:00", "21:00"))
    changed = await put_override(practice, changed)
    assert [each.start_local for each in changed.hours] == ["20:00"]
    assert await times(practice) == ["20:00"]

    asked = calendar_service_pb2.ListOverridesRequest(therapist_id=practice.therapist_ids[0])
    listed = await practice.door.as_role("front_desk", "ListOverrides", asked)
    delete = calendar_service_pb2.DeleteOverrideRequest(
        therapist_id=practice.therapist_ids[0], local_date=day(practice)
    )
    deleted = await practice.door.as_admin("DeleteOverride", delete)

    assert (list(listed.overrides), deleted) == ([changed], changed)
    assert len(await times(practice)) > 40
    with pytest.raises(NotFound):
        await practice.door.as_admin("DeleteOverride", delete)
    told = "select count(*) from outbox where practice_id = %s and type like %s and aggregate_id = %s"
    assert rows(told, practice.door.practice_id, "%ScheduleChanged", practice.therapist_ids[0]) == [(3,)]


async def test_a_hold_follows_the_override(practice: Practice) -> None:
    """What search no longer shows can't be held either."""
    await put_override(practice, override(practice, REPLACE, ("20:00", "21:00")))

    with pytest.raises(RuleViolated) as refusal:
        await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))
    held = await practice.door.as_booking("Hold", practice.hold(practice.at(days=3, hour=20)))

    assert refusal.value.reason == "SLOT_NOT_OFFERED"
    assert held.state == availability_pb2.Claim.STATE_HELD


async def test_another_process_sees_a_change_at_once(open_door: OpenDoor, practice: Practice) -> None:
    """A directory remembered elsewhere is not used any more once its version moved on."""
    other = (await open_door()).of(practice.door.practice_id)
    asked = search(practice, therapist_ids=practice.therapist_ids[:1], page_size=500)
    assert len((await other.as_role("client", "SearchSlots", asked)).slots) > 40

    await put_override(practice, override(practice, REPLACE))

    assert not (await other.as_role("client", "SearchSlots", asked)).slots


async def test_a_closure_hides_its_days_for_everybody(practice: Practice) -> None:
    """And the day after is open; what was deleted closes nothing."""
    closure = calendar_pb2.Closure(
        from_date=day(practice, 3), to_date=day(practice, 4), display_name="Moving", site_id=""
    )
    stored = await practice.door.as_admin("PutClosure", calendar_service_pb2.PutClosureRequest(closure=closure))

    assert (await times(practice, days=3), await times(practice, days=4)) == ([], [])
    assert await times(practice, days=5)
    listed = await practice.door.as_role("client", "ListClosures", calendar_service_pb2.ListClosuresRequest())
    assert list(listed.closures) == [stored]
    delete = calendar_service_pb2.DeleteClosureRequest(closure_id=stored.closure_id)
    assert await practice.door.as_admin("DeleteClosure", delete) == stored
    assert await times(practice, days=3)


async def test_public_holidays_are_the_librarys(practice: Practice) -> None:
    """New Year's Day of a year ahead is listed with its name, unless work goes on; then nothing is kept."""
    new_year = f"{int(day(practice, 0)[:4]) + 1}-01-01"
    asked = calendar_service_pb2.ListHolidaysRequest(from_date=new_year, to_date=new_year)

    async def kept(**changed: Any) -> list[str]:
        calendar = calendar_pb2.HolidayCalendar(country="US", subdivision="CA", **changed)
        request = calendar_service_pb2.PutHolidayCalendarRequest(holiday_calendar=calendar)
        await practice.door.as_admin("PutHolidayCalendar", request)
        listed = await practice.door.as_role("client", "ListHolidays", asked)
        return [each.display_name for each in listed.holidays]

    assert await kept() == ["New Year's Day"]
    assert await kept(worked_dates=[new_year]) == []
    await practice.door.as_admin("DeleteHolidayCalendar", calendar_service_pb2.DeleteHolidayCalendarRequest())
    assert not (await practice.door.as_role("client", "ListHolidays", asked)).holidays


async def test_a_travelling_therapist_works_by_another_clock(practice: Practice) -> None:
    """Two travels can't share a day; a deleted one changes nothing any more."""
    await put_override(practice, override(practice, REPLACE, ("20:00", "21:00")))
    therapist_id, there = practice.therapist_ids[0], "Europe/Lisbon"

    def travel(first: int, last: int) -> calendar_service_pb2.PutTravelRequest:
        found = calendar_pb2.Travel(
            therapist_id=therapist_id, from_date=day(practice, first), to_date=day(practice, last), time_zone=there
        )
        return calendar_service_pb2.PutTravelRequest(travel=found)

    stored = await practice.door.as_admin("PutTravel", travel(3, 4))
    with pytest.raises(RuleViolated) as refusal:
        await practice.door.as_admin("PutTravel", travel(4, 6))

    assert refusal.value.reason == "TRAVEL_OVERLAP"
    found = await practice.door.as_role(
        "client", "SearchSlots", search(practice, therapist_ids=[therapist_id], page_size=500)
    )
    at_eight = [each for each in found.slots if each.start_wall.local == f"{day(practice)}T20:00"]
    assert [each.start_wall.time_zone for each in at_eight] == [there]
    assert at_eight[0].start_time.seconds == instant(WallTime(f"{day(practice)}T20:00", there))
    asked = calendar_service_pb2.ListTravelsRequest(therapist_id=therapist_id)
    assert list((await practice.door.as_role("front_desk", "ListTravels", asked)).travels) == [stored]
    delete = calendar_service_pb2.DeleteTravelRequest(travel_id=stored.travel_id)
    assert await practice.door.as_admin("DeleteTravel", delete) == stored
    assert await times(practice) == ["20:00"]


async def test_time_off_is_listed_and_can_be_taken_back(practice: Practice) -> None:
    """Page by page by its start; deleting frees its time."""
    therapist_id = practice.therapist_ids[0]
    created = []
    for days in (5, 3, 4):
        start_s = instant(WallTime(practice.at(days=days, hour=0), ZONE))
        interval = wall_pb2.Interval(
            start_time=Timestamp(seconds=start_s), end_time=Timestamp(seconds=start_s + 86_400)
        )
        time_off = availability_pb2.TimeOff(therapist_id=therapist_id, interval=interval)
        request = availability_service_pb2.CreateTimeOffRequest(time_off=time_off)
        created.append(await practice.door.as_admin("CreateTimeOff", request))
    assert await times(practice) == []

    listed, token = [], ""
    while not listed or token:
        asked = calendar_service_pb2.ListTimeOffsRequest(therapist_id=therapist_id, page_size=2, page_token=token)
        page = await practice.door.as_role("front_desk", "ListTimeOffs", asked)
        listed += page.time_offs
        token = page.next_page_token
    delete = calendar_service_pb2.DeleteTimeOffRequest(time_off_id=created[1].time_off_id)

    assert listed == [created[1], created[2], created[0]]
    assert await practice.door.as_admin("DeleteTimeOff", delete) == created[1]
    assert await times(practice)
    with pytest.raises(NotFound):
        await practice.door.as_admin("DeleteTimeOff", delete)


async def test_time_off_wins_over_an_override(practice: Practice) -> None:
    """Whichever was said later."""
    start_s = instant(WallTime(practice.at(days=3, hour=0), ZONE))
    interval = wall_pb2.Interval(start_time=Timestamp(seconds=start_s), end_time=Timestamp(seconds=start_s + 86_400))
    time_off = availability_pb2.TimeOff(therapist_id=practice.therapist_ids[0], interval=interval)
    await practice.door.as_admin("CreateTimeOff", availability_service_pb2.CreateTimeOffRequest(time_off=time_off))

    await put_override(practice, override(practice, EXTEND, ("20:00", "21:00")))

    assert await times(practice) == []


async def test_schedules_are_listed_with_all_they_say(practice: Practice) -> None:
    """Alternating weeks and effective dates come back as they were put, page by page."""
    hours = availability_pb2.WeeklyHours(
        weekday=3,
        start_local="09:00",
        end_local="10:00",
        modalities=[VIDEO],
        every_weeks=2,
        anchor_date="2026-01-05",
        from_date="2026-02-01",
        to_date="2027-02-01",
    )
    schedule = availability_pb2.Schedule(
        therapist_id=practice.therapist_ids[0],
        time_zone=ZONE,
        weekly_hours=[hours],
        session_type_ids=[practice.session_type_id],
    )
    await practice.door.as_admin("PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule))

    listed, token = [], ""
    while not listed or token:
        asked = calendar_service_pb2.ListSchedulesRequest(page_size=1, page_token=token)
        page = await practice.door.as_role("client", "ListSchedules", asked)
        listed += page.schedules
        token = page.next_page_token

    assert [each.therapist_id for each in listed] == sorted(practice.therapist_ids)
    stored = next(each for each in listed if each.therapist_id == practice.therapist_ids[0])
    assert list(stored.weekly_hours) == [hours]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"local_date": "2027-02-30"}, "MALFORMED_REQUEST"),
        ({"kind": 0}, "MALFORMED_REQUEST"),
        ({"kind": EXTEND}, "MALFORMED_REQUEST"),
        ({"hours": [calendar_pb2.DayHours(start_local="9", end_local="10:00")]}, "MALFORMED_REQUEST"),
        (
            {"hours": [calendar_pb2.DayHours(start_local="11:00", end_local="10:00", modalities=[VIDEO])]},
            "HOURS_REVERSED",
        ),
        ({"therapist_id": new_id()}, "NOT_FOUND"),
        (
            {
                "hours": [
                    calendar_pb2.DayHours(start_local="09:00", end_local="10:00", modalities=[VIDEO], site_id=new_id())
                ]
            },
            "NOT_FOUND",
        ),
    ],
)
async def test_an_override_that_cannot_be_is_refused(practice: Practice, changed: dict[str, Any], reason: str) -> None:
    """Each with its reason, and nothing changes."""
    words: dict[str, Any] = {
        "therapist_id": practice.therapist_ids[0],
        "local_date": day(practice),
        "kind": REPLACE,
    }
    with pytest.raises(ServiceError) as refusal:
        await put_override(practice, calendar_pb2.DateOverride(**(words | changed)))

    assert refusal.value.reason == reason
    assert len(await times(practice)) > 40


async def test_there_are_only_so_many_overrides(practice: Practice, rows: Rows) -> None:
    """Four hundred dates ahead; replacing one of them is no new one, and past ones don't count."""
    fill = """
    insert into overrides (practice_id, therapist_id, local_date, is_extension, hours)
    select %s, %s, current_date + number, false, '[]' from generate_series(-20, 402) number
    where number not in (3, 4, 5) returning 1
    """
    rows(fill, practice.door.practice_id, practice.therapist_ids[0])

    with pytest.raises(RuleViolated) as refusal:
        await put_override(practice, override(practice, REPLACE, days=4))

    assert refusal.value.reason == "TOO_MANY_ENTRIES"
    await put_override(practice, override(practice, REPLACE, days=7))


async def test_unknown_holidays_are_refused(practice: Practice) -> None:
    """A country nobody knows, or a subdivision it has not."""
    for country, subdivision in (("ZZ", ""), ("US", "XX")):
        calendar = calendar_pb2.HolidayCalendar(country=country, subdivision=subdivision)
        request = calendar_service_pb2.PutHolidayCalendarRequest(holiday_calendar=calendar)
        with pytest.raises(InvalidRequest) as refusal:
            await practice.door.as_admin("PutHolidayCalendar", request)
        assert refusal.value.reason == "UNKNOWN_HOLIDAYS"


async def test_clients_see_when_the_practice_is_closed_and_not_where_therapists_are(practice: Practice) -> None:
    """Nor may they change anything."""
    therapist_id = practice.therapist_ids[0]
    for method, request in (
        ("ListTimeOffs", calendar_service_pb2.ListTimeOffsRequest(therapist_id=therapist_id)),
        ("ListTravels", calendar_service_pb2.ListTravelsRequest(therapist_id=therapist_id)),
        ("ListOverrides", calendar_service_pb2.ListOverridesRequest(therapist_id=therapist_id)),
        (
            "PutOverride",
            calendar_service_pb2.PutOverrideRequest(override=override(practice, REPLACE), request_id=new_id()),
        ),
    ):
        with pytest.raises(Forbidden):
            await practice.door.as_role("client", method, request)
    await practice.door.as_role("client", "ListClosures", calendar_service_pb2.ListClosuresRequest())
