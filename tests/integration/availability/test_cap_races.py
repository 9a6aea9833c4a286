"""A cap is a cap: whatever races, through whatever server, nobody gets one session too many."""

from __future__ import annotations

import asyncio
from itertools import cycle, islice
from typing import Any

import pytest
from kept.availability.v1 import availability_pb2

from services.chassis.errors import RuleViolated, ServiceError
from tests.integration.availability.conftest import OpenDoor, Rows
from tests.integration.availability.door import Door, Practice, new_id, open_practice
from tests.integration.availability.limits import (
    IN_PERSON,
    all_at_once,
    days_to_monday,
    monday,
    move_to,
    put_caps,
    put_type,
    reasons,
    release,
    two_sites,
)
from tests.integration.availability.test_races import alternatives, overlapping

pytestmark = pytest.mark.integration

CROWD = 200
"""Callers at once. Source: the foundation's race suite."""


@pytest.fixture
async def doors(open_door: OpenDoor) -> list[Door]:
    """Two servers, each with its own pool and batches, on one database."""
    return [await open_door(), await open_door()]


async def opened(doors: list[Door], **changed: Any) -> tuple[Practice, list[Door]]:
    """A practice, and its doors."""
    practice = await open_practice(doors[0], **changed)
    return practice, [each.of(practice.door.practice_id) for each in doors]


async def test_a_crowd_never_gets_more_sessions_of_a_day_than_the_cap(doors: list[Door]) -> None:
    """Three a day, hundreds of callers for a day's hours through two servers: three; losers hear where else."""
    practice, both = await opened(doors)
    await put_caps(practice, max_sessions_day=3)
    hours = islice(cycle(range(6, 18)), CROWD)

    found = await all_at_once(both, [("Hold", practice.hold(monday(practice, hour=hour))) for hour in hours])

    counted = reasons(found)
    assert counted["HELD"] == 3
    assert set(counted) == {"HELD", "CAP_REACHED", "SLOT_TAKEN"}
    capped = [each for each in found if isinstance(each, ServiceError) and each.reason == "CAP_REACHED"]
    assert all(each.metadata["cap"] == "sessions_day" and each.metadata["limit"] == "3" for each in capped)
    last = capped[-1]
    slots = alternatives(last)
    assert slots
    assert await both[0].as_booking("Hold", practice.hold(slots[0].start_wall.local))


@pytest.mark.parametrize(
    ("caps", "kind", "most"),
    [
        ({"max_sessions_week": 4}, {}, 4),
        ({"max_minutes_day": 150}, {}, 3),
        ({"max_minutes_week": 249}, {}, 4),
        ({"max_load_day": 7}, {"load_weight": 3}, 2),
        ({"max_load_week": 9}, {"load_weight": 2}, 4),
        ({"max_intakes_week": 2}, {"is_intake": True}, 2),
    ],
    ids=lambda each: next(iter(each), "plain") if isinstance(each, dict) else str(each),
)
async def test_every_cap_holds_in_a_crowd(
    doors: list[Door], caps: dict[str, int], kind: dict[str, Any], most: int
) -> None:
    """Day caps over a day's hours, week caps over a week's: exactly as many as fit."""
    practice, both = await opened(doors)
    type_id = await put_type(practice, **kind)
    await put_caps(practice, **caps)
    is_week = next(iter(caps)).endswith("week")
    starts = [monday(practice, day=number % 7 if is_week else 0, hour=6 + number % 12) for number in range(CROWD)]

    found = await all_at_once(both, [("Hold", practice.hold(each, session_type_id=type_id)) for each in starts])

    assert reasons(found)["HELD"] == most
    assert set(reasons(found)) <= {"HELD", "CAP_REACHED", "SLOT_TAKEN"}


async def test_after_so_many_sessions_in_a_row_comes_a_break(doors: list[Door], rows: Rows) -> None:
    """Two in a row, then half an hour: no run of three in what a crowd got."""
    practice, both = await opened(doors)
    type_id = await put_type(practice, length_min=30)
    await put_caps(practice, max_consecutive=2, break_min=30)
    starts = [monday(practice, hour=8 + number % 8 // 2, minute=number % 2 * 30) for number in range(CROWD)]

    found = await all_at_once(both, [("Hold", practice.hold(each, session_type_id=type_id)) for each in starts])

    assert set(reasons(found)) == {"HELD", "CAP_REACHED", "SLOT_TAKEN"}
    held = rows(
        "select extract(epoch from start_time)::bigint from claims where practice_id = %s order by 1",
        practice.door.practice_id,
    )
    at = [row[0] for row in held]
    assert not any(b - a < 3_600 and c - b < 3_600 for a, b, c in zip(at, at[1:], at[2:], strict=False))


async def test_no_session_starts_in_the_cool_down_after_a_crisis(doors: list[Door]) -> None:
    """Whoever of a crisis session and its neighbours is first, the other one is refused."""
    practice, both = await opened(doors)
    crisis = await put_type(practice, is_crisis=True)
    await put_caps(practice, crisis_cool_down_min=90)
    before, after = monday(practice, hour=10), monday(practice, hour=11)
    requests = [
        practice.hold(local, session_type_id=type_id)
        for local, type_id in [(before, crisis), (after, practice.session_type_id)] * 20
    ]

    found = await all_at_once(both, [("Hold", each) for each in requests])

    assert reasons(found)["HELD"] == 1
    free = monday(practice, hour=13)
    assert await both[0].as_booking("Hold", practice.hold(free))
    earlier = practice.hold(monday(practice, hour=12), session_type_id=crisis)
    with pytest.raises(RuleViolated) as refusal:
        await both[1].as_booking("Hold", earlier)
    assert refusal.value.reason == "CAP_REACHED"


async def test_a_therapist_can_always_reach_the_next_site(doors: list[Door], rows: Rows) -> None:
    """An hour from site to site: of the last morning hour here and the first there, a crowd gets one."""
    practice, both = await opened(doors, buffer_min=0)
    other = await two_sites(practice, travel_min=60)
    for day in range(4):
        starts = [monday(practice, day=day, hour=11 + number % 2) for number in range(CROWD // 4)]
        requests = [practice.hold(each, modality=IN_PERSON) for each in starts]

        found = await all_at_once(both, [("Hold", each) for each in requests])

        counted = reasons(found)
        assert counted["HELD"] == 1
        assert set(counted) == {"HELD", "SLOT_TAKEN", "TRAVEL_TOO_SHORT"}
    sites = rows(
        "select count(*) from claims where practice_id = %s and site_id = %s", practice.door.practice_id, other
    )
    assert 0 <= sites[0][0] <= 4


async def test_a_client_holds_at_most_five_claims(doors: list[Door]) -> None:
    """With many therapists, through two servers; what staff holds for them is not counted; giving back makes room."""
    practice, both = await opened(doors, therapists=5)
    client_id = new_id()
    starts = [(practice.therapist_ids[n % 5], monday(practice, day=n // 12 % 5, hour=6 + n % 12)) for n in range(CROWD)]
    requests = [practice.hold(local, therapist_id=who, client_id=client_id) for who, local in starts]

    found = await all_at_once(both, [("Hold", each) for each in requests])

    counted = reasons(found)
    assert counted["HELD"] == 5
    assert set(counted) <= {"HELD", "HOLDS_EXHAUSTED", "CLIENT_OVERLAP", "SLOT_TAKEN"}
    by_staff = practice.hold(monday(practice, day=6), client_id=client_id, by_staff=True)
    assert await both[0].as_booking("Hold", by_staff)
    late = practice.hold(monday(practice, day=6, hour=15), client_id=client_id)
    with pytest.raises(RuleViolated):
        await both[1].as_booking("Hold", late)
    held = next(each for each in found if not isinstance(each, ServiceError))
    await release(practice, held.claim_id)
    assert await both[1].as_booking("Hold", late)


async def test_moves_that_cross_into_a_capped_day_fill_it_once(doors: list[Door], rows: Rows) -> None:
    """One session a day: of ten moves and a crowd into an empty day one gets in; losers keep what they had."""
    practice, both = await opened(doors)
    held = [await both[0].as_booking("Hold", practice.hold(practice.at(days=20 + n))) for n in range(10)]
    await put_caps(practice, max_sessions_day=1)
    calls = [("Move", move_to(each.claim_id, monday(practice, hour=6 + n))) for n, each in enumerate(held)]
    calls += [("Hold", practice.hold(monday(practice, hour=6 + n % 12))) for n in range(CROWD - 10)]

    found = await all_at_once(both, calls)

    assert reasons(found)["HELD"] == 1
    assert overlapping(rows, practice) == 0


async def test_moves_into_each_others_days_both_count_until_they_are_answered(doors: list[Door]) -> None:
    """Two claims change days under a cap of one a day: neither can, and each stays where it was."""
    practice, both = await opened(doors)
    await put_caps(practice, max_sessions_day=1)
    one = await both[0].as_booking("Hold", practice.hold(monday(practice, day=0)))
    two = await both[0].as_booking("Hold", practice.hold(monday(practice, day=1)))

    found = await all_at_once(
        both,
        [
            ("Move", move_to(one.claim_id, monday(practice, day=1, hour=14))),
            ("Move", move_to(two.claim_id, monday(practice, day=0, hour=14))),
        ],
    )

    assert reasons(found) == {"CAP_REACHED": 2}
    later = await both[0].as_booking("Move", move_to(one.claim_id, monday(practice, day=0, hour=15)))
    assert later.state == availability_pb2.Claim.STATE_HELD, "within its own day a claim counts once"
    away = await both[0].as_booking("Move", move_to(two.claim_id, monday(practice, day=3)))
    with pytest.raises(RuleViolated):
        await both[0].as_booking("Hold", practice.hold(monday(practice, day=3, hour=15)))
    with pytest.raises(RuleViolated):
        await both[0].as_booking("Hold", practice.hold(monday(practice, day=1, hour=15)))
    await release(practice, away.claim_id, only_move=True)
    assert await both[0].as_booking("Hold", practice.hold(monday(practice, day=3, hour=15)))


async def test_given_back_and_taken_again_a_cap_stays_exact(doors: list[Door], rows: Rows) -> None:
    """Holds and releases churn under a cap of two a day: never three at once, and at rest two fit again."""
    practice, both = await opened(doors)
    await put_caps(practice, max_sessions_day=2)

    async def churn(number: int) -> None:
        for turn in range(5):
            door = both[(number + turn) % 2]
            try:
                claim = await door.as_booking("Hold", practice.hold(monday(practice, hour=6 + number)))
            except ServiceError:
                continue
            counted = rows(
                "select count(*) from claims where practice_id = %s and state <> 'released'", practice.door.practice_id
            )
            assert counted[0][0] <= 2
            await release(practice, claim.claim_id)

    await asyncio.gather(*(churn(number) for number in range(12)))
    found = await all_at_once(both, [("Hold", practice.hold(monday(practice, hour=6 + n))) for n in range(12)])

    assert reasons(found)["HELD"] == 2


async def test_a_cap_counts_the_therapists_own_days(doors: list[Door]) -> None:
    """The last hour of Sunday and the first of Monday are of two days and two weeks."""
    practice, both = await opened(doors)
    await put_caps(practice, max_sessions_day=1, max_sessions_week=1)
    days = days_to_monday()

    for local in (practice.at(days=days - 1, hour=23), practice.at(days=days, hour=0)):
        assert await both[0].as_booking("Hold", practice.hold(local))
