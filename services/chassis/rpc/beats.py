"""Tells the trail that this process lives, and how far its records have come."""

from __future__ import annotations

import asyncio
import time

import structlog
import uuid_utils
from kept.audit.v1 import watch_events_pb2

from services.chassis import errors
from services.chassis.context import NO_PRACTICE
from services.chassis.db.envelope import Envelope, OutboxEvent, write_envelopes
from services.chassis.db.pool import Database

BEAT_EVERY_S = 10.0
"""Seconds between two signs of life; the trail waits for six of them (services/audit/domain/emitters.py)."""

_STATE = """
    select emitter_seq, head, waiting_seq, waiting_s, extract(epoch from clock_timestamp())::double precision
      from emitter_state(%s)
"""

log = structlog.get_logger(__name__)


class Beats:
    """
    Says through the outbox, also when nothing happens: the highest number written, and what of it waits.

    The trail finds by it that the last record was removed before it was shipped, that a process fell silent, that the
    relay stands still, and that a clock is off.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def beat(self, *, is_farewell: bool = False) -> None:
        """Say it once. Raises Unavailable when the database is down."""
        async with self._database.begin([NO_PRACTICE]) as conn:
            before = time.time()
            row = await (await conn.execute(_STATE, (conn.emitter,))).fetchone()
            # Half of the way there and back belongs to the way, not to the clock.
            now = (before + time.time()) / 2
            seq, head, waiting_seq, waiting_s, at = row or (0, "", 0, 0.0, now)
            version = int(at * 1000)
            message = watch_events_pb2.EmitterBeat(
                emitter=conn.emitter,
                emitter_seq=seq,
                head=head,
                waiting_seq=waiting_seq,
                waiting_ms=int(waiting_s * 1000),
                skew_ms=round((now - at) * 1000),
                is_farewell=is_farewell,
                version=version,
            )
            event = OutboxEvent(
                event_id=str(uuid_utils.uuid7()),
                type=message.DESCRIPTOR.full_name,
                aggregate_id=f"beat:{conn.emitter}",
                version=version,
                body=message.SerializeToString(),
            )
            await write_envelopes(conn, [Envelope(NO_PRACTICE, [event])])

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            try:
                await self.beat()
            except errors.Unavailable:
                log.warning("job.postponed", job="beats")
            except Exception:
                log.exception("job.failed", job="beats")
            await asyncio.sleep(BEAT_EVERY_S)

    async def farewell(self) -> None:
        """Say that the process stops by itself; one that can't say it is found silent."""
        try:
            await self.beat(is_farewell=True)
        except errors.ServiceError:
            log.warning("job.postponed", job="farewell")
