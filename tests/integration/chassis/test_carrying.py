"""Relay and consumer on a real broker: what is committed arrives, in order, once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import kombu
import psycopg
import pytest
from kept.booking.v1.booking_events_pb2 import AppointmentBooked, AppointmentFacts

from deploy.local.places import REPO
from services.chassis.db.envelope import Envelope, OutboxEvent, write_envelopes
from services.chassis.db.pool import Database
from tests.support.broker import OwnBroker, private_broker
from tests.support.postgres import FreshDatabase, PostgresServer
from tests.support.wire import Wire

PRACTICE = str(uuid.uuid4())
BOOKED = AppointmentBooked.DESCRIPTOR.full_name
PATIENCE_S = 40.0


@dataclass
class Road:
    """A relaying worker's database, a listening worker's database, and the broker between."""

    sender: FreshDatabase
    receiver: FreshDatabase
    broker: OwnBroker
    logs: Path

    @contextmanager
    def worker(self, name: str, *, through: Wire | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """Run a worker as a process until the end of the block; through a wire it reaches the broker by that alone."""
        child = self.start(name, through=through)
        try:
            yield child
        finally:
            child.terminate()
            child.wait(timeout=20)

    def start(self, name: str, *, through: Wire | None = None) -> subprocess.Popen[bytes]:
        """Start a worker."""
        port = str(urlsplit(self.broker.url).port)
        database = self.sender if name == "booking" else self.receiver
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{REPO}:{REPO / 'protos/generated'}",
            "KEPT_SERVICE": name,
            "KEPT_INSTANCE": f"{name}-test",
            "KEPT_DATABASE_URL": database.worker_url,
            "KEPT_BROKER_URL": self.broker.url.replace(f":{port}", f":{through.port}") if through else self.broker.url,
            "KEPT_METRICS_PORT": "0",
        }
        with (self.logs / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.support.carriers", name]
            return subprocess.Popen(command, cwd=REPO, env=environment, stdout=log, stderr=log)

    async def commit(self, *events: tuple[str, int], type_: str = BOOKED) -> list[str]:
        """Commit events, (aggregate, version), as a service does; return their ids."""
        written = []
        for aggregate_id, version in events:
            facts = AppointmentFacts(practice_id=PRACTICE, appointment_id=aggregate_id, version=version)
            body = AppointmentBooked(appointment=facts).SerializeToString() if type_ == BOOKED else b""
            written.append(OutboxEvent(str(uuid.uuid4()), type_, aggregate_id, version, body))
        database = await Database.connect(self.sender.server_url, emitter="booking/test")
        async with database.begin([PRACTICE]) as conn:
            await write_envelopes(conn, [Envelope(PRACTICE, events=written)])
        await database.close()
        return [each.event_id for each in written]

    def waiting(self) -> int:
        """Events still in the outbox."""
        return int(str(self.ask(self.sender, "select count(*) from outbox")[0][0]))

    def arrived(self) -> list[tuple[str, int]]:
        """Aggregate and version of what is in the inbox, in order."""
        rows = self.ask(self.receiver, "select aggregate_id, version from inbox order by position")
        return [(str(name), int(str(version))) for name, version in rows]

    def ask(self, database: FreshDatabase, statement: str) -> list[tuple[object, ...]]:
        """Rows as the owner sees them."""
        with psycopg.connect(database.owner_url, autocommit=True) as conn:
            return conn.execute(statement.encode()).fetchall()

    def aside(self) -> list[str]:
        """Reasons of what was put aside."""
        return [str(reason) for (reason,) in self.ask(self.receiver, "select reason from quarantine")]

    def listens(self) -> bool:
        """Whether the listening worker said that it is up."""
        log = self.logs / "diary.log"
        return log.exists() and b"process.started" in log.read_bytes()

    def publish(self, body: bytes, *, headers: dict[str, object] | None = None, **properties: object) -> None:
        """Send a message as a stranger would."""
        complete = {"subject": "a", "practice_id": PRACTICE, "version": 1}
        known = {"message_id": str(uuid.uuid4()), "type": BOOKED, "app_id": "booking"} | properties
        with kombu.Connection(self.broker.url) as connection:
            connection.Producer().publish(
                body,
                exchange="booking.events",
                routing_key=BOOKED,
                content_type="application/json",
                content_encoding="binary",
                headers=complete if headers is None else headers,
                **known,
            )


@pytest.fixture(scope="module")
def own() -> Iterator[OwnBroker]:
    """A broker of this module's own, that may be stopped."""
    with private_broker() as broker:
        yield broker


@pytest.fixture
def road(postgres: PostgresServer, own: OwnBroker, tmp_path: Path) -> Iterator[Road]:
    """Two fresh databases, and a broker without queues of an earlier test."""
    sender, receiver = postgres.fresh_database("booking"), postgres.fresh_database("diary")
    yield Road(sender, receiver, own, tmp_path)
    sender.drop()
    receiver.drop()


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; fail when it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


async def test_what_was_committed_before_anybody_listened_arrives_when_somebody_does(road: Road) -> None:
    """The broker keeps what has no queue yet; the outbox lets go of it, and the first listener gets it."""
    events = [("early", version) for version in (1, 2, 3)]
    await road.commit(*events)
    with road.worker("booking"):
        until(lambda: road.waiting() == 0)
        assert road.arrived() == []

        with road.worker("diary"):
            until(lambda: len(road.arrived()) == len(events))

    assert road.arrived() == events


async def test_events_arrive_in_the_order_of_their_aggregate(road: Road) -> None:
    """Whoever else is on the road; the outbox is empty afterwards."""
    events = [(f"a{number % 7}", number // 7 + 1) for number in range(210)]
    with road.worker("diary"), road.worker("booking"):
        await road.commit(*events)
        until(lambda: len(road.arrived()) == len(events))

    by_aggregate: dict[str, list[int]] = {}
    for aggregate_id, version in road.arrived():
        by_aggregate.setdefault(aggregate_id, []).append(version)
    assert by_aggregate == {f"a{number}": list(range(1, 31)) for number in range(7)}
    assert road.waiting() == 0


async def test_a_broker_that_goes_away_loses_and_doubles_nothing(road: Road) -> None:
    """Events committed before, while and after: all arrive, in order, without a restart of either worker."""
    committed = []
    with road.worker("diary") as listener, road.worker("booking") as relay:
        committed += await road.commit(*[("a", version) for version in range(1, 51)])
        until(lambda: len(road.arrived()) > 0)
        road.broker.stop()
        committed += await road.commit(*[("a", version) for version in range(51, 101)])
        road.broker.start()
        committed += await road.commit(*[("a", version) for version in range(101, 151)])
        until(lambda: len(road.arrived()) >= len(committed))
        assert (listener.poll(), relay.poll()) == (None, None)

    arrived = [str(event_id) for (event_id,) in road.ask(road.receiver, "select event_id from inbox")]
    lost, doubled = set(committed) - set(arrived), len(arrived) - len(set(arrived))
    print(f"\ncommitted {len(committed)}, arrived {len(arrived)}, lost {len(lost)}, doubled {doubled}")
    assert (lost, doubled) == (set(), 0)
    assert road.arrived() == [("a", version) for version in range(1, 151)]


@pytest.mark.parametrize("side", ["relay", "listener"])
async def test_a_wire_that_loses_everything_and_is_cut_loses_and_doubles_nothing(road: Road, side: str) -> None:
    """Bytes vanish in both directions, confirms and acknowledgements too, then connections are reset; three times."""
    committed: list[str] = []
    with Wire(urlsplit(road.broker.url).port or 0) as wire:
        relay, listener = (wire, None) if side == "relay" else (None, wire)
        with road.worker("diary", through=listener), road.worker("booking", through=relay):
            for number in range(3):
                first = number * 200
                committed += await road.commit(*[("w", first + at) for at in range(1, 101)])
                until(lambda: len(road.arrived()) > 0)
                wire.swallow()
                committed += await road.commit(*[("w", first + at) for at in range(101, 201)])
                await asyncio.sleep(1.0)
                wire.cut()
            until(lambda: len(road.arrived()) >= len(committed))
            until(lambda: road.waiting() == 0)

    arrived = [str(event_id) for (event_id,) in road.ask(road.receiver, "select event_id from inbox")]
    print(f"\ncommitted {len(committed)}, arrived {len(arrived)}, distinct {len(set(arrived))}")
    assert sorted(arrived) == sorted(committed)


async def test_workers_killed_at_any_moment_lose_and_double_nothing(road: Road) -> None:
    """Both are killed (-9) again and again while events flow; the inbox has each event once."""
    committed: list[str] = []
    for round_number in range(4):
        workers = [road.start("diary"), road.start("booking")]
        first = round_number * 100
        committed += await road.commit(*[(f"k{number % 5}", first + number) for number in range(1, 101)])
        await asyncio.sleep(1.5 + round_number * 0.2)
        for worker in workers:
            worker.kill()
            worker.wait()
    with road.worker("diary"), road.worker("booking"):
        until(lambda: len(road.arrived()) >= len(committed))

    arrived = [str(event_id) for (event_id,) in road.ask(road.receiver, "select event_id from inbox")]
    print(f"\ncommitted {len(committed)}, arrived {len(arrived)}, distinct {len(set(arrived))}")
    assert sorted(arrived) == sorted(committed)


async def test_the_same_message_twice_is_one_event(road: Road) -> None:
    """Known by its message id, whatever came between."""
    body, message_id = b'{"appointment": {"appointmentId": "a"}}', str(uuid.uuid4())
    with road.worker("diary"):
        until(lambda: road.listens())
        road.publish(body, message_id=message_id)
        road.publish(body)
        road.publish(body, message_id=message_id)
        until(lambda: len(road.arrived()) == 2)

    assert len(road.arrived()) == 2


async def test_what_can_not_be_read_is_put_aside_and_holds_nobody_up(road: Road) -> None:
    """Garbage, a half envelope, a future type, a method that raises: each aside once with its reason, and no loop."""
    with road.worker("diary"):
        until(lambda: road.listens())
        road.publish(b"\xff\x00 garbage")
        road.publish(b"{}", headers={"practice_id": "not-a-uuid", "subject": "a"})
        road.publish(b"{}", type="kept.booking.v9.Unheard")
        road.publish(b'{"appointment": {"appointmentId": "good"}}')
        until(lambda: len(road.arrived()) == 1 and len(road.aside()) == 3)
        await asyncio.sleep(1.0)

        assert sorted(road.aside()) == ["INCOMPLETE_ENVELOPE", "UNKNOWN_TYPE", "UNREADABLE_BODY"]
        assert len(road.arrived()) == 1


async def test_a_contract_the_relay_does_not_know_stops_nobody_else(road: Road) -> None:
    """An event written by a newer version waits, told by name; others of the service go out."""
    await road.commit(("strange", 1), type_="kept.booking.v1.NotYetInvented")
    await road.commit(("a", 1))
    with road.worker("diary"), road.worker("booking"):
        until(lambda: road.arrived() == [("a", 1)])

    assert road.waiting() == 1
    assert road.ask(road.sender, "select attempt_count > 0, last_error from outbox") == [(True, "unknown type")]
