"""Some may book hours earlier than others: refused, hidden and explained alike; staff passes it over, and says why."""

from __future__ import annotations

from typing import Any

import pytest
from kept.availability.v1 import availability_pb2, availability_service_pb2, limits_service_pb2

from services.availability.domain.limits import MAX_WINDOWS
from services.chassis.errors import Forbidden, InvalidRequest, NotFound, RuleViolated
from tests.integration.availability.conftest import Rows
from tests.integration.availability.door import Practice, new_id, open_practice
from tests.integration.availability.limits import monday, move_to, put_caps, put_type
from tests.integration.availability.test_explain import explain, rules
from tests.integration.availability.test_limits import hold, refusal_of, reserve, starts
from tests.integration.availability.test_races import alternatives

pytestmark = pytest.mark.integration

HIGH_NEED, ESTABLISHED, STANDING = (
    availability_pb2.AUDIENCE_HIGH_NEED,
    availability_pb2.AUDIENCE_ESTABLISHED,
    availability_pb2.AUDIENCE_STANDING,
)
Rule = availability_service_pb2.HidingRule


async def put_window(practice: Practice, **changed: Any) -> limits_service_pb2.PriorityWindow:
    """Keep hours more than a week ahead for established clients and those in high need."""
    words: dict[str, Any] = {"audiences": [ESTABLISHED, HIGH_NEED], "open_days": 7}
    put = limits_service_pb2.PutPriorityWindowRequest(window=limits_service_pb2.PriorityWindow(**(words | changed)))
    window: limits_service_pb2.PriorityWindow = await practice.door.as_admin("PutPriorityWindow", put)
    return window


async def test_others_book_later_and_search_and_explanation_say_so(practice: Practice) -> None:
    """One rule decides what is refused, hidden and named; who looks as what is heeded from staff and services only."""
    window = await put_window(practice)
    local = monday(practice, weeks=3)

    refused = await refusal_of(practice, local)
    assert refused.reason == "SLOT_PRIORITISED"
    assert (refused.metadata["open_days"], refused.metadata["window_id"]) == ("7", window.window_id)
    assert local not in {slot.start_wall.local for slot in alternatives(refused)}
    assert local not in await starts(practice, "client", weeks=3)
    assert local not in await starts(practice, "client", weeks=3, audiences=[ESTABLISHED])
    assert local in await starts(practice, "front_desk", weeks=3, audiences=[ESTABLISHED])
    assert local in await starts(practice, "front_desk", weeks=3, is_high_need=True)
    assert local not in await starts(practice, "front_desk", weeks=3, audiences=[STANDING])
    told = await explain(practice, local, role="client", audiences=[ESTABLISHED])
    assert (told.is_offered, rules(told)) == (False, [Rule.RULE_PRIORITY_WINDOW])
    assert (told.rules[0].words, told.rules[0].source_id) == ("This time is not open to everybody yet.", "")
    staff = await explain(practice, local)
    assert (rules(staff), staff.rules[0].source_id) == ([Rule.RULE_PRIORITY_WINDOW], window.window_id)
    assert (await explain(practice, local, audiences=[ESTABLISHED])).is_offered

    assert await hold(practice, local, audiences=[ESTABLISHED])
    assert await hold(practice, monday(practice, weeks=3, hour=12), is_high_need=True)
    await put_window(practice, window_id=window.window_id, open_days=30)
    assert await hold(practice, monday(practice, weeks=3, hour=14)), "30 days before it is open to everybody"


async def test_a_window_is_of_a_therapist_and_a_session_type(practice: Practice) -> None:
    """What it does not name is booked as before; without it everybody books alike."""
    other_type = await put_type(practice)
    window = await put_window(
        practice, therapist_id=practice.therapist_ids[0], session_type_id=practice.session_type_id
    )
    local = monday(practice, weeks=3)

    assert (await refusal_of(practice, local)).reason == "SLOT_PRIORITISED"
    assert await hold(practice, local, therapist_id=practice.therapist_ids[1])
    assert await hold(practice, local, session_type_id=other_type)
    listed = await practice.door.as_role(
        "front_desk", "ListPriorityWindows", limits_service_pb2.ListPriorityWindowsRequest()
    )
    assert list(listed.windows) == [window]
    gone = limits_service_pb2.DeletePriorityWindowRequest(window_id=window.window_id)
    await practice.door.as_admin("DeletePriorityWindow", gone)
    assert await hold(practice, monday(practice, weeks=3, hour=12))


async def test_staff_passes_it_over_with_a_reason_that_is_kept(practice: Practice, rows: Rows) -> None:
    """A booking and a move; what was passed over, how far, why and by whom are rows."""
    await put_window(practice, open_days=14)
    near = await hold(practice, monday(practice, weeks=1, day=4))
    with pytest.raises(RuleViolated) as refused:
        await practice.door.as_booking("Move", move_to(near.claim_id, monday(practice, weeks=3), by_staff=True))
    by_staff = move_to(near.claim_id, monday(practice, weeks=3), by_staff=True, override_reason="Travels from abroad")
    await practice.door.as_booking("Move", by_staff)
    later_on = monday(practice, weeks=3, hour=13)
    held = await hold(practice, later_on, override_reason="Travels from abroad", by_staff=True)
    by_client = practice.hold(monday(practice, weeks=3, hour=15), override_reason="Please", by_staff=False)
    with pytest.raises((Forbidden, RuleViolated)) as not_theirs:
        await practice.door.as_booking("Hold", by_client)

    assert refused.value.reason == "SLOT_PRIORITISED"
    assert not_theirs.value.reason == "STAFF_ONLY"
    kept = rows(
        "select claim_id::text, cap, cap_limit, reason from cap_overrides where practice_id = %s order by create_time",
        practice.door.practice_id,
    )
    assert kept == [
        (near.claim_id, "priority_window", 14, "Travels from abroad"),
        (held.claim_id, "priority_window", 14, "Travels from abroad"),
    ]


async def test_a_cap_and_a_reservation_are_explained_as_search_hides_them(practice: Practice) -> None:
    """A full day and a reserved morning have their rule, as every other hidden start has."""
    await put_caps(practice, max_sessions_day=1)
    await hold(practice, monday(practice, weeks=2))
    full = await explain(practice, monday(practice, weeks=2, hour=14), role="client")
    await reserve(practice)
    kept = await explain(practice, monday(practice, weeks=3), role="client")

    assert (rules(full), rules(kept)) == ([Rule.RULE_CAP], [Rule.RULE_RESERVED])


async def test_limits_of_windows_are_stated(practice: Practice) -> None:
    """Too many, nobody, no days, and what is not there."""
    for _ in range(MAX_WINDOWS):
        await put_window(practice)
    with pytest.raises(RuleViolated) as many:
        await put_window(practice)
    with pytest.raises(NotFound):
        await put_window(await open_practice(practice.door), therapist_id=new_id())
    for wrong in ({"audiences": []}, {"open_days": 0}, {"open_days": 366}):
        with pytest.raises(InvalidRequest):
            await put_window(practice, **wrong)

    assert (many.value.reason, many.value.metadata["most"]) == ("LIMIT_EXCEEDED", "50")
