"""Groups that meet by a rule, members who are seated by themselves, seats that move; on the real ledger."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import (
    booking_pb2,
    booking_service_pb2,
    group_series_service_pb2,
    groups_pb2,
    groups_service_pb2,
    series_pb2,
)
from kept.wall.v1 import wall_pb2

from services.booking.bootstrap import own_call
from services.booking.usecases.fill_group_seats import fill_group_seats
from services.booking.usecases.join_appointment import join_appointment
from services.booking.usecases.ports import Wish
from services.booking.usecases.top_up_group_series import top_up_group_series
from services.chassis.context import Actor, Call
from services.chassis.errors import Forbidden, RuleViolated, ServiceError
from tests.integration.booking.standing import ALL, SKIP, ZONE, House, at, monday, work
from tests.integration.booking.test_groups import (
    CANCELLED,
    SCHEDULED,
    Circle,
    fence,
    found,
    refused,
    step,
)

pytestmark = pytest.mark.integration

RULES = group_series_service_pb2.DESCRIPTOR.services_by_name["GroupSeriesService"]
BOOKED, CONFLICT = series_pb2.SeriesOccurrence.FATE_BOOKED, series_pb2.SeriesOccurrence.FATE_CONFLICT
FREE = series_pb2.SeriesOccurrence.FATE_FREE


async def rule(circle: Circle, method: str, **said: Any) -> Any:
    """Call a method of groups' rules."""
    request_class = GetMessageClass(RULES.methods_by_name[method].input_type)
    if "request_id" in request_class.DESCRIPTOR.fields_by_name:
        said.setdefault("request_id", str(uuid4()))
    answer = await circle.house.ask(method, request_class(group_id=circle.group_id, **said))
    await circle.house.settle()
    return answer


def plan(**parts: Any) -> groups_pb2.GroupSeriesPlan:
    """Return a plan: Mondays at 15:00 for five weeks, unless told otherwise."""
    wall = wall_pb2.WallTime(local=at(0), time_zone=ZONE)
    return groups_pb2.GroupSeriesPlan(start_wall=wall, **({"rule": "FREQ=WEEKLY;COUNT=5"} | parts))


async def fill(house: House) -> None:
    """Seat who waits, in the practice of a test, as the job does."""
    with psycopg.connect(house.database.owner_url) as conn:
        conn.execute("delete from group_seat_calls where practice_id <> %s", (house.practice_id,))
        conn.execute("update group_seat_calls set due_time = least(due_time, now())")
    await fill_group_seats(
        lambda practice_id: own_call(house.parts.database, practice_id),
        store=house.parts.groups,
        ledger=house.parts.ledger,
        clock=lambda: datetime.now(UTC),
    )
    await house.settle()


async def top_up(house: House, *, later: timedelta = timedelta()) -> None:
    """Let the practice's rules, and no other, be due, and look at them some time from now."""
    with psycopg.connect(house.database.owner_url) as conn:
        conn.execute("update group_series set top_up_time = null where practice_id <> %s", (house.practice_id,))
        conn.execute(
            "update group_series set top_up_time = now() where practice_id = %s and top_up_time is not null",
            (house.practice_id,),
        )
    await top_up_group_series(
        lambda practice_id: own_call(house.parts.database, practice_id),
        groups=house.parts.groups,
        store=house.parts.group_series,
        ledger=house.parts.ledger,
        appointments=house.parts.appointments,
        books=house.parts.books,
        clock=lambda: datetime.now(UTC) + later,
    )
    await house.settle()


async def seats(circle: Circle, group_session_id: str) -> dict[str, Any]:
    """Return who has which state in a session."""
    session = await circle.ask("GetGroupSession", group_session_id=group_session_id)
    return {each.client_id: each.state for each in session.seats}


async def test_a_rule_is_tried_before_it_is_agreed_and_holds_nothing(standing_house: House) -> None:
    """Each conflict with its reason and a free slot nearby; the co-leader's hours count as the leader's."""
    co_leader = str(uuid4())
    await work(standing_house, co_leader)
    circle = await found(standing_house, co_therapist_ids=[co_leader])
    await standing_house.take_off(monday() + timedelta(weeks=1))

    tried = await rule(circle, "PreflightGroupSeries", plan=plan())

    assert [each.fate for each in tried.occurrences] == [FREE, CONFLICT, FREE, FREE, FREE]
    assert tried.conflict_count == 1
    missed = tried.occurrences[1].conflict
    assert missed.reason == "SLOT_TAKEN"
    assert missed.alternative.start_wall.time_zone == ZONE
    assert standing_house.claims() == {}


async def test_a_group_meets_by_a_rule_and_its_members_are_in_every_session(standing_house: House) -> None:
    """On the wall clock, across a change of clocks too; seats in the order of joining; a retry is the same rule."""
    circle = await found(standing_house, capacity=2)
    first, second, third = await circle.join(3)
    request_id = str(uuid4())

    made = await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL, request_id=request_id)
    again = await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL, request_id=request_id)
    await fill(standing_house)

    assert made == again
    assert [each.fate for each in made.occurrences] == [BOOKED] * 5
    sessions = (await circle.ask("ListGroupSessions")).sessions
    assert [each.group_session_id for each in sessions] == [each.group_session_id for each in made.occurrences]
    assert {each.start_wall.local[11:] for each in sessions} == {"15:00"}
    assert {each.group_series_id for each in sessions} == {made.series.group_series_id}
    for each in sessions:
        assert (await seats(circle, each.group_session_id)).keys() == {first, second}
    assert third not in str(sessions)
    assert standing_house.claims() == {"confirmed": 5 + 10}
    assert await refused(rule(circle, "CreateGroupSeries", plan=plan())) == "MALFORMED_REQUEST", "say what of conflicts"
    second_rule = rule(circle, "CreateGroupSeries", plan=plan(rule="FREQ=DAILY;COUNT=2"), commit=SKIP)
    assert await refused(second_rule) == "SERIES_RUNNING"


async def test_all_or_none_holds_nothing_and_all_but_the_conflicts_lists_them(standing_house: House) -> None:
    """The refusal says each conflict; what is left out waits on the group's list until a session settles it."""
    circle = await found(standing_house)
    await circle.join()
    await standing_house.take_off(monday() + timedelta(weeks=2))

    with pytest.raises(RuleViolated) as none:
        await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL)
    assert none.value.reason == "SERIES_CONFLICTS"
    [details] = [each for each in none.value.details if isinstance(each, groups_pb2.GroupConflicts)]
    assert [each.original_start_wall.local for each in details.occurrences] == [at(2)]
    assert standing_house.claims().get("held", 0) == 0

    made = await rule(circle, "CreateGroupSeries", plan=plan(), commit=SKIP)
    listed = await rule(circle, "ListGroupOccurrences")
    assert made.conflict_count == 1
    assert [each.fate for each in listed.occurrences] == [BOOKED, BOOKED, CONFLICT, BOOKED, BOOKED]
    await circle.meet(at(2, days=1), original_start_local=at(2))
    settled = (await rule(circle, "ListGroupOccurrences")).occurrences[2]
    assert (settled.fate, settled.HasField("conflict")) == (BOOKED, False)
    assert settled.group_session_id
    twice = circle.meet(at(2, days=2), original_start_local=at(2))
    assert await refused(twice) == "NOT_FOUND"


async def test_the_horizon_moves_on_under_the_groups_terms_of_then(standing_house: House) -> None:
    """What comes inside is scheduled once, with the leaders the group has by then, and members are seated."""
    circle = await found(standing_house)
    [ada] = await circle.join()
    other = str(uuid4())
    await work(standing_house, other)
    made = await rule(circle, "CreateGroupSeries", plan=plan(rule="FREQ=WEEKLY", horizon_days=21), commit=ALL)
    before = len(made.occurrences)
    group = await circle.ask("GetGroup")
    group.therapist_id = other
    group.ClearField("version")
    await circle.ask("PutGroup", group=group)

    await top_up(standing_house, later=timedelta(days=28))
    once = len((await circle.ask("ListGroupSessions")).sessions)
    await top_up(standing_house, later=timedelta(days=28))
    await fill(standing_house)

    sessions = (await circle.ask("ListGroupSessions")).sessions
    assert len(sessions) == once >= before + 2
    assert {each.therapist_id for each in sessions[before:]} == {other}
    assert {each.therapist_id for each in sessions[:before]} == {standing_house.therapist_id}
    for each in sessions:
        assert (await seats(circle, each.group_session_id)).keys() == {ada}


async def test_a_rule_that_ends_calls_off_what_it_scheduled_if_asked(standing_house: House) -> None:
    """Each session with its seats, by the practice; one planned by itself stands; then another rule may come."""
    circle = await found(standing_house)
    await circle.join(2)
    await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL)
    alone = (await circle.meet(at(0, "11:00"))).session
    await fill(standing_house)
    series = await rule(circle, "GetGroupSeries")
    stale = rule(circle, "EndGroupSeries", etag="v9", calls_off=True)
    assert await refused(stale) == "STALE_VERSION"

    ended = await rule(circle, "EndGroupSeries", etag=series.etag, calls_off=True)
    for _ in range(2):
        await top_up(standing_house)

    assert ended.state == groups_pb2.GroupSeries.STATE_ENDED
    states = Counter(each.state for each in (await circle.ask("ListGroupSessions")).sessions)
    assert states == {CANCELLED: 5, SCHEDULED: 1}
    assert (await circle.session(alone)).state == SCHEDULED
    assert standing_house.booked() == 2
    assert standing_house.claims() == {"released": 15, "confirmed": 3}
    twice = rule(circle, "EndGroupSeries")
    assert await refused(twice) == "SERIES_CANCELLED"
    assert await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL)


async def test_who_joins_is_in_what_is_scheduled_and_who_leaves_gives_the_seats_back(standing_house: House) -> None:
    """Moments later, in every session ahead; screened first where the group asks; who waits gets what comes free."""
    circle = await found(standing_house, capacity=2, needs_screening=True)
    sessions = [(await circle.meet(at(week))).session for week in range(2)]
    ada, ben, cleo = await circle.join(3)
    await fill(standing_house)
    assert standing_house.booked() == 0
    for each in (ada, ben, cleo):
        await circle.ask("ScreenGroupMember", client_id=each, is_suitable=True)
    await fill(standing_house)
    for session in sessions:
        assert (await seats(circle, session.group_session_id)).keys() == {ada, ben}

    await circle.ask("RemoveGroupMember", client_id=ada)
    await fill(standing_house)

    gone, live = booking_pb2.Appointment.STATE_CANCELLED, booking_pb2.Appointment.STATE_BOOKED
    for session in sessions:
        assert await seats(circle, session.group_session_id) == {ada: gone, ben: live, cleo: live}


async def test_a_freed_seat_goes_to_who_waits_and_not_back_to_who_gave_it_up(standing_house: House) -> None:
    """One client calls off one session: the next in line has that seat, once the ledger has heard of it."""
    circle = await found(standing_house, capacity=1)
    ada, ben = await circle.join(2)
    session = (await circle.meet()).session
    [seat] = session.seats
    cancel = booking_service_pb2.CancelAppointmentRequest(appointment_id=seat.appointment_id, request_id=str(uuid4()))
    await standing_house.ask("CancelAppointment", cancel)

    # The ledger has not heard: no seat is left, and the next look comes later.
    with psycopg.connect(standing_house.database.owner_url) as conn:
        conn.execute("update group_seat_calls set due_time = now()")
    await fill_group_seats(
        lambda practice_id: own_call(standing_house.parts.database, practice_id),
        store=standing_house.parts.groups,
        ledger=standing_house.parts.ledger,
        clock=lambda: datetime.now(UTC),
    )
    assert (await seats(circle, session.group_session_id)).keys() == {ada}
    await standing_house.settle()
    await fill(standing_house)

    names = booking_pb2.Appointment
    assert await seats(circle, session.group_session_id) == {ada: names.STATE_CANCELLED, ben: names.STATE_BOOKED}
    await fill(standing_house)
    assert len(await seats(circle, session.group_session_id)) == 2


async def test_nobody_is_seated_by_themselves_on_the_last_day(standing_house: House) -> None:
    """A session that begins within 24 hours: staff books the seat, or nobody."""
    circle = await found(standing_house)
    session = (await circle.meet()).session
    with psycopg.connect(standing_house.database.owner_url) as conn:
        conn.execute(
            "update group_sessions set start_time = now() + interval '23 hours' where group_session_id = %s",
            (session.group_session_id,),
        )
    await circle.join()
    await fill(standing_house)

    assert standing_house.booked() == 0
    with psycopg.connect(standing_house.database.owner_url) as conn:
        left = conn.execute(
            "select count(*) from group_seat_calls where practice_id = %s", (standing_house.practice_id,)
        ).fetchone()
    assert left == (0,)


async def etag(circle: Circle) -> str:
    """Return the etag of the rule as it stands."""
    return str((await rule(circle, "GetGroupSeries")).etag)


async def occurrences(circle: Circle) -> list[tuple[str, str]]:
    """Return every time of the rule with what became of it."""
    listed = (await rule(circle, "ListGroupOccurrences")).occurrences
    fates = series_pb2.SeriesOccurrence.Fate
    return [(each.original_start_wall.local, fates.Name(each.fate).removeprefix("FATE_")) for each in listed]


def pause_days(first: int, after: int) -> dict[str, str]:
    """Return a pause from one week until before another."""
    days = [monday() + timedelta(weeks=week) for week in (first, after)]
    return {"from_date": days[0].isoformat(), "to_date": days[1].isoformat()}


async def let_pass(house: House) -> None:
    """Let the minutes pass after which seats are looked for."""
    with psycopg.connect(house.database.owner_url) as conn:
        conn.execute("update group_seat_calls set due_time = now() where practice_id = %s", (house.practice_id,))


async def test_a_pause_that_keeps_the_hour_blocks_it_and_brings_sessions_and_seats_back(standing_house: House) -> None:
    """Members are free meanwhile, nobody else gets the hour; who gave their seat up before is not seated again."""
    circle = await found(standing_house)
    first, second = await circle.join(2)
    made = await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL)
    await fill(standing_house)
    paused_id = made.occurrences[2].group_session_id
    given_up = {
        each.client_id: each for each in (await circle.ask("GetGroupSession", group_session_id=paused_id)).seats
    }
    await step(circle.house, "CancelAppointment", given_up[second].appointment_id)
    await standing_house.settle()

    stale = await refused(rule(circle, "PauseGroupSeries", **pause_days(2, 4), keeps_time=True, etag="v99"))
    paused = await rule(circle, "PauseGroupSeries", **pause_days(2, 4), keeps_time=True, etag=await etag(circle))
    twice = await refused(rule(circle, "PauseGroupSeries", **pause_days(1, 2), etag=await etag(circle)))
    moved = await refused(rule(circle, "ChangeGroupSeries", start_local=at(0, "16:00"), etag=await etag(circle)))

    assert (stale, twice, moved) == ("STALE_VERSION", "SERIES_PAUSED", "SERIES_PAUSED")
    assert (paused.series.state, paused.series.keeps_time) == (groups_pb2.GroupSeries.STATE_PAUSED, True)
    assert [fate for _, fate in await occurrences(circle)] == ["BOOKED", "BOOKED", "PAUSED", "PAUSED", "BOOKED"]
    assert (await circle.ask("GetGroupSession", group_session_id=paused_id)).state == CANCELLED
    # 5 sessions and 6 seats: those of the pause are given back, its hours are not.
    assert standing_house.claims()["confirmed"] == 5 + 6
    other = await standing_house.register()
    assert await refused(standing_house.book(other, at(2))) == "SLOT_TAKEN"
    assert (await standing_house.book(first, at(2, "10:00"))).client_id == first

    await rule(circle, "ResumeGroupSeries", etag=await etag(circle))
    await let_pass(standing_house)
    await fill(standing_house)

    assert [fate for _, fate in await occurrences(circle)] == ["BOOKED"] * 5
    assert (await circle.ask("GetGroupSession", group_session_id=paused_id)).state == SCHEDULED
    again = (await circle.ask("GetGroupSession", group_session_id=paused_id)).seats
    live = {each.client_id for each in again if each.state != booking_pb2.Appointment.STATE_CANCELLED}
    assert live == {first}, "the second had given theirs up before"
    assert len(await seats(circle, made.occurrences[3].group_session_id)) == 2
    assert await refused(rule(circle, "ResumeGroupSeries", etag=await etag(circle))) == "SERIES_NOT_PAUSED"


async def test_a_pause_that_lends_the_hour_lets_others_have_it(standing_house: House) -> None:
    """What is taken when the group comes back goes to its list, what is free is scheduled anew."""
    circle = await found(standing_house)
    [member] = await circle.join(1)
    made = await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL)
    await fill(standing_house)

    await rule(circle, "PauseGroupSeries", **pause_days(1, 3), etag=await etag(circle))
    await standing_house.book(await standing_house.register(), at(1))
    resumed = await rule(circle, "ResumeGroupSeries", etag=await etag(circle))
    await let_pass(standing_house)
    await fill(standing_house)

    assert [fate for _, fate in await occurrences(circle)] == ["BOOKED", "CONFLICT", "BOOKED", "BOOKED", "BOOKED"]
    assert (resumed.conflict_count, resumed.occurrences[0].conflict.reason) == (1, "SLOT_TAKEN")
    anew = resumed.occurrences[1].group_session_id
    assert anew not in {each.group_session_id for each in made.occurrences}
    assert (await seats(circle, anew)).keys() == {member}


async def test_a_rule_that_ends_in_its_pause_gives_back_what_it_kept(standing_house: House) -> None:
    """Nobody comes back to that hour: it is everybody's; a pause beyond what is scheduled, or reversed, is refused."""
    circle = await found(standing_house)
    await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL)
    now = await etag(circle)
    assert await refused(rule(circle, "PauseGroupSeries", **pause_days(1, 60), etag=now)) == "PAUSE_BEYOND_HORIZON"
    assert await refused(rule(circle, "PauseGroupSeries", **pause_days(3, 3), etag=now)) == "INTERVAL_REVERSED"
    await rule(circle, "PauseGroupSeries", **pause_days(1, 3), keeps_time=True, etag=now)
    assert standing_house.claims()["confirmed"] == 5

    await rule(circle, "EndGroupSeries", etag=await etag(circle))

    assert standing_house.claims()["confirmed"] == 3
    assert (await standing_house.book(await standing_house.register(), at(1))).appointment_id


async def test_kept_time_that_lapses_is_confirmed_and_the_pause_ends_by_itself(standing_house: House) -> None:
    """The ledger's question about a paused session is answered with yes; after its last day the rule is active."""
    circle = await found(standing_house)
    made = await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL)
    await rule(circle, "PauseGroupSeries", **pause_days(1, 2), keeps_time=True, etag=await etag(circle))
    session_id = made.occurrences[1].group_session_id

    word = await standing_house.parts.groups.session_word(
        own_call(standing_house.parts.database, standing_house.practice_id), session_id, 1, is_move=False
    )
    days = monday() + timedelta(weeks=2, days=1) - datetime.now(UTC).date()
    await top_up(standing_house, later=days)

    assert word.value == "stands"
    assert (await rule(circle, "GetGroupSeries")).state == groups_pb2.GroupSeries.STATE_ACTIVE


async def test_this_and_every_later_session_move_with_their_seats(standing_house: House) -> None:
    """To another day and hour; what was moved by itself stays, the rule goes on from there, a retry changes nothing."""
    circle = await found(standing_house)
    [member] = await circle.join(1)
    made = await rule(circle, "CreateGroupSeries", plan=plan(rule="FREQ=WEEKLY", horizon_days=34), commit=ALL)
    await fill(standing_house)
    own_way = made.occurrences[3].group_session_id
    await circle.ask(
        "MoveGroupSession",
        group_session_id=own_way,
        start_wall=wall_pb2.WallTime(local=at(3, "09:00"), time_zone=ZONE),
        reason=booking_pb2.CHANGE_REASON_PRACTICE,
        request_id=str(uuid4()),
    )
    await standing_house.settle()
    request_id, seen = str(uuid4()), await etag(circle)
    tuesday = f"{(monday() + timedelta(weeks=2, days=1)).isoformat()}T16:00"
    change = {"original_start_local": at(2), "start_local": tuesday, "etag": seen, "request_id": request_id}

    changed = await rule(circle, "ChangeGroupSeries", **change)
    again = await rule(circle, "ChangeGroupSeries", **change)

    assert changed == again
    assert await refused(rule(circle, "ChangeGroupSeries", **change | {"request_id": str(uuid4())})) == "STALE_VERSION"
    sessions = (await circle.ask("ListGroupSessions")).sessions
    hours = {each.group_session_id: each.start_wall.local for each in sessions}
    assert [hours[each.group_session_id] for each in made.occurrences[:4]] == [at(0), at(1), tuesday, at(3, "09:00")]
    assert hours[made.occurrences[4].group_session_id].endswith("T16:00")
    seat = (await circle.ask("GetGroupSession", group_session_id=made.occurrences[2].group_session_id)).seats[0]
    held = await standing_house.ask(
        "GetAppointment", booking_service_pb2.GetAppointmentRequest(appointment_id=seat.appointment_id)
    )
    assert (held.client_id, held.start_wall.local) == (member, tuesday)
    await top_up(standing_house, later=timedelta(weeks=3))
    names = [local for local, _ in await occurrences(circle)]
    assert {local[11:] for local in names[2:]} == {"16:00"}
    assert len(names) == len(set(names)) > len(made.occurrences), "the horizon moves on by the new hour"
    assert (await standing_house.book(await standing_house.register(), at(2))).appointment_id, "the old hour is free"


async def test_a_change_that_one_session_can_not_follow_moves_none(standing_house: House) -> None:
    """A busy member stops it; each conflict is listed, and every hour taken on the way is given back."""
    circle = await found(standing_house)
    [member] = await circle.join(1)
    await rule(circle, "CreateGroupSeries", plan=plan(), commit=ALL)
    await fill(standing_house)
    colleague = str(uuid4())
    await work(standing_house, colleague)
    await standing_house.book(member, at(3, "16:00"), therapist_id=colleague)
    await standing_house.settle()
    before = standing_house.claims()

    with pytest.raises(RuleViolated) as stopped:
        await rule(circle, "ChangeGroupSeries", start_local=at(0, "16:00"), etag=await etag(circle))
    await standing_house.settle()

    assert stopped.value.reason == "SERIES_CONFLICTS"
    [details] = [each for each in stopped.value.details if isinstance(each, groups_pb2.GroupConflicts)]
    assert [each.original_start_wall.local for each in details.occurrences] == [at(3, "16:00")]
    assert {each.start_wall.local[11:] for each in (await circle.ask("ListGroupSessions")).sessions} == {"15:00"}
    assert standing_house.claims() == before
    free = await standing_house.register()
    assert (await standing_house.book(free, at(1, "16:00"))).appointment_id
    other = await refused(rule(circle, "ChangeGroupSeries", start_local=at(2), etag=await etag(circle)))
    assert other == "RECURRENCE_UNSUPPORTED", "more than six days is another week's session"


async def test_a_session_moves_with_every_seat_in_it(standing_house: House) -> None:
    """Leaders, room and members have the new time and none has the old; each member is told of their own."""
    circle = await found(standing_house, min_seats=1, decide_h=24)
    members = await circle.join(3)
    session = (await circle.meet()).session
    wall = wall_pb2.WallTime(local=at(0, "15:30"), time_zone=ZONE)
    move = {"group_session_id": session.group_session_id, "start_wall": wall}
    request_id = str(uuid4())
    assert await refused(circle.ask("MoveGroupSession", **move, etag="v9")) == "STALE_VERSION"

    moved = await circle.ask("MoveGroupSession", **move, etag=session.etag, request_id=request_id)
    again = await circle.ask("MoveGroupSession", **move, etag=session.etag, request_id=request_id)

    assert moved == again
    assert moved.start_wall.local == at(0, "15:30")
    assert moved.decide_time.seconds - session.decide_time.seconds == 1800
    assert standing_house.claims() == {"confirmed": 4}
    with psycopg.connect(standing_house.ledger_database.owner_url) as conn:
        blocked = conn.execute(
            "select distinct lower(during), resource_kind from occupancies where practice_id = %s"
            " and resource_kind = 'client'",
            (standing_house.practice_id,),
        ).fetchall()
        pending = conn.execute(
            "select count(*) from claims where practice_id = %s and move is not null", (standing_house.practice_id,)
        ).fetchone()
    assert {each.timestamp() for each, _ in blocked} == {float(moved.start_time.seconds)}
    assert pending == (0,)
    for each in moved.seats:
        read = booking_service_pb2.GetAppointmentRequest(appointment_id=each.appointment_id)
        seat = await standing_house.ask("GetAppointment", read)
        assert seat.start_time == moved.start_time
        assert not [other for other in members if other != each.client_id and other in str(seat)]
    taken = standing_house.book(await standing_house.register(), at(0, "15:30"))
    assert await refused(taken) == "SLOT_TAKEN"


async def test_a_busy_member_stops_the_move_and_nobody_is_anywhere_else(standing_house: House) -> None:
    """The refusal names who is busy; every claim has its old time alone."""
    circle = await found(standing_house)
    ada, ben = await circle.join(2)
    session = (await circle.meet()).session
    other = str(uuid4())
    await work(standing_house, other)
    busy = booking_service_pb2.BookAppointmentRequest(
        client_id=ben,
        therapist_id=other,
        session_type_id=standing_house.session_type_id,
        start_wall=wall_pb2.WallTime(local=at(1), time_zone=ZONE),
        request_id=str(uuid4()),
    )
    await standing_house.ask("BookAppointment", busy)
    await standing_house.settle()
    wall = wall_pb2.WallTime(local=at(1), time_zone=ZONE)

    with pytest.raises(RuleViolated) as refusal:
        await circle.ask("MoveGroupSession", group_session_id=session.group_session_id, start_wall=wall)

    assert (refusal.value.reason, refusal.value.metadata["client_ids"]) == ("CLIENT_OVERLAP", ben)
    assert (await circle.session(session)).start_time == session.start_time
    with psycopg.connect(standing_house.ledger_database.owner_url) as conn:
        pending = conn.execute(
            "select count(*) from claims where practice_id = %s and move is not null", (standing_house.practice_id,)
        ).fetchone()
    assert pending == (0,)
    assert ada in await seats(circle, session.group_session_id)


async def test_a_fence_stops_the_move_and_the_time_is_given_back(standing_house: House) -> None:
    """Two members who came to be fenced don't move together again: it is barred, taken back, and asked for anew."""
    circle = await found(standing_house)
    ada, ben = await circle.join(2)
    session = (await circle.meet()).session
    await fence(standing_house, ada, ben)
    wall = wall_pb2.WallTime(local=at(1), time_zone=ZONE)
    request_id = str(uuid4())
    move = {"group_session_id": session.group_session_id, "start_wall": wall}

    assert await refused(circle.ask("MoveGroupSession", **move, request_id=request_id)) == "FENCED"

    with psycopg.connect(standing_house.ledger_database.owner_url) as conn:
        pending = conn.execute(
            "select count(*) from claims where practice_id = %s and move is not null", (standing_house.practice_id,)
        ).fetchone()
    assert pending == (0,)
    with psycopg.connect(standing_house.database.owner_url) as conn:
        conn.execute("delete from fences where practice_id = %s", (standing_house.practice_id,))
        conn.execute(
            "update practice_rules set version = version + 1 where practice_id = %s", (standing_house.practice_id,)
        )
    assert await refused(circle.ask("MoveGroupSession", **move, request_id=request_id)) == "HOLD_ABANDONED"
    assert (await circle.ask("MoveGroupSession", **move)).start_wall.local == at(1)


async def test_a_move_that_never_came_about_is_taken_back_when_it_lapses(standing_house: House) -> None:
    """Booking died between the ledger's move and its commit: each claim keeps its old time, the session stands."""
    circle = await found(standing_house)
    await circle.join(2)
    session = (await circle.meet()).session
    actor = Actor("service:booking", "service", standing_house.practice_id)
    call = Call(actor=actor, method="booking.MoveGroupSession", database=standing_house.parts.database)

    await standing_house.parts.ledger.move_session(
        session.group_session_id, Wish("", "", "", at(1), ZONE, 0, 0), call, move_id=str(uuid4())
    )
    await call.close()

    await standing_house.lapse()

    with psycopg.connect(standing_house.ledger_database.owner_url) as conn:
        blocked = conn.execute(
            "select distinct lower(during) from occupancies where practice_id = %s and resource_kind = 'client'",
            (standing_house.practice_id,),
        ).fetchall()
    assert {each.timestamp() for (each,) in blocked} == {float(session.start_time.seconds)}
    assert standing_house.claims() == {"confirmed": 3}


async def test_a_move_whose_events_were_lost_is_finished_when_it_lapses(standing_house: House) -> None:
    """Nothing booking said of the move reached the ledger: asked, it says yes, and only the new time blocks."""
    circle = await found(standing_house)
    await circle.join(2)
    session = (await circle.meet()).session
    wall = wall_pb2.WallTime(local=at(1), time_zone=ZONE)
    request = groups_service_pb2.MoveGroupSessionRequest(
        group_session_id=session.group_session_id, start_wall=wall, request_id=str(uuid4())
    )
    moved = await standing_house.ask("MoveGroupSession", request)
    standing_house.lose_events()

    await standing_house.lapse()

    with psycopg.connect(standing_house.ledger_database.owner_url) as conn:
        blocked = conn.execute(
            "select distinct lower(during) from occupancies where practice_id = %s and resource_kind = 'client'",
            (standing_house.practice_id,),
        ).fetchall()
    assert {each.timestamp() for (each,) in blocked} == {float(moved.start_time.seconds)}


async def test_of_a_move_and_seats_booked_at_once_nobody_sits_at_the_old_time(standing_house: House) -> None:
    """Whoever is seated while it moves is in the session where it is, or asks again."""
    circle = await found(standing_house, capacity=20)
    session = (await circle.meet()).session
    members = [await standing_house.register() for _ in range(8)]
    for each in members:
        await circle.ask("AddGroupMember", client_id=each)
    wall = wall_pb2.WallTime(local=at(0, "16:00"), time_zone=ZONE)

    outcomes = await asyncio.gather(
        *(circle.seat(session, each) for each in members),
        circle.ask("MoveGroupSession", group_session_id=session.group_session_id, start_wall=wall),
        return_exceptions=True,
    )
    await standing_house.settle()
    await standing_house.lapse()

    reasons = {each.reason for each in outcomes if isinstance(each, ServiceError)}
    assert reasons <= {"HOLD_ABANDONED"}, outcomes
    after = await circle.session(session)
    with psycopg.connect(standing_house.database.owner_url) as conn:
        starts = conn.execute(
            "select distinct start_time from appointments where practice_id = %s and state = 'BOOKED'",
            (standing_house.practice_id,),
        ).fetchall()
    assert {each.timestamp() for (each,) in starts} <= {float(after.start_time.seconds)}


async def test_clients_take_seats_where_group_and_session_type_let_them(standing_house: House) -> None:
    """They see when an open group meets and nobody who comes; a stranger to the roster may drop in, once."""
    circle = await found(standing_house, capacity=3, is_self_bookable=True)
    await circle.join(2)
    session = (await circle.meet()).session
    cleo, dan, eve = [await standing_house.register() for _ in range(3)]

    def who(client_id: str) -> dict[str, Any]:
        return {"actor_id": f"client:{client_id}", "roles": frozenset({"client"}), "client_id": client_id}

    stretch = {"from_time": Timestamp(seconds=session.start_time.seconds), "to_time": Timestamp(
        seconds=session.start_time.seconds + 1
    )}  # fmt: skip
    listed = await circle.ask("ListOpenGroupSessions", person=who(cleo), **stretch)
    taken = await circle.ask(
        "BookGroupSeat", person=who(cleo), group_session_id=session.group_session_id, client_id=cleo
    )
    full = circle.ask("BookGroupSeat", person=who(dan), group_session_id=session.group_session_id, client_id=dan)

    assert [each.group_session_id for each in listed.sessions] == [session.group_session_id]
    assert listed.sessions[0].display_name == "Tuesday evening"
    assert not [each for each in session.seats if each.client_id in str(listed)]
    assert (taken.client_id, taken.group_session_id) == (cleo, session.group_session_id)
    assert await refused(full) == "SEATS_TAKEN"
    with pytest.raises(Forbidden):
        await circle.ask("BookGroupSeat", person=who(dan), group_session_id=session.group_session_id, client_id=eve)
    with pytest.raises(Forbidden):
        await circle.ask("AddGroupMember", person=who(dan), client_id=dan)
    await step(standing_house, "CancelAppointment", taken.appointment_id)
    await fill(standing_house)
    assert (await seats(circle, session.group_session_id)).keys() >= {cleo}


async def test_clients_are_refused_seats_that_only_staff_gives(standing_house: House) -> None:
    """The group's own word, a screening, and what the session type asks of clients; a fence is not told to them."""
    circle = await found(standing_house)
    session = (await circle.meet()).session
    ada, ben = [await standing_house.register() for _ in range(2)]

    async def book(client_id: str) -> str:
        person = {"actor_id": f"client:{client_id}", "roles": frozenset({"client"}), "client_id": client_id}
        asked = circle.ask(
            "BookGroupSeat", person=person, group_session_id=session.group_session_id, client_id=client_id
        )
        return await refused(asked)

    assert await book(ada) == "NOT_SELF_BOOKABLE"
    group = await circle.ask("GetGroup")
    group.is_self_bookable = group.needs_screening = True
    await circle.ask("PutGroup", group=group)
    assert await book(ada) == "SCREENING_REQUIRED"
    group.needs_screening, group.etag = False, ""
    await circle.ask("PutGroup", group=group)
    await circle.ask("AddGroupMember", client_id=ben)
    await fence(standing_house, ada, ben)
    assert await book(ada) == "SLOT_NOT_OFFERED"
    again = await found(standing_house, is_self_bookable=True)
    with psycopg.connect(standing_house.ledger_database.owner_url) as conn:
        conn.execute(
            "update session_types set notice_min = 43200 where practice_id = %s", (standing_house.practice_id,)
        )
        conn.execute(
            "update directories set version = version + 1 where practice_id = %s", (standing_house.practice_id,)
        )
    other = (await again.meet(at(0, "10:00"))).session
    cleo = await standing_house.register()
    person = {"actor_id": f"client:{cleo}", "roles": frozenset({"client"}), "client_id": cleo}
    late = again.ask("BookGroupSeat", person=person, group_session_id=other.group_session_id, client_id=cleo)
    assert await refused(late) == "NOTICE_TOO_SHORT"
    assert standing_house.claims().get("held", 0) == 0


async def test_everybody_who_leads_moderates_by_video(standing_house: House) -> None:
    """Leader and co-leader moderate the one room their members are in; another therapist is not let in."""
    co_leader = str(uuid4())
    await work(standing_house, co_leader)
    circle = await found(standing_house, co_therapist_ids=[co_leader])
    [ada] = await circle.join()
    session = (await circle.meet()).session
    seat_id = session.seats[0].appointment_id
    entries = []

    class Rooms:
        def address(self, entry: Any) -> str:
            entries.append(entry)
            return "https://rooms.example/1"

    parts = standing_house.parts
    begun = datetime.fromtimestamp(session.start_time.seconds + 60, UTC)

    async def join(**person: Any) -> None:
        actor = Actor("user:x", "user", standing_house.practice_id, **person)
        call = Call(actor=actor, method="booking.JoinAppointment", database=parts.database)
        try:
            await join_appointment(
                seat_id,
                call,
                appointments=parts.appointments,
                rooms=Rooms(),
                clock=lambda: begun,
                leaders_of=parts.groups.leaders_of,
            )
        finally:
            await call.close()

    therapist = frozenset({"therapist"})
    await join(roles=therapist, therapist_id=standing_house.therapist_id)
    await join(roles=therapist, therapist_id=co_leader)
    await join(roles=frozenset({"client"}), client_id=ada)
    with pytest.raises(Forbidden):
        await join(roles=therapist, therapist_id=str(uuid4()))

    assert [each.is_moderator for each in entries] == [True, True, False]
    assert len({each.room_seed for each in entries}) == 1


async def test_the_desk_sees_a_week_of_groups_and_a_therapist_their_own(standing_house: House) -> None:
    """By time, of all groups; a stretch is asked for, and no longer than a year."""
    other = str(uuid4())
    await work(standing_house, other)
    mine, theirs = await found(standing_house), await found(standing_house)
    group = await theirs.ask("GetGroup")
    group.therapist_id = other
    await theirs.ask("PutGroup", group=group)
    first = (await mine.meet(at(0))).session
    second = (await theirs.meet(at(0, "11:00"))).session
    await mine.meet(at(1))
    begin = int(datetime.fromisoformat(f"{monday()}T00:00:00+00:00").timestamp())
    week = {"from_time": Timestamp(seconds=begin), "to_time": Timestamp(seconds=begin + 5 * 86_400)}

    everybody = await mine.ask("ListGroupSessions", group_id="", **week)
    person = {"roles": frozenset({"therapist"}), "therapist_id": other}
    own = await mine.ask("ListGroupSessions", group_id="", person=person, **week)

    assert [each.group_session_id for each in everybody.sessions] == [second.group_session_id, first.group_session_id]
    assert [each.group_session_id for each in own.sessions] == [second.group_session_id]
    assert await refused(mine.ask("ListGroupSessions", group_id="")) == "MALFORMED_REQUEST"
