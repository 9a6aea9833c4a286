"""Receivers of webhooks and what was said to them, in PostgreSQL; secrets are ciphertext."""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from google.protobuf.message import Message

from services.chassis.crypto import ClientCipher
from services.chassis.db.envelope import Envelope
from services.chassis.db.pool import Connection, Database
from services.chassis.events.contracts import event_class
from services.chassis.told import Facts, telling_of
from services.notifications.domain import errors
from services.notifications.domain.webhook import FORMER_H, MESSAGE_DUE, WEBHOOKS_MAX, Delivery, State, Webhook
from services.notifications.usecases.deliver_webhooks import Due

SECRET_FIELD = "webhooks.secret"  # noqa: S105 - names a field
"""Danger: bound into every ciphertext; another name makes every stored secret unreadable."""

LEASE = timedelta(seconds=60)
"""How long a delivery waits after its replica died in the middle; then it is tried again."""

Note = Callable[[Connection, str, Delivery], Awaitable[None]]
"""Is told of a message that a receiver has taken, or that it will not be given any more."""

_WEBHOOK = "webhook_id::text, url, event_types, is_active, stop_reason, version, create_time"

_DELIVERY = """
    delivery_id::text, webhook_id::text, event_type, resource_id::text, resource_version, occur_time, state, attempts,
    last_status, last_error, last_attempt_time, next_attempt_time
"""

_QUEUE = """
    insert into webhook_deliveries (practice_id, delivery_id, webhook_id, event_type, resource_id, resource_version,
        occur_time, next_attempt_time)
    values (%s, %s, %s, %s, %s, %s, %s, %s)
    on conflict on constraint webhook_deliveries_pkey do nothing
"""

_SETTLE = """
    update webhook_deliveries set state = %s, attempts = %s, last_status = %s, last_error = %s, last_attempt_time = %s,
        next_attempt_time = %s
    where practice_id = %s and delivery_id = %s
"""


class Webhooks:
    """The receivers of the practices that a transaction sees."""

    def __init__(self, cipher: ClientCipher) -> None:
        self._cipher = cipher

    async def add(self, conn: Connection, practice_id: str, webhook: Webhook) -> str:
        """Add a receiver and return its secret. Raises TooManyWebhooks."""
        key = f"webhooks|{practice_id}"
        # Two requests at once must not both find room for the last one.
        await conn.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))
        found = await conn.execute("select count(*) from webhooks where practice_id = %s", (practice_id,))
        row = await found.fetchone()
        if row and row[0] >= WEBHOOKS_MAX:
            raise errors.TooManyWebhooks("A practice has at most so many webhooks.", most=str(WEBHOOKS_MAX))
        secret = new_secret()
        _, wrapped = await self._cipher.new_key(practice_id)
        sealed = await self._cipher.encrypt(practice_id, webhook.webhook_id, wrapped, SECRET_FIELD, secret)
        await conn.execute(
            "insert into webhooks (practice_id, webhook_id, url, event_types, wrapped_dek, secret_sealed, create_time)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            (
                practice_id,
                webhook.webhook_id,
                webhook.url,
                list(webhook.event_types),
                wrapped,
                sealed,
                webhook.create_time,
            ),
        )
        return secret

    async def rotate(self, conn: Connection, practice_id: str, webhook_id: str, *, at: datetime) -> str:
        """Give a receiver a new secret and return it; the one before holds for a day more. Raises UnknownWebhook."""
        found = await conn.execute(
            "select wrapped_dek from webhooks where practice_id = %s and webhook_id = %s for update",
            (practice_id, webhook_id),
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownWebhook("There is no such webhook.", webhook_id=webhook_id)
        secret = new_secret()
        sealed = await self._cipher.encrypt(practice_id, webhook_id, bytes(row[0]), SECRET_FIELD, secret)
        await conn.execute(
            "update webhooks set former_sealed = secret_sealed, former_until = %s, secret_sealed = %s,"
            " version = version + 1 where practice_id = %s and webhook_id = %s",
            (at + timedelta(hours=FORMER_H), sealed, practice_id, webhook_id),
        )
        return secret

    async def secrets(self, conn: Connection, practice_id: str, webhook_id: str, *, at: datetime) -> list[str]:
        """Return the secrets messages are signed with now, the newest first."""
        found = await conn.execute(
            "select wrapped_dek, secret_sealed, case when former_until > %s then former_sealed end from webhooks"
            " where practice_id = %s and webhook_id = %s",
            (at, practice_id, webhook_id),
        )
        row = await found.fetchone()
        if row is None:
            return []
        return [
            await self._cipher.decrypt(practice_id, webhook_id, bytes(row[0]), SECRET_FIELD, bytes(sealed))
            for sealed in row[1:]
            if sealed is not None
        ]


async def get(conn: Connection, practice_id: str, webhook_id: str) -> Webhook:
    """Return a receiver. Raises UnknownWebhook."""
    query = f"select {_WEBHOOK} from webhooks where practice_id = %s and webhook_id = %s"  # noqa: S608 - literals
    row = await (await conn.execute(query.encode(), (practice_id, webhook_id))).fetchone()
    if row is None:
        raise errors.UnknownWebhook("There is no such webhook.", webhook_id=webhook_id)
    return _webhook(row)


async def list_all(conn: Connection, practice_id: str, *, after: str | None, limit: int) -> list[Webhook]:
    """Return receivers, oldest first: their ids grow with time."""
    query = (
        f"select {_WEBHOOK} from webhooks where practice_id = %s and (%s::uuid is null or webhook_id > %s::uuid)"  # noqa: S608
        " order by webhook_id limit %s"
    )
    found = await conn.execute(query.encode(), (practice_id, after, after, limit))
    return [_webhook(row) for row in await found.fetchall()]


async def listening(conn: Connection, practice_ids: Sequence[str]) -> Mapping[str, Sequence[Webhook]]:
    """Return the receivers that are told, by practice; most practices have none."""
    if not practice_ids:
        return {}
    query = (
        f"select practice_id::text, {_WEBHOOK} from webhooks where practice_id = any (%s::uuid[]) and is_active"  # noqa: S608
        " order by practice_id, webhook_id"
    )
    found: dict[str, list[Webhook]] = {}
    for practice_id, *row in await (await conn.execute(query.encode(), (list(practice_ids),))).fetchall():
        found.setdefault(practice_id, []).append(_webhook(row))
    return found


async def save(conn: Connection, practice_id: str, webhook: Webhook, *, seen: str) -> Webhook:
    """Store a receiver's new form. Raises UnknownWebhook, StaleVersion when *seen* is not the current one."""
    current = await get(conn, practice_id, webhook.webhook_id)
    if seen and seen != current.etag:
        raise errors.StaleVersion("The webhook has changed.", webhook_id=webhook.webhook_id)
    query = (
        "update webhooks set url = %s, event_types = %s, is_active = %s, stop_reason = %s, version = version + 1"  # noqa: S608
        f" where practice_id = %s and webhook_id = %s and version = %s returning {_WEBHOOK}"
    )
    what = (webhook.url, list(webhook.event_types), webhook.is_active, webhook.stop_reason)
    found = await conn.execute(query.encode(), (*what, practice_id, webhook.webhook_id, current.version))
    row = await found.fetchone()
    if row is None:
        raise errors.StaleVersion("The webhook has changed.", webhook_id=webhook.webhook_id)
    return _webhook(row)


async def delete(conn: Connection, practice_id: str, webhook_id: str) -> Webhook:
    """Remove a receiver and its log. Raises UnknownWebhook."""
    found = await get(conn, practice_id, webhook_id)
    await conn.execute("delete from webhooks where practice_id = %s and webhook_id = %s", (practice_id, webhook_id))
    return found


async def deliveries(
    conn: Connection, practice_id: str, webhook_id: str, *, before: str | None, limit: int
) -> list[Delivery]:
    """Return what was said to a receiver, newest first."""
    query = (
        f"select {_DELIVERY} from webhook_deliveries where practice_id = %s and webhook_id = %s"  # noqa: S608 - literals
        " and (%s::uuid is null or (occur_time, delivery_id) < (select occur_time, delivery_id from webhook_deliveries"
        " where practice_id = %s and delivery_id = %s::uuid)) order by occur_time desc, delivery_id desc limit %s"
    )
    found = await conn.execute(query.encode(), (practice_id, webhook_id, before, practice_id, before, limit))
    return [_delivery(row) for row in await found.fetchall()]


async def lock_delivery(conn: Connection, practice_id: str, delivery_id: str) -> Delivery:
    """Return a delivery that nobody else changes until this call ends. Raises UnknownWebhook."""
    query = f"select {_DELIVERY} from webhook_deliveries where practice_id = %s and delivery_id = %s for update"  # noqa: S608
    row = await (await conn.execute(query.encode(), (practice_id, delivery_id))).fetchone()
    if row is None:
        raise errors.UnknownWebhook("There is no such delivery.", delivery_id=delivery_id)
    return _delivery(row)


async def settle(conn: Connection, practice_id: str, delivery: Delivery) -> None:
    """Store what became of a delivery; one that was removed meanwhile is gone."""
    await conn.execute(
        _SETTLE,
        (
            delivery.state.value,
            delivery.attempts,
            delivery.last_status,
            delivery.last_error,
            delivery.last_attempt_time,
            delivery.next_attempt_time,
            practice_id,
            delivery.delivery_id,
        ),
    )


async def tell(conn: Connection, told: Sequence[tuple[str, Message]], *, at: datetime) -> None:
    """
    Plan to tell the receivers of webhooks of events; each once, however often the event comes.

    Args:
        told: Events with their ids; those that nobody may be told of are passed over.
    """
    known = [(id_, telling, telling.facts(event)) for id_, event in told if (telling := telling_of(event.DESCRIPTOR))]
    receivers = await listening(conn, sorted({facts.practice_id for _, _, facts in known}))
    for event_id, telling, facts in known:
        await _plan(conn, receivers.get(facts.practice_id, ()), event_id, telling.kind, facts, at=at)


async def queue(
    conn: Connection, practice_id: str, *, event_id: str, event_type: str, resource_id: str, version: int, at: datetime
) -> int:
    """Plan to tell every receiver that wants to hear of it, and return how many; once, however often it is asked."""
    receivers = (await listening(conn, [practice_id])).get(practice_id, ())
    return await _plan(conn, receivers, event_id, event_type, Facts(practice_id, resource_id, version), at=at)


async def _plan(
    conn: Connection, receivers: Sequence[Webhook], event_id: str, kind: str, facts: Facts, *, at: datetime
) -> int:
    wanting = [webhook for webhook in receivers if webhook.wants(kind)]
    for webhook in wanting:
        delivery_id = delivery_id_of(webhook.webhook_id, event_id)
        what = (webhook.webhook_id, kind, facts.resource_id, facts.version, at, at)
        await conn.execute(_QUEUE, (facts.practice_id, delivery_id, *what))
    return len(wanting)


async def tell_published(conn: Connection, envelopes: Sequence[Envelope], *, at: datetime) -> None:
    """Plan to tell the receivers of what notifications itself publishes, in the transaction that publishes it."""
    published = [event for envelope in envelopes for event in envelope.events]
    await tell(conn, [(each.event_id, event_class(each.type).FromString(each.body)) for each in published], at=at)


def delivery_id_of(webhook_id: str, event_id: str) -> str:
    """Return the one id of telling a receiver of an event."""
    return str(uuid.uuid5(uuid.UUID(webhook_id), event_id))


class PostgresDeliveries:
    """The deliveries of all practices, as the job leases them."""

    def __init__(self, database: Database, webhooks: Webhooks, note: Note | None = None) -> None:
        """Store what becomes of them; *note* lets a message follow what a receiver made of it."""
        self._database = database
        self._webhooks = webhooks
        self._note = note

    async def claim(self, most: int, *, at: datetime) -> list[Due]:
        """Lease due deliveries; committed before anything is sent. Those of a stopped receiver wait."""
        async with self._database.begin([]) as conn:
            found = await conn.execute(
                "select practice_id::text, delivery_id::text from claim_due_webhooks(%s, %s, %s)", (most, LEASE, at)
            )
            leased = await found.fetchall()
        due = []
        for practice_id, delivery_id in leased:
            async with self._database.begin([practice_id]) as conn:
                try:
                    delivery = await lock_delivery(conn, practice_id, delivery_id)
                    webhook = await get(conn, practice_id, delivery.webhook_id)
                except errors.UnknownWebhook:
                    # Removed since it was leased: there is nobody to tell any more.
                    continue
                secrets = await self._webhooks.secrets(conn, practice_id, webhook.webhook_id, at=at)
            due.append(Due(practice_id, delivery, webhook, secrets))
        return due

    async def settle(self, due: Due, after: Delivery, *, stop_reason: str = "") -> None:
        """Store what became of a try, and stop a receiver that is no more."""
        async with self._database.begin([due.practice_id]) as conn:
            await settle(conn, due.practice_id, after)
            if self._note and after.event_type == MESSAGE_DUE and after.state is not State.PENDING:
                await self._note(conn, due.practice_id, after)
            if stop_reason:
                await conn.execute(
                    "update webhooks set is_active = false, stop_reason = %s, version = version + 1"
                    " where practice_id = %s and webhook_id = %s and is_active",
                    (stop_reason, due.practice_id, due.webhook.webhook_id),
                )


def new_secret() -> str:
    """Return a secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


def _webhook(row: Sequence[Any]) -> Webhook:
    webhook_id, url, event_types, *rest = row
    return Webhook(webhook_id, url, tuple(event_types), *rest)


def _delivery(row: Sequence[Any]) -> Delivery:
    delivery_id, webhook_id, event_type, resource_id, version, occur_time, state, *tries = row
    return Delivery(delivery_id, webhook_id, event_type, resource_id, version, occur_time, State(state), *tries)
