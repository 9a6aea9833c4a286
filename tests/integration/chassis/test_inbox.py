"""What arrived is handled once, in order, and a failure stays where it belongs."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import psycopg
import pytest
from kept.booking.v1.booking_events_pb2 import AppointmentBooked, ClientRegistered

from services.chassis import errors
from services.chassis.context import Call
from services.chassis.db.pool import Database
from services.chassis.events import outcomes
from services.chassis.events.inbox import InboxRunner
from tests.support.postgres import FreshDatabase

PRACTICE = str(uuid.uuid4())
TYPE = AppointmentBooked.DESCRIPTOR.full_name


@dataclass
class House:
    """An inbox, a reaction that notes what it saw in a table of its own, and what makes it fail."""

    fresh: FreshDatabase
    database: Database
    failing: dict[str, Exception] = field(default_factory=dict)
    """Aggregate id to what its next reaction raises."""

    async def react(self, event: AppointmentBooked, call: Call) -> None:
        """Note the event, say a fact and be recorded; fail afterwards if told to."""
        facts = event.appointment
        await call.authorize(resource_id=facts.appointment_id)
        async with call.tx() as conn:
            await conn.execute(
                "insert into seen (practice_id, seen_id, aggregate_id, version) values (%s, gen_random_uuid(), %s, %s)",
                (call.practice_id, facts.appointment_id, facts.version),
            )
        call.publish(ClientRegistered(client_id=facts.client_id), aggregate_id=facts.client_id or "x", version=1)
        if facts.appointment_id in self.failing:
            raise self.failing[facts.appointment_id]

    def runner(self) -> InboxRunner:
        """A fresh runner, as after a restart."""
        return InboxRunner(self.database, {TYPE: self.react}, service="diary")

    async def settle(self) -> None:
        """Handle whatever is due."""
        runner = self.runner()
        while await runner.round():
            pass

    def arrive(self, aggregate_id: str, version: int, *, type_: str = TYPE, body: str | None = None) -> str:
        """Store an event as the worker does; return its id."""
        event_id = str(uuid.uuid4())
        text = json.dumps({"appointment": {"appointmentId": aggregate_id, "clientId": "c", "version": str(version)}})
        with psycopg.connect(self.fresh.worker_url) as conn:
            conn.execute(
                "insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body)"
                " values (%s, %s, 'booking', %s, %s, %s, %s)",
                (PRACTICE, event_id, type_, aggregate_id, version, body or text),
            )
        return event_id

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Rows as the owner sees them."""
        with psycopg.connect(self.fresh.owner_url, autocommit=True) as conn:
            return conn.execute(statement.encode(), values).fetchall()

    def seen(self, aggregate_id: str) -> list[object]:
        """Versions whose reactions took effect, in order."""
        rows = self.ask("select version from seen where aggregate_id = %s order by place", aggregate_id)
        return [version for (version,) in rows]

    def states(self) -> dict[str, object]:
        """State of each event by id."""
        return {str(event_id): state for event_id, state in self.ask("select event_id::text, state from inbox")}

    def make_due(self) -> None:
        """Let every pause be over."""
        with psycopg.connect(self.fresh.owner_url) as conn:
            conn.execute("update inbox set next_attempt_time = '-infinity'")


@pytest.fixture
async def house(fresh: FreshDatabase) -> AsyncIterator[House]:
    """A migrated database with the reaction's own table."""
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute(
            "create table seen (practice_id uuid, seen_id uuid, place bigint generated always as identity,"
            " aggregate_id text, version bigint, primary key (practice_id, seen_id))"
        )
        conn.execute("select kept_protect('seen')")
    database = await Database.connect(fresh.server_url, emitter="diary/test")
    yield House(fresh, database)
    await database.close()


async def test_effect_mark_fact_and_record_are_committed_together(house: House) -> None:
    """One reaction: its row, the inbox mark, its event and its audit record."""
    event_id = house.arrive("a", 1)

    await house.settle()

    assert house.seen("a") == [1]
    assert house.states() == {event_id: "done"}
    assert house.ask("select count(*) from outbox") == [(1,)]
    assert house.ask("select count(*) from audit_outbox") == [(1,)]


async def test_a_failed_reaction_leaves_nothing_behind(house: House) -> None:
    """What it wrote and said before it failed is rolled back; the event waits."""
    event_id = house.arrive("a", 1)
    house.failing["a"] = errors.Unavailable("Not now.", dependency="availability")

    await house.settle()

    assert house.seen("a") == []
    assert house.states() == {event_id: "pending"}
    assert house.ask("select count(*) from outbox") == [(0,)]
    assert house.ask("select count(*) from audit_outbox") == [(0,)]


async def test_an_aggregate_is_handled_in_the_order_of_its_versions(house: House) -> None:
    """Whatever the order of arrival."""
    for version in (3, 1, 2):
        house.arrive("a", version)

    await house.settle()

    assert house.seen("a") == [1, 2, 3]


async def test_a_failure_holds_back_its_own_aggregate_only(house: House) -> None:
    """Others go on at once; the held back one goes on, in order, when the retry succeeds."""
    for aggregate_id in ("a", "b"):
        house.arrive(aggregate_id, 1)
        house.arrive(aggregate_id, 2)
    house.failing["a"] = errors.Unavailable("Not now.", dependency="availability")

    await house.settle()
    assert (house.seen("a"), house.seen("b")) == ([], [1, 2])

    house.failing.clear()
    house.make_due()
    await house.settle()
    assert house.seen("a") == [1, 2]


async def test_a_retry_waits_longer_each_time(house: House) -> None:
    """The pause grows with the attempts and has a most; an outage of hours puts nothing aside."""
    event_id = house.arrive("a", 1)
    house.failing["a"] = errors.Exhausted("Slow down.", retry_after_s=1)

    for _ in range(outcomes.TRIES + 3):
        await house.settle()
        house.make_due()

    assert house.states() == {event_id: "pending"}
    assert house.ask("select attempt_count >= %s from inbox", outcomes.TRIES + 3) == [(True,)]
    pauses = [max(outcomes.pause_s(attempts) for _ in range(200)) for attempts in (0, 3, 6, 30)]
    assert pauses == sorted(pauses)
    assert pauses[-1] <= outcomes.RETRY_MOST_S


@pytest.mark.parametrize("error", [errors.NotFound("Not yet."), errors.Stale("Too late.")], ids=["absent", "stale"])
async def test_what_was_overtaken_is_tried_a_few_times_then_put_aside(house: House, error: Exception) -> None:
    """Then the next event of the aggregate is free to go on."""
    event_id = house.arrive("a", 1)
    house.failing["a"] = error
    for attempt in range(outcomes.TRIES):
        assert house.states() == {event_id: "pending"}, attempt
        await house.settle()
        house.make_due()

    assert house.states() == {event_id: "quarantined"}
    assert house.ask("select event_id, origin from quarantine") == [(event_id, "inbox")]


@pytest.mark.parametrize("error", [errors.RuleViolated("No."), errors.AlreadyExists("Done.")], ids=["no", "done"])
async def test_a_business_no_is_an_answer(house: House, error: Exception) -> None:
    """Refused once, told, and done with."""
    event_id = house.arrive("a", 1)
    house.failing["a"] = error

    await house.settle()

    assert house.states() == {event_id: "refused"}
    assert house.ask("select count(*) from quarantine") == [(0,)]


@pytest.mark.parametrize(
    "error", [errors.InvalidRequest("Wrong."), errors.Forbidden("No."), ValueError("bug")], ids=["invalid", "no", "bug"]
)
async def test_a_producers_or_our_own_mistake_is_put_aside_at_once(house: House, error: Exception) -> None:
    """Trying again would change nothing; a person looks at it."""
    event_id = house.arrive("a", 1)
    house.arrive("a", 2)
    house.failing["a"] = error
    await house.settle()
    assert house.states()[event_id] == "quarantined"

    house.failing.clear()
    await house.settle()

    assert set(house.states().values()) == {"quarantined"}


async def test_nobody_reacts_to_a_type_without_a_reaction(house: House) -> None:
    """It is put aside, with its type."""
    house.arrive("a", 1, type_="kept.booking.v1.ClientRegistered", body="{}")

    await house.settle()

    assert house.ask("select type, reason from quarantine") == [("kept.booking.v1.ClientRegistered", "UNKNOWN_TYPE")]


async def test_a_late_version_changes_nothing(house: House) -> None:
    """A newer one was handled before: the old one is passed over."""
    house.arrive("a", 2)
    await house.settle()
    late = house.arrive("a", 1)

    await house.settle()

    assert house.seen("a") == [2]
    assert house.states()[late] == "skipped"


async def test_two_replicas_handle_each_event_once(house: House) -> None:
    """Whoever has the lock works; the other finds nothing to do."""
    ids = [house.arrive(str(number % 10), number // 10 + 1) for number in range(60)]
    runners = [house.runner(), house.runner()]
    while "pending" in house.states().values():
        await asyncio.gather(*(runner.round() for runner in runners))

    assert {each: [1, 2, 3, 4, 5, 6] for each in map(str, range(10))} == {
        each: house.seen(each) for each in map(str, range(10))
    }
    assert house.states() == dict.fromkeys(ids, "done")


async def test_events_of_one_gathering_are_handled_together_and_a_failure_still_stays_alone(house: House) -> None:
    """One call of the reaction for all of them, in order; when one fails, the others take effect without it."""
    sizes: list[int] = []

    async def gather(events: Sequence[tuple[AppointmentBooked, Call]]) -> None:
        sizes.append(len(events))
        for event, call in events:
            await house.react(event, call)

    for version in (2, 1):
        for aggregate_id in ("a", "b", "c"):
            house.arrive(aggregate_id, version)
    house.failing["b"] = errors.InvalidRequest("wrong", reason="WRONG")

    runner = InboxRunner(house.database, {}, service="diary", gatherings={TYPE: gather})
    while await runner.round():
        pass

    assert sizes[0] == 6
    assert [house.seen(each) for each in ("a", "b", "c")] == [[1, 2], [], [1, 2]]
    assert sorted(map(str, house.states().values())) == ["done"] * 4 + ["quarantined"] * 2
    records = house.ask("select count(*) from outbox where type = %s", ClientRegistered.DESCRIPTOR.full_name)
    assert records == [(4,)]
