"""What the door saw is numbered, chained and durable before it is answered, and stands in the trail like the rest."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import grpc.aio
import psycopg
import pytest
from kept.audit.v1 import capture_service_pb2 as contract

from services.chassis import errors
from services.chassis.rpc import status
from tests.integration.audit.house import NIL, House
from tests.support.suite_keys import person

pytestmark = pytest.mark.integration


def seen(practice_id: str = "", **more: Any) -> contract.Observation:
    """A refused token."""
    made = contract.Observation(**{"sight": contract.SIGHT_REFUSE_TOKEN, "actor_kind": "anonymous", **more})
    made.practice_id = practice_id
    made.occur_time.FromDatetime(datetime(2030, 1, 31, 9, tzinfo=UTC))
    return made


async def tell(
    house: House,
    *observations: contract.Observation,
    request_id: str = "",
    instance: str = "door-1",
    who: list[tuple[str, str]] | None = None,
) -> int:
    """Hand observations over as the gateway does; return how many were kept."""
    request = contract.RecordAccessRequest(
        request_id=request_id or str(uuid4()), instance=instance, observations=observations
    )
    async with grpc.aio.insecure_channel(f"127.0.0.1:{house.server.port}") as channel:
        method = channel.unary_unary(
            "/kept.audit.v1.CaptureService/RecordAccess",
            request_serializer=contract.RecordAccessRequest.SerializeToString,
            response_deserializer=contract.RecordAccessResponse.FromString,
        )
        try:
            answer = await method(request, metadata=who or house.keys.as_service("gateway", NIL), timeout=10)
        except grpc.aio.AioRpcError as error:
            raise status.from_wire(error) from error
    return int(answer.recorded)


def captured(house: House, emitter: str = "gateway/door-1") -> list[dict[str, Any]]:
    """The records of an emitter that wait to be shipped, after checking that numbers are dense and the chain holds."""
    with psycopg.connect(house.store.worker_url) as conn:
        rows = conn.execute(
            "select emitter_seq, record from audit_outbox where emitter = %s order by emitter_seq", (emitter,)
        ).fetchall()
    prev, found = "0" * 64, []
    for number, (seq, text) in enumerate(rows, start=1):
        content = json.loads(text)
        assert (seq, content["emitter_seq"], content["prev"]) == (number, number, prev)
        prev = hashlib.sha256(text.encode()).hexdigest()
        found.append(content)
    return found


async def test_what_the_door_saw_is_in_the_trail_of_each_practice(house: House, practice_id: str) -> None:
    """Several practices in one batch; a stranger's refusal is nobody's practice's."""
    other, client_id = str(uuid4()), str(uuid4())
    desk = {"actor_kind": "user", "actor_id": "user:desk", "roles": ["front_desk"]}
    kept = await tell(
        house,
        seen(practice_id, sight=contract.SIGHT_SIGN_IN, session_id="s-1", strength="mfa", network="ab" * 16, **desk),
        seen(practice_id, sight=contract.SIGHT_REFUSE_REQUEST, client_id=client_id, object_id="getClient", **desk),
        seen(other, sight=contract.SIGHT_EXPORT, **desk),
        seen(count=40, reason="TOKEN_INVALID"),
    )
    records = captured(house)
    await house.keep([json.dumps(each, sort_keys=True, separators=(",", ":")) for each in records])

    rows = house.rows(
        "select practice_id::text, operation, stage, coalesce(client_id::text, ''), actor_id from records"
    )
    assert kept == 4
    assert sorted(rows) == sorted(
        [
            (practice_id, "gateway.SignIn", "complete", "", "user:desk"),
            (practice_id, "gateway.RefuseRequest", "denied", client_id, "user:desk"),
            (other, "gateway.Export", "complete", "", "user:desk"),
            (NIL, "gateway.RefuseToken", "denied", "", "anonymous"),
        ]
    )
    assert records[0]["actor"] | {"session": "s-1", "strength": "mfa", "via": "gateway"} == records[0]["actor"]
    assert (records[0]["net"], records[0]["occurred_at"]) == ({"mark": "ab" * 16}, "2030-01-31T09:00:00.000000Z")
    assert (records[3]["count"], records[3]["reason_code"]) == (40, "TOKEN_INVALID")
    assert records[1]["object"]["id"] == "getClient"


async def test_a_batch_that_is_handed_over_again_is_kept_once(house: House, practice_id: str) -> None:
    """Its answer was lost, not the batch."""
    request_id = str(uuid4())
    for _ in range(2):
        assert await tell(house, seen(practice_id), seen(practice_id), request_id=request_id) == 2

    assert len(captured(house)) == 2


async def test_each_door_has_its_own_numbers(house: House, practice_id: str) -> None:
    """A replica's gap is not hidden by another's records."""
    await tell(house, seen(practice_id), instance="door-1")
    await tell(house, seen(practice_id), seen(practice_id), instance="door-2")
    await tell(house, seen(practice_id), instance="door-1")

    assert [len(captured(house, f"gateway/door-{each}")) for each in (1, 2)] == [2, 2]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sight": contract.SIGHT_UNSPECIFIED}, "sight"),
        ({"actor_kind": "system"}, "actor_kind"),
        ({"actor_kind": "user"}, "actor_kind"),
        ({"client_id": "amara@example.org"}, "client_id"),
        ({"object_id": "Amara Okafor"}, "object_id"),
        ({"reason": "amara@example.org"}, "reason"),
        ({"network": "a b"}, "network"),
        ({"count": -1}, "count"),
    ],
)
async def test_what_is_no_id_and_no_hash_is_not_kept(house: House, wrong: dict[str, Any], field: str) -> None:
    """And nothing of the batch it came with."""
    with pytest.raises(errors.InvalidRequest) as refusal:
        await tell(house, seen(), seen(**wrong))

    assert (refusal.value.reason, refusal.value.metadata["field"]) == ("OBSERVATION_MALFORMED", field)
    assert captured(house) == []


async def test_only_the_door_itself_hands_over(house: House, practice_id: str) -> None:
    """Not another service, nor a person behind the door."""
    desk = person(practice_id, ["front_desk", "practice_admin"])
    for who in (house.keys.as_service("booking", practice_id), house.keys.as_person(desk)):
        with pytest.raises(errors.Forbidden):
            await tell(house, seen(practice_id), who=who)

    assert captured(house) == []


async def test_what_can_not_be_made_durable_is_not_acknowledged(house: House, practice_id: str) -> None:
    """The door then refuses the request; nothing has to be restarted afterwards."""
    with psycopg.connect(house.store.owner_url) as conn:
        conn.execute(f"revoke insert on audit_outbox from {house.store.name}_server".encode())
    with pytest.raises(errors.Unavailable) as refusal:
        await tell(house, seen(practice_id))
    with psycopg.connect(house.store.owner_url) as conn:
        conn.execute(f"grant insert on audit_outbox to {house.store.name}_server".encode())

    assert refusal.value.reason == "AUDIT_UNAVAILABLE"
    assert await tell(house, seen(practice_id)) == 1
    assert len(captured(house)) == 1
