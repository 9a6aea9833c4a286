"""Tells the gateways' open streams of facts by Redis, which may vanish; ids only."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError

from services.chassis.events.outbox import Outgoing

STREAM = "kept:live:"
"""With a practice's id behind: the stream a gateway replays from, and the channel it listens to."""

KEPT = 1_000
"""Facts of a practice that can be replayed, about."""

KEPT_S = 3_600
"""Seconds after its last fact a practice's stream is kept."""

TIMEOUT_S = 0.25
"""Seconds Redis may take; the relay's own work is more important."""

RETRY_S = 2.0
"""Seconds Redis is left alone after it failed."""

MISSED_MOST = 10_000
"""Practices remembered as having missed something; beyond it the oldest streams just end by themselves."""

# A practice that missed facts gets a gap first: whoever replays over it is told to read again.
SCRIPT = """
for i, key in ipairs(KEYS) do
  local id = redis.call('XADD', key, 'MAXLEN', '~', ARGV[1], '*', 'fact', ARGV[i + 2])
  redis.call('EXPIRE', key, ARGV[2])
  redis.call('PUBLISH', key, id .. ' ' .. ARGV[i + 2])
end
"""

GAP = json.dumps({"n": "gap"})

log = structlog.get_logger(__name__)


class Announcer:
    """Says what the broker confirmed; what it could not say it says as a gap later."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S) if url else None
        self._missed: dict[str, None] = {}
        self._retry_time = 0.0
        self._is_lost = False

    def announce(self, events: Sequence[Outgoing]) -> None:
        """Announce facts; never raises, and never waits longer than the timeout."""
        if self._redis is None or not (events or self._missed):
            return
        if time.monotonic() < self._retry_time:
            self._miss(events)
            return
        missed = list(self._missed)
        said = [(each, GAP) for each in missed] + [(each.practice_id, fact_of(each)) for each in events]
        keys = [STREAM + practice_id for practice_id, _ in said]
        try:
            self._redis.eval(SCRIPT, len(keys), *keys, KEPT, KEPT_S, *(fact for _, fact in said))
        except (RedisError, OSError) as error:
            self._miss(events)
            self._retry_time = time.monotonic() + RETRY_S
            if not self._is_lost:
                log.warning("dependency.lost", dependency="redis", error=type(error).__name__)
            self._is_lost = True
            return
        if self._is_lost:
            log.info("dependency.regained", dependency="redis")
        self._is_lost = False
        self._missed.clear()

    def _miss(self, events: Sequence[Outgoing]) -> None:
        for each in events:
            if len(self._missed) < MISSED_MOST:
                self._missed[each.practice_id] = None


def fact_of(event: Outgoing) -> str:
    """Return what is announced: the fact's name, whose it is by id, and whom it concerns, for the gateway's filter."""
    clients: set[str] = set()
    therapists: set[str] = set()
    for key, value in _pairs(json.loads(event.body)):
        if key in ("clientId", "extraClientIds"):
            clients.update([value] if isinstance(value, str) else value)
        elif key in ("therapistId", "therapistIds"):
            therapists.update([value] if isinstance(value, str) else value)
    _, service, _, name = event.type.split(".")
    fact: dict[str, Any] = {"n": f"{service}.{name}", "r": event.subject, "v": event.version}
    return json.dumps({**fact, "c": sorted(clients), "t": sorted(therapists)}, separators=(",", ":"))


def _pairs(body: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(body, dict):
        for key, value in body.items():
            yield key, value
            yield from _pairs(value)
