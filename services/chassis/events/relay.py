"""Publishes the outbox in order, by batches; forgets only what the broker confirmed."""

from __future__ import annotations

from services.chassis.events import green  # isort: skip
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import eventlet
import psycopg
import structlog
from amqp import Message
from nameko.extensions import DependencyProvider

from services.chassis import crashpoints, metrics
from services.chassis.config import ProcessConfig
from services.chassis.events import outbox, topology
from services.chassis.events.announce import Announcer
from services.chassis.events.outbox import Outgoing

RELAY_LOCK = 0x6B657075
"""Advisory lock of the database: one relay is active, a standby waits and takes over."""

BATCH = 500
"""Events, or records of one emitter, that are published before their confirms are awaited."""

CONFIRM_TIMEOUT_S = 30
"""Seconds to wait for a batch's confirms; then the connection counts as lost and the batch is offered again."""

IDLE_S = 0.05
"""Seconds between two looks at an empty outbox: the better part of an event's way when nothing is going on."""

STANDBY_S = 1.0
"""Seconds between two tries of a standby to become active."""

MEASURE_S = 5.0
"""Seconds between two measurements of the backlog."""

log = structlog.get_logger(__name__)


class OutboxRelay(DependencyProvider):  # type: ignore[misc]
    """
    Runs beside the service's consumers in its worker; a service gets it by naming it as an attribute.

    At least once: a crash between confirm and delete publishes again under the same message id.
    Order: kept per aggregate (events) and per emitter (audit records), not across.
    """

    def setup(self) -> None:
        """Read where database and broker are."""
        self._config: ProcessConfig = self.container.config["KEPT"]
        self._announcer = Announcer(self._config.redis_url)
        self._is_stopping = False

    def start(self) -> None:
        """Start relaying on a thread of the container."""
        self._thread = self.container.spawn_managed_thread(self._run, identifier="relay")

    def stop(self) -> None:
        """Finish the batch in hand."""
        self._is_stopping = True
        self._thread.wait()

    def _run(self) -> None:
        database = green.Dependency("postgresql")
        broker = green.Dependency("rabbitmq")
        while not self._is_stopping:
            try:
                with _active(self._config) as conn:
                    database.regained()
                    if conn is None:
                        self._pause(STANDBY_S)
                        continue
                    log.info("relay.activated", service=self._config.service)
                    self._relay(conn, broker)
            except psycopg.Error as error:
                self._pause(database.lost(error))

    def _relay(self, conn: psycopg.Connection, broker: green.Dependency) -> None:
        while not self._is_stopping:
            try:
                publisher = Publisher(self._config)
                broker.regained()
                try:
                    self._publish_all(conn, publisher)
                finally:
                    publisher.close()
            except green.BROKER_ERRORS as error:
                self._measure(conn)
                self._pause(broker.lost(error))

    def _publish_all(self, conn: psycopg.Connection, publisher: Publisher) -> None:
        measured = 0.0
        while not self._is_stopping:
            found = self._publish_events(conn, publisher) + self._publish_records(conn, publisher)
            if time.monotonic() - measured > MEASURE_S:
                self._measure(conn)
                measured = time.monotonic()
            if not found:
                self._announcer.announce(())
                publisher.tick()
                eventlet.sleep(IDLE_S)

    def _publish_events(self, conn: psycopg.Connection, publisher: Publisher) -> int:
        events = outbox.take_events(conn, BATCH)
        held: set[tuple[str, str]] = set()
        for wave in outbox.waves(events):
            offered = [event for event in wave if (event.practice_id, event.subject) not in held]
            refused = publisher.publish(offered)
            held |= {(event.practice_id, event.subject) for event in offered if event.message_id in refused}
            # Forgotten wave by wave: a crash publishes one wave again, not the batch.
            confirmed = [event for event in offered if event.message_id not in refused]
            crashpoints.reach("relay.confirmed")
            # Before it is forgotten: after a crash in between it is announced again, and never not at all.
            self._announcer.announce(confirmed)
            outbox.forget_events(conn, confirmed)
            outbox.postpone_events(conn, [each for each in offered if each.message_id in refused], "refused")
            self._count(confirmed, "event", len(refused))
        return len(events)

    def _publish_records(self, conn: psycopg.Connection, publisher: Publisher) -> int:
        messages = outbox.take_records(conn, BATCH)
        refused = publisher.publish(messages) if messages else set()
        confirmed = [each for each in messages if each.message_id not in refused]
        crashpoints.reach("relay.records_confirmed")
        outbox.forget_records(conn, confirmed)
        self._count(confirmed, "audit", len(refused))
        if refused:
            eventlet.sleep(STANDBY_S)
        return len(messages)

    def _count(self, confirmed: Sequence[Outgoing], kind: str, refused: int) -> None:
        metrics.OUTBOX_RELAYED.labels(kind).inc(len(confirmed))
        if refused:
            log.warning("outbox.refused", kind=kind, messages=refused)
        if confirmed:
            age = time.time() - min(each.create_time for each in confirmed).timestamp()
            log.debug("outbox.relayed", kind=kind, messages=len(confirmed), oldest_age_s=round(age, 3))

    def _measure(self, conn: psycopg.Connection) -> None:
        rows, age = outbox.backlog(conn)
        metrics.OUTBOX_ROWS.set(rows)
        metrics.OUTBOX_OLDEST.set(age)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._is_stopping and (left := until - time.monotonic()) > 0:
            eventlet.sleep(min(left, 0.2))


class Publisher:
    """A channel whose messages are all confirmed before the next batch."""

    def __init__(self, config: ProcessConfig) -> None:
        self._service = config.service
        self._connection: Any = green.connect_broker(config.broker_url)
        self._channel: Any = self._connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        self._declared: set[str] = set()
        self._published = 0
        self._waiting: dict[int, str] = {}
        self._refused: set[str] = set()

    def publish(self, messages: Sequence[Outgoing]) -> set[str]:
        """Publish all, then wait for every confirm. Returns the ids of messages the broker refused."""
        self._refused = set()
        for message in messages:
            exchange = topology.exchange_of(message.type)
            if exchange not in self._declared:
                topology.declare_exchange(self._channel, exchange)
                self._declared.add(exchange)
            self._published += 1
            self._waiting[self._published] = message.message_id
            self._channel.basic_publish(
                self._message(message), exchange=exchange, routing_key=message.type, mandatory=True
            )
        deadline = time.monotonic() + CONFIRM_TIMEOUT_S
        while self._waiting:
            # A timeout here is an OSError: the connection is thrown away and the batch offered again.
            self._connection.drain_events(timeout=max(0.1, deadline - time.monotonic()))
        return self._refused

    def tick(self) -> None:
        """Keep an idle connection alive, and notice one that died."""
        try:
            self._connection.drain_events(timeout=0.001)
        except TimeoutError:
            self._connection.heartbeat_tick()

    def close(self) -> None:
        """Close the connection, dead or alive."""
        green.close_broker(self._connection)

    def _message(self, message: Outgoing) -> Message:
        headers = {
            "subject": message.subject,
            "practice_id": message.practice_id,
            "actor": message.actor,
            "traceparent": message.traceparent,
            "causation_id": message.causation_id,
            "version": message.version,
        }
        return Message(
            message.body.encode(),
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=2,
            message_id=message.message_id,
            type=message.type,
            app_id=self._service,
            timestamp=int(message.create_time.timestamp()),
            application_headers=headers,
        )

    def _on_ack(self, tag: int, multiple: bool) -> None:
        for each in self._settled(tag, multiple):
            del self._waiting[each]

    def _on_nack(self, tag: int, multiple: bool) -> None:
        for each in self._settled(tag, multiple):
            self._refused.add(self._waiting.pop(each))

    def _on_return(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        # Comes before the message's confirm, which then only says that the broker is done with it.
        self._refused.add(message.properties["message_id"])

    def _settled(self, tag: int, multiple: bool) -> list[int]:
        if not multiple:
            return [tag] if tag in self._waiting else []
        return [each for each in self._waiting if each <= tag]


@contextmanager
def _active(config: ProcessConfig) -> Iterator[psycopg.Connection | None]:
    """Lend the connection that holds the relay's lock, or None while another one holds it."""
    conn = green.connect_database(config.database_url, name=f"kept {config.service} relay")
    try:
        row = conn.execute("select pg_try_advisory_lock(%s)", (RELAY_LOCK,)).fetchone()
        yield conn if row and row[0] else None
    finally:
        green.close_quietly(conn.close)
