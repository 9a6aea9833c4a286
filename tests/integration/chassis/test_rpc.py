"""What every call can rely on: decided, recorded before it is answered, safe to retry."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import psycopg
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from kept.matching.v1 import matching_pb2, matching_service_pb2

from services.chassis import metrics
from services.chassis.access import UndeclaredMethod
from services.chassis.context import Call
from services.chassis.crypto import FileKeyring
from services.chassis.db.pool import Database
from services.chassis.rpc.server import Application, Server
from services.chassis.rpc.status import DETAILS_KEY
from tests.support.postgres import FreshDatabase
from tests.support.suite_keys import SuiteKeys, person

PRACTICE, OTHER_PRACTICE = str(uuid.uuid4()), str(uuid.uuid4())
CLIENT = str(uuid.uuid4())
SERVICE = matching_service_pb2.DESCRIPTOR.services_by_name["MatchingService"]
DESK = person(PRACTICE, ["front_desk"])
ADMIN = person(PRACTICE, ["practice_admin"])


@dataclass
class Servicer:
    """Answers as it is told, and counts its work in a table."""

    pause: asyncio.Event | None = None
    works: int = 0
    answers: dict[str, str] = field(default_factory=dict)

    async def GetMatch(self, request: matching_service_pb2.GetMatchRequest, call: Call) -> Message:
        """Read a match; its client is in the answer."""
        if self.pause:
            await self.pause.wait()
        if request.match_id == "crash":
            raise KeyError("ada@example.com")
        return matching_pb2.Match(match_id=request.match_id, client_id=CLIENT)

    async def PutTherapistProfile(
        self, request: matching_service_pb2.PutTherapistProfileRequest, call: Call
    ) -> Message:
        """Write a row in the call's transaction."""
        async with call.tx() as conn:
            await conn.execute("insert into works values (%s, %s)", (call.practice_id, str(uuid.uuid4())))
        self.works += 1
        return matching_pb2.TherapistProfile(display_name=f"{request.therapist_profile.display_name} {self.works}")

    async def MatchClient(self, request: matching_service_pb2.MatchClientRequest, call: Call) -> Message:
        """Answer at once."""
        return matching_pb2.Match(client_id=request.need.client_id)

    async def GetTherapistProfile(self, request: Message, call: Call) -> Message:
        """Answer at once."""
        return matching_pb2.TherapistProfile()

    async def ListTherapistProfiles(self, request: Message, call: Call) -> Message:
        """Answer at once."""
        return matching_service_pb2.ListTherapistProfilesResponse()

    async def VerifyLicence(self, request: Message, call: Call) -> Message:
        """Answer at once."""
        return matching_pb2.TherapistProfile()

    async def ListExpiringLicences(self, request: Message, call: Call) -> Message:
        """Answer at once."""
        return matching_service_pb2.ListExpiringLicencesResponse()

    async def ImportTherapistProfiles(self, request: Message, call: Call) -> Message:
        """Answer at once."""
        return matching_service_pb2.ImportTherapistProfilesResponse()


class House:
    """A running server, a channel to it, and the trail it leaves."""

    def __init__(self, server: Server, servicer: Servicer, keys: SuiteKeys, owner_url: str) -> None:
        self.server = server
        self.servicer = servicer
        self.keys = keys
        self.owner_url = owner_url
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")

    async def call(
        self, method: str, request: Message, actor: Any = DESK, *, timeout_s: float = 5, **other: Any
    ) -> Any:
        """Call a method as somebody."""
        found = SERVICE.methods_by_name[method]
        invoke = self.channel.unary_unary(
            f"/{SERVICE.full_name}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=getattr(
                matching_pb2 if hasattr(matching_pb2, found.output_type.name) else matching_service_pb2,
                found.output_type.name,
            ).FromString,
        )
        metadata = other.get("metadata", self.keys.as_person(actor) if actor else [])
        return await invoke(request, metadata=metadata, timeout=timeout_s)

    def trail(self) -> list[dict[str, Any]]:
        """Return the records written so far."""
        with psycopg.connect(self.owner_url) as conn:
            rows = conn.execute("select record from audit_outbox order by emitter_seq").fetchall()
        return [json.loads(record) for (record,) in rows]

    def works(self) -> int:
        """Count the business rows."""
        with psycopg.connect(self.owner_url) as conn:
            row = conn.execute("select count(*) from works").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
async def house(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[House]:
    """A server on a free port with a table of its own."""
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute("create table works (practice_id uuid, work_id uuid, primary key (practice_id, work_id))")
        conn.execute("select kept_protect('works')")
    keys, servicer = SuiteKeys(tmp_path / "keys"), Servicer()
    database = await Database.connect(fresh.server_url, emitter="matching/test")
    app = Application(
        "matching", keys.config("matching"), database, [(SERVICE, servicer)], keyring=FileKeyring(keys.keyring_path)
    )
    server = Server(app)
    await server.start()
    house = House(server, servicer, keys, fresh.owner_url)
    yield house
    await house.channel.close()
    await server.stop(1)
    await database.close()


def reason(error: grpc.aio.AioRpcError) -> str:
    """Return the ErrorInfo reason of a refusal."""
    status = status_pb2.Status.FromString(dict(error.trailing_metadata() or ())[DETAILS_KEY])
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    assert info.domain == "matching.kept"
    return info.reason


def profile(name: str, request_id: str) -> Message:
    """Return a request that changes something."""
    return matching_service_pb2.PutTherapistProfileRequest(
        therapist_profile=matching_pb2.TherapistProfile(display_name=name), request_id=request_id
    )


MATCH = matching_service_pb2.GetMatchRequest(match_id=str(uuid.uuid4()))


async def test_a_read_is_in_the_trail_before_it_is_answered(house: House) -> None:
    """One complete record, with the client, the actor and the deciding policy, and nothing of the content."""
    await house.call("GetMatch", MATCH)

    [record] = house.trail()
    assert (record["stage"], record["op"], record["action"]) == ("complete", "matching.GetMatch", "R")
    assert (record["client_id"], record["tenant"], record["actor"]["id"]) == (CLIENT, PRACTICE, "user:front_desk")
    assert record["decision"] == {"effect": "permit", "policies": ["front-desk-runs-the-schedule"]}


async def test_a_refusal_is_in_the_trail_too(house: House) -> None:
    """A caller who may not is told so, and recorded as denied."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await house.call("GetMatch", MATCH, person(PRACTICE, ["client"], client_id=str(uuid.uuid4())))

    [record] = house.trail()
    assert (caught.value.code(), reason(caught.value)) == (grpc.StatusCode.PERMISSION_DENIED, "NOT_ALLOWED")
    assert (record["stage"], record["client_id"], record["outcome"]) == ("denied", CLIENT, "8")


async def test_a_client_sees_their_own(house: House) -> None:
    """The relation "self" comes from the token."""
    answer = await house.call("GetMatch", MATCH, person(PRACTICE, ["client"], client_id=CLIENT))

    assert answer.client_id == CLIENT
    assert house.trail()[0]["actor"]["relation"] == "self"


@pytest.mark.parametrize(
    ("metadata", "wanted"),
    [
        ([], "TOKEN_MISSING"),
        ([("authorization", "Bearer forged")], "TOKEN_INVALID"),
        ([("x-kept-service", "forged")], "TOKEN_INVALID"),
    ],
)
async def test_nobody_known_is_refused_and_recorded(house: House, metadata: list[Any], wanted: str) -> None:
    """A missing or forged token is UNAUTHENTICATED, under no practice."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await house.call("GetMatch", MATCH, metadata=metadata)

    [record] = house.trail()
    assert (caught.value.code(), reason(caught.value)) == (grpc.StatusCode.UNAUTHENTICATED, wanted)
    assert (record["stage"], record["actor"]["kind"], record["reason_code"]) == ("denied", "anonymous", wanted)


async def test_a_service_may_not_make_people_up(house: House) -> None:
    """Only the gateway's word on a person counts."""
    forged = house.keys.signers["notifications"].sign(DESK)

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await house.call("GetMatch", MATCH, metadata=[("authorization", f"Bearer {forged}")])

    assert reason(caught.value) == "TOKEN_INVALID"


async def test_a_method_for_people_is_closed_to_services(house: House) -> None:
    """A service without a person behind it may not call what is declared for people."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await house.call("GetMatch", MATCH, metadata=house.keys.as_service("booking", PRACTICE))

    assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED


async def test_without_a_trail_nothing_is_answered(house: House) -> None:
    """The call is refused, no byte of the answer leaves, and recovery needs no restart."""
    with psycopg.connect(house.owner_url) as conn:
        role = conn.execute("select current_database() || '_server'").fetchone()
        assert role is not None
        conn.execute(f'revoke insert on audit_outbox from "{role[0]}"')
    with pytest.raises(grpc.aio.AioRpcError) as read:
        await house.call("GetMatch", MATCH)
    with pytest.raises(grpc.aio.AioRpcError) as change:
        await house.call("PutTherapistProfile", profile("Amara", str(uuid.uuid4())), ADMIN)
    with psycopg.connect(house.owner_url) as conn:
        conn.execute(f'grant insert on audit_outbox to "{role[0]}"')
    works = house.works()
    again = await house.call("GetMatch", MATCH)

    assert reason(read.value) == reason(change.value) == "AUDIT_UNAVAILABLE"
    assert read.value.code() == grpc.StatusCode.UNAVAILABLE
    assert works == 0
    assert again.client_id == CLIENT


def is_idle() -> bool:
    """Wait until no call is being worked on."""
    deadline = time.monotonic() + 60
    while metrics.RPC_IN_FLIGHT._value.get() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not metrics.RPC_IN_FLIGHT._value.get()


async def test_a_trail_that_hangs_fails_the_call_in_its_time_and_nothing_is_stuck(house: House) -> None:
    """The table of records is locked: no answer leaves, the caller's deadline holds, and calls work once it is free."""
    with psycopg.connect(house.owner_url) as conn:
        conn.execute("lock table audit_outbox in access exclusive mode")
        with pytest.raises(grpc.aio.AioRpcError) as read:
            await house.call("GetMatch", MATCH, timeout_s=1)
        with pytest.raises(grpc.aio.AioRpcError) as change:
            await house.call("PutTherapistProfile", profile("Amara", str(uuid.uuid4())), ADMIN, timeout_s=1)
        assert await asyncio.to_thread(is_idle)
        conn.rollback()
    works = house.works()
    again = await house.call("GetMatch", MATCH, timeout_s=30)

    hung = {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE}
    assert {read.value.code(), change.value.code()} <= hung
    assert works == 0
    assert again.client_id == CLIENT


async def test_a_retry_gets_the_first_answer(house: House) -> None:
    """The same request id and body works once; the second answer is the first, and both are recorded."""
    request = profile("Amara", str(uuid.uuid4()))

    first = await house.call("PutTherapistProfile", request, ADMIN)
    second = await house.call("PutTherapistProfile", request, ADMIN)

    assert first == second
    assert house.works() == 1
    assert [record["reason_code"] for record in house.trail()] == ["", "REPLAYED"]


async def test_a_request_id_is_not_used_for_two_things(house: House) -> None:
    """Another body, or another person, under the same id is refused."""
    request_id = str(uuid.uuid4())
    await house.call("PutTherapistProfile", profile("Amara", request_id), ADMIN)

    for request, actor in (
        (profile("Ben", request_id), ADMIN),
        (profile("Amara", request_id), person(PRACTICE, ["practice_admin", "therapist"])),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await house.call("PutTherapistProfile", request, actor)
        assert (caught.value.code(), reason(caught.value)) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    assert house.works() == 1


async def test_the_same_request_at_once_works_once(house: House) -> None:
    """Twenty calls with one id: one works, the others get its answer."""
    request = profile("Amara", str(uuid.uuid4()))

    answers = await asyncio.gather(*(house.call("PutTherapistProfile", request, ADMIN) for _ in range(20)))

    assert house.works() == 1
    assert len({answer.display_name for answer in answers}) == 1


async def test_a_change_without_a_request_id_is_refused(house: House) -> None:
    """It could not be retried safely."""
    for request_id, wanted in (("", "REQUEST_ID_MISSING"), ("not-a-uuid", "MALFORMED_REQUEST")):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await house.call("PutTherapistProfile", profile("Amara", request_id), ADMIN)
        assert reason(caught.value) == wanted
    assert house.works() == 0


async def test_what_can_not_be_read_is_refused(house: House) -> None:
    """Garbage, unknown fields and a client id that is no UUID are the caller's bug."""
    unknown = matching_service_pb2.GetMatchRequest.FromString(MATCH.SerializeToString() + b"\xfa\x01\x01x")
    no_uuid = matching_service_pb2.MatchClientRequest(
        need=matching_pb2.Need(client_id="'; drop table works"), request_id=str(uuid.uuid4())
    )
    for method, request in (("GetMatch", unknown), ("MatchClient", no_uuid)):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await house.call(method, request)
        assert (caught.value.code(), reason(caught.value)) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST")
    assert [record["stage"] for record in house.trail()] == ["error", "error"]


async def test_a_bug_says_nothing_to_the_caller(house: House) -> None:
    """INTERNAL without detail, and a record that it happened."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await house.call("GetMatch", matching_service_pb2.GetMatchRequest(match_id="crash"))

    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.INTERNAL, "internal error")
    assert house.trail()[0]["reason_code"] == "INTERNAL"


async def test_a_call_ends_with_its_deadline(house: House) -> None:
    """A handler that hangs is cut off, and recorded."""
    house.servicer.pause = asyncio.Event()

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await house.call("GetMatch", MATCH, timeout_s=0.3)
    house.servicer.pause.set()
    await house.call("GetMatch", MATCH)

    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert [record["stage"] for record in house.trail()] == ["error", "complete"]


async def test_a_drain_finishes_what_it_began(house: House) -> None:
    """Health says no first; the call at hand is answered; new ones are not taken."""
    house.servicer.pause = asyncio.Event()
    watching = asyncio.create_task(house.server.health.watch())
    running = asyncio.create_task(house.call("GetMatch", MATCH))
    await asyncio.wait_for(house.channel.channel_ready(), 5)

    probe = health_pb2_grpc.HealthStub(house.channel)
    await house.server.health.drain()
    ready = await probe.Check(health_pb2.HealthCheckRequest(service="ready"))
    live = await probe.Check(health_pb2.HealthCheckRequest(service="live"))
    stopping = asyncio.create_task(house.server.stop(5))
    house.servicer.pause.set()
    answer = await running
    await stopping
    await watching

    serving = health_pb2.HealthCheckResponse
    assert (ready.status, live.status) == (serving.NOT_SERVING, serving.SERVING)
    assert answer.client_id == CLIENT
    assert [record["stage"] for record in house.trail()] == ["complete"]


async def test_a_process_with_an_unwritten_method_does_not_start(house: House, tmp_path: Path) -> None:
    """What is declared must be there."""
    database = house.server._app.database
    with pytest.raises(UndeclaredMethod):
        Server(Application("matching", house.keys.config("matching"), database, [(SERVICE, object())]))
