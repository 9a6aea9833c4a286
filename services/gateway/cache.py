"""Lends Redis, which may vanish: then what it would have done is left undone, at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.exceptions import RedisError

TIMEOUT_S = 0.25
"""Seconds Redis may take: a request must not wait longer for what it can do without."""

RETRY_S = 1.0
"""Seconds Redis is left alone after it failed."""

LOST: tuple[type[Exception], ...] = (RedisError, OSError, asyncio.TimeoutError)

THERE = Gauge("kept_gateway_cache_there", "Whether Redis answered when it was last asked.")

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Cache:
    """One Redis, asked with a short patience; an empty URL is a Redis that is never there."""

    def __init__(self, url: str) -> None:
        self.redis: Redis | None = (
            Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, max_connections=64)
            if url
            else None
        )
        self._is_lost = not url
        self._retry_time = 0.0

    @property
    def is_there(self) -> bool:
        """Whether Redis answered when it was last asked."""
        return not self._is_lost

    async def ask(self, work: Callable[[Redis], Awaitable[T]]) -> T | None:
        """Do *work* with Redis; None when it is not there."""
        if self.redis is None or (self._is_lost and time.monotonic() < self._retry_time):
            return None
        try:
            async with asyncio.timeout(TIMEOUT_S * 2):
                found = await work(self.redis)
        except LOST as error:
            self.lost(error)
            return None
        self.regained()
        return found

    def lost(self, error: BaseException) -> None:
        """Note a failure, and say it once."""
        self._retry_time = time.monotonic() + RETRY_S
        if not self._is_lost:
            log.warning("dependency.lost", dependency="redis", error=type(error).__name__)
        self._is_lost = True
        THERE.set(0)

    def regained(self) -> None:
        """Note a success, and say it once."""
        if self._is_lost:
            log.info("dependency.regained", dependency="redis")
        self._is_lost = False
        THERE.set(1)

    async def close(self) -> None:
        """Close the connections."""
        if self.redis is not None:
            await self.redis.aclose()
