"""A start is explained as search shows it, and clients learn nothing about others."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import availability_pb2, availability_service_pb2, calendar_pb2, calendar_service_pb2
from kept.wall.v1 import wall_pb2

from services.availability.domain.wall import WallTime, instant
from services.chassis.errors import NotFound, RuleViolated
from tests.integration.availability.door import ZONE, Practice, new_id, open_practice
from tests.integration.availability.test_calendar import REPLACE, day, override, put_override
from tests.integration.availability.test_door import search

pytestmark = pytest.mark.integration

Rule = availability_service_pb2.HidingRule


async def explain(
    practice: Practice, local: str, *, role: str = "front_desk", **changed: Any
) -> availability_service_pb2.ExplainSlotResponse:
    """Ask why the first therapist's start is, or is not, offered."""
    words: dict[str, Any] = {
        "therapist_id": practice.therapist_ids[0],
        "session_type_id": practice.session_type_id,
        "start_wall": wall_pb2.WallTime(local=local, time_zone=ZONE),
    }
    request = availability_service_pb2.ExplainSlotRequest(**(words | changed))
    found: availability_service_pb2.ExplainSlotResponse = await practice.door.as_role(role, "ExplainSlot", request)
    return found


def rules(found: availability_service_pb2.ExplainSlotResponse) -> list[int]:
    """Return the rules given."""
    return [each.rule for each in found.rules]


async def test_what_is_free_needs_no_explanation(practice: Practice) -> None:
    """Offered, and no rule."""
    found = await explain(practice, practice.at(days=3), role="client")
    assert (found.is_offered, rules(found)) == (True, [])


async def test_every_rule_that_hides_a_start_is_said_strongest_first(practice: Practice) -> None:
    """A closure, a start off the grid, and a horizon at once; staff may pass over the horizon alone."""
    closure = calendar_pb2.Closure(from_date=day(practice, 95), to_date=day(practice, 95), display_name="Moving")
    await practice.door.as_admin("PutClosure", calendar_service_pb2.PutClosureRequest(closure=closure))

    found = await explain(practice, practice.at(days=95, minute=7), role="client")
    staff = await explain(practice, practice.at(days=96))

    assert rules(found) == [Rule.RULE_CLOSURE, Rule.RULE_GRID, Rule.RULE_HORIZON]
    assert found.rules[0].words == "The practice is closed that day: Moving."
    assert (rules(staff), staff.is_offered) == ([Rule.RULE_HORIZON], True)
    assert staff.rules[0].is_for_clients_only


async def test_staff_learns_what_is_in_the_way_and_clients_only_that_it_is(practice: Practice) -> None:
    """A neighbour's buffer, a session, time off: for clients the therapist is just not free, and nobody is named."""
    claim = await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))
    start_s = instant(WallTime(practice.at(days=4, hour=0), ZONE))
    interval = wall_pb2.Interval(start_time=Timestamp(seconds=start_s), end_time=Timestamp(seconds=start_s + 86_400))
    time_off = availability_pb2.TimeOff(therapist_id=practice.therapist_ids[0], interval=interval)
    off = await practice.door.as_admin(
        "CreateTimeOff", availability_service_pb2.CreateTimeOffRequest(time_off=time_off)
    )

    taken = await explain(practice, practice.at(days=3))
    near = await explain(practice, practice.at(days=3, hour=9, minute=30))
    away = await explain(practice, practice.at(days=4))
    told = [
        await explain(practice, local, role="client")
        for local in (practice.at(days=3), practice.at(days=3, hour=9, minute=30), practice.at(days=4))
    ]

    assert (rules(taken), taken.rules[0].interval.start_time) == ([Rule.RULE_TAKEN], claim.start_time)
    assert rules(near) == [Rule.RULE_TAKEN]
    assert (rules(away), away.rules[0].source_id) == ([Rule.RULE_TIME_OFF], off.time_off_id)
    for each in told:
        assert rules(each) == [Rule.RULE_TAKEN]
        assert not each.is_offered
        assert not each.rules[0].HasField("interval")
        assert claim.client_id not in str(each)
        assert not each.rules[0].source_id


async def test_a_neighbours_buffer_is_told_from_the_neighbour(practice: Practice) -> None:
    """Fifty minutes from 10:00 end at 10:50, and ten minutes after them are kept free."""
    kind = availability_pb2.SessionType(
        display_name="Short", length_min=15, grid_min=5, horizon_days=90, modalities=[availability_pb2.MODALITY_VIDEO]
    )
    short = await practice.door.as_admin(
        "PutSessionType", availability_service_pb2.PutSessionTypeRequest(session_type=kind)
    )
    await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))

    found = await explain(practice, practice.at(days=3, hour=10, minute=50), session_type_id=short.session_type_id)

    assert rules(found) == [Rule.RULE_TYPE_NOT_GIVEN, Rule.RULE_BUFFER]


async def test_changed_hours_are_told_to_staff_as_such(practice: Practice) -> None:
    """To clients they are no hours."""
    await put_override(practice, override(practice, REPLACE, ("20:00", "21:00")))

    staff = await explain(practice, practice.at(days=3))
    client = await explain(practice, practice.at(days=3), role="client")

    assert (rules(staff), rules(client)) == ([Rule.RULE_OVERRIDE], [Rule.RULE_OUTSIDE_HOURS])


async def test_no_room_and_no_such_way_are_said(practice: Practice) -> None:
    """A site without rooms; and nobody works by telephone."""
    lonely = await open_practice(practice.door, rooms=0)
    in_person = availability_pb2.MODALITY_IN_PERSON

    full = await explain(lonely, lonely.at(days=3), modality=in_person)
    phone = await explain(practice, practice.at(days=3), modality=availability_pb2.MODALITY_PHONE)

    assert rules(full) == [Rule.RULE_NO_ROOM]
    assert rules(phone) == [Rule.RULE_MODALITY]


async def test_who_may_book_what_when_holds_for_clients_only(practice: Practice) -> None:
    """Only staff books the type, and nobody for the same day: search, hold and explanation agree."""
    kind = availability_pb2.SessionType(
        session_type_id=practice.session_type_id,
        display_name="Intake",
        length_min=50,
        grid_min=30,
        horizon_days=90,
        modalities=[availability_pb2.MODALITY_VIDEO],
        is_self_bookable=False,
        is_same_day_allowed=False,
        load_weight=4,
        capacity=8,
        needs_room=False,
    )
    request = availability_service_pb2.PutSessionTypeRequest(session_type=kind)
    put = await practice.door.as_admin("PutSessionType", request)
    put.ClearField("etag")
    assert put == kind

    client = await explain(practice, practice.at(days=3), role="client")
    staff = await explain(practice, practice.at(days=3))
    shown = await practice.door.as_role("client", "SearchSlots", search(practice))
    with pytest.raises(RuleViolated) as refusal:
        await practice.door.as_booking("Hold", practice.hold(practice.at(days=3)))
    held = await practice.door.as_booking("Hold", practice.hold(practice.at(days=3), by_staff=True))

    assert (rules(client), client.is_offered) == ([Rule.RULE_NOT_SELF_BOOKABLE], False)
    assert staff.is_offered
    assert not shown.slots
    assert refusal.value.reason == "NOT_SELF_BOOKABLE"
    assert held.state == availability_pb2.Claim.STATE_HELD


async def test_an_explanation_says_what_search_says(practice: Practice) -> None:
    """Of every quarter of an hour of two days, with an override, a session and time off among them."""
    await put_override(practice, override(practice, REPLACE, ("07:30", "12:00"), ("13:00", "19:15")))
    for hour in (9, 15):
        await practice.door.as_booking("Hold", practice.hold(practice.at(days=3, hour=hour)))
    shown = await practice.door.as_role(
        "client",
        "SearchSlots",
        search(practice, therapist_ids=practice.therapist_ids[:1], page_size=500),
    )
    offered = {each.start_wall.local for each in shown.slots}

    for quarter in range(4 * 24):
        local = practice.at(days=3, hour=quarter // 4, minute=quarter % 4 * 15)
        found = await explain(practice, local, role="client")
        assert found.is_offered == (local in offered), local
        assert found.is_offered == (not found.rules), local


async def test_an_unknown_therapist_has_no_reasons(practice: Practice) -> None:
    """NOT_FOUND, as everywhere."""
    with pytest.raises(NotFound):
        await explain(practice, practice.at(days=3), therapist_id=new_id())


async def test_slots_are_shown_by_the_viewers_day_and_its_parts(practice: Practice) -> None:
    """Seven in the morning in Phoenix is afternoon in Lisbon; the day to group by is the viewer's."""
    there = "Europe/Lisbon"
    asked = search(
        practice,
        therapist_ids=practice.therapist_ids[:1],
        page_size=500,
        viewer_time_zone=there,
        parts_of_day=[availability_service_pb2.PART_OF_DAY_AFTERNOON],
    )

    found = await practice.door.as_role("client", "SearchSlots", asked)

    assert found.slots
    for slot in found.slots:
        assert slot.viewer_wall.time_zone == there
        assert 12 <= int(slot.viewer_wall.local[11:13]) < 17
        assert slot.local_date == slot.viewer_wall.local[:10]
        assert instant(WallTime(slot.viewer_wall.local, there)) == slot.start_time.seconds
    plain = await practice.door.as_role("client", "SearchSlots", search(practice, page_size=1))
    assert plain.slots[0].local_date == plain.slots[0].start_wall.local[:10]
    assert not plain.slots[0].HasField("viewer_wall")
