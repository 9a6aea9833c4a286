"""Concurrent jobs are committed together and answered alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import pytest

from services.chassis import errors
from services.chassis.db.batch import BatchWriter
from services.chassis.db.pool import Connection, DatabaseLost


@dataclass(frozen=True)
class Job:
    """A job named for what shall become of it."""

    name: str
    practice_id: str = "p1"


class FakeDatabase:
    """Keeps what was written in a transaction only if its body did not raise."""

    def __init__(self) -> None:
        self.committed: list[list[str]] = []
        self.practices: list[set[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_lost = False

    def begin_piped(self, practice_ids: Collection[str], /) -> AbstractAsyncContextManager[Connection]:
        """Open a transaction that waits at the gate."""
        return self._begin(practice_ids)

    @asynccontextmanager
    async def _begin(self, practice_ids: Collection[str]) -> AsyncIterator[Connection]:
        await self.gate.wait()
        if self.is_lost:
            raise DatabaseLost("The database does not answer.")
        rows: list[str] = []
        yield cast(Connection, rows)
        self.committed.append(rows)
        self.practices.append(set(practice_ids))


async def flush(conn: Connection, jobs: Sequence[Job]) -> list[str | errors.ServiceError]:
    """Write the jobs; "no" is refused, "bad" makes the whole batch fail."""
    rows = cast(Any, conn)
    if any(job.name == "bad" for job in jobs):
        raise ValueError("a row broke the statement")
    rows.extend(job.name for job in jobs if job.name != "no")
    return [errors.RuleViolated("Lost.") if job.name == "no" else job.name.upper() for job in jobs]


async def started(count: int) -> None:
    """Let every task run until it waits."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.fixture
def database() -> FakeDatabase:
    """A database whose gate is open."""
    return FakeDatabase()


async def test_an_idle_writer_flushes_at_once(database: FakeDatabase) -> None:
    """A single job does not wait for company."""
    writer = BatchWriter(database, flush)

    answer = await writer.submit(Job("a"))

    assert answer == "A"
    assert database.committed == [["a"]]


async def test_jobs_that_arrive_meanwhile_share_the_next_transaction(database: FakeDatabase) -> None:
    """One batch is in flight at a time; the rest gathers."""
    writer = BatchWriter(database, flush)
    database.gate.clear()
    first = asyncio.create_task(writer.submit(Job("a")))
    await started(3)
    rest = [asyncio.create_task(writer.submit(Job(name, practice_id=f"p-{name}"))) for name in "bcd"]
    await started(3)

    database.gate.set()
    answers = await asyncio.gather(first, *rest)

    assert answers == ["A", "B", "C", "D"]
    assert database.committed == [["a"], ["b", "c", "d"]]
    assert database.practices[1] == {"p-b", "p-c", "p-d"}


async def test_a_loser_fails_alone(database: FakeDatabase) -> None:
    """A refusal answered by the flush leaves its neighbours committed."""
    writer = BatchWriter(database, flush)

    answers = await asyncio.gather(*(writer.submit(Job(name)) for name in ("a", "no", "b")), return_exceptions=True)

    assert [answers[0], answers[2]] == ["A", "B"]
    assert isinstance(answers[1], errors.RuleViolated)
    assert database.committed == [["a", "b"]]


async def test_a_batch_that_fails_as_a_whole_is_replayed_one_by_one(database: FakeDatabase) -> None:
    """The job that broke the statement gets its error, the others their answers, each in its own transaction."""
    writer = BatchWriter(database, flush)

    answers = await asyncio.gather(*(writer.submit(Job(name)) for name in ("a", "bad", "b")), return_exceptions=True)

    assert [answers[0], answers[2]] == ["A", "B"]
    assert isinstance(answers[1], ValueError)
    assert database.committed == [["a"], ["b"]]


async def test_a_lost_database_is_met_once_a_batch(database: FakeDatabase) -> None:
    """Every job of the batch is told, and the next batch works again."""
    writer = BatchWriter(database, flush)
    database.is_lost = True
    answers = await asyncio.gather(*(writer.submit(Job(name)) for name in "abc"), return_exceptions=True)
    database.is_lost = False

    recovered = await writer.submit(Job("d"))

    assert [type(answer) for answer in answers] == [DatabaseLost] * 3
    assert recovered == "D"


async def test_a_cancelled_caller_takes_its_job_out_and_hurts_no_neighbour(database: FakeDatabase) -> None:
    """A job that still waits is not committed for nobody."""
    writer = BatchWriter(database, flush)
    database.gate.clear()
    tasks = [asyncio.create_task(writer.submit(Job("a")))]
    await started(3)
    tasks += [asyncio.create_task(writer.submit(Job(name))) for name in "bc"]
    await started(3)

    tasks[1].cancel()
    database.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert [answers[0], answers[2]] == ["A", "C"]
    assert database.committed == [["a"], ["c"]]


async def test_a_caller_cancelled_in_flight_leaves_the_batch_whole(database: FakeDatabase) -> None:
    """What was sent to the database is committed, and its neighbours are answered."""
    writer = BatchWriter(database, flush)
    database.gate.clear()
    tasks = [asyncio.create_task(writer.submit(Job(name))) for name in "ab"]
    await started(3)

    tasks[0].cancel()
    await started(3)
    database.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(answers[0], asyncio.CancelledError)
    assert answers[1] == "B"
    assert database.committed == [["a", "b"]]


async def test_a_batch_is_never_larger_than_its_limit(database: FakeDatabase) -> None:
    """What is left over forms the next batch."""
    writer = BatchWriter(database, flush, max_batch=2)

    await asyncio.gather(*(writer.submit(Job(name)) for name in "abcde"))

    assert [len(rows) for rows in database.committed] == [2, 2, 1]


async def test_a_full_queue_refuses_and_says_when_to_come_back(database: FakeDatabase) -> None:
    """Overload is answered at once, instead of growing memory and waiting time together."""
    writer = BatchWriter(database, flush, max_batch=1, max_queued=2)
    database.gate.clear()
    waiting = [asyncio.create_task(writer.submit(Job("a")))]
    await started(3)
    waiting += [asyncio.create_task(writer.submit(Job(name))) for name in "bc"]
    await started(3)

    with pytest.raises(errors.Exhausted) as refused:
        await writer.submit(Job("d"))
    database.gate.set()

    assert refused.value.retry_after_s > 0
    assert await asyncio.gather(*waiting) == ["A", "B", "C"]


async def test_closing_commits_what_waits_and_refuses_what_comes(database: FakeDatabase) -> None:
    """Stopping loses nothing that was accepted."""
    writer = BatchWriter(database, flush, max_batch=1)
    tasks = [asyncio.create_task(writer.submit(Job(name))) for name in "abc"]
    await started(1)

    await writer.close()

    assert await asyncio.gather(*tasks) == ["A", "B", "C"]
    with pytest.raises(errors.Unavailable):
        await writer.submit(Job("d"))


async def test_a_flush_that_answers_too_few_commits_nothing(database: FakeDatabase) -> None:
    """An answer must never reach the wrong caller."""

    async def forgetful(conn: Connection, jobs: Sequence[Job]) -> list[str]:
        return ["only one"] if len(jobs) > 1 else []

    writer = BatchWriter(database, forgetful)

    answers = await asyncio.gather(*(writer.submit(Job(name)) for name in "ab"), return_exceptions=True)

    assert [type(answer) for answer in answers] == [RuntimeError, RuntimeError]
    assert database.committed == []
