"""What came of matches is counted, what would have come of others is replayed; weights stay."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf import json_format
from kept.booking.v1 import booking_events_pb2, booking_pb2
from kept.matching.v1 import matching_pb2

from services.chassis import errors
from tests.integration.matching.people import People
from tests.integration.matching.test_intakes import ARRIVE, URGENT, interval, told, wait
from tests.integration.matching.test_matching import put

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
Sweep = Callable[[], Awaitable[None]]


def arrive(rows: Rows, people: People, event: Any) -> None:
    """Let an event arrive from booking."""
    body, aggregate = json_format.MessageToJson(event), event.appointment.appointment_id
    rows(ARRIVE, people.practice_id, str(uuid4()), event.DESCRIPTOR.full_name, aggregate, body)


def attended(people: People, client_id: str, therapist_id: str, appointment_id: str = "") -> Any:
    """A session that took place."""
    facts = booking_events_pb2.AppointmentFacts(
        practice_id=people.practice_id,
        appointment_id=appointment_id or str(uuid4()),
        client_id=client_id,
        therapist_id=therapist_id,
        version=1,
    )
    facts.start_time.FromDatetime(datetime.now(UTC) - timedelta(hours=2))
    return booking_events_pb2.AppointmentAttended(appointment=facts, state=booking_pb2.Appointment.STATE_COMPLETED)


async def test_after_the_third_session_the_client_is_asked_once_and_says_it_for_themselves(
    people: People, rows: Rows, sweep: Sweep
) -> None:
    """Heard twice a session counts once; before the third it is too early; the rating is sealed, the last counts."""
    client_id, therapist_id = str(uuid4()), str(uuid4())
    client, asked = people.client(client_id), {"client_id": client_id, "therapist_id": therapist_id}
    sessions = [attended(people, client_id, therapist_id) for _ in range(4)]

    for each in (sessions[0], sessions[0], sessions[1]):
        arrive(rows, people, each)
    await sweep()
    with pytest.raises(errors.RuleViolated) as early:
        await people.ask(client, "AnswerFit", **asked, rating=5)
    for each in sessions[2:]:
        arrive(rows, people, each)
        await sweep()
    for actor in (people.desk(), people.therapist(therapist_id)):
        with pytest.raises(errors.Forbidden):
            await people.ask(actor, "AnswerFit", **asked, rating=5)
    await people.ask(client, "AnswerFit", **asked, rating=2)
    await people.ask(client, "AnswerFit", **asked, rating=4)

    assert early.value.reason == "TOO_EARLY"
    assert told(rows, people, "FitAsked") == 1
    [(sealed,)] = rows("select rating_sealed from course_fits where practice_id = %s", people.practice_id)
    assert len(bytes(sealed)) > 16


async def test_the_report_counts_fit_dropout_and_change_and_changes_no_weight(
    people: People, rows: Rows, sweep: Sweep
) -> None:
    """Five courses of one therapist: two rated, one dropped, one gone on to another; smaller groups are not told."""
    therapist_id, other_id = str(uuid4()), str(uuid4())
    clients = [str(uuid4()) for _ in range(5)]
    for client_id in clients:
        for _ in range(4 if client_id != clients[4] else 1):
            arrive(rows, people, attended(people, client_id, therapist_id))
    await sweep()
    for client_id, rating in zip(clients[:2], (3, 5), strict=True):
        asked = {"client_id": client_id, "therapist_id": therapist_id}
        await people.ask(people.client(client_id), "AnswerFit", **asked, rating=rating)
    rows(
        "update course_sessions set session_time = now() - interval '70 days' where practice_id = %s",
        people.practice_id,
    )
    arrive(rows, people, attended(people, clients[0], other_id))
    await sweep()
    span = interval()
    span["from_time"].FromDatetime(datetime.now(UTC) - timedelta(days=100))  # type: ignore[attr-defined]

    before = await people.ask(people.desk(), "GetMatchRules")
    report = await people.ask(people.admin(), "GetFeedbackReport", **span)
    after = await people.ask(people.desk(), "GetMatchRules")

    found = {
        each.group: (each.course_count, each.rated_count, each.mean_rating, each.dropout_count, each.change_count)
        for each in report.groups
    }
    assert found == {f"therapist:{therapist_id}": (5, 2, 4.0, 1, 1), "weights:none": (6, 2, 4.0, 1, 1)}
    assert before == after


async def test_a_quarter_is_replayed_under_other_weights_and_capacity(people: People, rows: Rows) -> None:
    """Twice the places place all; other weights place the same with less fit by ours; nothing is stored or proposed."""
    await put(people, specialties=["ocd"], capacity=2)
    await put(people, experience_years=30, capacity=1)
    for number in range(5):
        await wait(people, specialties=["ocd"], priority=URGENT if number == 0 else 0)
    rows(
        "update intakes set create_time = now() - interval '20 days' where practice_id = %s",
        people.practice_id,
    )
    span = interval()
    span["from_time"].FromDatetime(datetime.now(UTC) - timedelta(days=30))  # type: ignore[attr-defined]
    weights = matching_pb2.Weights(experience=100)

    more = await people.ask(people.desk(), "SimulateIntakes", **span, capacity_ratio=2.0, load_weight=5)
    other = await people.ask(people.desk(), "SimulateIntakes", **span, weights=weights, load_weight=0)

    assert (more.intake_count, more.as_is.placed_count, more.what_if.placed_count) == (5, 3, 5)
    assert more.what_if.mean_wait_days < more.as_is.mean_wait_days
    assert more.as_is.urgent_wait_days == pytest.approx(7, abs=0.1)
    assert other.what_if.placed_count == 3
    assert other.what_if.mean_fit_ratio <= other.as_is.mean_fit_ratio
    assert rows("select 1 from batches where practice_id = %s", people.practice_id) == []
    with pytest.raises(errors.InvalidRequest) as unbalanced:
        await people.ask(people.desk(), "SimulateIntakes", **span, weights=matching_pb2.Weights(room=1))
    with pytest.raises(errors.Forbidden):
        await people.ask(people.therapist(), "SimulateIntakes", **span)
    assert unbalanced.value.reason == "WEIGHTS_UNBALANCED"
