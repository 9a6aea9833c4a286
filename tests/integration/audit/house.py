"""The audit service as its process composes it, with an officer, a superuser and a bus of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
from kept.audit.v1.audit_events_pb2 import RecordsCaptured
from psycopg import conninfo

from services.audit import cli
from services.chassis.context import Actor
from services.chassis.events.inbox import InboxRunner
from services.chassis.rpc.server import Application, Server
from tests.support.postgres import FreshDatabase
from tests.support.suite_keys import SuiteKeys, person

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
