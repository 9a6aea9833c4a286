"""Standing hours with the real ledger: what a pre-flight tells, and what is agreed."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from kept.booking.v1 import series_pb2, series_service_pb2

from services.chassis.errors import AlreadyExists, Forbidden, InvalidRequest, NotFound, RuleViolated
from tests.integration.booking.standing import ALL, SKIP, ZONE, House, at, monday

pytestmark = pytest.mark.integration

Occurrence = series_pb2.SeriesOccurrence
PREFLIGHT_MS = 150
"""Milliseconds for a year of weeks. Source: the bench's target; here with room for a busy machine."""


async def preflight(house: House, plan: series_pb2.SeriesPlan) -> series_service_pb2.PreflightSeriesResponse:
    """Ask as the desk does."""
    request = series_service_pb2.PreflightSeriesRequest(plan=plan)
    answer: series_service_pb2.PreflightSeriesResponse = await house.ask("PreflightSeries", request)
    return answer


async def test_a_preflight_tells_every_conflict_with_an_alternative_and_holds_nothing(
    standing_house: House,
) -> None:
    """Taken, off, the client elsewhere: each is told with its reason and a slot of its own."""
    house = standing_house
    ada, ben = await house.register(), await house.register()
    await house.book(ben, at(1))
    await house.take_off(monday() + timedelta(weeks=2))
    await house.book(ada, at(3, "15:30"))
    plan = house.plan(ada, rule="FREQ=WEEKLY;COUNT=6")

    told = await preflight(house, plan)

    reasons = [each.conflict.reason for each in told.occurrences]
    assert reasons[0] == reasons[4] == reasons[5] == ""
    assert reasons[1] == "SLOT_TAKEN"
    assert reasons[2] == "SLOT_TAKEN"
    assert reasons[3] in ("SLOT_TAKEN", "CLIENT_OVERLAP")
    assert told.conflict_count == 3
    alternatives = [each.conflict.alternative.start_wall.local for each in told.occurrences if each.conflict.reason]
    assert all(alternatives)
    assert len(set(alternatives)) == 3
    assert not set(alternatives) & {each.original_start_wall.local for each in told.occurrences}
    assert sum(house.claims().values()) == 2
    for local in alternatives:
        await house.book(ada, local)


async def test_a_time_outside_of_the_hours_is_told_as_not_offered(standing_house: House) -> None:
    """Saturdays are nobody's: every one of them has its alternative on a weekday."""
    house = standing_house
    plan = house.plan(await house.register(), local=at(0, days=5), rule="FREQ=WEEKLY;COUNT=3")

    told = await preflight(house, plan)

    assert {each.conflict.reason for each in told.occurrences} == {"SLOT_NOT_OFFERED"}
    assert all(each.conflict.HasField("alternative") for each in told.occurrences)


async def test_a_year_of_weeks_is_checked_at_once(standing_house: House) -> None:
    """One call of the ledger for 52 occurrences: milliseconds, conflicts and alternatives included."""
    house = standing_house
    ada, ben = await house.register(), await house.register()
    for week in range(0, 20, 2):
        await house.book(ben, at(week))
    plan = house.plan(ada, rule="FREQ=WEEKLY;COUNT=52", horizon_days=366)
    await preflight(house, plan)

    took = []
    for _ in range(5):
        began = time.perf_counter()
        told = await preflight(house, plan)
        took.append((time.perf_counter() - began) * 1000)

    assert len(told.occurrences) >= 50
    assert told.conflict_count == 10
    assert min(took) < PREFLIGHT_MS


async def test_all_or_none_means_none_when_one_conflicts(standing_house: House) -> None:
    """The refusal lists every conflict; nothing is written and nothing stays held."""
    house = standing_house
    await house.book(await house.register(), at(2))
    ada = await house.register()

    with pytest.raises(RuleViolated) as refused:
        await house.create(house.plan(ada, rule="FREQ=WEEKLY;COUNT=5"), ALL)

    assert refused.value.reason == "SERIES_CONFLICTS"
    (detail,) = [each for each in refused.value.details if isinstance(each, series_pb2.SeriesConflicts)]
    assert [each.original_start_wall.local for each in detail.occurrences] == [at(2)]
    assert detail.occurrences[0].conflict.HasField("alternative")
    assert (house.booked(), house.claims()) == (1, {"held": 1})


async def test_all_but_the_conflicts_skips_those_and_says_which(standing_house: House) -> None:
    """What could not be placed stands on the desk's worklist, the rest is booked."""
    house = standing_house
    await house.book(await house.register(), at(2))
    ada = await house.register()

    created = await house.create(house.plan(ada, rule="FREQ=WEEKLY;COUNT=5"), SKIP)

    fates = [each.fate for each in created.occurrences]
    assert fates == [Occurrence.FATE_BOOKED] * 2 + [Occurrence.FATE_CONFLICT] + [Occurrence.FATE_BOOKED] * 2
    assert created.conflict_count == 1
    (open_conflict,) = await house.conflicts()
    assert (open_conflict.original_start_wall.local, open_conflict.client_id) == (at(2), ada)
    assert open_conflict.conflict.alternative.start_wall.local
    assert house.claims() == {"confirmed": 5}


async def test_an_open_ended_hour_is_booked_half_a_year_ahead_and_keeps_its_wall_time(standing_house: House) -> None:
    """26 weeks at 15:00, before and after clocks change, each of 50 minutes."""
    house = standing_house

    created = await house.create(house.plan(await house.register()))

    booked = [each.appointment for each in created.occurrences]
    rules = ZoneInfo(ZONE)
    assert 24 <= len(booked) <= 26
    starts = [each.start_time.ToDatetime(UTC) for each in booked]
    assert {each.astimezone(rules).strftime("%a %H:%M") for each in starts} == {"Mon 15:00"}
    assert len({each.hour for each in starts}) == 2
    assert {each.end_time.ToDatetime(UTC) - each.start_time.ToDatetime(UTC) for each in booked} == {
        timedelta(minutes=50)
    }
    seen = await house.ask("GetSeries", series_service_pb2.GetSeriesRequest(series_id=created.series.series_id))
    assert seen == created.series
    listed = await house.ask("ListSeries", series_service_pb2.ListSeriesRequest(client_id=seen.client_id))
    assert list(listed.series) == [seen]


async def test_a_retry_gives_the_first_answer_and_books_nothing_twice(standing_house: House) -> None:
    """The same request again, twice at once too, is one series; another one under the id is refused."""
    house = standing_house
    plan, request_id = house.plan(await house.register(), rule="FREQ=WEEKLY;COUNT=4"), str(uuid4())
    request = series_service_pb2.CreateSeriesRequest(plan=plan, commit=ALL, request_id=request_id)

    answers = await asyncio.gather(*(house.ask("CreateSeries", request) for _ in range(3)))

    assert answers[0] == answers[1] == answers[2]
    assert (house.booked(), sum(house.claims().values())) == (4, 4)
    plan.rule = "FREQ=WEEKLY;COUNT=5"
    with pytest.raises(AlreadyExists):
        await house.create(plan, request_id=request_id)


async def test_of_two_series_that_race_for_an_hour_each_occurrence_has_one_owner(standing_house: House) -> None:
    """Weekly against fortnightly, all but conflicts: no time has two owners, and none that both wanted is lost."""
    house = standing_house
    plans = [
        house.plan(await house.register(), rule="FREQ=WEEKLY;COUNT=8"),
        house.plan(await house.register(), rule="FREQ=WEEKLY;INTERVAL=2;COUNT=4"),
        house.plan(await house.register(), rule="FREQ=WEEKLY;COUNT=8"),
    ]

    created = await asyncio.gather(*(house.create(each, SKIP) for each in plans))

    booked = [
        each.original_start_wall.local
        for one in created
        for each in one.occurrences
        if each.fate == Occurrence.FATE_BOOKED
    ]
    assert sorted(booked) == [at(week) for week in range(8)]
    assert sum(one.conflict_count for one in created) == 12
    assert house.booked() == 8


async def test_of_two_all_or_none_series_at_most_one_comes_true(standing_house: House) -> None:
    """The loser leaves nothing behind: every claim that blocks has its appointment."""
    house = standing_house
    plans = [house.plan(await house.register(), rule="FREQ=WEEKLY;COUNT=6") for _ in range(3)]

    outcomes = await asyncio.gather(*(house.create(each, ALL) for each in plans), return_exceptions=True)

    won = [each for each in outcomes if isinstance(each, series_service_pb2.SeriesOutcome)]
    assert len(won) <= 1
    assert house.booked() == 6 * len(won)
    states = house.claims()
    assert states.get("held", 0) + states.get("confirmed", 0) == 6 * len(won)


async def test_a_series_has_limits_and_says_so(standing_house: House) -> None:
    """Rules, intervals and horizons beyond them are refused by name."""
    house = standing_house
    client_id = await house.register()
    yesterday = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y%m%d")
    refusals = {
        "RECURRENCE_UNSUPPORTED": [
            house.plan(client_id, rule="FREQ=HOURLY"),
            house.plan(client_id, rule="FREQ=WEEKLY;INTERVAL=53"),
        ],
        "RECURRENCE_MALFORMED": [house.plan(client_id, rule="WEEKLY")],
        "RECURRENCE_TOO_LARGE": [house.plan(client_id, horizon_days=367)],
        "SERIES_EMPTY": [house.plan(client_id, rule=f"FREQ=WEEKLY;UNTIL={yesterday}")],
        "UNKNOWN_TIME_ZONE": [house.plan(client_id)],
    }
    refusals["UNKNOWN_TIME_ZONE"][0].start_wall.time_zone = "Mars/Olympus"

    for reason, plans in refusals.items():
        for plan in plans:
            with pytest.raises(InvalidRequest) as refused:
                await preflight(house, plan)
            assert refused.value.reason == reason
    with pytest.raises(NotFound):
        await house.create(house.plan(str(uuid4()), rule="FREQ=WEEKLY;COUNT=2"))
    assert house.claims() == {}


async def test_clients_see_their_standing_hours_and_do_not_plan_them(standing_house: House) -> None:
    """Reading is theirs, planning and the worklist are the staff's, and a stranger sees nothing."""
    house = standing_house
    ada = await house.register()
    plan = house.plan(ada, rule="FREQ=WEEKLY;COUNT=2")
    created = await house.create(plan)
    herself = {"actor_id": "user:ada", "roles": frozenset({"client"}), "client_id": ada}
    stranger = {"actor_id": "user:eve", "roles": frozenset({"client"}), "client_id": str(uuid4())}
    therapist = {"actor_id": "user:t", "roles": frozenset({"therapist"}), "therapist_id": house.therapist_id}
    get = series_service_pb2.GetSeriesRequest(series_id=created.series.series_id)

    for person in (herself, therapist):
        assert (await house.ask("GetSeries", get, **person)).client_id == ada
    with pytest.raises(Forbidden):
        await house.ask("GetSeries", get, **stranger)
    worklist = await house.ask("ListSeriesConflicts", series_service_pb2.ListSeriesConflictsRequest(), **therapist)
    assert len(worklist.occurrences) == 0
    for method, request in (
        ("PreflightSeries", series_service_pb2.PreflightSeriesRequest(plan=plan)),
        ("ListSeriesConflicts", series_service_pb2.ListSeriesConflictsRequest()),
    ):
        with pytest.raises(Forbidden):
            await house.ask(method, request, **herself)
