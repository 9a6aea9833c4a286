"""Stores what arrives in the inbox, many deliveries a commit, and acknowledges after it."""

from __future__ import annotations

from services.chassis.events import green  # isort: skip
import signal
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import eventlet
import psycopg
import structlog
from eventlet.event import Event as Signal
from google.protobuf.message import Message
from nameko.containers import ServiceContainer
from nameko.extensions import DependencyProvider, Entrypoint, SharedExtension

from services.chassis import crashpoints, logs, metrics
from services.chassis.config import ProcessConfig, read_config
from services.chassis.events import store, topology
from services.chassis.events.delivery import Delivery, Unreadable, read

PREFETCH = 500
"""Deliveries in hand per queue: bounds memory, and is two commits' worth."""

GROUP = 500
"""Deliveries stored in one transaction at most."""

REFLOW_LIMIT = 10_000
"""Unrouted messages looked through when a worker starts."""

log = structlog.get_logger(__name__)


class Consumer(SharedExtension):  # type: ignore[misc]
    """
    One connection for all queues of a worker: a reader that fills, a storer that commits and acknowledges.

    nameko's own consumer acknowledges a message whose method raised. Here nothing is acknowledged before
    the commit of the inbox or of the quarantine; while the database is down, deliveries stay in hand and
    the broker sends no more than the prefetch.
    """

    def __init__(self) -> None:
        self._queues: dict[str, ConsumesEvents] = {}
        self._waiting: deque[Delivery] = deque()
        self._arrived = Signal()
        self._is_stopping = False
        self._connection: Any = None
        self._channel: Any = None
        self._number = 0

    def setup(self) -> None:
        """Read where database and broker are."""
        self._config: ProcessConfig = self.container.config["KEPT"]

    def register(self, entrypoint: ConsumesEvents) -> None:
        """Add a method and its queue."""
        self._queues[entrypoint.queue] = entrypoint

    def start(self) -> None:
        """Start reading and storing on threads of the container."""
        self._reader = self.container.spawn_managed_thread(self._read, identifier="consumer.read")
        self._storer = self.container.spawn_managed_thread(self._store, identifier="consumer.store")

    def stop(self) -> None:
        """Take nothing more, store what is in hand, then let go."""
        if not self._is_stopping:
            self._is_stopping = True
            self._reader.wait()
            self._wake()
            self._storer.wait()
            self._disconnect()

    def put(self, delivery: Delivery) -> None:
        """Queue a delivery for the next commit."""
        delivery.is_stored = True
        self._waiting.append(delivery)
        self._wake()

    def declare(self) -> None:
        """Connect and declare every queue of this worker."""
        self._connection = green.connect_broker(self._config.broker_url)
        self._channel = self._connection.channel()
        for queue, entrypoint in self._queues.items():
            topology.declare_queue(self._channel, queue, entrypoint.known)

    def _read(self) -> None:
        broker = green.Dependency("rabbitmq")
        while not self._is_stopping:
            try:
                self.declare()
                broker.regained()
                self._number += 1
                if self._number == 1:
                    self._reflow()
                self._consume()
                while not self._is_stopping:
                    try:
                        self._connection.drain_events(timeout=0.5)
                    except TimeoutError:
                        self._connection.heartbeat_tick()
            except green.BROKER_ERRORS as error:
                self._disconnect()
                eventlet.sleep(broker.lost(error))

    def _consume(self) -> None:
        self._channel.basic_qos(0, PREFETCH, False)
        for queue in self._queues:
            self._channel.basic_consume(queue, callback=lambda message, queue=queue: self._receive(queue, message))

    def _reflow(self) -> None:
        """Publish again, to its own exchange, what was unrouted before this worker's queues existed."""
        known = {name for entrypoint in self._queues.values() for name in entrypoint.known}
        confirmed = self._connection.channel()
        passed_over = 0
        for _ in range(REFLOW_LIMIT):
            message = self._channel.basic_get(topology.UNROUTED, no_ack=False)
            if message is None:
                break
            if message.properties.get("type") not in known:
                passed_over = message.delivery_tag
                continue
            info = message.delivery_info
            # At least once: a crash between these two leaves the original, and the inbox drops the copy.
            confirmed.basic_publish_confirm(message, exchange=info["exchange"], routing_key=info["routing_key"])
            self._channel.basic_ack(message.delivery_tag)
        if passed_over:
            self._channel.basic_reject(passed_over, requeue=True)

    def _receive(self, queue: str, message: Any) -> None:
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        headers: Mapping[str, Any] = message.properties.get("application_headers") or {}
        delivery = Delivery(queue, body, message.properties, message.delivery_tag, self._number, headers=headers)
        entrypoint = self._queues[queue]
        try:
            delivery.event = read(body, message.properties, entrypoint.known)
        except Unreadable as unreadable:
            delivery.reason, delivery.detail = unreadable.reason, str(unreadable)
            self.put(delivery)
            return
        entrypoint.hand_over(delivery)

    def _store(self) -> None:
        database = green.Dependency("postgresql")
        conn: psycopg.Connection | None = None
        while self._waiting or not self._is_stopping:
            if not self._waiting:
                self._arrived.wait()
                continue
            group = [self._waiting[place] for place in range(min(GROUP, len(self._waiting)))]
            try:
                conn = conn or green.connect_database(
                    self._config.database_url, name=f"kept {self._config.service} inbox"
                )
                store.store(conn, group)
            except psycopg.OperationalError as error:
                if conn is not None:
                    green.close_quietly(conn.close)
                    conn = None
                wait = database.lost(error)
                if self._is_stopping:
                    # What is in hand was never acknowledged: the broker gives it to the next worker.
                    return
                eventlet.sleep(wait)
                continue
            database.regained()
            for _ in group:
                self._waiting.popleft()
            crashpoints.reach("inbox.stored")
            self._acknowledge(group)

    def _acknowledge(self, group: Sequence[Delivery]) -> None:
        tags = sorted(each.tag for each in group if each.connection_number == self._number)
        if not tags or self._channel is None:
            return
        try:
            in_hand = {each.tag for each in self._waiting if each.connection_number == self._number}
            if in_hand and min(in_hand) < tags[-1]:
                for tag in tags:
                    self._channel.basic_ack(tag)
            else:
                self._channel.basic_ack(tags[-1], multiple=True)
        except green.BROKER_ERRORS as error:
            # The reader notices too; the broker delivers again and the inbox knows what it has.
            log.debug("acknowledgement.lost", error=type(error).__name__)

    def _wake(self) -> None:
        if not self._arrived.ready():
            self._arrived.send(None)
        self._arrived = Signal()

    def _disconnect(self) -> None:
        if self._connection is not None:
            green.close_broker(self._connection)
        self._connection = self._channel = None


class ConsumesEvents(Entrypoint):  # type: ignore[misc]
    """Names the events a method takes; they share the queue `<service>.<method>` and so keep their order."""

    consumer = Consumer()

    def __init__(self, *events: type[Message], **kwargs: Any) -> None:
        self.known = {event.DESCRIPTOR.full_name: event for event in events}
        super().__init__(**kwargs)

    @property
    def queue(self) -> str:
        """The method's queue."""
        return f"{self.container.service_name}.{self.method_name}"

    def setup(self) -> None:
        """Register the method with the worker's consumer."""
        self.consumer.register(self)

    def stop(self) -> None:
        """Stop the worker's consumer: the container waits for methods that run before it stops the rest."""
        self.consumer.stop()

    def hand_over(self, delivery: Delivery) -> None:
        """Run the method; a delivery it raises on, or forgets, is put aside and never lost."""

        def settle(context: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            if not delivery.is_stored:
                delivery.reason = "METHOD_RAISED" if exc_info else "NOT_STORED"
                delivery.detail = exc_info[0].__name__ if exc_info else ""
                self.consumer.put(delivery)
            return result, exc_info

        self.container.spawn_worker(self, (delivery,), {}, handle_result=settle)


consumes = ConsumesEvents.decorator


class Inbox(DependencyProvider):  # type: ignore[misc]
    """Gives a worker's methods the inbox: `self.inbox.store(delivery)`."""

    consumer = Consumer()

    def get_dependency(self, worker_ctx: Any) -> Inbox:
        """Return itself; it has no state of one delivery."""
        return self

    def store(self, delivery: Delivery) -> None:
        """Store the event; it is committed with its neighbours and acknowledged after that."""
        self.consumer.put(delivery)


def run_worker(service_class: type, arguments: Sequence[str] | None = None) -> None:
    """
    Run a worker until SIGTERM; with `--declare`, declare its queues and return.

    `--declare` is for deployments: a queue that exists before its producers start misses nothing.
    """
    config = read_config(service_class.name)  # type: ignore[attr-defined]
    logs.configure(service=config.service, process="worker", style=config.log_format, level=config.log_level)
    container = ServiceContainer(service_class, {"AMQP_URI": config.broker_url, "KEPT": config, "max_workers": 100})
    if "--declare" in (sys.argv[1:] if arguments is None else arguments):
        _declare(container)
        return
    metrics.serve(config.metrics_host, config.metrics_port)

    def leave(number: int, frame: object) -> None:
        eventlet.spawn(container.stop)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    container.start()
    log.info("process.started")
    started = time.monotonic()
    container.wait()
    log.info("process.stopped", up_s=round(time.monotonic() - started))


def _declare(container: ServiceContainer) -> None:
    container.extensions.all.setup()
    for extension in container.extensions:
        if isinstance(extension, Consumer):
            extension.declare()
