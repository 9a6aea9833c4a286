"""Standing hours with the real ledger: moved, called off, paused and booked further ahead."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kept.booking.v1 import booking_pb2, booking_service_pb2, series_pb2, series_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.adapters.series_ledger import AvailabilitySeriesLedger
from services.booking.bootstrap import own_call
from services.booking.domain.appointment import Slot
from services.booking.usecases.ports import Wish
from services.booking.usecases.series_ports import Refused, SeriesLedger
from services.booking.usecases.top_up_series import top_up_series
from services.chassis.context import Call
from services.chassis.errors import Forbidden, NotFound, RuleViolated, Stale
from tests.integration.booking.standing import ALL, EVERY, FOLLOWING, SKIP, THIS, ZONE, House, at, monday, work

pytestmark = pytest.mark.integration

Occurrence = series_pb2.SeriesOccurrence
Outcome = series_service_pb2.SeriesOutcome
BOOKED, CANCELLED = booking_pb2.Appointment.STATE_BOOKED, booking_pb2.Appointment.STATE_CANCELLED


async def weeks(house: House, count: int, **plan: Any) -> Outcome:
    """Agree on some Mondays at 15:00."""
    return await house.create(house.plan(await house.register(), rule=f"FREQ=WEEKLY;COUNT={count}", **plan))


async def change(house: House, series: series_pb2.Series, scope: Any, original: str = "", **parts: Any) -> Outcome:
    """Move occurrences, and let the ledger hear of it."""
    request = series_service_pb2.ChangeSeriesRequest(
        series_id=series.series_id,
        scope=scope,
        original_start_local=original,
        etag=series.etag,
        request_id=str(uuid4()),
        **({"commit": ALL} | parts),
    )
    changed: Outcome = await house.ask("ChangeSeries", request)
    await house.settle()
    return changed


async def cancel(house: House, series_id: str, scope: Any, original: str = "", **person: Any) -> Outcome:
    """Call occurrences off, and let the ledger hear of it."""
    request = series_service_pb2.CancelSeriesRequest(
        series_id=series_id, scope=scope, original_start_local=original, request_id=str(uuid4())
    )
    cancelled: Outcome = await house.ask("CancelSeries", request, **person)
    await house.settle()
    return cancelled


async def pause(house: House, series: series_pb2.Series, first: int, after: int, *, keeps_time: bool) -> Outcome:
    """Pause from one Monday until before another, and let the ledger hear of it."""
    request = series_service_pb2.PauseSeriesRequest(
        series_id=series.series_id,
        from_date=str(monday() + timedelta(weeks=first)),
        to_date=str(monday() + timedelta(weeks=after)),
        keeps_time=keeps_time,
        etag=series.etag,
        request_id=str(uuid4()),
    )
    paused: Outcome = await house.ask("PauseSeries", request)
    await house.settle()
    return paused


async def resume(house: House, series: series_pb2.Series) -> Outcome:
    """End the pause, and let the ledger hear of it."""
    request = series_service_pb2.ResumeSeriesRequest(
        series_id=series.series_id, etag=series.etag, request_id=str(uuid4())
    )
    resumed: Outcome = await house.ask("ResumeSeries", request)
    await house.settle()
    return resumed


async def top_up(house: House, *, days: int, ledger: SeriesLedger | None = None) -> int:
    """Let the job look, some days from now."""
    house.let_be_due()
    done = await top_up_series(
        partial(own_call, house.parts.database),
        ledger=ledger or house.parts.ledger,
        store=house.parts.series,
        clock=lambda: datetime.now(UTC) + timedelta(days=days),
    )
    await house.settle()
    return done


def walls(occurrences: Sequence[Occurrence]) -> list[str]:
    """Return when the sessions of occurrences start."""
    return [each.appointment.start_wall.local for each in occurrences if each.appointment.state == BOOKED]


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
    """What was lent away waits on the worklist; once it is free, the next look books it."""
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
    await top_up(house, days=0)
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
            "select type, body::jsonb -> 'appointment' ->> 'seriesId' from outbox"
            " where practice_id = %s and type like '%%.Appointment%%' order by position",
            (house.practice_id,),
        ).fetchall()

    named = [(name.rpartition(".")[2], series_id or "") for name, series_id in rows]
    series_id = created.series.series_id
    assert named == [
        *[("AppointmentBooked", series_id)] * 3,
        ("AppointmentRescheduled", ""),
        *[("AppointmentCancelled", series_id)] * 3,
    ]


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
