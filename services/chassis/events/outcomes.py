"""Says what becomes of an event whose reaction failed: retried, refused, or put aside."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import structlog
import uuid_utils

from services.chassis import errors, metrics
from services.chassis.db.pool import Database

if TYPE_CHECKING:
    from services.chassis.events.inbox import Event

TRIES = 10
"""Attempts before an event that can't find what it needs, or is always stale, is put aside."""

RETRY_FIRST_S, RETRY_MOST_S = 0.5, 60.0
"""Seconds of the pause before a retry: full jitter, doubled with every attempt up to the most."""

WAITING = (errors.Unavailable, errors.Exhausted)
"""Retried for as long as it takes: an outage of hours must put nothing aside."""

OVERTAKEN = (errors.NotFound, errors.Stale)
"""Retried a few times: events can overtake each other."""

REFUSED = (errors.RuleViolated, errors.AlreadyExists)
"""A business no is an answer; it is told and the event is done with."""

log = structlog.get_logger(__name__)

_RETRY = """
    update inbox set attempt_count = attempt_count + 1, last_error = %s,
                     next_attempt_time = clock_timestamp() + make_interval(secs => %s)
     where practice_id = %s and event_id = %s and state = 'pending'
"""

_END = """
    update inbox set state = %s, attempt_count = attempt_count + 1, last_error = %s, handle_time = now()
     where practice_id = %s and event_id = %s and state = 'pending'
"""

_PUT_ASIDE = """
    insert into quarantine (practice_id, quarantine_id, origin, event_id, type, body, reason, detail)
    values (%s, %s, 'inbox', %s, %s, %s, %s, %s)
"""


async def settle(database: Database, event: Event, error: Exception) -> bool:
    """
    Record what becomes of *event* after *error*; tell whether it will be tried again, and so blocks its aggregate.

    Source:
        The error table of STYLE, column "In an event handler".
    """
    reason = error.reason if isinstance(error, errors.ServiceError) else type(error).__name__
    key = (event.practice_id, event.event_id)
    is_retried = isinstance(error, WAITING) or (isinstance(error, OVERTAKEN) and event.attempts + 1 < TRIES)
    async with database.begin([event.practice_id]) as conn:
        if is_retried:
            await conn.execute(_RETRY, (reason, pause_s(event.attempts), *key))
        elif isinstance(error, REFUSED):
            await conn.execute(_END, ("refused", reason, *key))
        else:
            await conn.execute(_END, ("quarantined", reason, *key))
            row = (str(uuid_utils.uuid7()), event.event_id, event.type, event.body.encode(), reason, "")
            await conn.execute(_PUT_ASIDE, (event.practice_id, *row))
    told = {"type": event.type, "event_id": event.event_id, "reason": reason, "attempts": event.attempts + 1}
    if is_retried:
        metrics.EVENTS_HANDLED.labels(event.type, "retried").inc()
        log.warning("event.retried", **told)
    elif isinstance(error, REFUSED):
        metrics.EVENTS_HANDLED.labels(event.type, "refused").inc()
        log.info("event.refused", **told)
    else:
        metrics.EVENTS_HANDLED.labels(event.type, "quarantined").inc()
        metrics.DEAD_LETTERS.labels(reason).inc()
        log.error("event.dead_lettered", **told, exc_info=error)
    return is_retried


def pause_s(attempts: int) -> float:
    """Return the pause before the next attempt."""
    return random.uniform(0, min(RETRY_MOST_S, RETRY_FIRST_S * 2 ** min(attempts, 20)))  # noqa: S311 - spreads load
