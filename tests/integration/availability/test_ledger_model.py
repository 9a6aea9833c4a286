"""Whatever owners do in whatever order, the ledger says and blocks what a model of a few lines does."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import grpc.aio
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from kept.availability.v1 import availability_service_pb2

from services.availability.bootstrap import bootstrap
from services.availability.domain.limits import MAX_CLIENT_HOLDS
from services.availability.server import application
from services.chassis.db.pool import Database
from services.chassis.errors import ServiceError
from services.chassis.rpc.server import Server
from tests.integration.availability.conftest import Rows
from tests.integration.availability.door import Door, Practice, new_id, open_practice
from tests.integration.availability.limits import monday, move_to, put_caps
from tests.support.postgres import FreshDatabase
from tests.support.suite_keys import SuiteKeys

pytestmark = pytest.mark.integration

CAP = 2
"""Sessions a day of the first therapist."""

LENGTH, BUFFER = 50, 10
times = st.tuples(st.integers(0, 1), st.integers(16, 23))
"""A day of the week, and a half hour of it."""


@dataclass
class Time:
    """A session of one therapist on a day, from a half hour on."""

    therapist: int
    day: int
    half: int

    def minutes(self, client: int) -> set[tuple[str, int, int]]:
        """Return every minute it takes: the therapist's with the buffer, the client's without."""
        start = self.half * 30
        mine = {(f"t{self.therapist}", self.day, start + n) for n in range(LENGTH + BUFFER)}
        return mine | {(f"c{client}", self.day, start + n) for n in range(LENGTH)}


@dataclass
class Model:
    """Is one claim as a child would keep it."""

    client: int
    times: list[Time]
    """The agreed time, and the one of a pending move."""

    is_held: bool = True

    def minutes(self) -> set[tuple[str, int, int]]:
        """Return every minute it blocks."""
        return set().union(*(each.minutes(self.client) for each in self.times))


@dataclass
class World:
    """One practice on a running server, and a loop to call it on."""

    loop: asyncio.AbstractEventLoop
    door: Door
    rows: Rows
    practices: list[Practice] = field(default_factory=list)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Wait for a call; give its answer, or the refusal's reason."""
        try:
            return self.loop.run_until_complete(work)
        except ServiceError as refusal:
            return refusal.reason


@pytest.fixture
def world(ledger_database: FreshDatabase, keys: SuiteKeys) -> Iterator[World]:
    """One server on a loop of its own: a state machine's steps are no coroutines."""
    loop = asyncio.new_event_loop()
    owner = psycopg.connect(ledger_database.owner_url, autocommit=True)

    def rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
        found = owner.execute(statement, values)
        return found.fetchall() if found.description else []

    async def start() -> tuple[Database, Server, grpc.aio.Channel, Door]:
        database = await Database.connect(ledger_database.server_url, emitter=f"availability/{uuid4()}")
        parts = bootstrap(database)
        server = Server(application(keys.config("availability"), parts))
        await server.start()
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")
        return database, server, channel, Door(channel, keys, parts)

    database, server, channel, door = loop.run_until_complete(start())
    yield World(loop, door, rows)
    for ending in (channel.close(), server.stop(1.0), database.close()):
        loop.run_until_complete(ending)
    loop.close()
    owner.close()


def machine(world: World) -> type[RuleBasedStateMachine]:
    """Return the machine that plays with this world."""

    class Ledger(RuleBasedStateMachine):
        """Plays booking against the ledger and against the model."""

        def __init__(self) -> None:
            super().__init__()
            self.practice = world.do(open_practice(world.door))
            self.clients = [new_id() for _ in range(2)]
            world.do(put_caps(self.practice, max_sessions_day=CAP))
            self.claims: dict[str, Model] = {}

        def expected(self, client: int, time: Time, *, but: str = "", by_staff: bool = False) -> str:
            """Say what the ledger should answer."""
            others = {name: each for name, each in self.claims.items() if name != but}
            held = sum(each.is_held and each.client == client for each in others.values())
            if not but and not by_staff and held >= MAX_CLIENT_HOLDS:
                return "HOLDS_EXHAUSTED"
            blocked = set().union(*(each.minutes() for each in others.values())) & time.minutes(client)
            if any(who.startswith("t") for who, _, _ in blocked):
                return "SLOT_TAKEN"
            if blocked:
                return "CLIENT_OVERLAP"
            busy = sum(any((t.therapist, t.day) == (0, time.day) for t in each.times) for each in others.values())
            return "CAP_REACHED" if time.therapist == 0 and busy >= CAP else ""

        def local(self, time: Time) -> str:
            return monday(self.practice, day=time.day, hour=time.half // 2, minute=time.half % 2 * 30, weeks=2)

        def chosen(self, number: int) -> str:
            return list(self.claims)[number % len(self.claims)] if self.claims else ""

        @rule(therapist=st.integers(0, 1), client=st.integers(0, 1), at=times)
        def hold(self, therapist: int, client: int, at: tuple[int, int]) -> None:
            """Hold a slot as a client."""
            time = Time(therapist, *at)
            request = self.practice.hold(
                self.local(time), therapist_id=self.practice.therapist_ids[therapist], client_id=self.clients[client]
            )
            expected = self.expected(client, time)
            found = world.do(self.practice.door.as_booking("Hold", request))
            assert found == expected if expected else found.claim_id == request.hold_id
            if not expected:
                self.claims[request.hold_id] = Model(client, [time])

        @rule(number=st.integers(0, 99), therapist=st.integers(0, 1), at=times)
        def move(self, number: int, therapist: int, at: tuple[int, int]) -> None:
            """Take another time beside the old."""
            name = self.chosen(number)
            if not name:
                return
            claim, time = self.claims[name], Time(therapist, *at)
            expected = self.expected(claim.client, time, but=name)
            if len(claim.times) > 1:
                expected = "MOVE_PENDING"
            request = move_to(name, self.local(time), therapist_id=self.practice.therapist_ids[therapist])
            found = world.do(self.practice.door.as_booking("Move", request))
            assert found == expected if expected else found.claim_id == name
            if not expected:
                claim.times.append(time)

        @rule(number=st.integers(0, 99), word=st.sampled_from(("yes", "no", "take back", "lapse")))
        def answer(self, number: int, word: str) -> None:
            """Give the owner's word, or let the time for it pass."""
            name = self.chosen(number)
            if not name:
                return
            claim, door = self.claims[name], self.practice.door
            if word == "lapse":
                world.rows("update claims set ask_time = now() where claim_id = %s and ask_time is not null", name)
                asked = world.do(door.parts.claims.announce_due(limit=500))
                assert asked >= int(claim.is_held or len(claim.times) > 1), "it is asked about, and blocks on"
            elif word == "yes":
                confirm = availability_service_pb2.ConfirmRequest(claim_id=name, request_id=new_id())
                assert world.do(door.as_booking("Confirm", confirm)).claim_id == name
                claim.times, claim.is_held = claim.times[-1:], False
            else:
                only_move = word == "take back"
                release = availability_service_pb2.ReleaseRequest(
                    claim_id=name, only_move=only_move, request_id=new_id()
                )
                assert world.do(door.as_booking("Release", release)).claim_id == name
                claim.times = claim.times[:1]
                if not only_move:
                    del self.claims[name]

        @invariant()
        def the_ledger_blocks_what_the_model_does(self) -> None:
            """Every minute, no more and no less, and each of them once."""
            found = world.rows(
                "select resource_id::text, (sum(extract(epoch from upper(during) - lower(during))) / 60)::int"
                " from occupancies where practice_id = %s group by 1",
                self.practice.door.practice_id,
            )
            names = {each: f"t{n}" for n, each in enumerate(self.practice.therapist_ids)}
            names |= {each: f"c{n}" for n, each in enumerate(self.clients)}
            model: dict[str, int] = {}
            for who, _, _ in set().union(*(each.minutes() for each in self.claims.values())):
                model[who] = model.get(who, 0) + 1
            assert {names[who]: minutes for who, minutes in found} == model

    return Ledger


def test_the_ledger_is_what_the_model_is(world: World) -> None:
    """Holds, moves, words and lapses, with a cap and a limit of holds, in hundreds of orders."""
    run_state_machine_as_test(
        machine(world),
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
