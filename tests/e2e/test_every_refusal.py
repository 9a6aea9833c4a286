"""Every method, called by whoever may not: each call is refused, recorded once, and nothing personal with it."""

from __future__ import annotations

import json
import secrets
import time
import types
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from deploy.local.people import PRACTICE_ID
from deploy.local.suite import Suite
from services.chassis import identity
from services.chassis.access import read_rule
from services.chassis.context import Actor
from services.chassis.identity import Signer
from services.chassis.rpc.layers import subjects_getter
from services.gateway.bootstrap import SERVICES
from tests.e2e.test_every_wall import METHODS, WORDS, Treasure, channel_to, fill, treasure
from tests.support.whole_suite import rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PRACTICE = str(uuid.uuid4())
NOBODY = Actor("user:nobody", "user", PRACTICE, frozenset(), strength="mfa", auth_time=2**40)

STAGES = {"OK": "complete", "UNAUTHENTICATED": "denied", "PERMISSION_DENIED": "denied"}
"""What the record says, by what the caller was told; anything else is an error."""

PERSONAL = [str(WORDS[name]) for name in ("explanation", "email", "phone")]

RECORDS = """
    select convert_from(canonical, 'UTF8') from records
     where operation = any (%s) and occur_time >= to_timestamp(%s) and actor_id = any (%s)
"""

WAIT_S = 120.0

__all__ = ["treasure"]
"""A fixture that pytest finds by its name here."""


@dataclass(frozen=True)
class Called:
    """A call, what came of it, and by which trace its record is found."""

    method: MethodDescriptor
    trace: str
    code: str
    client_id: str
    given: frozenset[str] = frozenset()
    """The clients the answer is about, by the contract."""


def call(
    suite: Suite, service: str, method: MethodDescriptor, who: Mapping[str, str], treasure: Treasure | None = None
) -> Called:
    """Call a method with every field filled in; the ids are nobody's unless some are given."""
    request = fill(GetMessageClass(method.input_type)(), treasure or Treasure())
    trace = secrets.token_hex(16)
    channel = channel_to(suite.address(f"{service}-server"))
    kinds = channel.unary_stream if method.server_streaming else channel.unary_unary
    stub = kinds(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    answer = None
    try:
        answered = stub(request, metadata=[*who.items(), ("traceparent", f"00-{trace}-{'1' * 16}-01")], timeout=30)
        if method.server_streaming:
            list(answered)
        else:
            answer = answered
        code = "OK"
    except grpc.RpcError as error:
        code = error.code().name
    return Called(method, trace, code, subject_of(request, method), given_of(answer, method))


def subject_of(request: Message, method: MethodDescriptor) -> str:
    """Return the client the request names, when the contract says that it names one."""
    side, _, path = read_rule(method).subject.partition(".")
    found: Any = request
    for name in path.split(".") if side == "request" else []:
        found = getattr(found, name)
        if not isinstance(found, str | Message):
            found = next(iter(found), "")
    return found if isinstance(found, str) else ""


def given_of(answer: Message | None, method: MethodDescriptor) -> frozenset[str]:
    """Return the clients an answer is about, when the contract says where they stand in it."""
    side, _, path = read_rule(method).subject.partition(".")
    if answer is None or side != "response":
        return frozenset()
    return frozenset(subjects_getter(method.output_type, path)(answer))


def recorded(suite: Suite, service: str, calls: Sequence[Called], since: float) -> dict[str, list[dict[str, Any]]]:
    """Wait until the trail has a record of each call; return them by trace."""
    operations = [f"{service}.{each.method.name}" for each in calls]
    deadline = time.monotonic() + WAIT_S
    while True:
        found: dict[str, list[dict[str, Any]]] = {each.trace: [] for each in calls}
        for (text,) in rows(
            suite, "audit", RECORDS, operations, since - 5, ["user:nobody", "user:everybody", "anonymous", ""]
        ):
            record = json.loads(str(text))
            trace = str(record["trace"]).split("-")[1:2]
            if trace and trace[0] in found:
                found[trace[0]].append(record)
        if all(found.values()) or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def of(service: str) -> list[MethodDescriptor]:
    """Return every method of a service."""
    return [method for name, method in METHODS if name == service]


def check(service: str, calls: Sequence[Called], found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Hold each call against its record."""
    for each in calls:
        records = [record for record in found[each.trace] if record["op"] == f"{service}.{each.method.name}"]
        if not each.method.server_streaming:
            assert len(records) == 1, f"{each.method.name}: {len(records)} records of one call, told {each.code}"
        assert records[-1]["stage"] == STAGES.get(each.code, "error"), (each.method.name, each.code)
        text = json.dumps(records)
        assert [word for word in PERSONAL if word in text] == [], each.method.name


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", ["without a token", "with an expired token", "with a forged token"])
def test_without_a_token_that_holds_nothing_is_answered(whole_suite: Suite, service: str, kind: str) -> None:
    """Whoever can't say who they are is refused at once, by every method, and that is in the trail."""
    signer = Signer.read("gateway", whole_suite.root.keys / "gateway")
    who = {} if kind == "without a token" else {"x-kept-service": signer.service_token()}
    if kind == "with an expired token":
        who["authorization"] = f"Bearer {signed_an_hour_ago(whole_suite)}"
    elif kind == "with a forged token":
        head, body, _ = signer.sign(NOBODY).split(".")
        who["authorization"] = f"Bearer {head}.{body}.{'A' * 86}"
    since = time.time()

    calls = [call(whole_suite, service, method, who) for method in of(service)]

    assert {each.code for each in calls} == {"UNAUTHENTICATED"}
    check(service, calls, recorded(whole_suite, service, calls, since))


@pytest.mark.parametrize("service", SERVICES)
def test_without_rights_no_client_is_touched_and_every_try_is_recorded(whole_suite: Suite, service: str) -> None:
    """Somebody of no role: what they are given is public; a refusal names the client that was asked about."""
    signer = Signer.read("gateway", whole_suite.root.keys / "gateway")
    who = {"x-kept-service": signer.service_token(), "authorization": f"Bearer {signer.sign(NOBODY)}"}
    since = time.time()

    calls = [call(whole_suite, service, method, who) for method in of(service)]

    found = recorded(whole_suite, service, calls, since)
    check(service, calls, found)
    for each in calls:
        rule = read_rule(each.method)
        assert each.code != "OK" or rule.resource_class == "directory", f"{each.method.name} answered nobody"
        if "actor" not in rule.callers:
            # Of services only: whoever comes as a person is turned away before the request is read.
            assert each.code == "PERMISSION_DENIED", (each.method.name, each.code)
        elif each.client_id:
            assert each.code == "PERMISSION_DENIED", (each.method.name, each.code)
            [record] = found[each.trace]
            assert (record["client_id"], record["decision"]["effect"]) == (each.client_id, "deny"), each.method.name


@pytest.mark.parametrize("service", SERVICES)
def test_each_read_that_is_answered_leaves_one_record_a_client(
    whole_suite: Suite, treasure: Treasure, service: str
) -> None:
    """Every method that changes nothing, by whoever of the practice may: as many records as clients in the answer."""
    signer = Signer.read("gateway", whole_suite.root.keys / "gateway")
    rules = {method.name: read_rule(method) for method in of(service)}
    reads = [
        method
        for method in of(service)
        if rules[method.name].is_read and "actor" in rules[method.name].callers and not method.server_streaming
    ]
    since, calls, answered = time.time(), [], set()
    for roles in (("front_desk", "practice_admin"), ("therapist",), ("compliance_officer",)):
        therapist_id = treasure.by_column["therapist_id"][0] if roles == ("therapist",) else ""
        actor = replace(
            NOBODY,
            practice_id=PRACTICE_ID,
            roles=frozenset(roles),
            therapist_id=therapist_id,
            actor_id="user:everybody",
        )
        who = {"x-kept-service": signer.service_token(), "authorization": f"Bearer {signer.sign(actor)}"}
        told = [call(whole_suite, service, method, who, treasure) for method in reads if method.name not in answered]
        answered |= {each.method.name for each in told if each.code == "OK"}
        calls += told

    found = recorded(whole_suite, service, calls, since)

    assert answered, "nothing was answered at all"
    for each in calls:
        records = [record for record in found[each.trace] if record["op"] == f"{service}.{each.method.name}"]
        wanted = sorted(each.given) or [each.client_id or records[0]["client_id"]]
        assert sorted(record["client_id"] for record in records) == wanted, (each.method.name, each.code)
        assert {record["stage"] for record in records} == {STAGES.get(each.code, "error")}, each.method.name


def signed_an_hour_ago(suite: Suite) -> str:
    """Return a token of ours that has run out."""
    with pytest.MonkeyPatch.context() as patch:
        past = time.time() - 3600
        patch.setattr(identity, "time", types.SimpleNamespace(time=lambda: past))
        return Signer.read("gateway", suite.root.keys / "gateway").sign(NOBODY)
