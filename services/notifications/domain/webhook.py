"""Says what receivers of webhooks are told, how often it is tried, and when it is given up."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

MESSAGE_DUE = "message.due"
"""What a receiver is told of that carries messages in the practice's stead: only one that names it, never everybody."""

WEBHOOKS_MAX = 10
"""Receivers of a practice at most."""

FORMER_H = 24
"""Hours messages are signed with the secret before, too: what a receiver has to take over the new one."""

DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 57_600, 43_200, 43_200)
)
"""
Times between tries; after the last one it is given up.

Source: client requirement, three days; tests/unit/notifications/test_webhooks.py adds them up.
"""

MESSAGE_TRIES = 5
"""Times a message is offered to a receiver; after about 40 minutes it goes by its next channel."""

JITTER = 0.1
"""Tenth of a delay by which it is longer at most: receivers that were away are not met by all at once."""


class State(StrEnum):
    """What became of a delivery."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver."""

    webhook_id: str
    url: str
    event_types: tuple[str, ...]
    is_active: bool
    stop_reason: str
    version: int
    create_time: datetime

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change what they saw."""
        return f"v{self.version}"

    def wants(self, event_type: str) -> bool:
        """Whether it is told of such events; messages are given to none that did not ask for them."""
        wants_all = not self.event_types and event_type != MESSAGE_DUE
        return self.is_active and (wants_all or event_type in self.event_types)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing said to one receiver."""

    delivery_id: str
    webhook_id: str
    event_type: str
    resource_id: str
    resource_version: int
    occur_time: datetime
    state: State = State.PENDING
    attempts: int = 0
    last_status: int = 0
    last_error: str = ""
    last_attempt_time: datetime | None = None
    next_attempt_time: datetime | None = None

    @property
    def body(self) -> str:
        """Return what is sent: the same for every try."""
        return json.dumps(
            {
                "type": self.event_type,
                "timestamp": self.occur_time.isoformat().replace("+00:00", "Z"),
                "data": {"id": self.resource_id, "version": self.resource_version},
            },
            separators=(",", ":"),
        )

    def tried(self, answer: Answer, *, at: datetime, jitter: float) -> Delivery:
        """
        Return it after a try.

        Args:
            answer: What came of it.
            at: When.
            jitter: From 0 to 1.
        """
        after = replace(
            self,
            attempts=self.attempts + 1,
            last_status=answer.status,
            last_error=answer.error,
            last_attempt_time=at,
        )
        if not answer.error:
            return replace(after, state=State.DELIVERED, next_attempt_time=None)
        most = MESSAGE_TRIES - 1 if self.event_type == MESSAGE_DUE else len(DELAYS)
        if answer.is_gone or self.attempts >= most:
            return replace(after, state=State.FAILED, next_attempt_time=None)
        delay = DELAYS[self.attempts] * (1 + JITTER * jitter)
        return replace(after, next_attempt_time=at + max(delay, answer.retry_after))

    def replayed(self, *, at: datetime) -> Delivery:
        """Return it to be said again from the beginning."""
        return replace(self, state=State.PENDING, attempts=0, next_attempt_time=at)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try."""

    status: int = 0
    error: str = ""
    """Empty: it was taken."""
    retry_after: timedelta = timedelta(0)

    @property
    def is_gone(self) -> bool:
        """Whether the receiver says that it is no more."""
        return self.error == "GONE"
