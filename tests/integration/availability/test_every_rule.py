"""Each rule that may hide a start hides it from search and from a hold, and is named; over real gRPC."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from kept.availability.v1 import availability_pb2, availability_service_pb2, calendar_pb2, calendar_service_pb2
from kept.wall.v1 import wall_pb2

from services.chassis.errors import ServiceError
from tests.integration.availability.door import ZONE, Practice
from tests.integration.availability.limits import IN_PERSON, VIDEO, monday, put_caps, put_type, two_sites
from tests.integration.availability.test_calendar import day, override, put_override
from tests.integration.availability.test_calendar import times as offered
from tests.integration.availability.test_explain import explain, rules
from tests.integration.availability.test_limits import hold, starts

pytestmark = pytest.mark.integration

Rule = availability_service_pb2.HidingRule


async def put_week(practice: Practice, time_zone: str = ZONE, **changed: Any) -> None:
    """Let the first therapist work all week, as told."""
    words: dict[str, Any] = {"start_local": "00:00", "end_local": "24:00", "modalities": [IN_PERSON, VIDEO]}
    hours = [
        availability_pb2.WeeklyHours(weekday=weekday, site_id=practice.site_id, **(words | changed))
        for weekday in range(1, 8)
    ]
    schedule = availability_pb2.Schedule(
        therapist_id=practice.therapist_ids[0],
        time_zone=time_zone,
        weekly_hours=hours,
        session_type_ids=[practice.session_type_id],
    )
    await practice.door.as_admin("PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule))


async def test_the_past_is_over(practice: Practice) -> None:
    """Yesterday is no time to book."""
    found = await explain(practice, practice.at(days=-1))
    assert (found.rules[0].rule, found.is_offered) == (Rule.RULE_PAST, False)


@pytest.mark.parametrize(
    ("country", "subdivision", "holiday"),
    [("DE", "BY", "01-06"), ("US", "", "07-04"), ("CA", "QC", "06-24")],
)
async def test_a_public_holiday_of_the_sites_own_state_hides_its_day(
    practice: Practice, country: str, subdivision: str, holiday: str
) -> None:
    """Epiphany in Bavaria, not in all of Germany: named to everybody; at a site that keeps none, work goes on."""
    soon = practice.at(days=2)
    this_year = f"{soon[:4]}-{holiday}T10:00"
    local = this_year if this_year > soon else f"{int(soon[:4]) + 1}-{holiday}T10:00"
    before = await explain(practice, local)

    async def keep(state: str) -> None:
        calendar = calendar_pb2.HolidayCalendar(site_id=practice.site_id, country=country, subdivision=state)
        put = calendar_service_pb2.PutHolidayCalendarRequest(holiday_calendar=calendar)
        await practice.door.as_admin("PutHolidayCalendar", put)

    await keep(subdivision)
    after = await explain(practice, local, role="client")

    assert Rule.RULE_HOLIDAY not in rules(before)
    assert after.rules[0].rule == Rule.RULE_HOLIDAY
    assert after.rules[0].words
    if subdivision:
        await keep("")
        assert Rule.RULE_HOLIDAY not in rules(await explain(practice, local)), "only that state keeps it"


async def test_who_travels_is_not_there_in_person(practice: Practice) -> None:
    """For a week by another clock: staff is told of the travel, clients of no hours; by video work goes on."""
    await put_week(practice, modalities=[IN_PERSON])
    travel = calendar_pb2.Travel(
        therapist_id=practice.therapist_ids[0],
        from_date=day(practice, 2),
        to_date=day(practice, 8),
        time_zone="Europe/Lisbon",
    )
    await practice.door.as_admin("PutTravel", calendar_service_pb2.PutTravelRequest(travel=travel))

    staff = await explain(practice, practice.at(days=4))
    client = await explain(practice, practice.at(days=4), role="client")

    assert (rules(staff), rules(client)) == ([Rule.RULE_TRAVEL], [Rule.RULE_OUTSIDE_HOURS])
    assert await offered(practice, days=4) == []
    assert await offered(practice, days=11)


async def test_extended_hours_are_offered_beside_the_week(practice: Practice) -> None:
    """An evening more on one date; the date before and after are as the week has them."""
    await put_week(practice, start_local="09:00", end_local="11:00")
    assert (await offered(practice), await offered(practice, days=4)) == (["09:00", "09:30", "10:00"],) * 2
    await put_override(practice, override(practice, calendar_pb2.DateOverride.KIND_EXTEND, ("18:00", "20:00")))

    assert await offered(practice) == ["09:00", "09:30", "10:00", "18:00", "18:30", "19:00"]
    assert await offered(practice, days=4) == ["09:00", "09:30", "10:00"]


async def test_alternating_weeks_offer_every_second_one(practice: Practice) -> None:
    """Counted from their Monday; the week between is outside of the hours, and from a date on there are none."""
    anchor = monday(practice)[:10]
    await put_week(practice, every_weeks=2, anchor_date=anchor, to_date=monday(practice, weeks=4)[:10])

    found = {week: rules(await explain(practice, monday(practice, weeks=week))) for week in range(1, 6)}

    outside = [Rule.RULE_OUTSIDE_HOURS]
    assert found == {1: [], 2: outside, 3: [], 4: outside, 5: outside}


async def test_notice_and_the_same_day_hold_for_clients(practice: Practice) -> None:
    """Three days' notice; and a type that nobody books for today, on a clock where the day is young."""
    slow = await put_type(practice, notice_min=3 * 1440)
    morning = next(
        name
        for name in (f"Etc/GMT{hours:+d}" for hours in range(-12, 13))
        if datetime.now(UTC).astimezone(ZoneInfo(name)).hour == 8
    )
    today = await put_type(practice, is_same_day_allowed=False)
    schedule_of = availability_service_pb2.GetScheduleRequest(therapist_id=practice.therapist_ids[0])
    schedule = await practice.door.as_role("practice_admin", "GetSchedule", schedule_of)
    schedule.time_zone = morning
    await practice.door.as_admin("PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule))
    noon = datetime.now(UTC).astimezone(ZoneInfo(morning)).strftime("%Y-%m-%dT12:00")
    later_on = (datetime.now(UTC) + timedelta(days=1)).astimezone(ZoneInfo(morning)).strftime("%Y-%m-%dT12:00")

    async def seen(local: str, type_id: str, role: str) -> tuple[list[int], bool]:
        wall = wall_pb2.WallTime(local=local, time_zone=morning)
        found = await explain(practice, local, role=role, session_type_id=type_id, start_wall=wall)
        return rules(found), found.is_offered

    assert await seen(later_on, slow, "client") == ([Rule.RULE_NOTICE], False)
    assert await seen(later_on, slow, "front_desk") == ([Rule.RULE_NOTICE], True)
    assert await seen(noon, today, "client") == ([Rule.RULE_SAME_DAY], False)
    assert await seen(later_on, today, "client") == ([], True)


async def _crisis_before(practice: Practice) -> None:
    crisis = await put_type(practice, is_crisis=True)
    await put_caps(practice, crisis_cool_down_min=180)
    await hold(practice, monday(practice, hour=9), session_type_id=crisis)


async def _intake_before(practice: Practice) -> None:
    await put_type(practice)
    intake = availability_pb2.SessionType(
        session_type_id=practice.session_type_id,
        display_name="Intake",
        length_min=50,
        horizon_days=90,
        grid_min=30,
        modalities=[IN_PERSON, VIDEO],
        is_intake=True,
    )
    await practice.door.as_admin("PutSessionType", availability_service_pb2.PutSessionTypeRequest(session_type=intake))
    await put_caps(practice, max_intakes_week=1)
    await hold(practice, monday(practice, day=2))


async def _two_in_a_row(practice: Practice) -> None:
    await put_caps(practice, max_consecutive=1, break_min=120)
    await hold(practice, monday(practice, hour=8, minute=30))


def _capped(**caps: int) -> Callable[[Practice], Awaitable[None]]:
    async def put(practice: Practice) -> None:
        await put_caps(practice, **caps)
        await hold(practice, monday(practice, hour=14))

    return put


async def _far_away(practice: Practice) -> None:
    await two_sites(practice, travel_min=240)
    await hold(practice, monday(practice, hour=13), modality=IN_PERSON)


@pytest.mark.parametrize(
    ("prepare", "reason", "cap"),
    [
        pytest.param(_capped(max_sessions_day=1), "CAP_REACHED", "sessions_day", id="sessions a day"),
        pytest.param(_capped(max_sessions_week=1), "CAP_REACHED", "sessions_week", id="sessions a week"),
        pytest.param(_capped(max_minutes_day=60), "CAP_REACHED", "minutes_day", id="minutes a day"),
        pytest.param(_capped(max_minutes_week=60), "CAP_REACHED", "minutes_week", id="minutes a week"),
        pytest.param(_capped(max_load_day=1), "CAP_REACHED", "load_day", id="load a day"),
        pytest.param(_capped(max_load_week=1), "CAP_REACHED", "load_week", id="load a week"),
        pytest.param(_two_in_a_row, "CAP_REACHED", "consecutive", id="a break after so many"),
        pytest.param(_intake_before, "CAP_REACHED", "intakes_week", id="intakes a week"),
        pytest.param(_crisis_before, "CAP_REACHED", "crisis_cool_down_min", id="cool-down after a crisis"),
        pytest.param(_far_away, "TRAVEL_TOO_SHORT", "", id="the way between two sites"),
    ],
)
async def test_every_cap_is_hidden_refused_and_explained_alike(
    practice: Practice, prepare: Callable[[Practice], Awaitable[None]], reason: str, cap: str
) -> None:
    """The Monday at ten was free; after it search leaves it out, a hold is refused by name, and staff is told why."""
    local = monday(practice)
    modality = IN_PERSON if reason == "TRAVEL_TOO_SHORT" else VIDEO
    assert (await explain(practice, local, modality=modality)).is_offered
    await prepare(practice)

    found = await explain(practice, local, role="client", modality=modality)
    shown = await starts(practice, "client", weeks=1, modality=modality)
    with pytest.raises(ServiceError) as refused:
        await hold(practice, local, modality=modality)

    assert (rules(found), found.is_offered) == ([Rule.RULE_CAP], False)
    assert local not in shown
    assert (refused.value.reason, refused.value.metadata.get("cap", "")) == (reason, cap)
