"""Runs work every few seconds, in one replica at a time."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable

import structlog

from services.chassis import errors
from services.chassis.db.pool import Database

LOCK_CLASS = 0x6B65
"""First half of the advisory locks of jobs; the second is the name's checksum."""

log = structlog.get_logger(__name__)


class Every:
    """
    Calls *work* every *seconds* while this replica holds the job's lock; another one takes over when it ends.

    The lock lives in a transaction of its own, so that a killed process gives it back at once.
    A round that fails is told and tried again at the next: it must be safe to repeat.
    """

    def __init__(self, seconds: float, work: Callable[[], Awaitable[object]], name: str, database: Database) -> None:
        self._seconds = seconds
        self._work = work
        self._name = name
        self._database = database

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self.round()
            except errors.Unavailable:
                log.warning("job.postponed", job=self._name)
            except Exception:
                log.exception("job.failed", job=self._name)

    async def round(self) -> bool:
        """Do the work once, unless another replica is at it; tell whether it was done here."""
        async with self._database.begin([]) as conn:
            key = zlib.crc32(self._name.encode()) & 0x7FFFFFFF
            row = await (await conn.execute("select pg_try_advisory_xact_lock(%s, %s)", (LOCK_CLASS, key))).fetchone()
            if row is None or not row[0]:
                return False
            await self._work()
        return True


class EveryReplica:
    """Calls *work* every *seconds* in every replica: for work that leases what it takes, so that replicas share it."""

    def __init__(self, seconds: float, work: Callable[[], Awaitable[object]], name: str) -> None:
        self._seconds = seconds
        self._work = work
        self._name = name

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self.round()
            except errors.Unavailable:
                log.warning("job.postponed", job=self._name)
            except Exception:
                log.exception("job.failed", job=self._name)

    async def round(self) -> None:
        """Do the work once."""
        await self._work()
