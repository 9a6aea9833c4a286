"""Every rule of the ledger has a limit, and one more than it is refused with a reason that says which."""

from __future__ import annotations

from collections.abc import Callable
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
    limits_service_pb2,
)

from services.chassis.errors import RuleViolated, ServiceError
from tests.integration.availability.conftest import Rows
from tests.integration.availability.door import ZONE, Practice, new_id
from tests.integration.availability.limits import VIDEO, later
from tests.integration.availability.test_calendar import day, override

pytestmark = pytest.mark.integration

Ask = tuple[str, Message]


def closure(practice: Practice, days: int) -> Ask:
    """Close for some days."""
    told = calendar_pb2.Closure(from_date=day(practice), to_date=day(practice, 2 + days), display_name="Closed")
    return "PutClosure", calendar_service_pb2.PutClosureRequest(closure=told)


def stretches(practice: Practice, count: int) -> Ask:
    """Work in so many stretches of one date."""
    hours = [
        (f"{number // 2:02}:{number % 2 * 30:02}", f"{number // 2:02}:{number % 2 * 30 + 10:02}")
        for number in range(count)
    ]
    told = override(practice, calendar_pb2.DateOverride.KIND_REPLACE, *hours)
    return "PutOverride", calendar_service_pb2.PutOverrideRequest(override=told)


def worked(practice: Practice, count: int) -> Ask:
    """Work on so many holidays."""
    days = [day(practice, 3 + number) for number in range(count)]
    told = calendar_pb2.HolidayCalendar(country="US", worked_dates=days)
    return "PutHolidayCalendar", calendar_service_pb2.PutHolidayCalendarRequest(holiday_calendar=told)


def week(practice: Practice, **changed: Any) -> Ask:
    """Work all week, one stretch a day."""
    types, every, count = changed.get("types", 1), changed.get("every_weeks", 1), changed.get("count", 1)
    hours = [
        availability_pb2.WeeklyHours(
            weekday=1 + number % 7,
            start_local=f"{number // 14:02}:{number // 7 % 2 * 30:02}",
            end_local=f"{number // 14:02}:{number // 7 % 2 * 30 + 10:02}",
            site_id=practice.site_id,
            modalities=[VIDEO],
            every_weeks=every,
            anchor_date="2024-01-01" if every > 1 else "",
        )
        for number in range(count)
    ]
    schedule = availability_pb2.Schedule(
        therapist_id=practice.therapist_ids[0],
        time_zone=ZONE,
        weekly_hours=hours,
        session_type_ids=[practice.session_type_id, *(new_id() for _ in range(types - 1))],
    )
    return "PutSchedule", availability_service_pb2.PutScheduleRequest(schedule=schedule)


def session_type(practice: Practice, **changed: Any) -> Ask:
    """Publish a session type."""
    words: dict[str, Any] = {"display_name": "T", "length_min": 50, "grid_min": 30, "horizon_days": 90}
    told = availability_pb2.SessionType(**(words | {"modalities": [VIDEO]} | changed))
    return "PutSessionType", availability_service_pb2.PutSessionTypeRequest(session_type=told)


def caps(practice: Practice, **changed: int) -> Ask:
    """Cap the first therapist."""
    told = limits_service_pb2.Caps(therapist_id=practice.therapist_ids[0], **changed)
    return "PutCaps", limits_service_pb2.PutCapsRequest(caps=told)


def way(practice: Practice, minutes: int) -> Ask:
    """Say how long it takes to somewhere."""
    told = limits_service_pb2.TravelTime(site_id=practice.site_id, other_site_id=new_id(), minutes=minutes)
    return "PutTravelTime", limits_service_pb2.PutTravelTimeRequest(travel_time=told)


def away(practice: Practice, days: int) -> Ask:
    """Look at an absence."""
    request = absence_service_pb2.PreviewAbsenceRequest(therapist_id=practice.therapist_ids[0])
    request.interval.start_time.FromDatetime(later(1))
    request.interval.end_time.FromDatetime(later(1) + timedelta(days=days, minutes=1))
    return "PreviewAbsence", request


def search(practice: Practice, **changed: Any) -> Ask:
    """Search for a day."""
    request = availability_service_pb2.SearchSlotsRequest(session_type_id=practice.session_type_id, **changed)
    request.from_time.FromDatetime(later(2))
    request.to_time.FromDatetime(later(3))
    return "SearchSlots", request


def held(practice: Practice, **changed: Any) -> Ask:
    """Hold an hour."""
    return "Hold", practice.hold(practice.at(days=3), by_staff=True, **changed)


def many(practice: Practice, count: int) -> Ask:
    """Hold many hours in one request."""
    holds = [practice.hold(practice.at(days=3 + number)) for number in range(count)]
    return "HoldMany", availability_service_pb2.HoldManyRequest(holds=holds)


def seats(practice: Practice, count: int) -> Ask:
    """Take many seats in one request."""
    wanted = [availability_service_pb2.Seat(seat_id=new_id(), client_id=new_id()) for _ in range(count)]
    return "TakeSeats", availability_service_pb2.TakeSeatsRequest(session_claim_id=new_id(), seats=wanted)


def transfer(practice: Practice, hold_s: int) -> Ask:
    """Pass time on for long."""
    request = availability_service_pb2.TransferRequest(hold=practice.hold(practice.at(days=3)), hold_s=hold_s)
    request.request_id = new_id()
    return "Transfer", request


CAPS = {
    "max_sessions_day": 50,
    "max_sessions_week": 200,
    "max_minutes_day": 1_440,
    "max_minutes_week": 10_080,
    "max_load_day": 500,
    "max_load_week": 2_000,
    "max_intakes_week": 50,
    "crisis_cool_down_min": 1_440,
}
"""The most of each cap. Source: the contract; written out, so that a limit that changes is noticed."""

BEYOND: list[tuple[str, Callable[[Practice], Ask], str]] = [
    ("days of a closure", lambda one: closure(one, 368), "MALFORMED_REQUEST"),
    ("stretches of a date", lambda one: stretches(one, 21), "MALFORMED_REQUEST"),
    ("holidays worked on", lambda one: worked(one, 101), "MALFORMED_REQUEST"),
    ("stretches of a week", lambda one: week(one, count=51), "MALFORMED_REQUEST"),
    ("session types of a therapist", lambda one: week(one, types=51), "MALFORMED_REQUEST"),
    ("weeks of a rhythm", lambda one: week(one, every_weeks=9), "MALFORMED_REQUEST"),
    ("seats of a session", lambda one: session_type(one, capacity=31), "MALFORMED_REQUEST"),
    ("equipment of a type", lambda one: session_type(one, equipment_kinds=list("abcdef")), "MALFORMED_REQUEST"),
    ("length of a name", lambda one: session_type(one, display_name="n" * 121), "MALFORMED_REQUEST"),
    ("way between sites", lambda one: way(one, 481), "MALFORMED_REQUEST"),
    ("days of an absence", lambda one: away(one, 184), "HORIZON_EXCEEDED"),
    (
        "therapists of a search",
        lambda one: search(one, therapist_ids=[new_id() for _ in range(1001)]),
        "MALFORMED_REQUEST",
    ),
    ("slots of a page", lambda one: search(one, page_size=501), "MALFORMED_REQUEST"),
    (
        "clients of a session",
        lambda one: held(one, extra_client_ids=[new_id() for _ in range(11)]),
        "MALFORMED_REQUEST",
    ),
    ("co-therapists", lambda one: held(one, extra_therapist_ids=[new_id() for _ in range(4)]), "MALFORMED_REQUEST"),
    ("reason of an override", lambda one: held(one, override_reason="r" * 201), "MALFORMED_REQUEST"),
    ("holds of a request", lambda one: many(one, 257), "MALFORMED_REQUEST"),
    ("seats of a request", lambda one: seats(one, 201), "MALFORMED_REQUEST"),
    ("seconds of an offer's hold", lambda one: transfer(one, 1_209_601), "MALFORMED_REQUEST"),
    *(
        (f"cap {name}", lambda one, name=name, most=most: caps(one, **{name: most + 1}), "MALFORMED_REQUEST")  # type: ignore[misc]
        for name, most in CAPS.items()
    ),
    ("sessions in a row", lambda one: caps(one, max_consecutive=21, break_min=10), "MALFORMED_REQUEST"),
    ("minutes of a break", lambda one: caps(one, max_consecutive=2, break_min=241), "MALFORMED_REQUEST"),
]


@pytest.mark.parametrize(("what", "ask", "reason"), BEYOND, ids=[what for what, _, _ in BEYOND])
async def test_one_more_than_the_limit_is_refused(
    practice: Practice, what: str, ask: Callable[[Practice], Ask], reason: str
) -> None:
    """The caller learns which field it is; nothing is cut off in silence."""
    method, request = ask(practice)
    door = practice.door
    if method in ("Hold", "HoldMany", "TakeSeats", "Transfer"):
        asked = door.as_booking(method, request)
    elif method in ("PreviewAbsence", "SearchSlots"):
        asked = door.as_role("front_desk", method, request)
    else:
        asked = door.as_admin(method, request)
    with pytest.raises(ServiceError) as refused:
        await asked

    assert refused.value.reason == reason, what
    assert (
        refused.value.metadata.get("field") or refused.value.metadata.get("max_days") or reason != "MALFORMED_REQUEST"
    )


async def test_a_practice_has_so_many_of_each_and_no_more(practice: Practice, rows: Rows) -> None:
    """500 closures and 100 travels that are not over, 200 pieces of equipment: told which limit, and how many."""
    mine, who = practice.door.practice_id, practice.therapist_ids[0]
    rows(
        "insert into closures (practice_id, closure_id, from_date, to_date, display_name)"
        " select %s, gen_random_uuid(), current_date + 900, current_date + 900, 'Full'"
        " from generate_series(1, 500) returning 1",
        mine,
    )
    rows(
        "insert into travels (practice_id, travel_id, therapist_id, during, time_zone)"
        " select %s, gen_random_uuid(), %s, daterange(current_date + number, current_date + number + 1), 'Europe/Rome'"
        " from generate_series(1000, 1099) number returning 1",
        mine,
        who,
    )
    rows(
        "insert into equipment (practice_id, equipment_id, site_id, kind, display_name)"
        " select %s, gen_random_uuid(), %s, 'lamp', 'Lamp' from generate_series(1, 200) returning 1",
        mine,
        practice.site_id,
    )
    travel = calendar_pb2.Travel(therapist_id=who, from_date=day(practice), to_date=day(practice), time_zone=ZONE)
    piece = limits_service_pb2.Equipment(site_id=practice.site_id, kind="lamp", display_name="One more")
    for method, request, reason in (
        (*closure(practice, 1), "TOO_MANY_ENTRIES"),
        ("PutTravel", calendar_service_pb2.PutTravelRequest(travel=travel), "TOO_MANY_ENTRIES"),
        ("PutEquipment", limits_service_pb2.PutEquipmentRequest(equipment=piece), "LIMIT_EXCEEDED"),
    ):
        with pytest.raises(RuleViolated) as refused:
            await practice.door.as_admin(method, request)
        assert refused.value.reason == reason, method
        assert refused.value.metadata, "it says which, and how many"
