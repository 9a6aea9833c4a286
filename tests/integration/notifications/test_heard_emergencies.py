"""Whoever broke a client's glass reads their messages as far and as long as it goes, and writes nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from google.protobuf.message import Message
from kept.booking.v1 import break_glass_events_pb2, break_glass_pb2
from kept.notifications.v1 import threads_service_pb2

from tests.integration.notifications.door import Door
from tests.integration.notifications.office import Office, new_id
from tests.integration.notifications.test_door import refusal
from tests.integration.notifications.test_threads import begun
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

CONTACT, REGISTRY = break_glass_pb2.BreakGlass.SCOPE_CONTACT, break_glass_pb2.BreakGlass.SCOPE_REGISTRY


@pytest.fixture
async def door(office: Office, tmp_path: Path) -> AsyncIterator[Door]:
    """The service with its door open."""
    door = Door(office, tmp_path)
    await door.start()
    yield door
    await door.stop()


def glass(practice_id: str, client_id: str, therapist_id: str, **more: Any) -> Message:
    """What booking says when a therapist breaks a glass."""
    facts = break_glass_events_pb2.BreakGlassFacts(
        practice_id=practice_id,
        break_glass_id=more.get("break_glass_id", new_id()),
        client_id=client_id,
        actor_id=f"staff-{therapist_id}",
        scopes=[more.get("scope", CONTACT)],
        version=more.get("version", 1),
    )
    facts.expire_time.FromDatetime(datetime.now(UTC) + timedelta(minutes=more.get("minutes", 60)))
    kind = break_glass_events_pb2.BreakGlassEnded if more.get("is_over") else break_glass_events_pb2.BreakGlassStarted
    return kind(break_glass=facts)


async def test_a_broken_glass_opens_messages_for_reading_and_is_named_in_the_record(
    office: Office, door: Door, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Refused before, open after, for that client alone; the record says which emergency; nothing can be written."""
    await begun(door, door.client(practice_id, client_id), client_id)
    therapist_id, glass_id = new_id(), new_id()
    somebody = door.therapist(practice_id, therapist_id)
    asked = threads_service_pb2.ListThreadsRequest(client_id=client_id)
    assert await refusal(door.threads.ListThreads(asked, metadata=somebody)) == ("PERMISSION_DENIED", "NOT_ALLOWED")

    await office.handle(glass(practice_id, client_id, therapist_id, break_glass_id=glass_id))

    assert len((await door.threads.ListThreads(asked, metadata=somebody)).threads) == 1
    writing = begun(door, somebody, client_id)
    assert await refusal(writing) == ("PERMISSION_DENIED", "NOT_ALLOWED")
    other = threads_service_pb2.ListThreadsRequest(client_id=new_id())
    assert await refusal(door.threads.ListThreads(other, metadata=somebody)) == ("PERMISSION_DENIED", "NOT_ALLOWED")
    with psycopg.connect(store.owner_url) as conn:
        rows = conn.execute("select record from audit_outbox").fetchall()
    seen = [json.loads(text) for (text,) in rows]
    [record] = [each for each in seen if each["actor"]["relation"] == "break_glass" and each["stage"] == "complete"]
    assert (record["decision"]["break_glass_id"], record["client_id"]) == (glass_id, client_id)
    assert record["decision"]["policies"] == ["broken-glass-opens-for-reading"]


@pytest.mark.parametrize("shut", [{"scope": REGISTRY}, {"minutes": -1}, {"version": 2, "is_over": True, "minutes": 0}])
async def test_a_glass_of_another_scope_or_past_its_time_opens_nothing(
    office: Office, door: Door, practice_id: str, client_id: str, shut: dict[str, Any]
) -> None:
    """Nor one that was ended, though its beginning comes in after its end."""
    therapist_id, glass_id = new_id(), new_id()
    await office.handle(glass(practice_id, client_id, therapist_id, break_glass_id=glass_id, **shut))
    if shut.get("is_over"):
        await office.handle(glass(practice_id, client_id, therapist_id, break_glass_id=glass_id))

    asked = threads_service_pb2.ListThreadsRequest(client_id=client_id)
    somebody = door.therapist(practice_id, therapist_id)
    assert await refusal(door.threads.ListThreads(asked, metadata=somebody)) == ("PERMISSION_DENIED", "NOT_ALLOWED")


async def test_a_glass_of_another_practice_opens_nothing(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """The same client id and the same person in another practice are others."""
    therapist_id = new_id()
    await office.handle(glass(new_id(), client_id, therapist_id))

    asked = threads_service_pb2.ListThreadsRequest(client_id=client_id)
    somebody = door.therapist(practice_id, therapist_id)
    assert await refusal(door.threads.ListThreads(asked, metadata=somebody)) == ("PERMISSION_DENIED", "NOT_ALLOWED")
