"""An absence hits claims, and nobody is lost: not in a race, and not before the case can be closed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from kept.availability.v1 import absence_service_pb2, availability_pb2, availability_service_pb2

from services.availability.domain.absence import MAX_ITEMS
from services.chassis.errors import Forbidden, InvalidRequest, NotFound, RuleViolated, ServiceError, Stale
from tests.integration.availability.conftest import OpenDoor, Rows
from tests.integration.availability.door import Practice, new_id, open_practice
from tests.integration.availability.limits import (
    all_at_once,
    later,
    monday,
    move_to,
    put_type,
    reasons,
    release,
)

pytestmark = pytest.mark.integration

HANDS = 200
"""Times an hour changes hands at most while an absence starts."""

Item = absence_service_pb2.AbsenceItem


def about(request: Any, *, days: tuple[int, int] = (1, 60), therapist_id: str) -> Any:
    """Fill in whose absence a request is about, and when."""
    request.therapist_id = therapist_id
    request.interval.start_time.FromDatetime(later(days[0]))
    request.interval.end_time.FromDatetime(later(days[1]))
    return request


async def start(practice: Practice, **changed: Any) -> absence_service_pb2.Absence:
    """Start an absence of the first therapist as the front desk does."""
    request = about(
        absence_service_pb2.StartAbsenceRequest(request_id=new_id()), therapist_id=practice.therapist_ids[0], **changed
    )
    absence = await practice.door.as_role("front_desk", "StartAbsence", request)
    assert isinstance(absence, absence_service_pb2.Absence)
    return absence


async def preview(practice: Practice) -> list[Item]:
    """Look at what an absence of the first therapist would hit."""
    request = about(absence_service_pb2.PreviewAbsenceRequest(), therapist_id=practice.therapist_ids[0])
    return list((await practice.door.as_role("front_desk", "PreviewAbsence", request)).items)


async def items(practice: Practice, absence_id: str, *, page_size: int = 0) -> list[Item]:
    """List all items, page by page."""
    found: list[Item] = []
    token = ""
    while True:
        request = absence_service_pb2.ListAbsenceItemsRequest(
            absence_id=absence_id, page_size=page_size, page_token=token
        )
        page = await practice.door.as_role("front_desk", "ListAbsenceItems", request)
        found += page.items
        token = page.next_page_token
        if not token:
            return found


async def say(practice: Practice, absence_id: str, claim_id: str, state: Item.State.ValueType) -> Item:
    """Say what became of an item."""
    request = absence_service_pb2.AnswerAbsenceItemRequest(
        absence_id=absence_id, claim_id=claim_id, state=state, request_id=new_id()
    )
    item = await practice.door.as_role("front_desk", "AnswerAbsenceItem", request)
    assert isinstance(item, Item)
    return item


async def close(practice: Practice, absence_id: str) -> absence_service_pb2.Absence:
    """Close the case."""
    request = absence_service_pb2.CloseAbsenceRequest(absence_id=absence_id, request_id=new_id())
    absence = await practice.door.as_role("front_desk", "CloseAbsence", request)
    assert isinstance(absence, absence_service_pb2.Absence)
    return absence


async def hold(practice: Practice, local: str, **changed: Any) -> availability_pb2.Claim:
    """Hold a slot."""
    claim = await practice.door.as_booking("Hold", practice.hold(local, **changed))
    assert isinstance(claim, availability_pb2.Claim)
    return claim


async def test_who_needs_it_most_comes_first(practice: Practice, rows: Rows) -> None:
    """High need, then crisis, then weight, then the soonest; looking changes nothing, starting says the same."""
    crisis, heavy = await put_type(practice, is_crisis=True), await put_type(practice, load_weight=8)
    soon = await hold(practice, monday(practice, day=0))
    acute = await hold(practice, monday(practice, day=3), session_type_id=crisis)
    trauma = await hold(practice, monday(practice, day=2), session_type_id=heavy)
    urgent = await hold(practice, monday(practice, day=4), is_high_need=True)
    last = await hold(practice, monday(practice, day=5))
    await hold(practice, monday(practice, day=5), therapist_id=practice.therapist_ids[1])
    expected = [each.claim_id for each in (urgent, acute, trauma, soon, last)]

    seen = await preview(practice)
    assert rows("select count(*) from absences where practice_id = %s", practice.door.practice_id) == [(0,)]
    absence = await start(practice)
    listed = await items(practice, absence.absence_id, page_size=2)

    assert [each.claim_id for each in seen] == expected
    assert list(seen) == listed
    assert [each.need_rank for each in listed] == [1, 2, 3, 4, 5]
    assert (absence.items, absence.open_items) == (5, 5)
    told = rows(
        "select body from outbox where practice_id = %s and type like '%%AbsenceStarted'",
        practice.door.practice_id,
    )
    assert len(told) == 1
    assert soon.client_id.encode() not in told[0][0]


async def test_claims_stand_and_nobody_else_gets_in(practice: Practice) -> None:
    """The absent therapist's free time is taken, also what a claim leaves behind; others are not touched."""
    claim = await hold(practice, monday(practice))
    absence = await start(practice)

    for local in (monday(practice, hour=14), monday(practice)):
        with pytest.raises(RuleViolated):
            await hold(practice, local)
    assert await hold(practice, monday(practice, hour=14), therapist_id=practice.therapist_ids[1])
    await release(practice, claim.claim_id)
    with pytest.raises(RuleViolated) as refusal:
        await hold(practice, monday(practice))
    assert refusal.value.reason == "SLOT_TAKEN"
    assert [each.state for each in await items(practice, absence.absence_id)] == [Item.STATE_CANCELLED]


async def test_what_a_claim_leaves_is_guarded_by_the_constraint(practice: Practice, rows: Rows) -> None:
    """The time of a moved claim goes to the absence in lane 0: all of it is then one stretch without a gap."""
    claim = await hold(practice, monday(practice))
    absence = await start(practice)
    await release(practice, claim.claim_id)

    guarded = rows(
        "select range_agg(during) filter (where lane = 0) = range_agg(during) filter (where lane = 1)"
        " from occupancies where practice_id = %s and claim_id = %s",
        practice.door.practice_id,
        absence.absence_id,
    )
    assert guarded == [(True,)]


async def test_an_item_settles_by_what_becomes_of_its_claim(practice: Practice) -> None:
    """Moved away, covered by a colleague, given back; a move still pending settles nothing."""
    door = practice.door
    moved, covered, cancelled = [await hold(practice, monday(practice, hour=hour)) for hour in (9, 11, 13)]
    absence = await start(practice)

    async def states() -> dict[str, Item.State.ValueType]:
        return {each.claim_id: each.state for each in await items(practice, absence.absence_id)}

    await say(practice, absence.absence_id, covered.claim_id, Item.STATE_OFFERED)
    await door.as_booking("Move", move_to(moved.claim_id, practice.at(days=70)))
    colleague = practice.therapist_ids[1]
    await door.as_booking("Move", move_to(covered.claim_id, monday(practice, hour=11), therapist_id=colleague))
    assert set((await states()).values()) == {Item.STATE_OPEN, Item.STATE_OFFERED}
    with pytest.raises(RuleViolated) as refusal:
        await close(practice, absence.absence_id)
    assert (refusal.value.reason, refusal.value.metadata["open_items"]) == ("ABSENCE_OPEN", "3")

    for each in (moved, covered):
        confirm = availability_service_pb2.ConfirmRequest(claim_id=each.claim_id, request_id=new_id())
        await door.as_booking("Confirm", confirm)
    await release(practice, cancelled.claim_id)

    assert await states() == {
        moved.claim_id: Item.STATE_MOVED,
        covered.claim_id: Item.STATE_COVERED,
        cancelled.claim_id: Item.STATE_CANCELLED,
    }
    with pytest.raises(RuleViolated) as refusal:
        await say(practice, absence.absence_id, moved.claim_id, Item.STATE_CANCELLED)
    assert refusal.value.reason == "ITEM_SETTLED"
    assert (await close(practice, absence.absence_id)).is_closed
    assert (await close(practice, absence.absence_id)).is_closed


async def test_a_move_taken_back_leaves_its_item_open(practice: Practice) -> None:
    """The old time is still the absent therapist's; a move that was on its way into the absence is out of it."""
    stays = await hold(practice, monday(practice))
    comes = await hold(practice, practice.at(days=75))
    await practice.door.as_booking("Move", move_to(comes.claim_id, monday(practice, hour=15)))
    absence = await start(practice)
    await practice.door.as_booking("Move", move_to(stays.claim_id, practice.at(days=76)))

    for each in (stays, comes):
        await release(practice, each.claim_id, only_move=True)

    found = {each.claim_id: each.state for each in await items(practice, absence.absence_id)}
    assert found == {stays.claim_id: Item.STATE_OPEN, comes.claim_id: Item.STATE_MOVED}


async def test_whoever_races_an_absence_is_hit_or_refused(open_door: OpenDoor, rows: Rows) -> None:
    """Holds, releases and the start of an absence at once, through two servers: every claim that stands has an item."""
    doors = [await open_door(), await open_door()]
    for round_number in range(5):
        practice = await open_practice(doors[0])
        both = [each.of(practice.door.practice_id) for each in doors]
        old = [await hold(practice, monday(practice, day=1, hour=6 + n)) for n in range(8)]

        async def late(practice: Practice = practice, turns: int = round_number) -> absence_service_pb2.Absence:
            for _ in range(turns):
                await asyncio.sleep(0)
            return await start(practice)

        calls: list[tuple[str, Any]] = [
            ("Hold", practice.hold(monday(practice, day=2 + n % 4, hour=6 + n // 4))) for n in range(48)
        ]
        calls += [
            ("Release", availability_service_pb2.ReleaseRequest(claim_id=each.claim_id, request_id=new_id()))
            for each in old[:4]
        ]
        absence, found = await asyncio.gather(late(), all_at_once(both, calls))

        assert set(reasons(found)) <= {"HELD", "SLOT_TAKEN"}
        lost = rows(
            "select count(*) from claims c left join absence_items i using (practice_id, claim_id)"
            " where practice_id = %s and c.state <> 'released' and i.state is distinct from 'open'",
            practice.door.practice_id,
        )
        dead = rows(
            "select count(*) from claims c join absence_items i using (practice_id, claim_id)"
            " where practice_id = %s and c.state = 'released' and i.state = 'open'",
            practice.door.practice_id,
        )
        assert (lost, dead) == ([(0,)], [(0,)])
        assert absence.open_items >= 4


async def test_absences_are_for_those_who_run_the_desk(practice: Practice) -> None:
    """Clients can't look, a stranger's absence is not found, and its limits are kept."""
    request = about(absence_service_pb2.PreviewAbsenceRequest(), therapist_id=practice.therapist_ids[0])
    await hold(practice, monday(practice))
    with pytest.raises(Forbidden):
        await practice.door.as_role("client", "PreviewAbsence", request)
    with pytest.raises(NotFound):
        await items(practice, new_id())
    with pytest.raises(NotFound):
        await close(practice, new_id())
    with pytest.raises(InvalidRequest):
        await start(practice, days=(5, 5))
    with pytest.raises(RuleViolated) as refusal:
        await start(practice, days=(1, 186))
    assert refusal.value.reason == "HORIZON_EXCEEDED"
    absence = await start(practice, days=(3, 50))
    with pytest.raises(NotFound):
        await say(practice, absence.absence_id, new_id(), Item.STATE_OFFERED)
    with pytest.raises(InvalidRequest):
        await say(practice, absence.absence_id, new_id(), Item.STATE_OPEN)


async def test_an_absence_that_hits_too_many_is_started_in_parts(practice: Practice, rows: Rows) -> None:
    """More than five hundred claims are refused, and nothing of the absence is left."""
    one = await hold(practice, monday(practice))
    rows(
        "insert into claims select (jsonb_populate_record(c, jsonb_build_object('claim_id', gen_random_uuid(),"
        " 'client_id', gen_random_uuid()))).* from claims c, generate_series(1, %s) where claim_id = %s",
        MAX_ITEMS,
        one.claim_id,
    )
    rows(
        "insert into occupancies (practice_id, claim_id, resource_id, piece, resource_kind, during, lane)"
        " select c.practice_id, c.claim_id, c.therapist_id, 0, 'therapist', tstzrange(c.start_time, c.end_time), 1"
        " from claims c where practice_id = %s and claim_id <> %s",
        practice.door.practice_id,
        one.claim_id,
    )

    with pytest.raises(ServiceError) as refusal:
        await start(practice)

    assert (refusal.value.reason, refusal.value.metadata["most"]) == ("LIMIT_EXCEEDED", str(MAX_ITEMS))
    assert rows("select count(*) from absences where practice_id = %s", practice.door.practice_id) == [(0,)]
    assert rows("select count(*) from time_offs where practice_id = %s", practice.door.practice_id) == [(0,)]


async def test_time_that_is_handed_on_while_the_absence_starts_has_an_item(practice: Practice, rows: Rows) -> None:
    """Whoever has it in the end is tracked: the claim that gave it away is gone, the one that took it is seen."""
    local = monday(practice)
    held = await hold(practice, local)

    has_started = asyncio.Event()

    async def hand_on() -> str:
        last = held.claim_id
        for _ in range(HANDS):
            if has_started.is_set():
                break
            request = availability_service_pb2.TransferRequest(
                from_claim_ids=[last], hold=practice.hold(local, by_staff=True), hold_s=600, request_id=new_id()
            )
            try:
                last = (await practice.door.as_booking("Transfer", request)).claim_id
            except ServiceError:
                # The absence was first: whoever has it keeps it.
                break
        return last

    async def start_it() -> absence_service_pb2.Absence:
        while True:
            try:
                absence = await start(practice)
            except Stale:
                # It changed hands at every look: whoever starts it asks again, and the hands are not endless.
                continue
            has_started.set()
            return absence

    last, absence = await asyncio.gather(hand_on(), start_it())

    stands = rows("select state from claims where claim_id = %s", last)
    assert stands == [("held",)]
    assert last in {each.claim_id for each in await items(practice, absence.absence_id)}
