"""A batch that is started goes on by itself: its progress is seen, it can be given up, and a kill loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from kept.matching.v1 import intake_pb2

from services.chassis import errors
from services.matching.usecases import run_batch as batches
from tests.integration.matching.people import People
from tests.integration.matching.promises import Promises
from tests.integration.matching.test_intakes import batch, wait
from tests.integration.matching.test_matching import put

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
Sweep = Callable[[], Awaitable[None]]
State, Stage = intake_pb2.BatchOperation.State, intake_pb2.BatchOperation.Stage


async def started(people: People, **given: Any) -> intake_pb2.BatchOperation:
    """Start a batch."""
    found: intake_pb2.BatchOperation = await people.ask(people.desk(), "StartBatch", **given)
    return found


async def look(people: People, operation_id: str) -> intake_pb2.BatchOperation:
    """See how far it is."""
    found: intake_pb2.BatchOperation = await people.ask(people.desk(), "GetBatchOperation", operation_id=operation_id)
    return found


def stored(rows: Rows, people: People) -> tuple[int, int]:
    """How many batches and proposals the practice has."""
    count = "select (select count(*) from batches where practice_id = %s), (select count(*) from proposals"
    return rows(f"{count} where practice_id = %s)", people.practice_id, people.practice_id)[0]


async def test_a_started_batch_answers_at_once_and_is_asked_about(people: People, rows: Rows, sweep: Sweep) -> None:
    """Queued first, one at a time; then done, with everything RunBatch says, its clients by pages."""
    therapist_id = await put(people, capacity=2)
    clients = [(await wait(people)).client_id for _ in range(3)]

    queued = await started(people)
    with pytest.raises(errors.RuleViolated) as second:
        await started(people)
    with pytest.raises(errors.RuleViolated) as early:
        await people.ask(people.desk(), "ListPlacements", operation_id=queued.operation_id)
    await sweep()
    done = await look(people, queued.operation_id)
    first = await people.ask(people.desk(), "ListPlacements", operation_id=queued.operation_id, page_size=2)
    rest = await people.ask(
        people.desk(), "ListPlacements", operation_id=queued.operation_id, page_token=first.next_page_token, page_size=2
    )

    assert (queued.state, queued.done_ratio) == (State.STATE_QUEUED, 0.0)
    assert (second.value.reason, early.value.reason) == ("BATCH_RUNNING", "OPERATION_RUNNING")
    assert (done.state, done.done_ratio, done.stage) == (State.STATE_DONE, 1.0, Stage.STAGE_PROPOSING)
    assert (done.batch.served_count, done.attempt_count, len(done.batch.placements)) == (2, 1, 0)
    placements = [*first.placements, *rest.placements]
    assert clients == [each.client_id for each in placements]
    assert [therapist_id] * 2 == [each.therapist_id for each in placements if each.proposal_id]
    assert stored(rows, people) == (1, 2)
    replayed = await people.ask(people.desk(), "ReplayBatch", batch_id=done.batch.batch_id)
    assert replayed.is_identical


async def test_what_a_batch_came_to_is_the_practices_alone(people: People, rows: Rows, sweep: Sweep) -> None:
    """Sealed at rest; not there for another practice; not for a client."""
    await put(people)
    client_id = (await wait(people)).client_id
    await wait(people)
    operation_id = (await started(people)).operation_id
    await sweep()

    [(sealed,)] = rows("select result_sealed from batch_operations where practice_id = %s", people.practice_id)
    assert client_id.encode() not in bytes(sealed)
    with pytest.raises(errors.NotFound):
        await look(people.elsewhere(), operation_id)
    with pytest.raises(errors.Forbidden):
        await people.ask(people.client(client_id), "ListPlacements", operation_id=operation_id)


async def test_a_dry_run_proposes_nothing(people: People, rows: Rows, sweep: Sweep) -> None:
    """It says what would be."""
    await put(people)
    await wait(people)

    operation = await started(people, is_dry_run=True)
    await sweep()

    assert (await look(people, operation.operation_id)).batch.served_count == 1
    assert stored(rows, people) == (0, 0)


async def test_a_batch_that_is_given_up_stores_nothing(
    people: People, rows: Rows, sweep: Sweep, promises: Promises
) -> None:
    """While it waits and while it runs; one that has ended stays as it ended, and another can be started."""
    await put(people)
    await wait(people)
    before = await started(people)
    await people.ask(people.desk(), "CancelBatchOperation", operation_id=before.operation_id)
    running = await started(people)
    seen = []

    async def give_up() -> None:
        seen.append(await look(people, running.operation_id))
        await people.ask(people.desk(), "CancelBatchOperation", operation_id=running.operation_id)
        promises.on_fences = None

    promises.on_fences = give_up
    await sweep()

    assert [(each.state, each.stage) for each in seen] == [(State.STATE_RUNNING, Stage.STAGE_READING)]
    assert (await look(people, running.operation_id)).state == State.STATE_CANCELLED
    assert stored(rows, people) == (0, 0)
    with pytest.raises(errors.RuleViolated) as refused:
        await people.ask(people.desk(), "CancelBatchOperation", operation_id=running.operation_id)
    assert refused.value.reason == "OPERATION_ENDED"
    after = await started(people)
    await sweep()
    assert (await look(people, after.operation_id)).state == State.STATE_DONE


async def test_a_batch_whose_process_was_killed_is_taken_up_by_another(
    people: People, rows: Rows, sweep: Sweep
) -> None:
    """Not before its lease is over; then anew, and once."""
    await put(people)
    await wait(people)
    operation = await started(people)
    killed = """
        update batch_operations set state = 2, stage = 4, attempt_count = 1, lease_id = gen_random_uuid(),
            lease_expire_time = now() + make_interval(secs => %s) where practice_id = %s
    """
    rows(killed, 3_600, people.practice_id)
    await sweep()
    assert (await look(people, operation.operation_id)).state == State.STATE_RUNNING

    rows(killed, -1, people.practice_id)
    await sweep()
    await sweep()

    done = await look(people, operation.operation_id)
    assert (done.state, done.attempt_count) == (State.STATE_DONE, 2)
    assert stored(rows, people) == (1, 1)


async def test_a_process_that_lost_its_batch_stores_nothing(
    people: People, rows: Rows, sweep: Sweep, promises: Promises
) -> None:
    """Another one has it: what the first still works out is thrown away."""
    await put(people)
    await wait(people)
    operation = await started(people)

    async def be_overtaken() -> None:
        rows("update batch_operations set lease_id = gen_random_uuid() where practice_id = %s", people.practice_id)

    promises.on_fences = be_overtaken
    await sweep()

    assert (await look(people, operation.operation_id)).state == State.STATE_RUNNING
    assert stored(rows, people) == (0, 0)


async def test_a_process_that_is_stopped_gives_its_batch_back(
    people: People, rows: Rows, sweep: Sweep, promises: Promises
) -> None:
    """The next one need not wait for the lease to end."""
    await put(people)
    await wait(people)
    operation = await started(people)
    is_asked = asyncio.Event()

    async def hang() -> None:
        is_asked.set()
        await asyncio.Event().wait()

    promises.on_fences = hang
    round_ = asyncio.ensure_future(sweep())
    await is_asked.wait()
    round_.cancel()
    with pytest.raises(asyncio.CancelledError):
        await round_
    promises.on_fences = None

    assert (await look(people, operation.operation_id)).state == State.STATE_QUEUED
    await sweep()
    assert (await look(people, operation.operation_id)).state == State.STATE_DONE


async def test_a_batch_that_cannot_be_done_says_why(people: People, rows: Rows, sweep: Sweep) -> None:
    """Nobody waits; or every process that took it up died of it."""
    idle = await started(people)
    await sweep()
    await wait(people)
    deadly = await started(people)
    rows(
        "update batch_operations set attempt_count = 5 where practice_id = %s and operation_id = %s",
        people.practice_id,
        deadly.operation_id,
    )
    await sweep()

    found = [await look(people, each.operation_id) for each in (idle, deadly)]
    assert [(each.state, each.reason) for each in found] == [
        (State.STATE_FAILED, "NOBODY_WAITS"),
        (State.STATE_FAILED, "ATTEMPTS_EXHAUSTED"),
    ]
    listed = await people.ask(people.desk(), "ListBatchOperations", page_size=1)
    assert [each.operation_id for each in listed.operations] == [deadly.operation_id]
    assert listed.next_page_token
    assert stored(rows, people) == (0, 0)


async def test_a_batch_waits_for_booking(people: People, sweep: Sweep, promises: Promises) -> None:
    """Nobody is given to a therapist while it isn't known who must not meet."""
    await put(people)
    await wait(people)
    operation = await started(people)
    await promises.stop()

    await sweep()

    assert (await look(people, operation.operation_id)).state == State.STATE_QUEUED


async def test_more_than_somebody_can_wait_for_are_started(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """RunBatch refuses them and stores nothing."""
    monkeypatch.setattr(batches, "AT_ONCE_MAX", 1)
    await put(people)
    await wait(people)
    await wait(people)

    with pytest.raises(errors.InvalidRequest) as refused:
        await batch(people)

    assert refused.value.reason == "LIMIT_EXCEEDED"


async def test_only_the_desk_starts_and_gives_up(people: People) -> None:
    """Not a client, nor a therapist."""
    operation = await started(people)
    for actor in (people.client(str(uuid4())), people.therapist()):
        with pytest.raises(errors.Forbidden):
            await people.ask(actor, "StartBatch")
        with pytest.raises(errors.Forbidden):
            await people.ask(actor, "CancelBatchOperation", operation_id=operation.operation_id)
