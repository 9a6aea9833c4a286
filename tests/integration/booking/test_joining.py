"""The way into a session by video over real gRPC: for its own people, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kept.availability.v1 import availability_pb2
from kept.booking.v1 import booking_service_pb2

from services.chassis.errors import Forbidden, NotFound, RuleViolated
from tests.integration.booking.desk import Desk

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def jitsi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell the server of a Jitsi before it starts."""
    secret = tmp_path / "jitsi-secret"
    secret.write_text("a secret that Prosody shares, of forty bytes")
    monkeypatch.setenv("KEPT_JITSI_URL", "https://meet.example.org")
    monkeypatch.setenv("KEPT_JITSI_APP_ID", "kept")
    monkeypatch.setenv("KEPT_JITSI_SECRET_FILE", str(secret))


async def join(who: Desk, appointment_id: str) -> Any:
    """Ask for a way in."""
    return await who.ask("JoinAppointment", booking_service_pb2.JoinAppointmentRequest(appointment_id=appointment_id))


async def test_only_the_sessions_own_people_get_in_and_the_way_is_kept_nowhere(
    desk: Desk, rows: Callable[..., list[tuple[Any, ...]]]
) -> None:
    """Client and therapist meet; the desk, another client and another therapist are refused; a cancelled one is too."""
    ada, ben, therapist_id = await desk.register(), await desk.register(), str(uuid4())
    soon = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")
    video = availability_pb2.MODALITY_VIDEO
    booked = await desk.book(desk.booking(ada, soon, therapist_id=therapist_id, modality=video))
    client = desk.like(actor_id="user:ada", roles=frozenset({"client"}), client_id=ada)
    therapist = desk.like(actor_id="user:t", roles=frozenset({"therapist"}), therapist_id=therapist_id)
    other = desk.like(actor_id="user:ben", roles=frozenset({"client"}), client_id=ben)
    stranger = desk.like(actor_id="user:s", roles=frozenset({"therapist"}), therapist_id=str(uuid4()))

    of_client, of_therapist = await join(client, booked.appointment_id), await join(therapist, booked.appointment_id)

    assert of_client.url.partition("?")[0] == of_therapist.url.partition("?")[0]
    assert (of_client.is_moderator, of_therapist.is_moderator) == (False, True)
    for refused in (desk, other, stranger):
        with pytest.raises(Forbidden):
            await join(refused, booked.appointment_id)
    with pytest.raises(NotFound):
        await join(client, str(uuid4()))
    await desk.change("CancelAppointment", booked.appointment_id)
    with pytest.raises(RuleViolated) as called_off:
        await join(client, booked.appointment_id)
    assert called_off.value.reason == "STATE_FORBIDS"
    tables = rows("select table_name from information_schema.tables where table_schema = 'public'")
    room = of_client.url.partition("?")[0].rpartition("/")[2]
    for (table,) in tables:
        kept = rows(f"select count(*) from {table} t where t::text like %s or t::text like %s", f"%{room}%", "%jwt=%")
        assert kept == [(0,)], table


async def test_a_session_tomorrow_can_not_be_joined_today(desk: Desk) -> None:
    """The refusal says from when it can."""
    ada = await desk.register()
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    booked = await desk.book(desk.booking(ada, later, modality=availability_pb2.MODALITY_VIDEO))
    client = desk.like(actor_id="user:ada", roles=frozenset({"client"}), client_id=ada)

    with pytest.raises(RuleViolated) as refusal:
        await join(client, booked.appointment_id)

    assert refusal.value.reason == "JOIN_WINDOW_CLOSED"
    assert refusal.value.metadata["from_time"]
