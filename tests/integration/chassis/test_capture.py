"""Nothing escapes: streams, fields given out, a trail that is behind, and the policies a process decides by."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import psycopg
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.access.v1 import access_pb2
from kept.matching.v1 import matching_pb2, matching_service_pb2

from services.chassis import errors
from services.chassis.access import UndeclaredMethod
from services.chassis.context import Call
from services.chassis.crypto import FileKeyring
from services.chassis.db.pool import Database
from services.chassis.rpc.server import Application, Server
from services.chassis.rpc.status import from_wire
from tests.support.postgres import FreshDatabase
from tests.support.suite_keys import SuiteKeys, person

PRACTICE = str(uuid.uuid4())
CLIENTS = [str(uuid.uuid4()) for _ in range(10)]
DESK = person(PRACTICE, ["front_desk"])


def streaming_service(name: str, *, mutates: bool = False, takes_stream: bool = False) -> ServiceDescriptor:
    """A contract with one method that answers by a stream of matches; none of the suite's does yet."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"test/{name}.proto",
        package=f"test.{name}",
        syntax="proto3",
        dependency=[
            "kept/access/v1/access.proto",
            "kept/matching/v1/matching.proto",
            "kept/matching/v1/matching_service.proto",
        ],
    )
    method = file.service.add(name="WatchService").method.add(
        name="WatchMatches",
        input_type=".kept.matching.v1.MatchClientRequest" if mutates else ".kept.matching.v1.GetMatchRequest",
        output_type=".kept.matching.v1.Match",
        server_streaming=True,
        client_streaming=takes_stream,
    )
    rule = method.options.Extensions[access_pb2.rule]
    rule.action, rule.resource_class = "match.read", access_pb2.RESOURCE_CLASS_INTAKE
    rule.subject, rule.effect = "response.client_id", access_pb2.EFFECT_READ
    rule.callers.append(access_pb2.CALLER_ACTOR)
    rule.mutates = mutates
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName(file.name).services_by_name["WatchService"]


WATCH = streaming_service("watch")
MATCHING = matching_service_pb2.DESCRIPTOR.services_by_name["MatchingService"]


class Watching:
    """Streams a match a client, as fast as it is let."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.stop_after = len(CLIENTS)
        self.failure: Exception | None = None

    async def WatchMatches(self, request: Message, call: Call) -> AsyncIterator[Message]:
        """Answer client by client; wait at the gate after the third."""
        for number, client_id in enumerate(CLIENTS[: self.stop_after]):
            if number == 3:
                await self.gate.wait()
                if self.failure:
                    raise self.failure
            yield matching_pb2.Match(match_id=str(uuid.uuid4()), client_id=client_id)


class Matches:
    """Answers one match; what else the contract has is not called."""

    async def GetMatch(self, request: matching_service_pb2.GetMatchRequest, call: Call) -> Message:
        """Answer with one proposal."""
        return matching_pb2.Match(match_id=request.match_id, client_id=CLIENTS[0])

    def __getattr__(self, name: str) -> Any:
        """Every other method of the contract."""

        async def answer(request: Message, call: Call) -> Message:
            return GetMessageClass(MATCHING.methods_by_name[name].output_type)()

        return answer


class House:
    """A server with both services, and the trail it leaves."""

    def __init__(self, server: Server, watching: Watching, keys: SuiteKeys, owner_url: str) -> None:
        self.server, self.watching, self.keys, self.owner_url = server, watching, keys, owner_url
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")

    def watch(self, actor: Any = DESK) -> Any:
        """Begin the stream."""
        invoke = self.channel.unary_stream(
            f"/{WATCH.full_name}/WatchMatches",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=matching_pb2.Match.FromString,
        )
        request = matching_service_pb2.GetMatchRequest(match_id=str(uuid.uuid4()))
        return invoke(request, metadata=self.keys.as_person(actor), timeout=20)

    async def get(self, actor: Any = DESK, metadata: Any = None) -> Any:
        """Read one match; a refusal is raised as the ServiceError it was."""
        invoke = self.channel.unary_unary(
            f"/{MATCHING.full_name}/GetMatch",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=matching_pb2.Match.FromString,
        )
        request = matching_service_pb2.GetMatchRequest(match_id=str(uuid.uuid4()))
        try:
            return await invoke(request, metadata=metadata or self.keys.as_person(actor), timeout=10)
        except grpc.aio.AioRpcError as error:
            raise from_wire(error) from error

    def trail(self) -> list[dict[str, Any]]:
        """Return the records written so far."""
        with psycopg.connect(self.owner_url) as conn:
            rows = conn.execute("select record from audit_outbox order by emitter_seq").fetchall()
        return [json.loads(record) for (record,) in rows]


@pytest.fixture
async def house(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[House]:
    """The server on a free port."""
    keys, watching = SuiteKeys(tmp_path / "keys"), Watching()
    database = await Database.connect(fresh.server_url, emitter="matching/test")
    app = Application(
        "matching",
        keys.config("matching"),
        database,
        [(WATCH, watching), (MATCHING, Matches())],
        keyring=FileKeyring(keys.keyring_path),
    )
    server = Server(app)
    await server.start()
    made = House(server, watching, keys, fresh.owner_url)
    yield made
    await made.channel.close()
    await server.stop(1)
    await database.close()


async def test_every_message_of_a_stream_is_in_the_trail(house: House) -> None:
    """An attempt first, one record a client, and the end with its count."""
    seen = [answer.client_id async for answer in house.watch()]

    trail = house.trail()
    assert seen == CLIENTS
    assert [record["stage"] for record in trail] == ["attempt", *["complete"] * 11]
    assert [record["client_id"] for record in trail[1:11]] == CLIENTS
    assert (trail[-1]["reason_code"], trail[-1]["result_count"]) == ("STREAM_ENDED", 10)


async def test_what_was_sent_is_recorded_when_the_caller_leaves(house: House) -> None:
    """Cancelled after three of ten: the three are in the trail, or more, never fewer, and so is the leaving."""
    house.watching.gate.clear()
    stream = house.watch()
    seen = [(await stream.read()).client_id for _ in range(3)]

    before = {record["client_id"] for record in house.trail()}
    stream.cancel()
    async with asyncio.timeout(10):
        while house.trail()[-1]["stage"] != "cancelled":  # noqa: ASYNC110 - the server writes it
            await asyncio.sleep(0.05)

    trail = house.trail()
    assert set(seen) <= before
    assert {record["client_id"] for record in trail if record["stage"] == "complete"} == set(CLIENTS[:3])
    assert trail[-1]["reason_code"] == "CANCELLED"


async def test_a_stream_stops_at_the_first_client_who_is_not_the_callers(house: House) -> None:
    """Nothing of them is sent, and the refusal names them."""
    stream = house.watch(person(PRACTICE, ["client"], client_id=CLIENTS[0]))

    assert (await stream.read()).client_id == CLIENTS[0]
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stream.read()

    last = house.trail()[-1]
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    assert (last["stage"], last["client_id"]) == ("denied", CLIENTS[1])


async def test_a_stream_that_can_not_be_recorded_ends(house: House) -> None:
    """Once the trail can't be written, no further message leaves."""
    house.watching.gate.clear()
    stream = house.watch()
    for _ in range(3):
        await stream.read()
    with psycopg.connect(house.owner_url) as conn:
        role = conn.execute("select current_database() || '_server'").fetchone()
        assert role is not None
        conn.execute(f'revoke insert on audit_outbox from "{role[0]}"'.encode())
    house.watching.gate.set()

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stream.read()

    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
    assert from_wire(refused.value).reason == "AUDIT_UNAVAILABLE"


@pytest.mark.parametrize("said", [{"mutates": True}, {"takes_stream": True}])
def test_a_stream_nobody_could_record_stops_the_start(said: dict[str, bool], tmp_path: Path) -> None:
    """One that changes something could not be retried; one that is sent to us has no layer."""
    service = streaming_service(f"bad_{next(iter(said))}", **said)
    keys = SuiteKeys(tmp_path / "keys")

    async def build() -> None:
        database = await Database.connect("postgresql://nobody@127.0.0.1:1/none", emitter="matching/test")
        try:
            Server(
                Application(
                    "matching",
                    keys.config("matching"),
                    database,
                    [(service, Watching())],
                    keyring=FileKeyring(keys.keyring_path),
                )
            )
        finally:
            await database.close()

    with pytest.raises(UndeclaredMethod):
        asyncio.run(build())


async def test_the_record_lists_the_fields_given_out(house: House) -> None:
    """Names of fields, never what is in them."""
    await house.get()

    [record] = house.trail()
    assert record["fields"] == ["client_id", "match_id"]


async def test_when_the_trail_is_behind_nobody_is_read_and_changes_go_on(house: House) -> None:
    """Refused with its reason, recorded, told as an alarm; open again by itself once the backlog is shipped."""
    await house.get()
    with psycopg.connect(house.owner_url) as conn:
        conn.execute("update audit_outbox set create_time = now() - interval '16 minutes'")
    await house.server.lag.look()
    change = matching_service_pb2.PutTherapistProfileRequest(
        therapist_profile=matching_pb2.TherapistProfile(display_name="Amara"), request_id=str(uuid.uuid4())
    )
    put = house.channel.unary_unary(
        f"/{MATCHING.full_name}/PutTherapistProfile",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=matching_pb2.TherapistProfile.FromString,
    )

    with pytest.raises(errors.Unavailable) as refused:
        await house.get()
    await put(change, metadata=house.keys.as_person(person(PRACTICE, ["practice_admin"])), timeout=10)
    with psycopg.connect(house.owner_url) as conn:
        reasons = [json.loads(row[0])["reason_code"] for row in conn.execute("select record from audit_outbox")]
        conn.execute("delete from audit_outbox")
    await house.server.lag.look()
    again = await house.get()

    assert refused.value.reason == "AUDIT_LAGGING"
    assert "AUDIT_LAGGING" in reasons
    assert again.client_id == CLIENTS[0]


async def test_the_bound_counts_records_too(house: House) -> None:
    """Of every emitter, by their dense numbers."""
    for _ in range(3):
        await house.get()
    house.server.lag._max_rows = 2

    await house.server.lag.look()

    with pytest.raises(errors.Unavailable):
        await house.get()


async def test_a_process_records_which_policies_it_decides_by(house: House) -> None:
    """The file's hash: a changed policy shows at the next start."""
    await house.server.record_policies()

    [record] = house.trail()
    digest = hashlib.sha256(house.keys.config("matching").policies.read_bytes()).hexdigest()
    assert (record["op"], record["object"]["id"]) == ("matching.LoadPolicies", f"sha256:{digest}")
