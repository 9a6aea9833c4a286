"""Runs a service's asyncio process: gRPC, reactions, jobs; stops without losing anything."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import signal
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import grpc
import grpc.aio
import psycopg
import structlog
import uvloop
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.chassis import audit, errors, logs, metrics, tracing
from services.chassis.access import Decider, PolicyAccess, RelationsPort, SelfOnly, UndeclaredMethod
from services.chassis.config import Misconfigured, ProcessConfig, read_config
from services.chassis.context import NO_PRACTICE, Actor, Call
from services.chassis.crypto import AnswerCipher, Keyring
from services.chassis.db.batch import GATHER_READ_PER_JOB_S, BatchWriter
from services.chassis.db.envelope import Envelope, write_envelopes
from services.chassis.db.migrate import missing_migrations
from services.chassis.db.pool import Connection, Database
from services.chassis.identity import Verifier
from services.chassis.rpc import tls
from services.chassis.rpc.beats import Beats
from services.chassis.rpc.callers import Callers
from services.chassis.rpc.channels import MAX_MESSAGE_BYTES
from services.chassis.rpc.health import Health
from services.chassis.rpc.lag import AuditLag
from services.chassis.rpc.layers import Method, Surroundings
from services.chassis.rpc.streams import StreamMethod

GRACE_S = 20.0
"""Seconds the calls at hand get to finish when the process is told to stop."""

MAX_CONCURRENT_CALLS = 2_000
"""Calls at once; the next one is refused (RESOURCE_EXHAUSTED) before it costs memory."""

MAX_CONNECTION_AGE_MS = 300_000
"""Milliseconds after which a caller must connect anew, so that it finds new replicas."""

MAX_CONNECTION_GRACE_MS = 30_000
"""Milliseconds the calls of an aged connection get to finish."""

GC_AFTER_OBJECTS = 20_000
"""
New objects after which the garbage collector looks for cycles among them.

Source: Python's own 700 is reached every few calls, and a full collection stops every call for as long as it takes to
walk all that the start made; 4 to 5 % of a busy server's time went there (perf, bookings and reads at 128 in flight).
"""

RECORD_AGAIN_S = 2.0
"""Seconds between two tries to record which policies were loaded."""

log = structlog.get_logger(__name__)


class Background(Protocol):
    """Something that runs beside the calls: reactions, periodic jobs."""

    async def run(self) -> None:
        """Run until cancelled; being cancelled loses nothing."""


@dataclass(slots=True)
class Application:
    """What a service hands to its process."""

    service: str
    config: ProcessConfig
    database: Database
    servicers: Sequence[tuple[ServiceDescriptor, object]]
    relations: RelationsPort = field(default_factory=SelfOnly)
    optimistic: Collection[str] = frozenset()
    """Methods that commit by a BatchWriter: their request id is looked up only when something goes wrong."""
    background: Sequence[Background] = ()
    keyring: Keyring | None = None
    """Encrypts stored answers of methods that open personal data; such a method does not start without."""
    reader: Database | None = None
    """A way into the database whose role can't write: what methods that only read get."""
    closers: Sequence[Callable[[], Awaitable[object]]] = ()
    """Called in order once no call is left: batch writers, channels."""


class Server:
    """The gRPC server of one application; tests start and stop it without a process."""

    def __init__(self, app: Application) -> None:
        if app.config.keys_dir is None:
            raise Misconfigured("KEPT_KEYS_DIR is not set")
        self._app = app
        self._audit_writer: BatchWriter[Envelope, None] = BatchWriter(
            app.database, _flush_records, gather_per_job_s=GATHER_READ_PER_JOB_S, name="audit"
        )
        self.lag = AuditLag(app.database, max_age_s=app.config.audit_lag_max_s, max_rows=app.config.audit_waiting_max)
        self.beats = Beats(app.database)
        self._around = Surroundings(
            service=app.service,
            database=app.database,
            callers=Callers(Verifier(app.config.keys_dir / "trusted")),
            access=PolicyAccess(Decider.read(app.config.policies), app.relations),
            audit_writer=self._audit_writer,
            lag=self.lag,
            answers=AnswerCipher(app.keyring) if app.keyring else None,
            reader=app.reader,
        )
        self._policies = app.config.policies
        self._has_schema = False
        self.health = Health(self._is_ready)
        self._server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_connection_age_ms", MAX_CONNECTION_AGE_MS),
                ("grpc.max_connection_age_grace_ms", MAX_CONNECTION_GRACE_MS),
                ("grpc.keepalive_permit_without_calls", 1),
                ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
                ("grpc.so_reuseport", 0),
            ],
            maximum_concurrent_rpcs=MAX_CONCURRENT_CALLS,
        )
        names = [self._add(descriptor, servicer) for descriptor, servicer in app.servicers]
        health_pb2_grpc.add_HealthServicer_to_server(self.health.servicer, self._server)
        health_name = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
        reflection.enable_server_reflection((*names, health_name, reflection.SERVICE_NAME), self._server)
        self.port = self._listen()

    async def start(self) -> None:
        """Begin to answer."""
        await self._server.start()

    async def record_policies(self) -> None:
        """Write into the trail which policies this process decides by; try until it is written."""
        digest = hashlib.sha256(self._policies.read_bytes()).hexdigest()
        service = self._app.service
        actor = Actor(f"system:{service}", "system", NO_PRACTICE, frozenset({"system"}))
        call = Call(actor=actor, method=f"{service}.LoadPolicies")
        while True:
            try:
                await self._audit_writer.submit(Envelope(NO_PRACTICE, audit=audit.loaded_policies(call, digest)))
                return
            except (errors.ServiceError, psycopg.Error):
                log.warning("job.postponed", job="record_policies")
                await asyncio.sleep(RECORD_AGAIN_S)

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Finish the calls at hand, then everything they write through."""
        await self.health.drain()
        await self._server.stop(grace_s)
        await self._audit_writer.close()
        for close in self._app.closers:
            await close()

    def _add(self, descriptor: ServiceDescriptor, servicer: object) -> str:
        """Register every method of a service; one that is not written or not declared stops the start."""
        handlers = {}
        for method in descriptor.methods:
            handler = getattr(servicer, method.name, None)
            if handler is None:
                raise UndeclaredMethod(f"{method.full_name} is declared and not written")
            if method.client_streaming:
                raise UndeclaredMethod(f"{method.full_name} takes a stream, which no layer here records")
            if method.server_streaming:
                stream = StreamMethod(method, handler, self._around).stream
                handlers[method.name] = grpc.unary_stream_rpc_method_handler(stream)
                continue
            wrapped = Method(method, handler, self._around, is_optimistic=method.name in self._app.optimistic)
            handlers[method.name] = grpc.unary_unary_rpc_method_handler(_plain(wrapped))
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(descriptor.full_name, handlers),))
        return descriptor.full_name

    def _listen(self) -> int:
        address, folder = self._app.config.grpc_listen, self._app.config.tls_dir
        if folder:
            return int(self._server.add_secure_port(address, tls.server_credentials(folder)))
        return int(self._server.add_insecure_port(address))

    async def _is_ready(self) -> bool:
        self._app.database.measure()
        if not await self._app.database.check():
            return False
        if not self._has_schema:
            missing = await missing_migrations(self._app.database, self._app.service)
            self._has_schema = not missing
        return self._has_schema


def _plain(method: Method) -> Callable[[bytes, grpc.aio.ServicerContext[bytes, bytes]], Awaitable[bytes]]:
    """Return a coroutine function: grpc.aio does not recognise a callable object as one."""

    async def handle(raw: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return await method(raw, context)

    return handle


async def _flush_records(conn: Connection, envelopes: Sequence[Envelope]) -> Sequence[None]:
    await write_envelopes(conn, envelopes)
    return [None] * len(envelopes)


async def serve(app: Application) -> None:
    """Answer until SIGTERM or SIGINT, then drain: health first, calls, reactions, writers, pool."""
    server = Server(app)
    metrics.serve(app.config.metrics_host, app.config.metrics_port)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await server.start()
    log.info("process.started", listen=app.config.grpc_listen, instance=app.config.instance)
    telling = asyncio.create_task(server.record_policies(), name="record_policies")
    tasks = [asyncio.create_task(server.health.watch(), name="health")]
    tasks.append(asyncio.create_task(server.lag.run(), name="audit_lag"))
    tasks.append(asyncio.create_task(server.beats.run(), name="beats"))
    tasks += [asyncio.create_task(each.run(), name=type(each).__name__) for each in app.background]
    for task in tasks:
        task.add_done_callback(lambda done: _ended(done, stopping))
    await stopping.wait()
    log.info("process.stopping")
    await server.health.drain()
    for task in (telling, *tasks):
        task.cancel()
    await asyncio.gather(telling, *tasks, return_exceptions=True)
    await server.stop()
    await server.beats.farewell()
    await app.database.close()
    log.info("process.stopped")


def _ended(task: asyncio.Task[None], stopping: asyncio.Event) -> None:
    """A background task that ends by itself is a bug: stop, so that the supervisor starts a whole process."""
    if not task.cancelled() and not stopping.is_set():
        log.error("process.crashed", task=task.get_name(), error=repr(task.exception()))
        stopping.set()


def run(service: str, bootstrap: Callable[[ProcessConfig], Awaitable[Application]]) -> None:
    """Run a service's server process: `run("booking", bootstrap)`."""
    config = read_config(service)
    logs.configure(service=config.service, process="server", style=config.log_format, level=config.log_level)
    tracing.configure(config.service)

    async def main() -> None:
        app = await bootstrap(config)
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_AFTER_OBJECTS)
        await serve(app)

    uvloop.run(main())
