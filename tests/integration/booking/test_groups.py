"""Groups on the real ledger: rosters, seats, attendance, and members who never see each other."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.booking.v1 import booking_pb2, booking_service_pb2, groups_pb2, groups_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.bootstrap import own_call
from services.booking.usecases.decide_group_sessions import decide_group_sessions
from services.chassis.errors import Forbidden, RuleViolated, ServiceError
from tests.integration.booking.standing import VIDEO, ZONE, House, at, work

pytestmark = pytest.mark.integration

GROUPS = groups_service_pb2.DESCRIPTOR.services_by_name["GroupService"]
MEMBER, SESSION = groups_pb2.GroupMember, groups_pb2.GroupSession
SCHEDULED, CANCELLED = SESSION.STATE_SCHEDULED, SESSION.STATE_CANCELLED


@dataclass(frozen=True)
class Circle:
    """Is a group of a house."""

    house: House
    group_id: str

    async def ask(self, method: str, *, person: dict[str, Any] | None = None, **said: Any) -> Any:
        """Call a method of groups, under a new request id where it takes one."""
        request_class = GetMessageClass(GROUPS.methods_by_name[method].input_type)
        fields = request_class.DESCRIPTOR.fields_by_name
        if "group_id" in fields:
            said.setdefault("group_id", self.group_id)
        if "request_id" in fields:
            said.setdefault("request_id", str(uuid4()))
        answer = await self.house.ask(method, request_class(**said), **(person or {}))
        await self.house.settle()
        return answer

    async def join(self, count: int = 1) -> list[str]:
        """Register clients and put them onto the roster, in order."""
        found = [await self.house.register() for _ in range(count)]
        for each in found:
            await self.ask("AddGroupMember", client_id=each)
        return found

    async def meet(self, local: str = "", **said: Any) -> Any:
        """Schedule a session."""
        wall = wall_pb2.WallTime(local=local or at(0), time_zone=ZONE)
        return await self.ask("ScheduleGroupSession", start_wall=wall, **said)

    async def seat(self, session: Any, client_id: str) -> Any:
        """Give a member a seat."""
        return await self.ask("BookGroupSeat", group_session_id=session.group_session_id, client_id=client_id)

    async def session(self, session: Any, **person: Any) -> Any:
        """See a session."""
        return await self.ask("GetGroupSession", person=person, group_session_id=session.group_session_id)


async def found(house: House, *, capacity: int = 8, **terms: Any) -> Circle:
    """Create a group with as many seats a session; open, without screening, with a co-leader unless told otherwise."""
    session_type = availability_pb2.SessionType(
        session_type_id=house.session_type_id,
        display_name="Group",
        length_min=50,
        buffer_after_min=10,
        horizon_days=365,
        grid_min=30,
        modalities=[VIDEO],
        capacity=capacity,
    )
    put = availability_service_pb2.PutSessionTypeRequest(session_type=session_type, request_id=str(uuid4()))
    await house.ask("PutSessionType", put, roles=frozenset({"practice_admin"}))
    told = {"display_name": "Tuesday evening", "is_open": True, **terms}
    group = groups_pb2.Group(therapist_id=house.therapist_id, session_type_id=house.session_type_id, **told)
    request = groups_service_pb2.PutGroupRequest(group=group, request_id=str(uuid4()))
    return Circle(house, (await house.ask("PutGroup", request)).group_id)


async def refused(awaited: Any) -> str:
    """Return the reason of a refusal."""
    with pytest.raises(ServiceError) as error:
        await awaited
    return error.value.reason


async def step(house: House, method: str, appointment_id: str, **said: Any) -> Any:
    """Take a step with an appointment."""
    service = booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"]
    request_class = GetMessageClass(service.methods_by_name[method].input_type)
    request: Message = request_class(appointment_id=appointment_id, request_id=str(uuid4()), **said)
    answer = await house.ask(method, request)
    await house.settle()
    return answer


async def test_scheduling_seats_the_roster_in_order_and_says_who_got_none(standing_house: House) -> None:
    """Two seats: the first two who are free have them; the others hear why; the leaders' time is taken once."""
    circle = await found(standing_house, capacity=2)
    busy, first, second, third = await circle.join(4)
    other = replace(standing_house, therapist_id=str(uuid4()))
    await work(standing_house, other.therapist_id)
    await other.book(busy, at(0))

    made = await circle.meet()

    assert {each.client_id for each in made.session.seats} == {first, second}
    assert {each.client_id: each.reason for each in made.refusals} == {busy: "CLIENT_OVERLAP", third: "SEATS_TAKEN"}
    assert standing_house.claims() == {"confirmed": 4}
    taken = standing_house.book(await standing_house.register(), at(0))
    assert await refused(taken) == "SLOT_TAKEN"


async def test_of_many_at_the_last_seats_exactly_the_capacity_wins(standing_house: House) -> None:
    """Forty members, three seats, all at once: three appointments, everybody else is told SEATS_TAKEN."""
    circle = await found(standing_house, capacity=3)
    session = (await circle.meet()).session
    members = await circle.join(40)

    async def ask(client_id: str) -> str:
        request = groups_service_pb2.BookGroupSeatRequest(
            group_session_id=session.group_session_id, client_id=client_id, request_id=str(uuid4())
        )
        try:
            await standing_house.ask("BookGroupSeat", request)
        except ServiceError as refusal:
            return refusal.reason
        return "SEATED"

    outcomes = await asyncio.gather(*(ask(each) for each in members))

    assert Counter(outcomes) == {"SEATED": 3, "SEATS_TAKEN": 37}
    assert standing_house.booked() == len((await circle.session(session)).seats) == 3


async def test_each_member_attends_for_themselves(standing_house: House) -> None:
    """One came, one did not, one called off: three appointments with three ends, and the seat of the last is free."""
    circle = await found(standing_house, capacity=3)
    came, missed, ill, waits = await circle.join(4)
    session = (await circle.meet()).session
    seats = {each.client_id: each.appointment_id for each in session.seats}

    for method in ("CheckInAppointment", "StartAppointment", "CompleteAppointment"):
        await step(standing_house, method, seats[came])
    early = step(standing_house, "MarkNoShow", seats[missed])
    assert await refused(early) == "STATE_FORBIDS"
    await step(standing_house, "CancelAppointment", seats[ill], reason=booking_pb2.CHANGE_REASON_ILLNESS)
    taken = await circle.seat(session, waits)

    states = {each.client_id: each.state for each in (await circle.session(session)).seats}
    names = booking_pb2.Appointment
    assert states == {
        came: names.STATE_COMPLETED,
        missed: names.STATE_BOOKED,
        ill: names.STATE_CANCELLED,
        waits: names.STATE_BOOKED,
    }
    assert taken.group_session_id == session.group_session_id


async def test_members_are_hidden_from_each_other(standing_house: House) -> None:
    """A member reads their own appointment, which names nobody else; neither roster, session nor another's seat."""
    circle = await found(standing_house)
    ada, ben = await circle.join(2)
    session = (await circle.meet()).session
    seats = {each.client_id: each.appointment_id for each in session.seats}
    me = {"actor_id": "user:ada", "roles": frozenset({"client"}), "client_id": ada}

    own = await standing_house.ask(
        "GetAppointment", booking_service_pb2.GetAppointmentRequest(appointment_id=seats[ada]), **me
    )
    with pytest.raises(Forbidden):
        await standing_house.ask(
            "GetAppointment", booking_service_pb2.GetAppointmentRequest(appointment_id=seats[ben]), **me
        )
    for method in ("GetGroup", "ListGroupMembers", "ListGroupSessions", "ListGroups"):
        with pytest.raises(Forbidden):
            await circle.ask(method, person=me)
    with pytest.raises(Forbidden):
        await circle.session(session, **me)

    assert ben not in str(own)
    with psycopg.connect(standing_house.database.owner_url) as conn:
        told = conn.execute(
            "select body from outbox where practice_id = %s and aggregate_id = %s",
            (standing_house.practice_id, seats[ada]),
        ).fetchall()
    assert told
    assert not any(ben.encode() in body for (body,) in told)


async def test_only_those_who_lead_see_a_group(standing_house: House) -> None:
    """The co-leader sees the session, and is on each member's care team; another therapist is refused."""
    co_leader, stranger = str(uuid4()), str(uuid4())
    await work(standing_house, co_leader)
    circle = await found(standing_house, co_therapist_ids=[co_leader])
    [ada] = await circle.join()
    session = (await circle.meet()).session
    therapist = {"roles": frozenset({"therapist"})}

    seen = await circle.session(session, therapist_id=co_leader, actor_id="user:co", **therapist)
    listed = await circle.ask("ListGroups", person={"therapist_id": stranger, **therapist})
    with pytest.raises(Forbidden):
        await circle.session(session, therapist_id=stranger, **therapist)
    read = booking_service_pb2.GetAppointmentRequest(appointment_id=seen.seats[0].appointment_id)
    theirs = await standing_house.ask("GetAppointment", read, therapist_id=co_leader, **therapist)

    assert [each.client_id for each in seen.seats] == [theirs.client_id] == [ada]
    assert list(listed.groups) == []


async def test_a_screening_comes_before_a_seat(standing_house: House) -> None:
    """Unscreened: no seat. Declined: no seat, and no second application. Suitable: a seat. A stranger: none."""
    circle = await found(standing_house, needs_screening=True)
    session = (await circle.meet()).session
    ada, ben = await circle.join(2)
    stranger = await standing_house.register()

    early = await refused(circle.seat(session, ada))
    await circle.ask("ScreenGroupMember", client_id=ada, is_suitable=True)
    await circle.ask("ScreenGroupMember", client_id=ben, is_suitable=False)
    seat = await circle.seat(session, ada)

    assert seat.client_id == ada
    assert early == "SCREENING_REQUIRED"
    assert await refused(circle.seat(session, ben)) == "NOT_A_MEMBER"
    assert await refused(circle.ask("AddGroupMember", client_id=ben)) == "STATE_FORBIDS"
    assert await refused(circle.seat(session, stranger)) == "NOT_A_MEMBER"


async def test_a_closed_group_takes_nobody_in_once_it_has_begun(standing_house: House) -> None:
    """Before the first session it does; an open one always does."""
    closed = await found(standing_house, is_open=False)
    session = (await closed.meet()).session
    await closed.join()
    with psycopg.connect(standing_house.database.owner_url) as conn:
        conn.execute(
            "update group_sessions set start_time = now() - interval '1 minute' where group_session_id = %s",
            (session.group_session_id,),
        )
    late = await standing_house.register()

    assert await refused(closed.ask("AddGroupMember", client_id=late)) == "GROUP_CLOSED"


async def test_fenced_clients_share_no_group_not_even_by_video(standing_house: House) -> None:
    """The second of a pair is kept off the roster; a fence put up later keeps them out of one session."""
    circle = await found(standing_house)
    ada, ben, cleo, dan = [await standing_house.register() for _ in range(4)]
    await fence(standing_house, ada, ben)

    at_once = await asyncio.gather(
        *(circle.ask("AddGroupMember", client_id=each) for each in (ada, ben)), return_exceptions=True
    )
    for each in (cleo, dan):
        await circle.ask("AddGroupMember", client_id=each)
    await fence(standing_house, cleo, dan)
    made = await circle.meet()

    assert [each.reason for each in at_once if isinstance(each, RuleViolated)] == ["FENCED"]
    assert [each.reason for each in made.refusals] == ["FENCED"]
    seated = {each.client_id for each in made.session.seats}
    assert len(seated) == 2
    assert len(seated & {cleo, dan}) == 1
    assert standing_house.claims() == {"confirmed": 3, "released": 1}


async def fence(house: House, *pair: str) -> None:
    """Keep two clients apart, as the practice's rules have it."""
    low, high = sorted(pair)
    with psycopg.connect(house.database.owner_url) as conn:
        conn.execute(
            "insert into fences (practice_id, fence_id, client_id, other_client_id, site_id, gap_min, reason, actor_id,"
            " create_time) values (%s, gen_random_uuid(), %s, %s, '00000000-0000-0000-0000-000000000000', 60, 'THREAT',"
            " 'user:desk', now())",
            (house.practice_id, low, high),
        )
        conn.execute(
            "insert into practice_rules (practice_id, version) values (%s, 1)"
            " on conflict (practice_id) do update set version = practice_rules.version + 1",
            (house.practice_id,),
        )


async def test_a_session_called_off_gives_all_its_time_back(standing_house: House) -> None:
    """Every seat is called off by the practice, whatever is booked at that moment; nothing stays blocked."""
    circle = await found(standing_house, capacity=5)
    *seated, late = await circle.join(3)
    session = (await circle.meet()).session
    leave = await circle.ask("RemoveGroupMember", client_id=late)

    outcomes = await asyncio.gather(
        circle.ask("CancelGroupSession", group_session_id=session.group_session_id, etag=session.etag),
        circle.ask("AddGroupMember", client_id=late),
        circle.seat(session, late),
        return_exceptions=True,
    )
    await standing_house.settle()
    after = await circle.session(session)

    assert leave.state == MEMBER.STATE_LEFT
    assert outcomes[0].state == after.state == CANCELLED
    assert {each.state for each in after.seats} == {booking_pb2.Appointment.STATE_CANCELLED}
    assert {each.client_id for each in after.seats} >= set(seated)
    await standing_house.lapse()
    assert set(standing_house.claims()) == {"released"}
    again = circle.ask("CancelGroupSession", group_session_id=session.group_session_id)
    assert await refused(again) == "STATE_FORBIDS"


async def test_too_few_seats_call_a_session_off_at_its_hour(standing_house: House) -> None:
    """One of two needed: called off. Two of two: it runs, and nobody asks again."""
    circle = await found(standing_house, min_seats=2, decide_h=24)
    await circle.join()
    short = (await circle.meet()).session
    await circle.join()
    enough = (await circle.meet(at(1))).session
    with psycopg.connect(standing_house.database.owner_url) as conn:
        conn.execute(
            "update group_sessions set decide_time = now() where practice_id = %s", (standing_house.practice_id,)
        )

    for _ in range(2):
        await decide_group_sessions(
            lambda practice_id: own_call(standing_house.parts.database, practice_id),
            store=standing_house.parts.groups,
            appointments=standing_house.parts.appointments,
            books=standing_house.parts.books,
            clock=lambda: datetime.now(UTC),
        )
    await standing_house.settle()

    assert (await circle.session(short)).state == CANCELLED
    runs = await circle.session(enough)
    assert (runs.state, runs.HasField("decide_time")) == (SCHEDULED, False)
    assert standing_house.booked() == 2


async def test_a_session_and_its_seats_outlive_lost_events(standing_house: House) -> None:
    """Nothing booking said reached the ledger: when the holds lapse it asks, and all of them stand."""
    circle = await found(standing_house)
    await circle.join(2)
    wall = wall_pb2.WallTime(local=at(0), time_zone=ZONE)
    request = groups_service_pb2.ScheduleGroupSessionRequest(
        group_id=circle.group_id, start_wall=wall, request_id=str(uuid4())
    )
    first = await standing_house.ask("ScheduleGroupSession", request)
    retried = await standing_house.ask("ScheduleGroupSession", request)
    standing_house.lose_events()

    await standing_house.lapse()

    assert first == retried
    assert standing_house.claims() == {"confirmed": 3}


async def test_a_seat_neither_moves_nor_comes_back_by_itself(standing_house: House) -> None:
    """A move is refused, an undone cancellation too: the seat is booked again."""
    circle = await found(standing_house)
    [ada] = await circle.join()
    session = (await circle.meet()).session
    seat_id = session.seats[0].appointment_id
    wall = wall_pb2.WallTime(local=at(1), time_zone=ZONE)

    moved = await refused(step(standing_house, "RescheduleAppointment", seat_id, start_wall=wall, etag="v1"))
    await step(standing_house, "CancelAppointment", seat_id)
    undone = await refused(step(standing_house, "UndoAppointmentChange", seat_id))
    again = await circle.seat(session, ada)

    assert (moved, undone) == ("SEAT_FIXED", "NOTHING_TO_UNDO")
    assert again.appointment_id != seat_id
