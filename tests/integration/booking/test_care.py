"""Continuity over real gRPC: follow-ups open before anybody is lost, and close when the client books."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import booking_pb2, booking_service_pb2, care_events_pb2, care_pb2, care_service_pb2

from services.booking.adapters.follow_ups import PostgresFollowUps
from services.booking.adapters.prompts import Prompts
from services.chassis.db.pool import Database
from services.chassis.errors import Forbidden, NotFound, RuleViolated
from services.chassis.events.inbox import read_event
from services.chassis.events.outbox import as_json
from tests.integration.booking.desk import Desk
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
Kind = care_pb2.FollowUp.Kind
State = care_pb2.FollowUp.State
KEEP_DUE = "insert into intake_dues (practice_id, due_id, client_id) values (%s, %s, %s) returning 1"
Standing = care_pb2.CadenceReality.Standing


def local(**after: int) -> str:
    """Return a wall time in UTC, some time from now."""
    return (datetime.now(UTC) + timedelta(**after)).strftime("%Y-%m-%dT%H:%M")


async def put_rule(desk: Desk, **said: Any) -> None:
    """Let the practice's admin add a rule."""
    admin = desk.like(actor_id="user:admin", roles=frozenset({"practice_admin"}))
    request = care_service_pb2.PutFollowUpRuleRequest(rule=care_pb2.FollowUpRule(**said), request_id=str(uuid4()))
    await admin.ask("PutFollowUpRule", request)


async def follow_ups(desk: Desk, **wanted: Any) -> list[care_pb2.FollowUp]:
    """Return the worklist."""
    return list((await desk.ask("ListFollowUps", care_service_pb2.ListFollowUpsRequest(**wanted))).follow_ups)


async def complete(desk: Desk, client_id: str, therapist_id: str, **after: int) -> booking_pb2.Appointment:
    """Let a session take place."""
    booked = await desk.book(desk.booking(client_id, local(**after), therapist_id=therapist_id))
    for step in ("CheckInAppointment", "StartAppointment", "CompleteAppointment"):
        await desk.change(step, booked.appointment_id)
    return booked


async def test_a_completed_session_opens_what_the_rules_ask_and_a_booking_closes_it(desk: Desk, rows: Rows) -> None:
    """A check in 30 days and, at the second session, a review; the next booking settles both, each told once."""
    await put_rule(desk, trigger=1, kind=Kind.KIND_MEDICATION_CHECK, due_in_days=30)
    await put_rule(desk, trigger=1, kind=Kind.KIND_PROGRESS_REVIEW, due_in_days=7, every_sessions=2)
    client_id, therapist_id = await desk.register(), str(uuid4())
    await complete(desk, client_id, therapist_id, hours=-30)
    first = await follow_ups(desk, client_id=client_id)
    await complete(desk, client_id, therapist_id, hours=-3)
    second = await follow_ups(desk, client_id=client_id)

    await desk.book(desk.booking(client_id, local(days=5), therapist_id=therapist_id))

    day = (datetime.now(UTC) - timedelta(hours=30)).date() + timedelta(days=30)
    assert [(each.kind, each.due_date) for each in first] == [(Kind.KIND_MEDICATION_CHECK, day.isoformat())]
    assert [each.kind for each in second] == [Kind.KIND_PROGRESS_REVIEW, Kind.KIND_MEDICATION_CHECK]
    assert await follow_ups(desk, client_id=client_id) == []
    assert len(await follow_ups(desk, client_id=client_id, state=State.STATE_BOOKED)) == 3
    told = rows(
        "select split_part(type, '.', 4), count(*) from outbox where practice_id = %s and type like '%%.FollowUp%%'"
        " group by 1 order by 1",
        desk.actor.practice_id,
    )
    assert told == [("FollowUpClosed", 3), ("FollowUpOpened", 3)]


async def test_a_cancellation_with_nothing_else_booked_is_no_silent_way_out(desk: Desk) -> None:
    """The desk is asked to rebook; somebody who has another hour ahead is left alone; an undo takes it back."""
    await put_rule(desk, trigger=2, kind=Kind.KIND_REBOOKING, due_in_days=3)
    lost, safe, therapist_id = await desk.register(), await desk.register(), str(uuid4())
    only = await desk.book(desk.booking(lost, local(days=3), therapist_id=therapist_id))
    one = await desk.book(desk.booking(safe, local(days=4), therapist_id=therapist_id))
    await desk.book(desk.booking(safe, local(days=11), therapist_id=therapist_id))

    for each in (only, one):
        await desk.change("CancelAppointment", each.appointment_id)
    opened = await follow_ups(desk)
    await desk.change("UndoAppointmentChange", only.appointment_id)

    assert [each.client_id for each in opened] == [lost]
    assert await follow_ups(desk) == []


async def test_a_gap_in_an_agreed_cadence_is_seen_before_it_opens(desk: Desk, database: Database) -> None:
    """Weekly agreed, last seen six days ago, nothing booked: one follow-up, opened once, due on the seventh day."""
    client_id, booked_id, therapist_id = await desk.register(), await desk.register(), str(uuid4())
    for each in (client_id, booked_id):
        await complete(desk, each, therapist_id, days=-6, minutes=0 if each == client_id else -90)
        cadence = care_pb2.Cadence(client_id=each, therapist_id=therapist_id, every_days=7, lead_days=2)
        request = care_service_pb2.PutCadenceRequest(cadence=cadence, request_id=str(uuid4()))
        await desk.ask("PutCadence", request)
    await desk.book(desk.booking(booked_id, local(days=1), therapist_id=therapist_id))
    store = PostgresFollowUps(database)

    for _ in range(2):
        await store.open_due(limit=500, at=datetime.now(UTC))

    due = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    found = await follow_ups(desk)
    assert [(each.client_id, each.kind, each.due_date) for each in found] == [(client_id, Kind.KIND_CADENCE, due)]


async def prompts(rows: Rows, practice_id: str) -> list[care_events_pb2.FollowUpDue]:
    """Return what was told of follow-ups that are due, oldest first."""
    said = rows(
        "select type, body from outbox where practice_id = %s and type like '%%.FollowUpDue' order by position",
        practice_id,
    )
    return [read_event(name, as_json(name, body)) for name, body in said]  # type: ignore[misc]


async def test_client_and_care_team_are_prompted_once_before_the_gap_opens(
    desk: Desk, rows: Rows, booking_database: FreshDatabase
) -> None:
    """Five days before the day it is due, by whichever of four replicas, and whatever the clock does afterwards."""
    await put_rule(desk, trigger=1, kind=Kind.KIND_MEDICATION_CHECK, due_in_days=30, lead_days=5)
    client_id, therapist_id, cover = await desk.register(), str(uuid4()), str(uuid4())
    await complete(desk, client_id, therapist_id, hours=-3)
    until = Timestamp()
    until.FromDatetime(datetime.now(UTC) + timedelta(days=40))
    member = {"client_id": client_id, "therapist_id": cover, "cover_until": until, "request_id": str(uuid4())}
    await desk.ask("PutCareTeamMember", care_service_pb2.PutCareTeamMemberRequest(**member))
    (opened,) = await follow_ups(desk, client_id=client_id)
    replicas = [await Database.connect(booking_database.server_url, emitter=f"booking/{uuid4()}") for _ in range(4)]

    async def sweep() -> None:
        await asyncio.gather(*(Prompts(each).announce(limit=500) for each in replicas for _ in range(2)))

    def shift(days: int) -> None:
        with psycopg.connect(booking_database.owner_url) as conn:
            conn.execute(
                "update follow_ups set prompt_time = prompt_time + make_interval(days => %s) where follow_up_id = %s",
                (days, opened.follow_up_id),
            )

    await sweep()
    assert await prompts(rows, desk.actor.practice_id) == []
    due = datetime.fromisoformat(opened.due_date).replace(tzinfo=UTC)
    assert due - opened.prompt_time.ToDatetime(UTC) == timedelta(days=5) - timedelta(hours=9)
    for days in (-26, 30, -60):
        # The lead time comes; the clock jumps back a month; it jumps ahead two.
        shift(days)
        await sweep()
    (told,) = await prompts(rows, desk.actor.practice_id)
    for each in replicas:
        await each.close()

    assert (told.follow_up.follow_up_id, told.follow_up.client_id) == (opened.follow_up_id, client_id)
    assert (told.kind, list(told.therapist_ids)) == (Kind.KIND_MEDICATION_CHECK, [therapist_id, cover])
    (seen,) = await follow_ups(desk, client_id=client_id)
    assert seen.is_prompted


async def test_nobody_is_prompted_about_what_is_settled(
    desk: Desk, rows: Rows, booking_database: FreshDatabase, database: Database
) -> None:
    """Who has booked, or was set aside, is left alone; a confidential session says so."""
    await put_rule(desk, trigger=1, kind=Kind.KIND_NEXT_SESSION, due_in_days=7)
    clients, therapist_id = [await desk.register() for _ in range(3)], str(uuid4())
    for number, each in enumerate(clients):
        await complete(desk, each, therapist_id, hours=-3 - 2 * number)
    await desk.book(desk.booking(clients[0], local(days=5), therapist_id=therapist_id))
    (aside,) = await follow_ups(desk, client_id=clients[1])
    reason = care_pb2.FollowUp.DISMISS_REASON_CARE_ENDED
    dismiss = care_service_pb2.DismissFollowUpRequest(
        follow_up_id=aside.follow_up_id, reason=reason, request_id=str(uuid4())
    )
    await desk.ask("DismissFollowUp", dismiss)
    with psycopg.connect(booking_database.owner_url) as conn:
        conn.execute(
            "update follow_ups set prompt_time = now(), is_confidential = true where practice_id = %s",
            (desk.actor.practice_id,),
        )

    await Prompts(database).announce(limit=500)

    (told,) = await prompts(rows, desk.actor.practice_id)
    assert (told.follow_up.client_id, told.is_confidential) == (clients[2], True)


async def test_the_agreed_cadence_is_compared_with_what_is_booked(desk: Desk) -> None:
    """One is on track, one has a gap ahead, one is overdue: listed worst first, counted, page by page."""
    therapist_id = str(uuid4())
    overdue, gap, fine = [await desk.register() for _ in range(3)]
    for client_id, days, minutes in ((overdue, -20, 0), (gap, -6, 0), (fine, -6, -90)):
        await complete(desk, client_id, therapist_id, days=days, minutes=minutes)
        cadence = care_pb2.Cadence(client_id=client_id, therapist_id=therapist_id, every_days=14, lead_days=2)
        await desk.ask("PutCadence", care_service_pb2.PutCadenceRequest(cadence=cadence, request_id=str(uuid4())))
    await desk.book(desk.booking(fine, local(days=3), therapist_id=therapist_id))
    await desk.book(desk.booking(gap, local(days=20), therapist_id=therapist_id))
    therapist = desk.like(actor_id="user:t", roles=frozenset({"therapist"}), therapist_id=therapist_id)
    nobody = desk.like(actor_id="user:n", roles=frozenset({"therapist"}), therapist_id=str(uuid4()))
    client = desk.like(actor_id="user:c", roles=frozenset({"client"}), client_id=gap)

    found, token = [], ""
    while True:
        request = care_service_pb2.CompareCadencesRequest(page_size=2, page_token=token)
        page = await desk.ask("CompareCadences", request)
        found += page.cadences
        token = page.next_page_token
        if not token:
            break
    request = care_service_pb2.CompareCadencesRequest(standing=Standing.STANDING_GAP_AHEAD)
    own = await therapist.ask("CompareCadences", request)

    assert [(each.cadence.client_id, each.standing) for each in found] == [
        (overdue, Standing.STANDING_OVERDUE),
        (fine, Standing.STANDING_ON_TRACK),
        (gap, Standing.STANDING_GAP_AHEAD),
    ]
    assert [(each.gap_days, each.kept_count) for each in found] == [(20, 1), (9, 1), (26, 1)]
    assert (page.on_track_count, page.gap_ahead_count, page.overdue_count) == (1, 1, 1)
    assert [each.cadence.client_id for each in own.cadences] == [gap]
    assert (await nobody.ask("CompareCadences", care_service_pb2.CompareCadencesRequest())).cadences == []
    with pytest.raises(Forbidden):
        await client.ask("CompareCadences", care_service_pb2.CompareCadencesRequest(client_id=gap))


async def test_a_therapist_sees_their_own_list_and_sets_aside_with_a_reason(desk: Desk) -> None:
    """Their worklist is theirs; a dismissed prompt says why and is settled for good."""
    await put_rule(desk, trigger=1, kind=Kind.KIND_NEXT_SESSION, due_in_days=7)
    therapist_id, other_id = str(uuid4()), str(uuid4())
    await complete(desk, await desk.register(), therapist_id, hours=-3)
    await complete(desk, await desk.register(), other_id, hours=-3)
    therapist = desk.like(actor_id="user:t", roles=frozenset({"therapist"}), therapist_id=therapist_id)
    nobody = desk.like(actor_id="user:n", roles=frozenset({"therapist"}), therapist_id=str(uuid4()))

    (own,) = await follow_ups(therapist)
    dismiss = care_service_pb2.DismissFollowUpRequest(
        follow_up_id=own.follow_up_id,
        reason=care_pb2.FollowUp.DISMISS_REASON_CLIENT_DECLINED,
        etag=own.etag,
        request_id=str(uuid4()),
    )
    with pytest.raises(Forbidden):
        await nobody.ask("DismissFollowUp", dismiss)
    dismissed = await therapist.ask("DismissFollowUp", dismiss)
    dismiss.request_id, dismiss.etag = str(uuid4()), ""
    with pytest.raises(RuleViolated):
        await therapist.ask("DismissFollowUp", dismiss)

    assert own.therapist_id == therapist_id
    assert (dismissed.state, dismissed.dismiss_reason) == (
        State.STATE_DISMISSED,
        care_pb2.FollowUp.DISMISS_REASON_CLIENT_DECLINED,
    )
    assert await follow_ups(nobody) == []


async def test_a_therapist_keeps_the_rest_of_their_week_when_a_client_leaves_it(desk: Desk) -> None:
    """Taken off one client's team, they see the other's hour and prompt, and nothing of the one."""
    await put_rule(desk, trigger=1, kind=Kind.KIND_NEXT_SESSION, due_in_days=7)
    therapist_id, kept, left = str(uuid4()), await desk.register(), await desk.register()
    therapist = desk.like(actor_id="user:t", roles=frozenset({"therapist"}), therapist_id=therapist_id)
    await complete(desk, kept, therapist_id, hours=-3)
    await complete(desk, left, therapist_id, hours=-6)
    remove = care_service_pb2.RemoveCareTeamMemberRequest(
        client_id=left, therapist_id=therapist_id, request_id=str(uuid4())
    )

    await desk.ask("RemoveCareTeamMember", remove)

    begin, end = Timestamp(), Timestamp()
    begin.FromDatetime(datetime.now(UTC) - timedelta(days=2))
    end.FromDatetime(datetime.now(UTC))
    week = booking_service_pb2.ListAppointmentsRequest(from_time=begin, to_time=end)
    assert [each.client_id for each in (await therapist.ask("ListAppointments", week)).appointments] == [kept]
    assert [each.client_id for each in await follow_ups(therapist)] == [kept]


async def test_whoever_leaves_a_care_team_loses_sight_at_once(desk: Desk) -> None:
    """The desk adds and removes; the member sees the client's week only between the two."""
    client_id, therapist_id = await desk.register(), str(uuid4())
    booked = await desk.book(desk.booking(client_id, local(days=3)))
    therapist = desk.like(actor_id="user:t", roles=frozenset({"therapist"}), therapist_id=therapist_id)
    get = booking_service_pb2.GetAppointmentRequest(appointment_id=booked.appointment_id)
    member = {"client_id": client_id, "therapist_id": therapist_id}

    with pytest.raises(Forbidden):
        await therapist.ask("GetAppointment", get)
    await desk.ask("PutCareTeamMember", care_service_pb2.PutCareTeamMemberRequest(**member, request_id=str(uuid4())))
    assert (await therapist.ask("GetAppointment", get)).appointment_id == booked.appointment_id
    team = care_service_pb2.ListCareTeamRequest(client_id=client_id)
    listed = await therapist.ask("ListCareTeam", team)
    remove = care_service_pb2.RemoveCareTeamMemberRequest(**member, request_id=str(uuid4()))
    await desk.ask("RemoveCareTeamMember", remove)

    assert {each.therapist_id for each in listed.members} == {therapist_id, booked.therapist_id}
    with pytest.raises(Forbidden):
        await therapist.ask("GetAppointment", get)
    assert {each.therapist_id for each in (await desk.ask("ListCareTeam", team)).members} == {booked.therapist_id}
    remove.request_id = str(uuid4())
    with pytest.raises(NotFound):
        await desk.ask("RemoveCareTeamMember", remove)


async def test_a_first_session_begins_after_what_comes_before_it(desk: Desk, rows: Rows) -> None:
    """The client may arrive; the session waits for the form; who has had one is not stopped again."""
    client_id, due_id = await desk.register(), str(uuid4())
    practice_id = desk.actor.practice_id
    booked = await desk.book(desk.booking(client_id, local(hours=-3)))
    rows(KEEP_DUE, practice_id, due_id, client_id)
    await desk.change("CheckInAppointment", booked.appointment_id)

    with pytest.raises(RuleViolated) as due:
        await desk.change("StartAppointment", booked.appointment_id)
    rows("delete from intake_dues where due_id = %s returning 1", due_id)
    await desk.change("StartAppointment", booked.appointment_id)
    await desk.change("CompleteAppointment", booked.appointment_id)
    rows(KEEP_DUE, practice_id, due_id, client_id)
    later = await desk.book(desk.booking(client_id, local(hours=-1)))
    for step in ("CheckInAppointment", "StartAppointment"):
        await desk.change(step, later.appointment_id)

    assert due.value.reason == "INTAKE_DUE"
