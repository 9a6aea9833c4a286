"""Works on detachments and copies checkpoints, as periodic jobs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import LiteralString

import structlog

from services.audit.adapters import metrics
from services.audit.bootstrap import Parts
from services.audit.domain.retention import Detachment, DetachmentState
from services.audit.usecases.detach_records import work_on_detachment
from services.audit.usecases.ports import Head
from services.audit.usecases.sign_checkpoint import sign_checkpoint
from services.audit.usecases.witness_checkpoint import witness_checkpoint
from services.chassis import crashpoints, errors
from services.chassis.context import Actor, Call

ROUND_MOST_S = 20.0
"""Seconds one round works at most; the job's lock may be idle for 60."""

BATCH = 500

_DETACHMENTS_DUE = "select practice_id::text, detachment_id::text from detachments_due(%s)"
_TREES_UNCOPIED = "select practice_id::text from trees_uncopied(%s)"

log = structlog.get_logger(__name__)


class Keeping:
    """Does what nobody waits for; one replica at a time, each step in a transaction of its own."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def work_on_detachments(self) -> None:
        """Go on with every detachment, step by step, until the round has taken its time."""
        began = time.monotonic()
        for practice_id, detachment_id in await self._due(_DETACHMENTS_DUE):
            before = None
            while time.monotonic() - began < ROUND_MOST_S:
                after = await self._in_a_call(practice_id, "audit.WorkOnDetachment", self._step(detachment_id))
                if after is None or after.state not in (DetachmentState.EXPORTING, DetachmentState.DETACHING):
                    break
                if (after.exported_seq, after.removed_seq) == before:
                    break
                before = (after.exported_seq, after.removed_seq)

    async def copy_checkpoints(self) -> None:
        """Copy the latest checkpoint of every tree to every witness; a copy that fails is tried again."""
        if not self._parts.witnesses:
            return

        async def copy(call: Call) -> None:
            await witness_checkpoint(
                call, trail=self._parts.trail, witnesses=self._parts.witnesses, at=self._parts.clock()
            )
            metrics.COPIED.inc()

        for (practice_id,) in await self._due(_TREES_UNCOPIED):
            await self._in_a_call(practice_id, "audit.CopyCheckpoint", copy)

    def _step(self, detachment_id: str) -> Callable[[Call], Awaitable[Detachment | None]]:
        parts = self._parts

        async def sign(call: Call) -> tuple[Head, str]:
            return await sign_checkpoint(call, trail=parts.trail, witness=parts.witness, signer=parts.signer)

        async def step(call: Call) -> Detachment | None:
            if parts.archive is None:
                log.error("archive.missing", practice_id=call.practice_id)
                return None
            after = await work_on_detachment(
                detachment_id,
                call,
                store=parts.retention,
                trail=parts.trail,
                archive=parts.archive,
                sign=sign,
                state=parts.signer.sign_detached,
                at=parts.clock(),
            )
            crashpoints.reach("detachment.stepped")
            if after.state is DetachmentState.FAILED:
                metrics.ARCHIVE_REFUSED.inc()
                log.error("archive.refused", practice_id=call.practice_id, detachment_id=detachment_id)
            return after

        return step

    async def _due(self, query: LiteralString) -> list[tuple[str, ...]]:
        async with self._parts.database.begin([]) as conn:
            return await (await conn.execute(query, (BATCH,))).fetchall()

    async def _in_a_call(
        self, practice_id: str, method: str, work: Callable[[Call], Awaitable[Detachment | None]]
    ) -> Detachment | None:
        """Commit what *work* does; one practice that fails does not stop the others."""
        actor = Actor("system:audit", "system", practice_id, frozenset({"system"}))
        call = Call(actor=actor, method=method, database=self._parts.database)
        try:
            done = await work(call)
            await call.close()
        except errors.Unavailable as error:
            await call.close(error)
            log.warning("job.postponed", job=method, practice_id=practice_id)
        except Exception as error:
            await call.close(error)
            log.exception("job.failed", job=method, practice_id=practice_id)
        else:
            return done
        return None
