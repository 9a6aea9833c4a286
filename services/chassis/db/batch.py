"""Commits concurrent calls together and answers each alone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Generic, Protocol, TypeVar

import structlog

from services.chassis import errors, metrics
from services.chassis.db.pool import Connection, DatabaseLost

MAX_BATCH = 256
"""Jobs in one transaction. More gains nothing measurable and makes a failed batch dearer to replay."""

MAX_QUEUED = 4_096
"""Jobs waiting for their batch; the next one is refused, or memory and waiting time would grow together."""

GATHER_PER_JOB_S = 0.000_1
"""
Seconds a batch waits for each job of the batch before: the busier, the longer it gathers; a lone caller never waits.

Source: ADR 0014; at 128 calls in flight bookings rose by a tenth against 0.4 ms.
"""

GATHER_READ_PER_JOB_S = 0.000_4
"""
The same for what a read waits for: a look-up, or its audit record.

Source: ADR 0014; reads are so short that with less their batches shrink to two or three, and the event loop spends its
time on transactions.
"""

GATHER_MAX_S = 0.012
"""Seconds a batch gathers at most: 20 ms made bookings slower, since the loop ran dry (ADR 0014)."""

RETRY_AFTER_S = 1
"""Seconds a refused caller should wait: far more than a full queue needs to drain."""

Job = TypeVar("Job")
Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)


class Transactions(Protocol):
    """What the writer needs of a `Database`."""

    def begin_piped(self, practice_ids: Collection[str], /) -> AbstractAsyncContextManager[Connection]:
        """Open a transaction that sees these practices."""


class BatchWriter(Generic[Job, Answer]):
    """
    Gathers jobs while one batch is in flight, then commits them together.

    One batch in flight at a time. An idle writer flushes at once; a busy one gathers what arrives meanwhile
    and for a moment more, the longer the more there were. A job that loses a rule is answered with its
    refusal inside the batch; a batch that fails as a whole is replayed job by job, each in its own
    transaction, so that one bad job can't fail its neighbours.

    Args:
        flush: Writes the jobs in an open transaction and gives one answer or refusal per job, in
            order. It may be called twice for a job, the first time in a transaction that is rolled back.
        practice_of: The practice a job belongs to; its attribute `practice_id` by default.
        gather_per_job_s: Seconds the next batch waits for each job of this one, at most GATHER_MAX_S in all.

    Source:
        ADR 0014, held by tests/unit/chassis/test_batch.py.
    """

    def __init__(
        self,
        database: Transactions,
        flush: Callable[[Connection, Sequence[Job]], Awaitable[Sequence[Answer | errors.ServiceError]]],
        *,
        max_batch: int = MAX_BATCH,
        max_queued: int = MAX_QUEUED,
        practice_of: Callable[[Job], str] | None = None,
        gather_per_job_s: float = GATHER_PER_JOB_S,
        name: str = "",
    ) -> None:
        self._database = database
        self._flush = flush
        self._max_batch = max_batch
        self._max_queued = max_queued
        self._practice_of = practice_of or _practice_id
        self._gather_per_job_s = gather_per_job_s
        self._name = name or getattr(flush, "__name__", "batch")
        self._queue: deque[tuple[Job, asyncio.Future[Answer]]] = deque()
        self._runner: asyncio.Task[None] | None = None
        self._is_closed = False

    async def submit(self, job: Job) -> Answer:
        """
        Commit *job* with whoever else is waiting, and return its own answer.

        A caller that is cancelled while its job waits takes the job out; once the batch is in flight, the
        job is committed all the same.

        Raises:
            Exhausted: MAX_QUEUED jobs wait already. (RESOURCE_EXHAUSTED)
            Unavailable: The writer is closed, or the database is down. (UNAVAILABLE)
            ServiceError: What *flush* answered for this job.
        """
        if self._is_closed:
            raise errors.Unavailable("The process is stopping.", dependency=self._name)
        if len(self._queue) >= self._max_queued:
            raise errors.Exhausted("Too many changes wait to be written.", retry_after_s=RETRY_AFTER_S)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append((job, future))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run(), name=f"batch {self._name}")
        return await future

    async def close(self) -> None:
        """Refuse new jobs and commit the ones that wait."""
        self._is_closed = True
        while self._runner is not None:
            await asyncio.wait([self._runner])

    async def _run(self) -> None:
        batch: list[tuple[Job, asyncio.Future[Answer]]] = []
        try:
            while batch := self._take():
                started = perf_counter()
                await self._commit(batch)
                metrics.BATCH_SECONDS.labels(self._name).observe(perf_counter() - started)
                metrics.BATCH_JOBS.labels(self._name).observe(len(batch))
                if len(batch) > 1:
                    await asyncio.sleep(min(GATHER_MAX_S, len(batch) * self._gather_per_job_s))
        except BaseException:
            for _, future in [*batch, *self._queue]:
                future.cancel()
            raise
        finally:
            # No await stands between the empty queue and this line: a job can't slip in between.
            self._runner = None

    def _take(self) -> list[tuple[Job, asyncio.Future[Answer]]]:
        batch: list[tuple[Job, asyncio.Future[Answer]]] = []
        while self._queue and len(batch) < self._max_batch:
            job, future = self._queue.popleft()
            if not future.done():
                batch.append((job, future))
        return batch

    async def _commit(self, batch: Sequence[tuple[Job, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._write([job for job, _ in batch])
        except Exception as error:
            # A lost database is nobody's fault in the batch, and would be waited for once per job.
            if len(batch) == 1 or isinstance(error, DatabaseLost):
                for _, future in batch:
                    _settle(future, error)
                return
            log.info("batch.replayed", batch=self._name, jobs=len(batch), error=type(error).__name__)
            metrics.BATCH_REPLAYS.labels(self._name).inc()
            for each in batch:
                await self._commit([each])
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            _settle(future, answer)

    async def _write(self, jobs: Sequence[Job]) -> Sequence[Answer | errors.ServiceError]:
        async with self._database.begin_piped({self._practice_of(job) for job in jobs}) as conn:
            answers = await self._flush(conn, jobs)
            if len(answers) != len(jobs):
                # Raised before the commit: an answer given to the wrong caller can't be taken back.
                raise RuntimeError(f"{self._name} answered {len(answers)} of {len(jobs)} jobs.")
            return answers


def _settle(future: asyncio.Future[Answer], answer: Answer | Exception) -> None:
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _practice_id(job: object) -> str:
    practice_id: str = job.practice_id  # type: ignore[attr-defined]
    return practice_id
