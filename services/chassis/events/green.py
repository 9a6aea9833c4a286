"""Turns the process green before anything opens a socket; workers import it first."""

from __future__ import annotations

import os
import sys

if "psycopg" in sys.modules:
    # Its C wait would stop every greenthread while one of them waits for the database.
    raise ImportError("psycopg was imported before the process was made green; import consume or relay first")
os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"

import eventlet

eventlet.monkey_patch()

import random
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from amqp.exceptions import AMQPError
from kombu import Connection as BrokerUrl

HEARTBEAT_S = 10
"""Seconds; a broker that vanished without a word is noticed after two of them."""

CONNECT_TIMEOUT_S = 5
"""Seconds to reach the broker or the database."""

BACKOFF_S = (0.2, 10.0)
"""First and longest wait between two attempts, before jitter."""

BROKER_ERRORS = (AMQPError, OSError)
"""What a lost or refusing broker raises."""

log = structlog.get_logger(__name__)


class Dependency:
    """Says once when something is lost, once when it is back, and how long to wait meanwhile."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._failures = 0

    def lost(self, error: BaseException) -> float:
        """Note a failure; returns the seconds to wait before the next attempt."""
        if self._failures == 0:
            log.warning("dependency.lost", dependency=self._name, error=type(error).__name__, detail=str(error)[:200])
        self._failures += 1
        shortest, longest = BACKOFF_S
        wait = min(longest, shortest * 2 ** min(self._failures - 1, 10))
        return float(wait * random.uniform(0.5, 1.0))  # noqa: S311 - jitter is no secret

    def regained(self) -> None:
        """Note a success."""
        if self._failures:
            log.info("dependency.regained", dependency=self._name, attempts=self._failures)
        self._failures = 0


def connect_broker(url: str) -> Any:
    """Open an AMQP connection; the caller drains it and ticks its heartbeat."""
    return BrokerUrl(url, heartbeat=HEARTBEAT_S, connect_timeout=CONNECT_TIMEOUT_S).connection


def connect_database(url: str, *, name: str) -> psycopg.Connection:
    """Open a connection whose waiting lets other greenthreads run; each statement is its own transaction."""
    return psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name=name,
        options="-c lock_timeout=2000 -c statement_timeout=30000 -c timezone=UTC",
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )


def close_broker(connection: Any) -> None:
    """Say goodbye if the broker still listens, and let go of the socket."""
    with eventlet.Timeout(CONNECT_TIMEOUT_S, False):
        close_quietly(connection.close)
    close_quietly(connection.collect)


def close_quietly(close: Callable[[], object]) -> None:
    """Close what may be broken already."""
    try:
        close()
    except Exception as error:
        log.debug("connection.broken", error=type(error).__name__)
