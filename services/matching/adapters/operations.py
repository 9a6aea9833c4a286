"""Keeps batches that were started: leases while they run, results under the practice's key."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg.errors
from kept.matching.v1 import intake_pb2

from services.chassis.context import Call
from services.chassis.crypto import AnswerCipher
from services.chassis.db.pool import Database
from services.matching.domain import errors
from services.matching.domain.batch import Policy
from services.matching.domain.operations import Operation, OperationState, Stage
from services.matching.usecases.intake_ports import Lease

LEASE_S = 60
"""Seconds after which a batch whose process says nothing is taken up by another: longer than any stall of one."""

_COLUMNS = """
    operation_id::text, policy, is_dry_run, create_time, state, stage, attempt_count, reason, end_time, version
"""
_ADD = """
    insert into batch_operations (practice_id, operation_id, policy, is_dry_run, create_time, state, stage,
        attempt_count, reason, version, actor_id)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_FIND = f"select {_COLUMNS}, result_sealed from batch_operations where practice_id = %s and operation_id = %s"  # noqa: S608 - literal columns
_LOCK = f"{_FIND} for no key update"
_SAVE = """
    update batch_operations set state = %s, reason = %s, end_time = %s, version = %s, result_sealed = %s,
        lease_id = null, lease_expire_time = null
    where practice_id = %s and operation_id = %s
"""
_PAGE = f"""
    select {_COLUMNS}, null from batch_operations where practice_id = %s and operation_id < %s
    order by operation_id desc limit %s
"""  # noqa: S608 - literal columns
_TAKE = "select practice_id::text, operation_id::text from batch_operations_take(%s, %s)"
_KEEP = """
    update batch_operations set stage = coalesce(%s, stage), lease_expire_time = now() + make_interval(secs => %s)
    where practice_id = %s and operation_id = %s and lease_id = %s
"""
_GIVE_BACK = """
    update batch_operations set state = 1, lease_id = null, lease_expire_time = null, version = version + 1
    where practice_id = %s and operation_id = %s and lease_id = %s
"""
_HELD = """
    select 1 from batch_operations where practice_id = %s and operation_id = %s and lease_id = %s for no key update
"""


class PostgresOperations:
    """Each lease is one process's; whoever lost it changes nothing any more."""

    def __init__(self, database: Database, cipher: AnswerCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def add(self, call: Call, operation: Operation) -> None:
        """Store a new one. Raises BatchRunning."""
        key = (call.practice_id, operation.operation_id, operation.policy, operation.is_dry_run)
        rest = (operation.state, operation.stage, operation.attempt_count, operation.reason, operation.version)
        try:
            async with call.tx() as conn:
                await conn.execute(_ADD, (*key, operation.create_time, *rest, call.actor.actor_id))
        except psycopg.errors.UniqueViolation:
            raise errors.BatchRunning("A batch is running; wait for it, or give it up.") from None

    async def find(self, call: Call, operation_id: str) -> tuple[Operation, intake_pb2.Batch | None]:
        """Return one with what it came to. Raises OperationNotFound."""
        row = await self._row(call, _FIND, operation_id)
        if row[-1] is None:
            return _operation(row), None
        opened = self._cipher.open(call.practice_id, operation_id, bytes(row[-1]))
        return _operation(row), intake_pb2.Batch.FromString(zlib.decompress(opened))

    async def lock(self, call: Call, operation_id: str) -> Operation:
        """Return one that nobody else can change until this call ends. Raises OperationNotFound."""
        return _operation(await self._row(call, _LOCK, operation_id))

    async def save(self, call: Call, operation: Operation, result: intake_pb2.Batch | None = None) -> None:
        """Store how one ended; whoever is at it finds its lease gone."""
        sealed = None
        if result is not None:
            packed = zlib.compress(result.SerializeToString(), 1)
            sealed = self._cipher.seal(call.practice_id, operation.operation_id, packed)
        ended = (operation.state, operation.reason, operation.end_time, operation.version, sealed)
        async with call.tx() as conn:
            await conn.execute(_SAVE, (*ended, call.practice_id, operation.operation_id))

    async def page(self, call: Call, *, before: str, limit: int) -> list[Operation]:
        """Return at most limit older than the given id, newest first."""
        async with call.tx() as conn:
            cursor = await conn.execute(_PAGE, (call.practice_id, before, limit))
            return [_operation(row) for row in await cursor.fetchall()]

    async def take(self) -> Lease | None:
        """Take one up, of any practice, that waits or whose process is gone; None when there is none."""
        lease_id = str(uuid4())
        async with self._database.begin([]) as conn:
            row = await (await conn.execute(_TAKE, (lease_id, LEASE_S))).fetchone()
        return Lease(row[0], row[1], lease_id) if row else None

    async def keep(self, lease: Lease, stage: Stage | None = None) -> bool:
        """Say that this process is still at it, and at what; False when it is not to be gone on with."""
        return await self._change(lease, _KEEP, stage, LEASE_S)

    async def give_back(self, lease: Lease) -> None:
        """Let another process take it up at once."""
        await self._change(lease, _GIVE_BACK)

    async def is_held(self, call: Call, lease: Lease) -> bool:
        """Tell, in the call's transaction, whether the lease still stands; it does until that ends."""
        async with call.tx() as conn:
            return await (await conn.execute(_HELD, _key(lease))).fetchone() is not None

    async def _change(self, lease: Lease, statement: str, *values: object) -> bool:
        async with self._database.begin([lease.practice_id]) as conn:
            return (await conn.execute(statement, (*values, *_key(lease)))).rowcount == 1

    async def _row(self, call: Call, statement: str, operation_id: str) -> Sequence[Any]:
        async with call.tx() as conn:
            row = await (await conn.execute(statement, (call.practice_id, operation_id))).fetchone()
        if row is None:
            raise errors.OperationNotFound("No such batch was started.", operation_id=operation_id)
        return row


def _key(lease: Lease) -> tuple[str, str, str]:
    return lease.practice_id, lease.operation_id, lease.lease_id


def _operation(row: Sequence[Any]) -> Operation:
    operation_id, policy, is_dry_run, create_time, state, stage, attempt_count, reason, end_time, version, _ = row
    where = OperationState(state), Stage(stage), attempt_count, reason, end_time, version
    return Operation(operation_id, Policy(policy), is_dry_run, create_time, *where)
