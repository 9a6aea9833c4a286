"""Watches the trail by itself: who writes, what stands in it, what is odd, what waits."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from services.audit.adapters import alarm_rows, case_rows, digests, emitter_rows, metrics, record_checks
from services.audit.adapters.detection import Detection
from services.audit.domain.alarms import Sighting
from services.chassis import errors
from services.chassis.context import NO_PRACTICE
from services.chassis.db.pool import Connection, Database
from services.chassis.jobs import Every

LOOK_EVERY_S = 5.0
"""Seconds between two looks at the emitters; a minute's silence is told well within the next."""

CHECK_EVERY_S = 10.0
DETECT_EVERY_S = 15.0
DIGEST_EVERY_S = 600.0

TREES = 50
"""Trees in one round; the next round takes those that were left."""

LOOKS = 5
"""Batches of one tree in one round, so that a big one does not keep the others waiting."""

CHECK_S, DETECT_S = 1.0, 3.0
"""Seconds a round may go on, between batches: what is left is the next round's. Records come in meanwhile."""

_MEASURES = "select coalesce(oldest_check_s(), 0), pg_database_size(current_database())"

log = structlog.get_logger(__name__)


class Watching:
    """The jobs; each is safe to repeat and run by one replica at a time."""

    def __init__(
        self,
        database: Database,
        *,
        detection: Detection | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self.detection = detection or Detection()
        self._clock = clock

    def jobs(self) -> list[Every]:
        """Return the jobs, each with its lock."""
        return [
            Every(LOOK_EVERY_S, self.look_at_emitters, "look_at_emitters", self._database),
            Every(CHECK_EVERY_S, self.check_records, "check_records", self._database),
            Every(DETECT_EVERY_S, self.detect, "detect", self._database),
            Every(DIGEST_EVERY_S, self.make_digests, "make_digests", self._database),
        ]

    async def look_at_emitters(self) -> None:
        """Find gaps, silence, lag and skew; count what is open."""
        async with self._database.begin([NO_PRACTICE]) as conn:
            await emitter_rows.look(conn, now=self._clock())
            alarms = await alarm_rows.count_open(conn)
            cases = await case_rows.count_open(conn)
            row = await (await conn.execute(_MEASURES)).fetchone()
        if row is not None:
            metrics.OLDEST_CHECK.set(row[0])
            metrics.DATABASE_BYTES.set(row[1])
        metrics.ALARMS_OPEN.clear()
        for (kind, severity), count in alarms.items():
            metrics.ALARMS_OPEN.labels(kind, severity).set(count)
        metrics.CASES_OPEN.clear()
        metrics.CASES_OVERDUE.clear()
        for severity, count, overdue in cases:
            metrics.CASES_OPEN.labels(severity).set(count)
            metrics.CASES_OVERDUE.labels(severity).set(overdue)

    async def check_records(self) -> None:
        """Check the next stored records of each tree."""
        await self._each("trees_to_check", self._check, most_s=CHECK_S)

    async def detect(self) -> None:
        """Let the rules look at what is new in each tree."""
        await self._each("trees_to_watch", self._detect, most_s=DETECT_S)

    async def make_digests(self) -> None:
        """Make the digest of the last week for each practice that has none."""
        week = digests.last_week(self._clock())
        async with self._database.begin([]) as conn:
            rows = await conn.execute("select practice_id::text from digests_missing(%s, %s)", (week.name, TREES))
            practices = [str(row[0]) for row in await rows.fetchall()]

        async def make(conn: Connection, practice_id: str) -> bool:
            await digests.make(conn, practice_id, week, now=self._clock())
            return False

        for practice_id in practices:
            await self._alone(practice_id, make)

    async def fork_found(self, practice_id: str, error: errors.ServiceError) -> None:
        """Raise the alarm that a tree no longer holds what was signed."""
        async with self._database.begin([practice_id]) as conn:
            evidence = {"reason": error.reason, **error.metadata}
            await alarm_rows.see(conn, [Sighting(practice_id, "log.fork", "tree", evidence)])

    async def _check(self, conn: Connection, practice_id: str) -> bool:
        await record_checks.check_next(conn, practice_id, now=self._clock())
        return False  # one batch a round: it goes over every record for ever, and must not do so at full speed

    async def _detect(self, conn: Connection, practice_id: str) -> bool:
        return await self.detection.look(conn, practice_id, now=self._clock())

    async def _each(self, function: str, work: Callable[[Connection, str], Awaitable[bool]], *, most_s: float) -> None:
        """Do work for each practice, in batches while there is more and time; one that fails stops no other."""
        end = time.monotonic() + most_s
        async with self._database.begin([]) as conn:
            rows = await conn.execute(f"select practice_id::text from {function}(%s)", (TREES,))  # noqa: S608 - own names
            practices = [str(row[0]) for row in await rows.fetchall()]
        for practice_id in practices:
            for _ in range(LOOKS):
                if time.monotonic() > end:
                    return
                if not await self._alone(practice_id, work):
                    break

    async def _alone(self, practice_id: str, work: Callable[[Connection, str], Awaitable[bool]]) -> bool:
        try:
            async with self._database.begin([practice_id]) as conn:
                return await work(conn, practice_id)
        except errors.Unavailable:
            raise
        except Exception:
            log.exception("watching.failed", practice_id=practice_id)
            return False
