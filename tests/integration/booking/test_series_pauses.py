"""Standing hours with the real ledger: paused, and booked further ahead by themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kept.booking.v1 import booking_service_pb2, series_pb2, series_service_pb2

from services.booking.adapters.series_ledger import AvailabilitySeriesLedger
from services.booking.domain.appointment import Slot
from services.booking.usecases.ports import Wish
from services.booking.usecases.series_ports import Refused, SeriesLedger
from services.chassis.context import Call
from services.chassis.errors import RuleViolated
from services.chassis.events.outbox import as_json
from tests.integration.booking.series_desk import (
    Occurrence,
    cancel,
    change,
    pause,
    resume,
    top_up,
    walls,
    weeks,
)
from tests.integration.booking.standing import ALL, EVERY, THIS, House, at
from tests.integration.booking.waiting_room import WaitingRoom

pytestmark = pytest.mark.integration


async def test_a_pause_that_keeps_the_time_blocks_it_until_the_hour_is_back(standing_house: House) -> None:
    """No session takes place, nobody else gets the time, and the same appointments come back."""
    house = standing_house
    created = await weeks(house, 5)

    paused = await pause(house, created.series, 1, 3, keeps_time=True)

    assert [each.fate for each in paused.occurrences] == [Occurrence.FATE_PAUSED] * 2
    assert walls(await house.occurrences(created.series.series_id)) == [at(0), at(3), at(4)]
    with pytest.raises(RuleViolated):
        await house.book(await house.register(), at(1))
    resumed = await resume(house, paused.series)
    assert walls(resumed.occurrences) == [at(1), at(2)]
    ids = [each.appointment.appointment_id for each in await house.occurrences(created.series.series_id)]
    assert ids == [each.appointment.appointment_id for each in created.occurrences]
    assert house.claims() == {"confirmed": 5}


async def test_kept_time_is_given_back_when_the_hour_is_given_up(standing_house: House) -> None:
    """Calling the series off frees what the pause kept."""
    house = standing_house
    created = await weeks(house, 3)
    paused = await pause(house, created.series, 1, 2, keeps_time=True)

    await cancel(house, paused.series.series_id, EVERY)

    assert house.claims() == {"released": 3}
    await house.book(await house.register(), at(1))


async def test_lent_time_is_others_until_it_comes_free_and_then_the_clients_first(standing_house: House) -> None:
    """What was lent away waits on the worklist; once a mis-click can't be undone any more, it is theirs again."""
    house = standing_house
    created = await weeks(house, 4)
    paused = await pause(house, created.series, 1, 3, keeps_time=False)
    guest = await house.book(await house.register(), at(1))

    resumed = await resume(house, paused.series)

    assert walls(resumed.occurrences) == [at(2)]
    (waiting,) = await house.conflicts()
    assert (waiting.has_first_refusal, waiting.original_start_wall.local) == (True, at(1))
    await top_up(house, days=0)
    assert len(await house.conflicts()) == 1
    off = booking_service_pb2.CancelAppointmentRequest(appointment_id=guest.appointment_id, request_id=str(uuid4()))
    await house.ask("CancelAppointment", off)
    await house.settle()
    await WaitingRoom(house).refill(minutes=2)
    await house.settle()
    assert walls(await house.occurrences(created.series.series_id)) == [at(week) for week in range(4)]
    assert len(await house.conflicts()) == 0


async def test_a_pause_has_its_limits(standing_house: House) -> None:
    """One at a time, not beyond what is booked, and only one that is there can be ended."""
    house = standing_house
    created = await weeks(house, 4, horizon_days=60)
    cases = [(1, 1, "INTERVAL_REVERSED"), (1, 20, "PAUSE_BEYOND_HORIZON")]

    for first, after, reason in cases:
        with pytest.raises(Exception, match=r".") as refused:
            await pause(house, created.series, first, after, keeps_time=True)
        assert getattr(refused.value, "reason", "") == reason
    with pytest.raises(RuleViolated) as none:
        await resume(house, created.series)
    assert none.value.reason == "SERIES_NOT_PAUSED"
    paused = await pause(house, created.series, 1, 2, keeps_time=True)
    for attempt in (
        pause(house, paused.series, 2, 3, keeps_time=True),
        change(house, paused.series, EVERY, start_local=at(0, "11:00")),
    ):
        with pytest.raises(RuleViolated) as twice:
            await attempt
        assert twice.value.reason == "SERIES_PAUSED"


async def test_the_horizon_moves_on_by_itself_and_conflicts_go_to_the_desk(standing_house: House) -> None:
    """Three weeks later three more are booked, but for one that is taken; looking again changes nothing."""
    house = standing_house
    created = await house.create(house.plan(await house.register(), horizon_days=28))
    count = len(created.occurrences)
    await house.book(await house.register(), at(count + 1))

    assert await top_up(house, days=21) == 1
    once = await house.occurrences(created.series.series_id)
    assert await top_up(house, days=21) == 1

    assert await house.occurrences(created.series.series_id) == once
    fates = [each.fate for each in once[count:]]
    assert fates.count(Occurrence.FATE_CONFLICT) == 1
    assert [each.original_start_wall.local for each in once] == [at(week) for week in range(len(once))]
    assert len(once) - count in (2, 3)
    assert [each.original_start_wall.local for each in await house.conflicts()] == [at(count + 1)]


class DyingLedger(AvailabilitySeriesLedger):
    """Holds in the real ledger, and then its process is gone."""

    def __init__(self, real: SeriesLedger) -> None:
        self._real = real

    async def check_many(self, wishes: Sequence[tuple[str, Wish]], call: Call) -> list[Slot | Refused]:
        """Ask the real one."""
        return await self._real.check_many(wishes, call)

    async def hold_many(self, wishes: Sequence[tuple[str, Wish]], call: Call) -> list[Slot | Refused]:
        """Hold, and die before anything is committed."""
        await self._real.hold_many(wishes, call)
        raise KeyboardInterrupt


async def test_a_top_up_that_dies_goes_on_where_it_was(standing_house: House) -> None:
    """What it held is found again: every claim has its appointment, none is left over."""
    house = standing_house
    created = await house.create(house.plan(await house.register(), horizon_days=28))
    count = len(created.occurrences)
    with pytest.raises(KeyboardInterrupt):
        await top_up(house, days=21, ledger=DyingLedger(house.parts.ledger))
    held = sum(house.claims().values()) - count

    assert await top_up(house, days=21) == 1

    found = await house.occurrences(created.series.series_id)
    assert held == len(found) - count > 0
    assert house.claims() == {"confirmed": len(found)}
    assert house.booked() == len(found)


async def test_what_a_dead_top_up_held_and_gave_back_is_placed_anew(standing_house: House) -> None:
    """The ledger asked meanwhile and was told that nothing stands on the holds: new ids, the same times."""
    house = standing_house
    created = await house.create(house.plan(await house.register(), horizon_days=28))
    count = len(created.occurrences)
    with pytest.raises(KeyboardInterrupt):
        await top_up(house, days=21, ledger=DyingLedger(house.parts.ledger))
    await house.lapse()
    assert house.claims()["released"] > 0

    assert await top_up(house, days=21) == 1

    found = await house.occurrences(created.series.series_id)
    assert len(walls(found)) == len(found) > count
    assert house.claims()["confirmed"] == len(found)
    assert "held" not in house.claims()


async def test_a_paused_hour_is_kept_even_when_the_ledger_asks(standing_house: House) -> None:
    """A hold that nobody confirmed before the pause is confirmed for it: the question finds it kept."""
    house = standing_house
    plan = house.plan(await house.register(), rule="FREQ=WEEKLY;COUNT=3")
    request = series_service_pb2.CreateSeriesRequest(plan=plan, commit=ALL, request_id=str(uuid4()))
    created = await house.ask("CreateSeries", request)
    house.lose_events()
    await pause(house, created.series, 1, 2, keeps_time=True)

    await house.lapse()

    assert house.claims() == {"confirmed": 3}


async def test_every_change_of_a_series_is_in_the_trail_for_its_client(standing_house: House) -> None:
    """Creating, looking ahead and calling off each leave a record about the client."""
    house = standing_house
    created = await house.create(house.plan(await house.register(), horizon_days=28))
    await top_up(house, days=21)
    await cancel(house, created.series.series_id, EVERY)

    with psycopg.connect(house.database.owner_url) as conn:
        rows = conn.execute("select record from audit_outbox where practice_id = %s", (house.practice_id,)).fetchall()

    about = [str(row[0]) for row in rows if created.series.client_id in str(row[0])]
    for method in ("booking.CreateSeries", "booking.TopUpSeries", "booking.CancelSeries"):
        assert any(method in each for each in about)


async def test_events_say_with_which_series_a_session_came_and_went(standing_house: House) -> None:
    """A client gets one word about a whole series; what is done to one occurrence alone names none."""
    house = standing_house
    created = await weeks(house, 3)
    await change(house, created.series, THIS, at(0), start_local=at(0, "10:00"))
    await cancel(house, created.series.series_id, EVERY)

    with psycopg.connect(house.database.owner_url) as conn:
        rows = conn.execute(
            "select type, body from outbox where practice_id = %s and type like '%%.Appointment%%' order by position",
            (house.practice_id,),
        ).fetchall()

    said = [(name.rpartition(".")[2], json.loads(as_json(name, body))["appointment"]) for name, body in rows]
    named = [(name, appointment.get("seriesId", "")) for name, appointment in said]
    series_id = created.series.series_id
    assert named == [
        *[("AppointmentBooked", series_id)] * 3,
        ("AppointmentRescheduled", ""),
        *[("AppointmentCancelled", series_id)] * 3,
    ]


async def test_a_retry_of_any_change_gives_its_first_answer(standing_house: House) -> None:
    """Moving, pausing, resuming and calling off twice under one id is doing it once."""
    house = standing_house
    created = await weeks(house, 4)
    series_id, etag = created.series.series_id, created.series.etag

    requests: list[tuple[str, Any]] = [
        (
            "ChangeSeries",
            lambda etag: series_service_pb2.ChangeSeriesRequest(
                series_id=series_id, scope=EVERY, start_local=at(0, "11:00"), commit=ALL, etag=etag
            ),
        ),
        (
            "PauseSeries",
            lambda etag: series_service_pb2.PauseSeriesRequest(
                series_id=series_id, from_date=at(1)[:10], to_date=at(2)[:10], etag=etag
            ),
        ),
        ("ResumeSeries", lambda etag: series_service_pb2.ResumeSeriesRequest(series_id=series_id, etag=etag)),
        (
            "CancelSeries",
            lambda etag: series_service_pb2.CancelSeriesRequest(series_id=series_id, scope=EVERY, etag=etag),
        ),
    ]
    for method, request_with in requests:
        request = request_with(etag)
        request.request_id = str(uuid4())
        first = await house.ask(method, request)
        await house.settle()
        assert await house.ask(method, request) == first
        etag = first.series.etag

    assert house.booked() == 0
    assert set(house.claims()) <= {"released", "confirmed"}


async def test_a_therapist_who_is_gone_is_news_for_the_desk(standing_house: House) -> None:
    """Nobody waits for the job's answer: what it can't place for whatever reason stands on the worklist."""
    house = standing_house
    created = await house.create(house.plan(await house.register(), horizon_days=28))
    with psycopg.connect(house.database.owner_url) as conn:
        conn.execute("update series set therapist_id = %s where practice_id = %s", (str(uuid4()), house.practice_id))

    assert await top_up(house, days=21) == 1

    found = (await house.occurrences(created.series.series_id))[len(created.occurrences) :]
    assert {each.conflict.reason for each in found} == {"NOT_FOUND"}
    assert len(await house.conflicts()) == len(found) > 0


async def test_a_pause_ends_by_itself(standing_house: House) -> None:
    """The day after its last one the series is active again, even one whose rule has no more to name."""
    house = standing_house
    created = await weeks(house, 6)
    paused = await pause(house, created.series, 1, 2, keeps_time=True)
    assert paused.series.state == series_pb2.Series.STATE_PAUSED

    await top_up(house, days=7)
    seen = series_service_pb2.GetSeriesRequest(series_id=created.series.series_id)
    before = await house.ask("GetSeries", seen)
    await top_up(house, days=35)
    after = await house.ask("GetSeries", seen)

    assert (before.state, before.keeps_time) == (series_pb2.Series.STATE_PAUSED, True)
    assert (after.state, after.pause_from_date, after.keeps_time) == (series_pb2.Series.STATE_ACTIVE, "", False)
    assert walls(await house.occurrences(created.series.series_id)) == [at(0), *(at(week) for week in range(2, 6))]
