"""A crisis answer: help in the same response, a flag in the same transaction, and a human before any automation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
import pytest
from kept.matching.v1 import matching_pb2, triage_events_pb2, triage_pb2

from services.chassis import errors
from services.matching.domain.instruments import PHQ_9
from tests.integration.matching.people import People

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
Answers = list[triage_pb2.ItemAnswer]


def answered(**values: int) -> Answers:
    """Answers to every item of the PHQ-9: 0 unless named, as item_9=1."""
    given = [(item.link_id, values.get(f"item_{at}", 0)) for at, item in enumerate(PHQ_9.items, start=1)]
    return [triage_pb2.ItemAnswer(link_id=link_id, value=value) for link_id, value in given]


async def screen(people: People, client_id: str, answers: Answers, **fields: Any) -> Any:
    """Let a client answer the PHQ-9."""
    given = {"client_id": client_id, "instrument": "PHQ-9", "answers": answers, **fields}
    return await people.ask(people.client(client_id), "AnswerScreening", **given)


def events(rows: Rows, practice_id: str) -> list[tuple[str, bytes]]:
    """Types and bodies of what the practice's calls say, oldest first."""
    statement = "select type, body from outbox where practice_id = %s order by event_id"
    return [(type_.rpartition(".")[2], bytes(body)) for type_, body in rows(statement, practice_id)]


async def test_a_crisis_answer_gets_help_a_flag_and_an_event_at_once(people: People, rows: Rows) -> None:
    """PHQ-9 with item 9 = 1 and a sum of 3: 988 in the client's language, one raised flag, one event with ids only."""
    client_id = str(uuid4())

    found = await screen(people, client_id, answered(item_1=2, item_9=1), locale="es-MX")

    assert (found.screening.score, found.screening.severity) == (3, "MINIMAL")
    assert found.screening.priority == triage_pb2.PRIORITY_HIGH
    assert found.crisis_resources.locale == "es"
    assert any("988" in line for line in found.crisis_resources.lines)
    flags = rows("select flag_id::text, state from crisis_flags where practice_id = %s", people.practice_id)
    assert [(found.screening.flag_id, 1)] == flags
    [(type_, body)] = events(rows, people.practice_id)
    facts = triage_events_pb2.CrisisFlagged.FromString(body).crisis
    assert (type_, facts.flag_id, facts.client_id) == ("CrisisFlagged", found.screening.flag_id, client_id)


async def test_help_does_not_wait_for_the_last_item(people: People) -> None:
    """One answer is enough to flag, and too little for a score."""
    only = [triage_pb2.ItemAnswer(link_id="phq9-9", value=3)]

    found = await screen(people, str(uuid4()), only)

    assert found.screening.flag_id
    assert found.crisis_resources.call_number == "988"
    assert (found.screening.is_complete, found.screening.severity) == (False, "")


async def test_answers_without_a_flag_say_nothing_of_safety(people: People, rows: Rows) -> None:
    """No resources, no flag, no event; and no field that a screen could read as "safe"."""
    found = await screen(people, str(uuid4()), answered(item_1=3, item_2=3, item_3=3, item_4=3, item_5=3))

    assert not found.HasField("crisis_resources")
    assert (found.screening.score, found.screening.priority) == (15, triage_pb2.PRIORITY_HIGH)
    assert list(found.screening.rules) == ["SCORE_HIGH"]
    assert events(rows, people.practice_id) == []
    assert not any("safe" in field.name for field in triage_pb2.Screening.DESCRIPTOR.fields)


async def test_the_flag_and_the_answers_are_stored_together_or_not_at_all(people: People, rows: Rows) -> None:
    """When the flag can't be stored, no answer is, and nothing is said."""
    rows("alter table crisis_flags add constraint broken_check check (cause <> 1) not valid")
    try:
        with pytest.raises(errors.ServiceError):
            await screen(people, str(uuid4()), answered(item_9=1))
    finally:
        rows("alter table crisis_flags drop constraint broken_check")

    assert rows("select 1 from screenings where practice_id = %s", people.practice_id) == []
    assert events(rows, people.practice_id) == []


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([], "NOTHING_ANSWERED"),
        ([triage_pb2.ItemAnswer(link_id="phq9-10", value=1)], "UNKNOWN_QUESTION"),
        ([triage_pb2.ItemAnswer(link_id="phq9-9", value=4)], "ANSWER_OUT_OF_RANGE"),
        ([triage_pb2.ItemAnswer(link_id="phq9-9", value=1)] * 2, "ANSWERED_TWICE"),
    ],
)
async def test_what_is_no_answer_is_refused_and_nothing_is_stored(
    people: People, rows: Rows, answers: Answers, reason: str
) -> None:
    """Each with its reason."""
    with pytest.raises(errors.InvalidRequest) as refused:
        await screen(people, str(uuid4()), answers)

    assert refused.value.reason == reason
    assert rows("select 1 from screenings where practice_id = %s", people.practice_id) == []


async def test_five_megabytes_of_answers_are_refused_and_nothing_is_stored(people: People, rows: Rows) -> None:
    """The door is too small for them."""
    with pytest.raises(errors.ServiceError) as refused:
        await screen(people, str(uuid4()), [triage_pb2.ItemAnswer(link_id="x" * 5_000_000, value=1)])

    assert isinstance(refused.value.__cause__, grpc.aio.AioRpcError)
    assert refused.value.__cause__.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert rows("select 1 from screenings where practice_id = %s", people.practice_id) == []


async def test_answers_are_sealed_and_only_scores_leave(people: People, rows: Rows) -> None:
    """Neither the stored rows nor a stored answer to a retry hold a word of them; the list gives scores."""
    client_id = str(uuid4())
    given = await screen(people, client_id, answered(item_1=2, item_9=1))

    listed = await people.ask(people.client(client_id), "ListScreenings", client_id=client_id)

    assert list(listed.screenings) == [given.screening]
    sealed = rows(
        "select s.answers_sealed, s.result_sealed, r.response from screenings s join requests r using (practice_id)"
        " where s.practice_id = %s",
        people.practice_id,
    )
    assert len(sealed) == 1
    for column in sealed[0]:
        assert all(word not in bytes(column) for word in (b"phq9", b"PHQ-9", b"MINIMAL", b"988"))


async def test_a_retry_raises_no_second_flag(people: People, rows: Rows) -> None:
    """The same request gets the same answer, help included."""
    client_id, request_id = str(uuid4()), str(uuid4())

    first = await screen(people, client_id, answered(item_9=2), request_id=request_id)
    again = await screen(people, client_id, answered(item_9=2), request_id=request_id)

    assert first == again
    assert len(rows("select 1 from crisis_flags where practice_id = %s", people.practice_id)) == 1
    assert len(events(rows, people.practice_id)) == 1


async def test_a_person_may_say_it_without_a_form(people: People, rows: Rows) -> None:
    """The button raises a flag and gives help, and asks nothing."""
    client_id = str(uuid4())

    found = await people.ask(people.client(client_id), "ReportDanger", client_id=client_id, locale="en")

    assert found.flag.state == triage_pb2.CrisisFlag.STATE_RAISED
    assert found.crisis_resources.emergency_number == "911"
    assert [type_ for type_, _ in events(rows, people.practice_id)] == ["CrisisFlagged"]


async def test_only_a_named_human_settles_a_flag(people: People, rows: Rows) -> None:
    """Taken over first, closed with a reason, each step with its event; the client settles nothing."""
    client_id, therapist = str(uuid4()), people.therapist()
    flag_id = (await screen(people, client_id, answered(item_9=1))).screening.flag_id
    reason = triage_pb2.CrisisFlag.OUTCOME_SAFETY_PLAN

    with pytest.raises(errors.Forbidden):
        await people.ask(people.client(client_id), "AcknowledgeCrisisFlag", flag_id=flag_id)
    with pytest.raises(errors.RuleViolated) as early:
        await people.ask(therapist, "CloseCrisisFlag", flag_id=flag_id, outcome=reason)
    taken = await people.ask(therapist, "AcknowledgeCrisisFlag", flag_id=flag_id)
    with pytest.raises(errors.RuleViolated) as second:
        await people.ask(people.desk(), "AcknowledgeCrisisFlag", flag_id=flag_id)
    with pytest.raises(errors.InvalidRequest) as mute:
        await people.ask(therapist, "CloseCrisisFlag", flag_id=flag_id, etag=taken.etag)
    with pytest.raises(errors.Stale):
        await people.ask(therapist, "CloseCrisisFlag", flag_id=flag_id, outcome=reason, etag="v1")
    closed = await people.ask(therapist, "CloseCrisisFlag", flag_id=flag_id, outcome=reason, etag=taken.etag)

    assert (early.value.reason, second.value.reason) == ("FLAG_UNANSWERED", "FLAG_SETTLED")
    assert mute.value.reason == "OUTCOME_MISSING"
    assert (closed.state, closed.close_actor_id) == (triage_pb2.CrisisFlag.STATE_CLOSED, therapist.actor_id)
    told = [type_ for type_, _ in events(rows, people.practice_id)]
    assert told == ["CrisisFlagged", "CrisisAcknowledged", "CrisisClosed"]


async def test_matching_waits_until_a_human_has_answered(people: People) -> None:
    """A client's own match is refused while a flag stands; staff may run it; after the human, so may the client."""
    client_id = str(uuid4())
    need = matching_pb2.Need(client_id=client_id)
    flag_id = (await screen(people, client_id, answered(item_9=1))).screening.flag_id

    with pytest.raises(errors.RuleViolated) as held:
        await people.ask(people.client(client_id), "MatchClient", need=need)
    by_staff = await people.ask(people.desk(), "MatchClient", need=need)
    await people.ask(people.desk(), "AcknowledgeCrisisFlag", flag_id=flag_id)
    after = await people.ask(people.client(client_id), "MatchClient", need=need)

    assert held.value.reason == "CRISIS_UNANSWERED"
    assert by_staff.match_id
    assert after.match_id


async def test_the_unanswered_come_first_and_pages_join(people: People) -> None:
    """Two raised, one taken over, one closed: the closed one only when asked for."""
    flags = [(await people.ask(people.desk(), "ReportDanger", client_id=str(uuid4()))).flag.flag_id for _ in range(4)]
    for flag_id in flags[:2]:
        await people.ask(people.desk(), "AcknowledgeCrisisFlag", flag_id=flag_id)
    mistake = triage_pb2.CrisisFlag.OUTCOME_MISTAKE
    await people.ask(people.desk(), "CloseCrisisFlag", flag_id=flags[0], outcome=mistake)

    listed, token = [], ""
    while True:
        page = await people.ask(people.desk(), "ListCrisisFlags", with_closed=True, page_size=1, page_token=token)
        listed += [flag.flag_id for flag in page.flags]
        token = page.next_page_token
        if not token:
            break
    still_open = await people.ask(people.desk(), "ListCrisisFlags")

    assert listed == [flags[2], flags[3], flags[1], flags[0]]
    assert [flag.flag_id for flag in still_open.flags] == listed[:3]


async def test_scores_are_for_the_client_and_whoever_treats_them(people: People, rows: Rows) -> None:
    """Another client, the desk and other therapists see none; a therapist with the client in their caseload does."""
    client_id, therapist_id = str(uuid4()), str(uuid4())
    await screen(people, client_id, answered(item_1=1))

    for actor in (people.client(str(uuid4())), people.desk(), people.therapist(therapist_id)):
        with pytest.raises(errors.Forbidden):
            await people.ask(actor, "ListScreenings", client_id=client_id)
    rows(
        "insert into caseload_clients (practice_id, therapist_id, client_id) values (%s, %s, %s)",
        people.practice_id, therapist_id, client_id,
    )  # fmt: skip
    seen = await people.ask(people.therapist(therapist_id), "ListScreenings", client_id=client_id)

    assert [each.score for each in seen.screenings] == [1]


async def test_a_practice_sees_no_flag_of_another(people: People) -> None:
    """Neither in its list nor by id."""
    flag_id = (await people.ask(people.desk(), "ReportDanger", client_id=str(uuid4()))).flag.flag_id
    elsewhere = people.elsewhere()

    listed = await elsewhere.ask(elsewhere.desk(), "ListCrisisFlags")
    with pytest.raises(errors.NotFound):
        await elsewhere.ask(elsewhere.desk(), "AcknowledgeCrisisFlag", flag_id=flag_id)

    assert list(listed.flags) == []
