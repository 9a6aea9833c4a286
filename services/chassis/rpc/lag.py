"""Watches how far the trail is behind, and stops reads of clients when it is too far."""

from __future__ import annotations

import asyncio

import structlog

from services.chassis import errors, metrics
from services.chassis.access import MethodRule
from services.chassis.context import Actor
from services.chassis.db.pool import Database

LOOK_EVERY_S = 5.0
"""Seconds between two looks at the backlog."""

OPEN_CLASSES = frozenset({"directory", "operations", "trail"})
"""Classes that stay readable: what a practice publishes, plumbing, and the trail, where an officer looks for why."""

log = structlog.get_logger(__name__)


class AuditLag:
    """
    Is the bound on what may wait to be shipped to the trail.

    Beyond it nobody reads clients. Changes go on, cancelling first of all, since their records commit with them; so do
    links in messages and the services among themselves, or a client could not cancel.
    """

    def __init__(self, database: Database, *, max_age_s: int, max_rows: int) -> None:
        self._database = database
        self._max_age_s = max_age_s
        self._max_rows = max_rows
        self.is_behind = False

    def check(self, rule: MethodRule, actor: Actor) -> None:
        """
        Let a call pass, or not.

        Raises:
            Unavailable: AUDIT_LAGGING. (UNAVAILABLE)
        """
        is_look = rule.is_read and not rule.is_impersonal and rule.resource_class not in OPEN_CLASSES
        if self.is_behind and is_look and actor.kind == "user":
            raise errors.Unavailable(
                "The audit trail is too far behind, so nobody's data is shown.", reason="AUDIT_LAGGING"
            )

    async def look(self) -> None:
        """Measure; tell when the bound is passed, and when it is kept again."""
        async with self._database.begin([]) as conn:
            row = await (await conn.execute("select waiting, oldest_age_s from audit_waiting()")).fetchone()
        waiting, age_s = (int(row[0]), float(row[1])) if row else (0, 0.0)
        metrics.AUDIT_WAITING.set(waiting)
        metrics.AUDIT_LAG.set(age_s)
        was_behind, self.is_behind = self.is_behind, waiting > self._max_rows or age_s > self._max_age_s
        if self.is_behind and not was_behind:
            log.error("audit.lagging", waiting=waiting, age_s=round(age_s))
        elif was_behind and not self.is_behind:
            log.info("audit.caught_up", waiting=waiting, age_s=round(age_s))

    async def run(self) -> None:
        """Look until cancelled; a database that is down changes nothing: nothing can be read then."""
        while True:
            try:
                await self.look()
            except errors.Unavailable:
                log.warning("job.postponed", job="audit_lag")
            await asyncio.sleep(LOOK_EVERY_S)
