"""Works on batches that were started, each kept by a lease, stored whole or not at all."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from kept.matching.v1 import intake_pb2

from services.chassis import crashpoints, errors
from services.chassis.context import Actor, Call
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Database
from services.matching.adapters.intake_proto import batch_to
from services.matching.domain.operations import ATTEMPTS_MAX, EXHAUSTED, OperationState, Stage
from services.matching.usecases.intake_ports import Lease, Operations
from services.matching.usecases.run_batch import Hall, commit_batch, plan_batch

BEAT_S = 5.0
"""Seconds between two words that this process is still at it; also how soon it hears that somebody gave it up."""

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Somebody gave the batch up, or another process has it: nothing of it is to be stored."""


class BatchRunner:
    """Takes batches up. A process that is killed stores nothing; the next one begins the batch anew."""

    def __init__(self, database: Database, operations: Operations[intake_pb2.Batch], hall: Hall) -> None:
        self._database = database
        self._operations = operations
        self._hall = hall

    async def round(self) -> None:
        """Work on every batch that waits, one after the other."""
        while (lease := await self._operations.take()) is not None:
            try:
                await self._held(lease)
            except asyncio.CancelledError:
                await asyncio.shield(self._operations.give_back(lease))
                raise
            except LeaseLost:
                log.info("batch.left", operation_id=lease.operation_id)
            except errors.Unavailable:
                log.warning("batch.postponed", operation_id=lease.operation_id)
                await self._operations.give_back(lease)
                return
            except errors.ServiceError as refusal:
                await self._fail(lease, refusal.reason)

    async def _held(self, lease: Lease) -> None:
        """Work on one while another task keeps its lease; the work ends when that is lost."""
        work, beats = (asyncio.create_task(each) for each in (self._work(lease), self._beat(lease)))
        try:
            await asyncio.wait({work, beats}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise LeaseLost
            await work
        finally:
            for each in (work, beats):
                each.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await each

    async def _beat(self, lease: Lease) -> None:
        while True:
            if not await self._operations.keep(lease):
                return
            await asyncio.sleep(BEAT_S)

    async def _work(self, lease: Lease) -> None:
        async def told(stage: Stage) -> None:
            if not await self._operations.keep(lease, stage):
                raise LeaseLost

        looked = self._call(lease)
        try:
            operation, _ = await self._operations.find(looked, lease.operation_id)
        finally:
            await looked.close()
        if operation.attempt_count > ATTEMPTS_MAX:
            await self._fail(lease, EXHAUSTED)
            return
        run = await plan_batch(operation.policy, self._call(lease), hall=self._hall, told=told)
        call = self._call(lease)
        async with self._database.begin([lease.practice_id]) as conn:
            call.conn = conn
            if not await self._operations.is_held(call, lease):
                raise LeaseLost
            if not operation.is_dry_run:
                run = await commit_batch(run, call, hall=self._hall)
            clients = [each.client_id for each in run.placements if each.proposal_id]
            await call.authorize(client_ids=clients, resource_id=run.stored.batch_id)
            done = operation.ended(OperationState.DONE, at=self._hall.desk.clock())
            await self._operations.save(call, done, batch_to(run))
            await write_envelopes(conn, [call.seal(None)])
            crashpoints.reach("matching.batch_stored")
        log.info("batch.done", operation_id=lease.operation_id, clients=len(run.placements))

    async def _fail(self, lease: Lease, reason: str) -> None:
        call = self._call(lease)
        async with self._database.begin([lease.practice_id]) as conn:
            call.conn = conn
            if await self._operations.is_held(call, lease):
                before = await self._operations.lock(call, lease.operation_id)
                failed = before.ended(OperationState.FAILED, at=self._hall.desk.clock(), reason=reason)
                await self._operations.save(call, failed)
        log.warning("batch.failed", operation_id=lease.operation_id, reason=reason)

    def _call(self, lease: Lease) -> Call:
        actor = Actor("system:matching", "system", lease.practice_id, frozenset({"system"}))
        return Call(actor=actor, method="matching.RunBatch", database=self._database, causation_id=lease.operation_id)
