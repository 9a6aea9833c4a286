"""The intake waitlist: batches are fair, replayable and answered; what comes back is solved among the rest alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import booking_events_pb2
from kept.matching.v1 import intake_pb2, matching_pb2, triage_pb2
from kept.wall.v1 import wall_pb2

from services.chassis import errors
from services.chassis.context import Actor
from services.chassis.events.inbox import InboxRunner
from services.chassis.rpc.server import Application
from tests.integration.matching.people import People
from tests.integration.matching.promises import Promises
from tests.integration.matching.test_matching import put
from tests.support.suite_keys import SuiteKeys

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
Sweep = Callable[[], Awaitable[None]]
HIGH, URGENT = triage_pb2.PRIORITY_HIGH, triage_pb2.PRIORITY_URGENT
OPEN, ACCEPTED, DECLINED, EXPIRED, WITHDRAWN = range(1, 6)
ARRIVE = """
    insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body)
    values (%s, %s, 'booking', %s, %s, 1, %s)
"""
REASON = intake_pb2.Proposal.REASON_HOURS


async def wait(people: People, *, priority: int = 0, client_id: str = "", **need: Any) -> intake_pb2.Intake:
    """Put a client on the waitlist."""
    wanted = matching_pb2.Need(client_id=client_id or str(uuid4()), **need)
    found: intake_pb2.Intake = await people.ask(people.desk(), "OpenIntake", need=wanted, priority=priority)
    return found


async def batch(people: People, **given: Any) -> intake_pb2.Batch:
    """Give all who wait to therapists."""
    found: intake_pb2.Batch = await people.ask(people.desk(), "RunBatch", **given)
    return found


async def accept(people: People, actor: Actor, proposal_id: str, local: str = "2031-03-03T10:00") -> Any:
    """Accept a proposal with a first appointment."""
    wall = wall_pb2.WallTime(local=local, time_zone="Etc/UTC")
    return await people.ask(
        actor, "AcceptProposal", proposal_id=proposal_id, session_type_id=str(uuid4()), start_wall=wall
    )


def told(rows: Rows, people: People, name: str) -> int:
    """How often an event was said."""
    statement = "select count(*) from outbox where practice_id = %s and type = %s"
    return int(rows(statement, people.practice_id, f"kept.matching.v1.{name}")[0][0])


def interval() -> dict[str, Message]:
    """Yesterday to tomorrow."""
    start, end = Timestamp(), Timestamp()
    start.FromDatetime(datetime.now(UTC) - timedelta(days=1))
    end.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    return {"from_time": start, "to_time": end}


async def test_a_batch_serves_the_urgent_first_and_says_why_nobody(people: People, rows: Rows) -> None:
    """One place: the urgent client has it though another suits better; the rest hear CAPACITY or their rule."""
    therapist_id = await put(people, capacity=1, specialties=["ocd"])
    better = await wait(people, specialties=["ocd"])
    urgent = await wait(people, priority=URGENT)
    abroad = await wait(people, region="US-NV")

    found = await batch(people)
    again = await people.ask(people.desk(), "ReplayBatch", batch_id=found.batch_id)

    placed = {each.client_id: (each.therapist_id, each.binding_rule) for each in found.placements}
    assert placed == {
        urgent.client_id: (therapist_id, ""),
        better.client_id: ("", "CAPACITY"),
        abroad.client_id: ("", "NOT_LICENSED_IN_REGION"),
    }
    assert (found.urgent_count, found.served_count, again.is_identical, again.served_count) == (1, 1, True, 1)
    states = [
        (await people.ask(people.desk(), "GetIntake", intake_id=each.intake_id)).state for each in (better, urgent)
    ]
    assert states == [intake_pb2.Intake.STATE_WAITING, intake_pb2.Intake.STATE_PROPOSED]
    assert told(rows, people, "ProposalMade") == 1


async def test_a_dry_run_proposes_nothing_and_nobody_waiting_is_told(people: People, rows: Rows) -> None:
    """The answer is there, the waitlist as it was; an empty one has no batch."""
    with pytest.raises(errors.RuleViolated) as nobody:
        await batch(people)
    await put(people)
    await wait(people)

    found = await batch(people, is_dry_run=True, policy=intake_pb2.Batch.POLICY_STABLE)

    assert (found.served_count, found.placements[0].proposal_id) == (1, "")
    assert nobody.value.reason == "NOBODY_WAITS"
    assert rows("select 1 from batches where practice_id = %s", people.practice_id) == []
    assert told(rows, people, "ProposalMade") == 0


async def test_a_client_waits_once_and_says_not_how_soon(people: People) -> None:
    """Their own word for urgent is not heeded, triage's is; a second intake is refused; the need comes back."""
    client_id = str(uuid4())
    client, need = (
        people.client(client_id),
        matching_pb2.Need(client_id=client_id, specialties=["grief"], weekly_min=60),
    )
    answers = [{"link_id": f"phq9-{at}", "value": 3 if at < 9 else 0} for at in range(1, 10)]
    await people.ask(client, "AnswerScreening", client_id=client_id, instrument="PHQ-9", answers=answers)

    opened = await people.ask(client, "OpenIntake", need=need, priority=URGENT)
    read = await people.ask(client, "GetIntake", intake_id=opened.intake_id)
    with pytest.raises(errors.RuleViolated) as twice:
        await people.ask(client, "OpenIntake", need=need)
    with pytest.raises(errors.Forbidden):
        await people.ask(client, "SetIntakePriority", intake_id=opened.intake_id, priority=URGENT)
    raised = await people.ask(people.desk(), "SetIntakePriority", intake_id=opened.intake_id, priority=URGENT)

    assert (opened.priority, raised.priority, twice.value.reason) == (HIGH, URGENT, "ALREADY_WAITING")
    assert read.need == need


async def test_whoever_may_be_in_danger_is_given_to_nobody_by_a_batch(people: People) -> None:
    """They are counted as held; after a human took over they are placed; they can't come onto the list meanwhile."""
    await put(people)
    intake = await wait(people)
    flag = (await people.ask(people.client(intake.client_id), "ReportDanger", client_id=intake.client_id)).flag
    await wait(people)
    other = str(uuid4())
    await people.ask(people.client(other), "ReportDanger", client_id=other)

    held = await batch(people)
    await people.ask(people.desk(), "AcknowledgeCrisisFlag", flag_id=flag.flag_id)
    free = await batch(people)

    assert (held.held_count, [each.client_id for each in held.placements].count(intake.client_id)) == (1, 0)
    assert [each.client_id for each in free.placements] == [intake.client_id]
    with pytest.raises(errors.RuleViolated) as refused:
        await people.ask(people.client(other), "OpenIntake", need=matching_pb2.Need(client_id=other))
    assert refused.value.reason == "CRISIS_UNANSWERED"


async def test_accepting_books_the_first_appointment_and_a_taken_time_leaves_it_open(
    people: People, promises: Promises, rows: Rows
) -> None:
    """SLOT_TAKEN comes through; the second time is booked in the client's name; who comes too late is told."""
    await put(people, specialties=["grief"])
    intake = await wait(people, specialties=["grief"])
    [placed] = (await batch(people)).placements
    client = people.client(intake.client_id)
    promises.taken.add("2031-03-03T10:00")

    shown = await people.ask(client, "GetProposal", proposal_id=placed.proposal_id)
    spanish = await people.ask(client, "GetProposal", proposal_id=placed.proposal_id, locale="es")
    with pytest.raises(errors.RuleViolated) as taken:
        await accept(people, client, placed.proposal_id)
    accepted = await accept(people, client, placed.proposal_id, "2031-03-03T11:00")
    with pytest.raises(errors.RuleViolated) as late:
        await people.ask(client, "DeclineProposal", proposal_id=placed.proposal_id, reason=REASON)

    assert "Works with what you are looking for: grief." in [each.text for each in shown.reasons]
    assert "Trabaja con lo que usted busca: grief." in [each.text for each in spanish.reasons]
    assert (taken.value.reason, late.value.reason) == ("SLOT_TAKEN", "PROPOSAL_SETTLED")
    [request] = promises.booked.values()
    assert (request.client_id, request.start_wall.local) == (intake.client_id, "2031-03-03T11:00")
    assert (accepted.state, bool(accepted.appointment_id)) == (ACCEPTED, True)
    stored = await people.ask(people.desk(), "GetIntake", intake_id=intake.intake_id)
    assert stored.state == intake_pb2.Intake.STATE_PLACED
    assert told(rows, people, "ProposalAccepted") == 1


async def test_of_two_who_accept_at_once_one_appointment_is_booked(people: People, promises: Promises) -> None:
    """The client and the desk at the same moment: one of them is told that it is settled."""
    await put(people)
    intake = await wait(people)
    [placed] = (await batch(people)).placements

    outcomes = await asyncio.gather(
        accept(people, people.client(intake.client_id), placed.proposal_id),
        accept(people, people.desk(), placed.proposal_id),
        return_exceptions=True,
    )

    refusals = [each.reason for each in outcomes if isinstance(each, errors.ServiceError)]
    assert refusals == ["PROPOSAL_SETTLED"]
    assert len(promises.booked) == 1


async def test_a_therapist_declines_with_a_reason_and_the_rest_alone_is_solved_again(
    people: People, rows: Rows, sweep: Sweep
) -> None:
    """The declined client gets the other therapist, never the first again; who was given somebody keeps them."""
    first = await put(people, specialties=["ocd"], capacity=2)
    second = await put(people, capacity=1)
    settled, moved, left = [await wait(people, specialties=["ocd"]) for _ in range(3)]
    before = await batch(people)
    given = {each.client_id: (each.therapist_id, each.proposal_id) for each in before.placements}
    theirs = [client for client, (who, _) in given.items() if who == first]
    declined, kept = theirs
    third = next(client for client, (who, _) in given.items() if who == second)
    therapist = people.therapist(first)

    seen = await people.ask(therapist, "ListProposals", therapist_id=first)
    with pytest.raises(errors.InvalidRequest) as mute:
        await people.ask(therapist, "DeclineProposal", proposal_id=given[declined][1])
    with pytest.raises(errors.Forbidden):
        await people.ask(people.therapist(second), "DeclineProposal", proposal_id=given[declined][1], reason=REASON)
    done = await people.ask(therapist, "DeclineProposal", proposal_id=given[declined][1], reason=REASON)
    await sweep()
    nobody = await people.ask(people.desk(), "ListProposals", client_id=declined)
    await people.ask(people.client(third), "DeclineProposal", proposal_id=given[third][1], reason=REASON)
    await sweep()

    assert {each.client_id for each in seen.proposals} == set(theirs)
    assert mute.value.reason == "REASON_MISSING"
    assert (done.declined_by, done.reason) == (intake_pb2.Proposal.SIDE_THERAPIST, REASON)
    assert [each.state for each in nobody.proposals] == [DECLINED]
    after = {
        client: [(each.therapist_id, each.state) for each in
                 (await people.ask(people.desk(), "ListProposals", client_id=client)).proposals]
        for client in given
    }  # fmt: skip
    assert after == {
        kept: [(first, OPEN)],
        declined: [(second, OPEN), (first, DECLINED)],
        third: [(first, OPEN), (second, DECLINED)],
    }
    assert {settled.client_id, moved.client_id, left.client_id} == set(given)
    batches = rows("select batch_id::text from batches where practice_id = %s", people.practice_id)
    replays = [await people.ask(people.desk(), "ReplayBatch", batch_id=each) for (each,) in batches]
    assert [each.is_identical for each in replays] == [True, True]


async def test_a_proposal_nobody_answers_runs_out_and_the_client_waits_on(
    people: People, rows: Rows, sweep: Sweep
) -> None:
    """By the sweep, with its event; before, it can't be answered any more either; withdrawing ends an open one."""
    await put(people)
    await put(people)
    intake = await wait(people)
    [placed] = (await batch(people)).placements
    rows("update proposals set expire_time = now() - interval '1 second' where proposal_id = %s", placed.proposal_id)

    with pytest.raises(errors.RuleViolated):
        await accept(people, people.client(intake.client_id), placed.proposal_id)
    await sweep()
    await sweep()
    both = (await people.ask(people.desk(), "ListProposals", client_id=intake.client_id)).proposals
    await people.ask(people.client(intake.client_id), "WithdrawIntake", intake_id=intake.intake_id)
    ended = (await people.ask(people.desk(), "ListProposals", client_id=intake.client_id)).proposals

    assert [each.state for each in both] == [OPEN, EXPIRED]
    assert both[0].therapist_id != both[1].therapist_id
    assert [each.state for each in ended] == [WITHDRAWN, EXPIRED]
    assert [told(rows, people, name) for name in ("ProposalExpired", "ProposalWithdrawn")] == [1, 1]


async def test_the_desk_proposes_from_a_match_and_only_its_candidates(people: People) -> None:
    """Once; a therapist the match left out is refused."""
    suits, far = await put(people), await put(people, languages=["pt"])
    client_id = str(uuid4())
    need = matching_pb2.Need(client_id=client_id, languages=["en"])
    match = await people.ask(people.desk(), "MatchClient", need=need)

    made = await people.ask(people.desk(), "ProposeTherapist", match_id=match.match_id, therapist_id=suits)
    refusals = []
    for therapist_id in (suits, far):
        with pytest.raises(errors.RuleViolated) as refused:
            await people.ask(people.desk(), "ProposeTherapist", match_id=match.match_id, therapist_id=therapist_id)
        refusals.append(refused.value.reason)
    shown = await people.ask(people.client(client_id), "GetProposal", proposal_id=made.proposal_id)

    assert refusals == ["ALREADY_PROPOSED", "NOT_A_CANDIDATE"]
    assert shown.reasons


async def test_fenced_clients_of_one_batch_get_two_therapists(people: People, promises: Promises) -> None:
    """Both would suit the same one best."""
    ids = {await put(people, specialties=["ocd"]), await put(people)}
    clients = [(await wait(people, specialties=["ocd"])).client_id for _ in range(2)]
    promises.fences.append((clients[0], clients[1]))

    found = await batch(people)

    assert {each.therapist_id for each in found.placements} == ids


async def test_a_panel_is_full_by_minutes_within_a_batch_too(people: People) -> None:
    """Three clients of 90 minutes do not share four hours with a fourth, though there are places."""
    await put(people, panel_min=240, capacity=9)
    for _ in range(4):
        await wait(people, weekly_min=90)

    found = await batch(people)

    assert found.served_count == 2


async def test_an_appointment_that_was_booked_settles_what_was_proposed(
    people: People, composed: tuple[Application, SuiteKeys], rows: Rows
) -> None:
    """However it was booked, and only once: heard twice and late it changes nothing."""
    therapist_id = await put(people)
    intake = await wait(people)
    await batch(people)
    app, _ = composed
    booked = booking_events_pb2.AppointmentBooked()
    booked.appointment.MergeFrom(
        booking_events_pb2.AppointmentFacts(
            practice_id=people.practice_id,
            appointment_id=str(uuid4()),
            client_id=intake.client_id,
            therapist_id=therapist_id,
            version=1,
        )
    )
    runner = next(each for each in app.background if isinstance(each, InboxRunner))
    body = json_format.MessageToJson(booked)
    for _ in range(2):
        rows(
            ARRIVE,
            people.practice_id,
            str(uuid4()),
            booked.DESCRIPTOR.full_name,
            booked.appointment.appointment_id,
            body,
        )
        await runner.round()

    stored = await people.ask(people.desk(), "GetIntake", intake_id=intake.intake_id)
    assert stored.state == intake_pb2.Intake.STATE_PLACED
    assert told(rows, people, "ProposalAccepted") == 1


async def test_fairness_is_told_in_numbers_and_small_groups_are_not(people: People) -> None:
    """Five who speak Spanish are a group, four of an insurer are not; work is spread over all who take clients."""
    ids = [await put(people, languages=["es"], capacity=9) for _ in range(2)]
    for number in range(5):
        await wait(people, languages=["es"], insurer="medicaid" if number < 4 else "")
    await put(people, is_accepting=False)

    before = await people.ask(people.desk(), "GetFairnessReport", **interval())

    groups = {each.group: (each.client_count, each.placed_count) for each in before.groups}
    assert groups == {"language:es": (5, 0), "priority:routine": (5, 0)}
    assert sorted(before.spread.idle_therapist_ids) == sorted(ids)
    with pytest.raises(errors.Forbidden):
        await people.ask(people.therapist(), "GetFairnessReport", **interval())


async def test_what_they_asked_for_is_sealed(people: People, rows: Rows) -> None:
    """Neither the intake nor the stored batch says a word of it; another practice sees neither."""
    await put(people, specialties=["eating-disorder"])
    intake = await wait(people, specialties=["eating-disorder"])
    found = await batch(people)
    elsewhere = people.elsewhere()

    raw = rows(
        "select i.need_sealed, b.inputs from intakes i join batches b using (practice_id) where i.practice_id = %s",
        people.practice_id,
    )
    assert all(b"eating" not in bytes(column) for row in raw for column in row)
    for method, fields in (
        ("GetIntake", {"intake_id": intake.intake_id}),
        ("GetProposal", {"proposal_id": found.placements[0].proposal_id}),
        ("ReplayBatch", {"batch_id": found.batch_id}),
    ):
        with pytest.raises(errors.NotFound):
            await elsewhere.ask(elsewhere.desk(), method, **fields)


async def test_an_erased_client_is_in_no_batch_and_no_report(people: People, rows: Rows) -> None:
    """Their need can't be read any more; the others are served."""
    await put(people)
    gone, there = await wait(people), await wait(people)
    rows("update client_keys set wrapped_key = '' where client_id = %s", gone.client_id)

    found = await batch(people)
    await people.ask(people.desk(), "GetFairnessReport", **interval())

    assert [each.client_id for each in found.placements] == [there.client_id]
    with pytest.raises(errors.NotFound):
        await people.ask(people.desk(), "GetIntake", intake_id=gone.intake_id)
