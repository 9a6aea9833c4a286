"""Event streams: the real gateway, facts announced as the relays announce them."""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
import redis as redis_client

from deploy.local import people
from services.chassis.events.announce import STREAM, Announcer
from services.chassis.events.outbox import Outgoing
from tests.integration.gateway.conftest import Gateway, Start

pytestmark = pytest.mark.integration

WAIT_S = 30


@dataclass(frozen=True)
class Event:
    """An event as a browser's EventSource gives it."""

    name: str
    id: str
    data: dict[str, object]


class Reader:
    """Reads a stream as a browser does."""

    def __init__(self, gateway: Gateway, user: str, last_id: str = "") -> None:
        headers = {"Authorization": f"Bearer {gateway.token(user)}"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        self._http = httpx.Client(timeout=WAIT_S)
        self._stream = self._http.stream("GET", f"{gateway.url}/v1/events/stream", headers=headers)
        self.response = self._stream.__enter__()
        assert self.response.status_code == 200
        self.lines = self.response.iter_lines()
        assert next(self.lines).startswith("retry:")
        assert next(self.lines) == ""

    def comment(self) -> str:
        """The next comment."""
        return next(line for line in self.lines if line.startswith(":"))

    def event(self) -> Event:
        """The next event."""
        found: dict[str, str] = {}
        for line in self.lines:
            if not line and "data" in found:
                return Event(found["event"], found.get("id", ""), json.loads(found["data"]))
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                found[name] = value
        raise AssertionError("the stream ended")

    def close(self) -> None:
        """Go away."""
        self.response.close()
        self._http.close()


def booked(version: int = 1, *, client: str = "client-001", practice_id: str = people.PRACTICE_ID) -> Outgoing:
    """A fact as a relay has it."""
    appointment = {
        "practiceId": practice_id,
        "appointmentId": str(uuid.uuid4()),
        "clientId": people.id_of("client", client),
        "therapistId": people.id_of("therapist", "amara-osei"),
    }
    return Outgoing(
        message_id=str(uuid.uuid4()),
        type="kept.booking.v1.AppointmentBooked",
        body=json.dumps({"appointment": appointment}),
        subject=appointment["appointmentId"],
        version=version,
        practice_id=practice_id,
        create_time=datetime.now(UTC),
        position=1,
    )


@pytest.fixture
def announcer() -> Announcer:
    """What the relays announce with; streams begin empty."""
    url = os.environ["KEPT_TEST_REDIS_URL"]
    with redis_client.Redis.from_url(url) as redis:
        redis.delete(STREAM + people.PRACTICE_ID)
    return Announcer(url)


@pytest.fixture
def live(start: Start) -> Gateway:
    """A gateway that listens already."""
    gateway = start(KEPT_RATE_LIMITS="off")
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        reader = Reader(gateway, "officer")
        mode = reader.response.headers["x-kept-live"]
        reader.close()
        if mode == "live":
            return gateway
        time.sleep(0.1)
    raise AssertionError(gateway.log.read_text(encoding="utf-8"))


def test_everybody_hears_of_what_concerns_them_and_of_nothing_else(live: Gateway, announcer: Announcer) -> None:
    """The desk of all, a therapist and a client of their own, another practice's facts nobody; ids only."""
    desk, therapist, client = (Reader(live, name) for name in ("desk", "amara", "client"))
    foreign, others, own = booked(practice_id=str(uuid.uuid4())), booked(), booked(client=people.DEMO_CLIENT)

    announcer.announce([foreign, others, own])

    assert [desk.event().data["resource_id"] for _ in range(2)] == [others.subject, own.subject]
    assert [therapist.event().data["resource_id"] for _ in range(2)] == [others.subject, own.subject]
    heard = client.event()
    assert heard.name == "booking.AppointmentBooked"
    assert heard.data == {"id": heard.id, "resource_id": own.subject, "version": 1}
    for reader in (desk, therapist, client):
        reader.close()


def test_who_comes_back_hears_what_they_missed(live: Gateway, announcer: Announcer) -> None:
    """Replay by Last-Event-ID, at any gateway; what can't be replayed any more is said."""
    reader = Reader(live, "desk")
    facts = [booked(number) for number in range(1, 5)]
    announcer.announce(facts[:1])
    first = reader.event()
    reader.close()
    announcer.announce(facts[1:])

    again = Reader(live, "desk", first.id)
    assert [again.event().data["version"] for _ in range(3)] == [2, 3, 4]
    again.close()

    with redis_client.Redis.from_url(os.environ["KEPT_TEST_REDIS_URL"]) as redis:
        redis.delete(STREAM + people.PRACTICE_ID)
    forgotten = Reader(live, "desk", first.id)
    assert forgotten.event().name == "reset"
    forgotten.close()


def test_a_silent_stream_has_a_heartbeat(live: Gateway) -> None:
    """A comment within fifteen seconds, or the wait runs out."""
    reader = Reader(live, "officer")

    assert reader.comment() == ": still here"
    reader.close()


def test_without_redis_a_stream_says_that_looking_is_needed(start: Start) -> None:
    """Header and event; the stream stays open."""
    alone = start(KEPT_RATE_LIMITS="off", KEPT_REDIS_URL="redis://127.0.0.1:9/0")
    reader = Reader(alone, "desk")

    assert reader.response.headers["x-kept-live"] == "polling"
    assert reader.event() == Event("polling", "", {"interval_s": 30})
    reader.close()


def test_a_relay_that_could_not_announce_says_so_later(live: Gateway, announcer: Announcer) -> None:
    """Facts missed while Redis was away: a gap is announced before the next one, and readers read again."""
    reader = Reader(live, "client")
    announcer._retry_time = time.monotonic() + 3600
    announcer.announce([booked()])
    announcer._retry_time = 0.0

    announcer.announce([])

    assert reader.event().name == "reset"
    reader.close()


def test_a_stream_is_for_people_who_signed_in(live: Gateway) -> None:
    """No token, and an id nobody gave out."""
    path = f"{live.url}/v1/events/stream"
    odd = {"Authorization": f"Bearer {live.token()}", "Last-Event-ID": "'; drop"}

    assert httpx.get(path).status_code == 401
    assert httpx.get(path, headers=odd).status_code == 422


def test_readers_who_left_are_forgotten(live: Gateway) -> None:
    """A closed browser costs nothing: the line about its request is written soon."""
    before = live.log.read_text(encoding="utf-8").count("/v1/events/stream")
    with socket.create_connection(("127.0.0.1", live.port), timeout=WAIT_S) as conn:
        head = f"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {live.token()}\r\n\r\n"
        conn.sendall(head.encode())
        assert conn.recv(100).startswith(b"HTTP/1.1 200")

    until = time.monotonic() + WAIT_S
    while live.log.read_text(encoding="utf-8").count("/v1/events/stream") == before:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_gateway_that_stops_lets_its_readers_go(start: Start) -> None:
    """Streams end at once and are taken up elsewhere: a rollout does not wait for them."""
    leaving = start(KEPT_RATE_LIMITS="off")
    reader = Reader(leaving, "desk")

    leaving.process.terminate()

    assert leaving.process.wait(WAIT_S) is not None
    assert [line for line in reader.lines if line.startswith("data")] in (
        [],
        ['data: {"interval_s": 30}'],
        ["data: {}"],
    )
    reader.close()
