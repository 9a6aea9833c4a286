"""Standing hours with the real ledger: moved and called off, alone, onwards or all."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kept.booking.v1 import (
    booking_pb2,
    booking_service_pb2,
    policy_pb2,
    policy_service_pb2,
    series_pb2,
    series_service_pb2,
)
from kept.wall.v1 import wall_pb2

from services.chassis.errors import Forbidden, NotFound, RuleViolated, Stale
from tests.integration.booking.series_desk import (
    CANCELLED,
    Outcome,
    cancel,
    change,
    top_up,
    walls,
    weeks,
)
from tests.integration.booking.standing import ALL, EVERY, FOLLOWING, SKIP, THIS, ZONE, House, at, work

pytestmark = pytest.mark.integration


async def test_one_occurrence_moves_alone(standing_house: House) -> None:
    """Its siblings and the rule stay; it is still known by the time the rule has."""
    house = standing_house
    created = await weeks(house, 4)

    changed = await change(house, created.series, THIS, at(1), start_local=at(1, "10:00", days=1))

    assert changed.series.plan == created.series.plan
    found = await house.occurrences(created.series.series_id)
    assert walls(found) == [at(0), at(1, "10:00", days=1), at(2), at(3)]
    assert [each.original_start_wall.local for each in found] == [at(0), at(1), at(2), at(3)]
    await house.book(await house.register(), at(1))


async def test_this_and_following_move_and_what_moved_alone_stays(standing_house: House) -> None:
    """Another time and weekday from the second on, with the same number of sessions in all."""
    house = standing_house
    created = await weeks(house, 5)
    alone = await change(house, created.series, THIS, at(3), start_local=at(3, "09:00"))

    changed = await change(house, alone.series, FOLLOWING, at(1), start_local=at(1, "11:30", days=2))

    found = await house.occurrences(created.series.series_id)
    assert walls(found) == [
        at(0),
        at(1, "11:30", days=2),
        at(2, "11:30", days=2),
        at(3, "09:00"),
        at(4, "11:30", days=2),
    ]
    assert (changed.series.series_id, changed.conflict_count) == (created.series.series_id, 0)
    assert changed.series.plan.rule == "FREQ=WEEKLY;COUNT=4;WKST=WE"
    assert house.claims() == {"confirmed": 5}


async def test_all_that_lie_ahead_go_to_another_therapist(standing_house: House) -> None:
    """Same hours, another person; the old one's time is free again."""
    house = standing_house
    created = await weeks(house, 3)
    other = str(uuid4())
    await work(house, other)

    changed = await change(house, created.series, EVERY, therapist_id=other)

    assert {each.appointment.therapist_id for each in changed.occurrences} == {other}
    assert changed.series.plan.therapist_id == other
    await house.book(await house.register(), at(0))


async def test_a_change_that_conflicts_moves_nothing_unless_conflicts_may_stay(standing_house: House) -> None:
    """All or none: every old time stays, every new one is free again. All but: the rest moves and one is named."""
    house = standing_house
    created = await weeks(house, 4)
    taken = await house.book(await house.register(), at(2, "11:00"))

    with pytest.raises(RuleViolated) as refused:
        await change(house, created.series, EVERY, start_local=at(0, "11:00"))

    assert refused.value.reason == "SERIES_CONFLICTS"
    (detail,) = [each for each in refused.value.details if isinstance(each, series_pb2.SeriesConflicts)]
    assert [each.conflict.HasField("alternative") for each in detail.occurrences] == [True]
    assert walls(await house.occurrences(created.series.series_id)) == [at(week) for week in range(4)]
    free = await house.book(await house.register(), at(1, "11:00"))
    assert free.start_wall.local == at(1, "11:00")
    moved = await change(house, created.series, EVERY, start_local=at(0, "11:00"), commit=SKIP)
    assert moved.conflict_count == 2
    assert [each.conflict.reason for each in moved.occurrences] == ["", "SLOT_TAKEN", "SLOT_TAKEN", ""]
    expected = [at(0, "11:00"), at(1), at(2), at(3, "11:00")]
    assert walls(await house.occurrences(created.series.series_id)) == expected
    assert taken.start_wall.local == at(2, "11:00")


async def test_a_refused_change_can_be_asked_for_again_under_the_same_request_id(standing_house: House) -> None:
    """What was taken back is not mistaken for moved: the retry says to ask anew, and anew it works."""
    house = standing_house
    created = await weeks(house, 3)
    blocking = await house.book(await house.register(), at(2, "11:00"))
    request = series_service_pb2.ChangeSeriesRequest(
        series_id=created.series.series_id,
        scope=EVERY,
        start_local=at(0, "11:00"),
        commit=ALL,
        etag=created.series.etag,
        request_id=str(uuid4()),
    )
    with pytest.raises(RuleViolated):
        await house.ask("ChangeSeries", request)
    off = booking_service_pb2.CancelAppointmentRequest(appointment_id=blocking.appointment_id, request_id=str(uuid4()))
    await house.ask("CancelAppointment", off)
    await house.settle()

    with pytest.raises(Stale):
        await house.ask("ChangeSeries", request)

    changed = await change(house, created.series, EVERY, start_local=at(0, "11:00"))
    assert walls(changed.occurrences) == [at(week, "11:00") for week in range(3)]
    assert house.claims() == {"confirmed": 3, "released": 1}


async def test_a_conflict_is_placed_by_changing_it_alone(standing_house: House) -> None:
    """The desk takes the alternative, and the worklist is empty."""
    house = standing_house
    await house.book(await house.register(), at(1))
    created = await house.create(house.plan(await house.register(), rule="FREQ=WEEKLY;COUNT=3"), SKIP)
    (conflict,) = await house.conflicts()
    instead = conflict.conflict.alternative.start_wall.local

    await change(house, created.series, THIS, at(1), start_local=instead)

    assert walls(await house.occurrences(created.series.series_id)) == [at(0), instead, at(2)]
    assert len(await house.conflicts()) == 0


async def test_a_stale_etag_changes_nothing(standing_house: House) -> None:
    """Somebody else was first: look again."""
    house = standing_house
    created = await weeks(house, 2)
    await change(house, created.series, THIS, at(1), start_local=at(1, "10:00"))

    with pytest.raises(Stale):
        await change(house, created.series, THIS, at(1), start_local=at(1, "11:00"))
    with pytest.raises(NotFound):
        await cancel(house, created.series.series_id, THIS, at(1, "13:00"))


async def test_cancelling_takes_one_or_the_rest_or_all(standing_house: House) -> None:
    """The time of what is called off is free; what came before stays."""
    house = standing_house
    created = await weeks(house, 5)
    series_id = created.series.series_id

    await cancel(house, series_id, THIS, at(1))
    assert walls(await house.occurrences(series_id)) == [at(0), at(2), at(3), at(4)]
    await cancel(house, series_id, FOLLOWING, at(3))
    assert walls(await house.occurrences(series_id)) == [at(0), at(2)]
    assert await top_up(house, days=60) == 1
    assert walls(await house.occurrences(series_id)) == [at(0), at(2)]
    ended = await cancel(house, series_id, EVERY)

    assert ended.series.state == series_pb2.Series.STATE_CANCELLED
    assert (house.booked(), house.claims()) == (0, {"released": 5})
    with pytest.raises(RuleViolated) as refused:
        await cancel(house, series_id, EVERY)
    assert refused.value.reason == "SERIES_CANCELLED"


async def test_a_client_calls_off_single_occurrences_of_their_own(standing_house: House) -> None:
    """One by one; the whole hour is given up with the practice."""
    house = standing_house
    created = await weeks(house, 3)
    herself = {
        "actor_id": "user:ada",
        "roles": frozenset({"client"}),
        "client_id": created.series.client_id,
    }

    done = await cancel(house, created.series.series_id, THIS, at(1), **herself)

    assert done.occurrences[0].appointment.cancelled_by == booking_pb2.Appointment.CANCELLED_BY_CLIENT
    for scope, original in ((FOLLOWING, at(0)), (EVERY, "")):
        with pytest.raises(Forbidden):
            await cancel(house, created.series.series_id, scope, original, **herself)


async def test_a_single_move_and_a_single_cancellation_need_not_know_of_the_series(standing_house: House) -> None:
    """An occurrence is an ordinary appointment: its own methods work, and the series shows it."""
    house = standing_house
    created = await weeks(house, 3)
    first, second = created.occurrences[0].appointment, created.occurrences[1].appointment
    move = booking_service_pb2.RescheduleAppointmentRequest(
        appointment_id=first.appointment_id,
        start_wall=wall_pb2.WallTime(local=at(0, "10:00"), time_zone=ZONE),
        etag=first.etag,
        request_id=str(uuid4()),
    )
    await house.ask("RescheduleAppointment", move)
    off = booking_service_pb2.CancelAppointmentRequest(appointment_id=second.appointment_id, request_id=str(uuid4()))
    await house.ask("CancelAppointment", off)
    await house.settle()

    found = await house.occurrences(created.series.series_id)

    assert walls(found) == [at(0, "10:00"), at(2)]
    assert found[1].appointment.state == CANCELLED


async def test_of_changes_that_race_one_wins_and_the_others_look_again(standing_house: House) -> None:
    """Three desks move the same hour: every session is where one of them put it, and nothing else is taken."""
    house = standing_house
    created = await weeks(house, 4)
    hours = ("10:00", "11:00", "12:00")

    outcomes = await asyncio.gather(
        *(change(house, created.series, EVERY, start_local=at(0, hour)) for hour in hours), return_exceptions=True
    )

    won = [hour for hour, each in zip(hours, outcomes, strict=True) if isinstance(each, Outcome)]
    assert len(won) == 1
    assert all(isinstance(each, Outcome | Stale) for each in outcomes)
    assert walls(await house.occurrences(created.series.series_id)) == [at(week, won[0]) for week in range(4)]
    for hour in {"15:00", *hours} - set(won):
        await house.book(await house.register(), at(1, hour))


async def test_a_change_that_races_bookings_shares_no_time_with_them(standing_house: House) -> None:
    """Four sessions move to eleven while four guests want eleven: each time has one owner, whoever it is."""
    house = standing_house
    created = await weeks(house, 4)
    guests = [await house.register() for _ in range(4)]

    outcomes = await asyncio.gather(
        change(house, created.series, EVERY, start_local=at(0, "11:00"), commit=SKIP),
        *(house.book(guest, at(week, "11:00")) for week, guest in enumerate(guests)),
        return_exceptions=True,
    )
    await house.settle()

    moved = [each for each in walls(await house.occurrences(created.series.series_id)) if each.endswith("11:00")]
    taken = [each.start_wall.local for each in outcomes if isinstance(each, booking_pb2.Appointment)]
    assert sorted([*moved, *taken]) == [at(week, "11:00") for week in range(4)]
    assert house.booked() == 4 + len(taken)


async def test_what_has_begun_is_not_moved(standing_house: House) -> None:
    """Neither alone nor with those that follow."""
    house = standing_house
    created = await weeks(house, 3)
    with psycopg.connect(house.database.owner_url) as conn:
        conn.execute(
            "update series_occurrences set start_time = now() where practice_id = %s and original_start_local = %s",
            (house.practice_id, at(0)),
        )

    for scope in (THIS, FOLLOWING):
        with pytest.raises(RuleViolated) as refused:
            await change(house, created.series, scope, at(0), start_local=at(0, "10:00"))
        assert refused.value.reason == "STATE_FORBIDS"
    changed = await change(house, created.series, EVERY, start_local=at(1, "10:00"))

    assert walls(await house.occurrences(created.series.series_id)) == [at(0), at(1, "10:00"), at(2, "10:00")]
    assert changed.series.plan.rule == "FREQ=WEEKLY;COUNT=2"


async def test_a_session_of_a_series_costs_a_late_cancellation_what_any_session_does(standing_house: House) -> None:
    """The client who calls one off late is proposed the practice's fee; what the practice calls off costs nothing."""
    house = standing_house
    policy = policy_pb2.Policy(late_cancel_h=336, late_cancel_fee_minor=8000, currency="USD")
    put = policy_service_pb2.PutPolicyRequest(policy=policy, request_id=str(uuid4()))
    await house.ask("PutPolicy", put, roles=frozenset({"practice_admin"}))
    created = await weeks(house, 3, local=at(-1))
    series = created.series
    client: dict[str, Any] = {
        "actor_id": "user:client",
        "roles": frozenset({"client"}),
        "client_id": series.client_id,
    }

    off = await cancel(house, series.series_id, THIS, at(-1), **client)
    await cancel(house, series.series_id, EVERY)

    listed = await house.ask("ListFees", policy_service_pb2.ListFeesRequest(client_id=series.client_id))
    (fee,) = listed.fees
    assert off.occurrences[0].appointment.is_late_cancellation
    assert (fee.appointment_id, fee.amount_minor) == (off.occurrences[0].appointment.appointment_id, 8000)
