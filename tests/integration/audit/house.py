"""The audit service as its process composes it, with an officer, a superuser and a bus of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc.aio
import psycopg
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.audit.v1 import watch_service_pb2
from kept.audit.v1.audit_events_pb2 import RecordsCaptured
from kept.audit.v1.watch_events_pb2 import EmitterBeat
from psycopg import conninfo

from services.audit import cli
from services.audit.adapters.detection import Detection
from services.audit.watching import Watching
from services.chassis.context import Actor
from services.chassis.events.inbox import InboxRunner
from services.chassis.rpc import status
from services.chassis.rpc.server import Application, Server
from tests.support.postgres import FreshDatabase
from tests.support.suite_keys import SuiteKeys, person

MODULES = {"WatchService": watch_service_pb2}

NIL = "00000000-0000-0000-0000-000000000000"


@dataclass
class House:
    """Is a running audit service and everybody around it."""

    store: FreshDatabase
    keys: SuiteKeys
    app: Application
    server: Server

    def deliver(self, records: Sequence[str], *, emitter: str = "booking/test", version: int = 0) -> None:
        """Store a message in the inbox, as the worker does."""
        row = (NIL, str(uuid4()), RecordsCaptured.DESCRIPTOR.full_name, emitter, version)
        with psycopg.connect(self.store.worker_url) as conn:
            conn.execute(
                "insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body)"
                " values (%s, %s, 'booking', %s, %s, %s, %s)",
                (*row, json.dumps({"records": list(records)})),
            )

    def beat(self, emitter: str, told_seq: int, **more: Any) -> None:
        """Store an emitter's sign of life in the inbox."""
        version = int(datetime.now(UTC).timestamp() * 1000)
        event = EmitterBeat(**{"emitter": emitter, "emitter_seq": told_seq, "version": version, **more})
        row = (NIL, str(uuid4()), EmitterBeat.DESCRIPTOR.full_name, f"beat:{emitter}", event.version)
        with psycopg.connect(self.store.worker_url) as conn:
            conn.execute(
                "insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body)"
                " values (%s, %s, 'booking', %s, %s, %s, %s)",
                (*row, json_format.MessageToJson(event)),
            )

    def tell(self, practice_id: str, event: Message, *, subject: str, version: int) -> None:
        """Store any other service's fact in the inbox."""
        row = (practice_id, str(uuid4()), event.DESCRIPTOR.full_name, subject, version)
        with psycopg.connect(self.store.worker_url) as conn:
            conn.execute(
                "insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body)"
                " values (%s, %s, 'booking', %s, %s, %s, %s)",
                (*row, json_format.MessageToJson(event)),
            )

    def watching(self, **later: float) -> Watching:
        """The jobs of the watching, by a clock that is ahead by so much; records need not settle first."""
        return Watching(
            self.app.database,
            detection=Detection(settle=timedelta(0)),
            clock=lambda: datetime.now(UTC) + timedelta(**later),
        )

    async def ask(self, service: str, method: str, request: Message, actor: Actor) -> Any:
        """Call a method in a person's name. Raises ServiceError."""
        described = MODULES[service].DESCRIPTOR.services_by_name[service].methods_by_name[method]
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.server.port}") as channel:
            call = channel.unary_unary(
                f"/kept.audit.v1.{service}/{method}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=GetMessageClass(described.output_type).FromString,
            )
            try:
                return await call(request, metadata=self.keys.as_person(actor), timeout=20)
            except grpc.aio.AioRpcError as error:
                raise status.from_wire(error) from error

    async def take_in(self) -> None:
        """Let the server handle what was delivered."""
        [runner] = [each for each in self.app.background if isinstance(each, InboxRunner)]
        while await runner.round():
            pass

    async def keep(self, records: Sequence[str]) -> None:
        """Deliver records and let the server handle them."""
        self.deliver(records)
        await self.take_in()

    @property
    def servicer(self) -> Any:
        """Return the servicer, for its periodic work."""
        return self.app.servicers[0][1]

    def officer(self, practice_id: str) -> str:
        """Return the token of a practice's compliance officer."""
        return self.keys.signers["gateway"].sign(person(practice_id, ["compliance_officer"]))

    def token(self, actor: Actor) -> str:
        """Return anybody's token."""
        return self.keys.signers["gateway"].sign(actor)

    async def command(self, token: str, *arguments: str) -> int:
        """Run kept-audit over gRPC."""
        address = f"127.0.0.1:{self.server.port}"
        return await asyncio.to_thread(cli.main, ["--grpc", address, "--token", token, *arguments])

    async def verify(self, practice_id: str, *arguments: str) -> int:
        """Let the officer verify."""
        key = str(self.keys.folder / "checkpoint.pub")
        return await self.command(self.officer(practice_id), "verify", "--key", key, *arguments)

    def forge(self, statement: str, *values: object) -> None:
        """Change rows as a superuser who has switched the triggers off."""
        with psycopg.connect(conninfo.make_conninfo(self.store.admin_url, dbname=self.store.name)) as conn:
            conn.execute("set session_replication_role = replica")
            changed = conn.execute(statement, values)
            assert changed.rowcount > 0, "the forgery must hit something"

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Read rows as the owner, who sees every practice."""
        with psycopg.connect(self.store.owner_url) as conn:
            return conn.execute(statement, values).fetchall()
