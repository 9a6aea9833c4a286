"""Opens channels to neighbours; one with mutual TLS is opened anew when its files change."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import grpc
import grpc.aio

from services.chassis.config import ProcessConfig
from services.chassis.rpc import tls

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""Bytes of a request or response at most: an attachment of 3 MiB, and what stands around it."""

LOOK_EVERY_S = 5.0
"""Seconds between two looks at the certificate's files."""

OLD_CHANNEL_S = 30.0
"""Seconds the calls of a channel get to finish once another one took its place."""

_SERVICE_CONFIG = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": 3,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "0.5s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
)
"""Every replica in turn; UNAVAILABLE is the only status retried unasked (AIP-194): request ids make it safe."""

_OPTIONS: Sequence[tuple[str, Any]] = (
    ("grpc.service_config", _SERVICE_CONFIG),
    ("grpc.enable_retries", 1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
)

Invoke = Callable[..., Awaitable[Any]]
"""Takes the request, and `metadata` and `timeout` by name."""


class Channel(Protocol):
    """What is asked of a channel."""

    def unary_unary(
        self, method: str, request_serializer: Callable[[Any], bytes], response_deserializer: Callable[[bytes], Any]
    ) -> Invoke:
        """Return a function that calls one method."""

    async def close(self) -> None:
        """End every call and the connection."""


def channel(target: str, config: ProcessConfig) -> Channel:
    """Open a channel to a neighbour; it connects, and reconnects, by itself."""
    if config.tls_dir:
        return RenewedChannel(target, config.tls_dir)
    plain: Channel = grpc.aio.insecure_channel(target, options=_OPTIONS)
    return plain


class RenewedChannel:
    """
    A channel that shows the certificate that is on disk now.

    gRPC reads a client's certificate once. A certificate lives for weeks and a process for longer: the first
    reconnect after its end would be refused. So the channel is replaced when the files change; calls under way end
    on the old one.
    """

    def __init__(self, target: str, folder: Path) -> None:
        self._target = target
        self._folder = folder
        self._stamps = tls.stamps(folder)
        self._channel = self._open()
        self._look_time = time.monotonic()
        self._closing: set[asyncio.Task[None]] = set()

    def unary_unary(
        self, method: str, request_serializer: Callable[[Any], bytes], response_deserializer: Callable[[bytes], Any]
    ) -> Invoke:
        """Return a function that calls the method on the channel of the moment."""
        bound: tuple[grpc.aio.Channel | None, Any] = (None, None)

        async def invoke(request: Any, **terms: Any) -> Any:
            nonlocal bound
            current = self._current()
            if bound[0] is not current:
                bound = current, current.unary_unary(method, request_serializer, response_deserializer)
            return await bound[1](request, **terms)

        return invoke

    async def close(self) -> None:
        """Close the channel, and those it took the place of."""
        await asyncio.gather(self._channel.close(), *self._closing)

    def _current(self) -> grpc.aio.Channel:
        if (now := time.monotonic()) - self._look_time >= LOOK_EVERY_S:
            self._look_time = now
            if (stamps := tls.stamps(self._folder)) != self._stamps:
                old, self._channel, self._stamps = self._channel, self._open(), stamps
                closing = asyncio.ensure_future(old.close(OLD_CHANNEL_S))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
        return self._channel

    def _open(self) -> grpc.aio.Channel:
        return grpc.aio.secure_channel(self._target, tls.channel_credentials(self._folder), options=_OPTIONS)
