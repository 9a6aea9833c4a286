"""Answers the probes: live (the process), ready (it can work), startup (it has begun)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from grpc_health.v1 import health, health_pb2

from services.chassis import metrics

LIVE, READY, STARTUP = "live", "ready", "startup"

CHECK_EVERY_S = 1.0
"""Seconds between two looks at the database; a probe sees a loss within this time and the pool's own."""

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

log = structlog.get_logger(__name__)


class Health:
    """
    Three separate answers, so that a lost database stops traffic and never restarts the process.

    "live" says yes as long as the event loop turns; "startup" once the schema was there; "ready" while
    the database answers and the process is not stopping. The empty name answers like "ready".
    """

    def __init__(self, is_ready: Callable[[], Awaitable[bool]]) -> None:
        self.servicer = health.aio.HealthServicer()
        self._is_ready = is_ready
        self._is_draining = False

    async def watch(self) -> None:
        """Keep the answers true until cancelled."""
        await self.servicer.set(LIVE, _SERVING)
        await self.servicer.set(STARTUP, _NOT_SERVING)
        was_ready = False
        while not self._is_draining:
            is_ready = await self._is_ready()
            await self._say(is_ready)
            if is_ready and not was_ready:
                await self.servicer.set(STARTUP, _SERVING)
            was_ready = is_ready
            await asyncio.sleep(CHECK_EVERY_S)

    async def drain(self) -> None:
        """Say no first: callers go elsewhere while the calls at hand are finished."""
        self._is_draining = True
        await self._say(False)

    async def _say(self, is_ready: bool) -> None:
        metrics.IS_READY.set(is_ready)
        for name in (READY, ""):
            await self.servicer.set(name, _SERVING if is_ready and not self._is_draining else _NOT_SERVING)
