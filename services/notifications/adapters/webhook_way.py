"""Gives messages to a practice's own system: by id, through the webhooks that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from services.chassis.db.pool import Connection, Database
from services.chassis.errors import Unavailable
from services.notifications.adapters.webhooks import delivery_id_of, list_all, queue
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome, Reason
from services.notifications.domain.webhook import MESSAGE_DUE, WEBHOOKS_MAX, State
from services.notifications.usecases.send_due_messages import Relay

PROVIDER = "webhook"
"""Names this way in rows and metrics."""


class WebhookWay:
    """
    The receivers that named `message.due`.

    Handing over is a row in our own database, so it is sure to be said; what they answer comes back as a report.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        """Write to this database."""
        self._database = database
        self._clock = clock

    async def deliver(self, cargo: Relay) -> Delivered:
        """Queue it for every receiver that asks for messages; twice is once."""
        try:
            async with self._database.begin([cargo.practice_id]) as conn:
                count = await queue(
                    conn,
                    cargo.practice_id,
                    event_id=cargo.message_id,
                    event_type=MESSAGE_DUE,
                    resource_id=cargo.message_id,
                    version=cargo.version,
                    at=self._clock(),
                )
        except Unavailable:
            return Delivered(Outcome.PUT_OFF, Reason.PUT_OFF, PROVIDER)
        if not count:
            return Delivered(Outcome.REFUSED, Reason.NO_ADDRESS, PROVIDER)
        return Delivered(Outcome.ACCEPTED, None, PROVIDER, cargo.message_id)


async def carriers(conn: Connection, practice_ids: Sequence[str]) -> frozenset[str]:
    """Return which of these practices have a receiver that asks for messages."""
    found = await conn.execute(
        "select distinct practice_id::text from webhooks"
        " where practice_id = any (%s::uuid[]) and is_active and %s = any (event_types)",
        (list(practice_ids), MESSAGE_DUE),
    )
    return frozenset(row[0] for row in await found.fetchall())


async def is_lost_everywhere(conn: Connection, practice_id: str, message_id: str) -> bool:
    """Tell whether no receiver has taken a message and none is still to be tried."""
    webhooks = await list_all(conn, practice_id, after=None, limit=WEBHOOKS_MAX)
    ids = [delivery_id_of(each.webhook_id, message_id) for each in webhooks]
    found = await conn.execute(
        "select count(*) from webhook_deliveries"
        " where practice_id = %s and delivery_id = any (%s::uuid[]) and state <> %s",
        (practice_id, ids, State.FAILED.value),
    )
    row = await found.fetchone()
    return row is not None and row[0] == 0
