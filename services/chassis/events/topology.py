"""
Names and declares exchanges and queues, everywhere with the same arguments.

A fact goes to the topic exchange of its service (`booking.events`), routed by its full name, into one quorum
queue per consumer and method (`notifications.on_appointment_booked`).
Only consumers know who listens, so a relay can't check that somebody does: what no queue is bound for goes
by the alternate exchange to the quorum queue `unrouted`. The mandatory publish is then confirmed, the outbox
goes on, and a consumer that is declared for the first time takes from `unrouted` what was meant for it
(`consume.py`). What nobody asked for expires there.
A message that was delivered too often ends in the quorum queue `dead-letters`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

DEAD_LETTERS = "dead-letters"
UNROUTED = "unrouted"

DELIVERY_LIMIT = 20
"""Deliveries of one message that end without an acknowledgement (the worker died), before it is put aside."""

UNROUTED_TTL_MS = 14 * 24 * 3_600_000
"""Milliseconds a fact without a consumer is kept: a consumer deployed within two weeks misses nothing."""


def exchange_of(full_name: str) -> str:
    """Name the exchange of an event: `kept.booking.v1.AppointmentBooked` is published on `booking.events`."""
    return f"{full_name.split('.')[1]}.events"


def declare_exchange(channel: Any, name: str) -> None:
    """Declare a service's exchange and where its unrouted messages go."""
    channel.exchange_declare(UNROUTED, "fanout", durable=True, auto_delete=False)
    channel.queue_declare(
        UNROUTED,
        durable=True,
        auto_delete=False,
        arguments={"x-queue-type": "quorum", "x-message-ttl": UNROUTED_TTL_MS},
    )
    channel.queue_bind(UNROUTED, UNROUTED)
    channel.exchange_declare(name, "topic", durable=True, auto_delete=False, arguments={"alternate-exchange": UNROUTED})


def declare_queue(channel: Any, queue: str, full_names: Iterable[str]) -> None:
    """
    Declare a consumer's queue, its dead-letter exchange and its bindings.

    Danger: at-least-once dead-lettering needs overflow=reject-publish and an existing, bound target; without
    them RabbitMQ falls back to at-most-once and a dead letter can vanish.
    """
    channel.exchange_declare(DEAD_LETTERS, "fanout", durable=True, auto_delete=False)
    channel.queue_declare(DEAD_LETTERS, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(DEAD_LETTERS, DEAD_LETTERS)
    channel.queue_declare(
        queue,
        durable=True,
        auto_delete=False,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD_LETTERS,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    for full_name in full_names:
        exchange = exchange_of(full_name)
        declare_exchange(channel, exchange)
        channel.queue_bind(queue, exchange, full_name)
