"""Another practice is out of reach by every table, role and method there is: all are asked for, none is named here."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import grpc
import psycopg
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from deploy.local.people import PRACTICE_ID
from deploy.local.suite import Suite
from services.chassis.context import Actor
from services.chassis.identity import Signer
from services.chassis.rpc.status import from_wire
from services.gateway.bootstrap import SERVICES
from tests.support.whole_suite import OTHER_PRACTICE_ID, rows

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

CARRIED = {"outbox", "audit_outbox", "inbox", "quarantine", "schema_migrations"}
"""What a worker carries or looks up; it has no business with anything else."""

NIL = "00000000-0000-0000-0000-000000000000"

OF_NO_PRACTICE = {"schema_migrations", "audit_emitters", "key_holders", "schema_changes_told"}
"""Tables without a practice's data."""

NAMES = tuple(SERVICES)

TABLES = """
    select c.relname::text, c.relrowsecurity and c.relforcerowsecurity,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'practice_id')
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1
"""


def tables(suite: Suite, service: str) -> list[tuple[str, bool, bool]]:
    """Every table and view of a service: its name, whether its wall stands, whether it has a practice."""
    return [(str(name), bool(walled), bool(has)) for name, walled, has in rows(suite, service, TABLES)]


@pytest.mark.parametrize("service", NAMES)
def test_every_table_is_behind_the_wall(whole_suite: Suite, service: str) -> None:
    """Forced for the owner too; a table without a practice is one of those that hold nobody's data."""
    found = tables(whole_suite, service)

    assert {name for name, _, has in found if not has} <= OF_NO_PRACTICE
    assert [name for name, walled, has in found if has and not walled] == []


@pytest.mark.parametrize("service", NAMES)
def test_the_servers_role_sees_and_changes_no_row_of_another_practice(whole_suite: Suite, service: str) -> None:
    """By raw SQL on every table: without a practice, in another one, and, to know what is there, in its own."""
    url = whole_suite.stack.database_url(service, "server")
    seen_at_home = 0
    for name, _, has in tables(whole_suite, service):
        if not has:
            continue
        with psycopg.connect(url, autocommit=True) as conn:
            assert count(conn, name) == 0, f"{name} without a practice"
            conn.execute("select set_config('kept.practices', %s, false)", (OTHER_PRACTICE_ID,))
            mine = count(conn, name, "where practice_id = %s", PRACTICE_ID)
            assert mine == 0, f"{name} from another practice"
            for verb in ("update {} set practice_id = practice_id", "delete from {}"):
                assert touched(conn, f"{verb.format(name)} where practice_id = %s") == 0, f"{verb} on {name}"
            conn.execute("select set_config('kept.practices', %s, false)", (PRACTICE_ID,))
            seen_at_home += count(conn, name)
            moved = f"update {name} set practice_id = '{OTHER_PRACTICE_ID}'"
            conn.execute("begin")
            if count(conn, name):
                with pytest.raises(psycopg.Error):
                    conn.execute(moved.encode())
            conn.execute("rollback")
    assert seen_at_home > 0


@pytest.mark.parametrize("service", NAMES)
def test_the_workers_role_opens_nothing_but_what_it_carries(whole_suite: Suite, service: str) -> None:
    """By raw SQL on every table."""
    opened = set()
    for name, _, _ in tables(whole_suite, service):
        with psycopg.connect(whole_suite.stack.database_url(service, "worker"), autocommit=True) as conn:
            try:
                conn.execute(f"select * from {name} limit 1".encode())
                opened.add(name)
            except psycopg.errors.InsufficientPrivilege:
                continue

    assert opened <= CARRIED


def count(conn: psycopg.Connection, table: str, where: str = "", *values: object) -> int:
    """Count rows, as far as the role may see them."""
    try:
        row = conn.execute(f"select count(*) from {table} {where}".encode(), values or None).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return 0
    assert row is not None
    return int(row[0])


def touched(conn: psycopg.Connection, statement: str) -> int:
    """Count the rows a change reaches; it is taken back."""
    conn.execute("begin")
    try:
        return conn.execute(statement.encode(), (PRACTICE_ID,)).rowcount
    except psycopg.Error:
        return 0
    finally:
        conn.execute("rollback")


@dataclass
class Treasure:
    """What another practice must not learn: every id our rows have, by the name of its column."""

    by_column: dict[str, list[str]] = field(default_factory=dict)
    all_ids: set[str] = field(default_factory=set)

    def id_for(self, name: str) -> str:
        """Return an id of ours for a field of a request, from now on no secret; a random one where we have none."""
        if not self.by_column.get(name):
            return str(uuid.uuid4())
        self.all_ids.discard(self.by_column[name][0])
        return self.by_column[name][0]


COLUMNS = """
    select table_name::text, column_name::text from information_schema.columns
     where table_schema = 'public' and data_type = 'uuid' and column_name <> 'practice_id'
       and table_name not in ('outbox', 'inbox', 'audit_outbox', 'requests', 'quarantine')
"""


@pytest.fixture(scope="module")
def treasure(whole_suite: Suite) -> Treasure:
    """Our ids, out of every database."""
    found = Treasure()
    for service in NAMES:
        columns = rows(whole_suite, service, COLUMNS)
        practised = {name for name, _, has in tables(whole_suite, service) if has}
        for table, column in columns:
            if table not in practised:
                continue
            ids = rows(
                whole_suite,
                service,
                f"select distinct {column}::text from {table} where practice_id = %s limit 500",
                PRACTICE_ID,
            )
            values = [str(value) for (value,) in ids if value not in (None, NIL)]
            found.by_column.setdefault(str(column), []).extend(values)
            found.all_ids.update(values)
    return found


METHODS = [(service, method) for service, doors in SERVICES.items() for door in doors for method in door.methods]
"""Every method there is, out of the descriptors: a new one can't be forgotten."""

WORDS = {
    "time_zone": "America/Chicago", "local": "2031-03-03T10:00", "start_local": "10:00", "end_local": "11:00",
    "locale": "en", "email": "stranger@example.net", "phone": "+13125550199", "code": "PHQ-9", "instrument": "PHQ-9",
    "region": "US-IL", "etag": "v1", "given_name": "S", "family_name": "S", "birth_date": "1990-01-01",
    "explanation": "somebody else's words", "token": "x" * 43, "country": "US", "day": "2031-03-03",
    "years": 10, "width": 1, "tree_size": 1, "first_size": 1, "second_size": 1,
}  # fmt: skip
"""Values by the name of a field, where any word would be refused before the wall is reached."""


def fill(message: Message, treasure: Treasure, depth: int = 0) -> Message:
    """Fill every field: ids with ours, the rest with something of its kind."""
    for each in message.DESCRIPTOR.fields:
        if each.containing_oneof and message.WhichOneof(each.containing_oneof.name):
            continue
        if each.name in ("page_token", "page_size", "seq", "index", "level"):
            continue
        if each.message_type is not None:
            if depth > 3 or (each.is_repeated and each.message_type.GetOptions().map_entry):
                continue
            inner = getattr(message, each.name).add() if each.is_repeated else getattr(message, each.name)
            if each.message_type.full_name == "google.protobuf.Timestamp":
                is_last = "end" in each.name or "to_" in each.name
                inner.FromJsonString(f"2031-03-03T{16 if is_last else 15}:00:00Z")
            elif each.message_type.full_name == "google.protobuf.FieldMask":
                continue
            else:
                fill(inner, treasure, depth + 1)
                inner.SetInParent()
            continue
        value = scalar(each, treasure)
        if each.is_repeated:
            getattr(message, each.name).append(value)
        else:
            setattr(message, each.name, value)
    return message


def scalar(each: Any, treasure: Treasure) -> Any:
    """Return something for a field."""
    if each.enum_type is not None:
        return each.enum_type.values[min(1, len(each.enum_type.values) - 1)].number
    if each.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        if each.type == FieldDescriptor.TYPE_BYTES:
            return b"x"
        if each.name == "request_id":
            return str(uuid.uuid4())
        if each.name in WORDS:
            return str(WORDS[each.name])
        if each.name.endswith(("_id", "_ids")):
            return treasure.id_for(each.name.removesuffix("s") if each.name.endswith("_ids") else each.name)
        if each.name.endswith("_date"):
            return "2031-03-03"
        return str(WORDS.get(each.name, "x"))
    if each.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return False
    return WORDS.get(each.name, 1)


def strangers(treasure: Treasure) -> Iterator[Actor]:
    """Everybody another practice could send; their tokens name our client and our therapist as themselves."""
    client_id, therapist_id = treasure.id_for("client_id"), treasure.id_for("therapist_id")
    for roles in (("front_desk", "therapist", "practice_admin", "client"), ("compliance_officer",)):
        yield Actor(
            "user:stranger",
            "user",
            OTHER_PRACTICE_ID,
            frozenset(roles),
            client_id=client_id,
            therapist_id=therapist_id,
            strength="mfa",
            auth_time=2**40,
        )


@pytest.mark.parametrize(("service", "method"), METHODS, ids=[f"{s}.{m.name}" for s, m in METHODS])
def test_no_method_tells_another_practice_anything_of_ours(
    whole_suite: Suite, treasure: Treasure, ours_before: Mapping[str, str], service: str, method: MethodDescriptor
) -> None:
    """With an id of ours in every field of the request: no answer names anything of ours that was not told before."""
    request = fill(GetMessageClass(method.input_type)(), treasure)

    for answer in call(whole_suite, service, method, request, treasure):
        assert treasure.all_ids.intersection(ids_in(answer)) == set()
        assert "Harbour" not in json.dumps(answer)


@pytest.fixture(scope="module")
def ours_before(whole_suite: Suite) -> Iterator[Mapping[str, str]]:
    """A picture of our business rows; after all methods were called there must be no other."""
    before = picture(whole_suite)
    yield before
    after = picture(whole_suite)
    changed = sorted(name for name in before if before[name] != after[name])
    assert changed == [], f"another practice changed our rows in {changed}"


STEADY = {
    "availability": ("sites", "rooms", "session_types", "schedules"),
    "booking": ("clients", "care_team", "appointments", "groups", "series"),
    "notifications": ("contact_points", "contact_addresses"),
    "matching": ("therapist_profiles",),
    "audit": ("legal_holds", "retentions", "erasures"),
}
"""Tables that nothing but a call changes once the example is loaded."""


def picture(suite: Suite) -> dict[str, str]:
    """A hash of our rows by table."""
    found = {}
    for service, wanted in STEADY.items():
        there = {name for name, _, _ in tables(suite, service)}
        for table in there.intersection(wanted):
            [(digest,)] = rows(
                suite,
                service,
                f"select md5(string_agg(t::text, '|' order by t::text)) from {table} t where practice_id = %s",
                PRACTICE_ID,
            )
            found[f"{service}.{table}"] = str(digest)
    return found


@cache
def channel_to(address: str) -> grpc.Channel:
    """One connection a service, for all tests here."""
    return grpc.insecure_channel(address)


def call(
    suite: Suite, service: str, method: MethodDescriptor, request: Message, treasure: Treasure
) -> Iterator[dict[str, Any]]:
    """Call as each stranger; give the answers, and what the refusals say."""
    signer = Signer.read("gateway", suite.root.keys / "gateway")
    channel = channel_to(suite.address(f"{service}-server"))
    kinds = channel.unary_stream if method.server_streaming else channel.unary_unary
    stub = kinds(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    for actor in strangers(treasure):
        metadata = [("x-kept-service", signer.service_token()), ("authorization", f"Bearer {signer.sign(actor)}")]
        try:
            answered = stub(request, metadata=metadata, timeout=20)
            found = list(answered) if method.server_streaming else [answered]
            yield from (MessageToDict(each) for each in found)
        except grpc.RpcError as wire:
            error = from_wire(wire)
            yield {"reason": error.reason, "message": error.message, **error.metadata}


def ids_in(value: Any) -> Iterator[str]:
    """Every text in an answer."""
    if isinstance(value, dict):
        for each in value.values():
            yield from ids_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from ids_in(each)
    elif isinstance(value, str):
        yield value
