"""Whoever broke a client's glass reads what they answered at intake, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf import json_format
from kept.booking.v1 import break_glass_events_pb2, break_glass_pb2

from services.chassis import errors
from services.chassis.events.inbox import InboxRunner
from services.chassis.rpc.server import Application
from tests.integration.matching.people import People
from tests.integration.matching.test_triage import answered, screen
from tests.support.suite_keys import SuiteKeys

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
ARRIVE = """
    insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body)
    values (%s, %s, 'booking', %s, %s, %s, %s)
"""


async def test_a_broken_glass_opens_intake_for_reading_until_it_ends(
    people: People, composed: tuple[Application, SuiteKeys], rows: Rows
) -> None:
    """Refused before, open after with the emergency in the record, refused again when it was ended."""
    client_id, glass_id = str(uuid4()), str(uuid4())
    somebody = replace(people.therapist(), actor_id=f"user:{uuid4()}")
    await screen(people, client_id, answered())
    [runner] = [each for each in composed[0].background if isinstance(each, InboxRunner)]

    async def hear(kind: Any, minutes: int, version: int) -> None:
        facts = break_glass_events_pb2.BreakGlassFacts(
            practice_id=people.practice_id,
            break_glass_id=glass_id,
            client_id=client_id,
            actor_id=somebody.actor_id,
            scopes=[break_glass_pb2.BreakGlass.SCOPE_INTAKE],
            version=version,
        )
        facts.expire_time.FromDatetime(datetime.now(UTC) + timedelta(minutes=minutes))
        body = json_format.MessageToJson(kind(break_glass=facts))
        rows(ARRIVE, people.practice_id, str(uuid4()), kind.DESCRIPTOR.full_name, glass_id, version, body)
        await runner.round()

    with pytest.raises(errors.Forbidden):
        await people.ask(somebody, "ListScreenings", client_id=client_id)

    await hear(break_glass_events_pb2.BreakGlassStarted, 60, 1)

    assert len((await people.ask(somebody, "ListScreenings", client_id=client_id)).screenings) == 1
    with pytest.raises(errors.Forbidden):
        await people.ask(somebody, "ListScreenings", client_id=str(uuid4()))
    with pytest.raises(errors.Forbidden):
        await people.ask(somebody, "AnswerScreening", client_id=client_id, instrument="PHQ-9", answers=answered())
    texts = rows("select record from audit_outbox where practice_id = %s", people.practice_id)
    broken = [each for each in map(json.loads, (text for (text,) in texts)) if "break_glass_id" in each["decision"]]
    assert [(each["decision"]["break_glass_id"], each["op"]) for each in broken] == [
        (glass_id, "matching.ListScreenings")
    ]

    await hear(break_glass_events_pb2.BreakGlassEnded, 0, 2)

    with pytest.raises(errors.Forbidden):
        await people.ask(somebody, "ListScreenings", client_id=client_id)
