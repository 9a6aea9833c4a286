"""Says to receivers of webhooks what is due, each message signed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from standardwebhooks.webhooks import Webhook as Signature

from services.notifications.domain.webhook import Answer, Delivery, Webhook

AT_ONCE = 16
"""Messages under way at once."""

STOPPED_WAIT = timedelta(hours=1)
"""How long a message waits while its receiver is stopped, before it is looked at again."""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that is leased, its receiver, and the secrets it is signed with."""

    practice_id: str
    delivery: Delivery
    webhook: Webhook
    secrets: Sequence[str]


class Deliveries(Protocol):
    """Keeps what is to be said."""

    async def claim(self, most: int, *, at: datetime) -> Sequence[Due]:
        """Lease due deliveries."""

    async def settle(self, due: Due, after: Delivery, *, stop_reason: str = "") -> None:
        """Store what became of a try."""


class Post(Protocol):
    """Sends a message."""

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        """Send, and say what came of it."""


async def deliver_webhooks(
    *, deliveries: Deliveries, post: Post, clock: Callable[[], datetime], jitter: Callable[[], float]
) -> None:
    """
    Try every delivery that is due; each is settled for itself.

    A process that dies between a receiver's answer and its row says it again when the lease ends, under the same
    webhook-id: at least once, as Standard Webhooks has it.
    """
    while due := await deliveries.claim(AT_ONCE, at=clock()):
        await asyncio.gather(*(_deliver(each, deliveries, post, clock, jitter) for each in due))
        if len(due) < AT_ONCE:
            return


async def _deliver(
    due: Due, deliveries: Deliveries, post: Post, clock: Callable[[], datetime], jitter: Callable[[], float]
) -> None:
    if not due.webhook.is_active:
        await deliveries.settle(due, replace(due.delivery, next_attempt_time=clock() + STOPPED_WAIT))
        return
    answer = await post.post(due.webhook.url, due.delivery.body, signed(due, clock()))
    after = due.delivery.tried(answer, at=clock(), jitter=jitter())
    await deliveries.settle(due, after, stop_reason=answer.error if answer.is_gone else "")


def signed(due: Due, at: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks 1.0.0: one signature a secret that holds."""
    whole = at.astimezone(UTC).replace(microsecond=0)
    signatures = [Signature(each).sign(due.delivery.delivery_id, whole, due.delivery.body) for each in due.secrets]
    return {
        "webhook-id": due.delivery.delivery_id,
        "webhook-timestamp": str(int(whole.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
