"""People's marks are told in words and kept as keyed hashes; what was given out is kept for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kept.booking.v1 import disclosure_pb2, disclosure_service_pb2, people_events_pb2, people_service_pb2

from services.booking.adapters.mark_rows import PostgresMarks, mark_clients
from services.booking.adapters.registry import PostgresClients
from services.booking.bootstrap import own_call
from services.booking.domain.client import Client
from services.booking.domain.marks import normal_form
from services.booking.usecases.register_client import register_client
from services.chassis import errors
from services.chassis.crypto import ClientCipher, FileKeyring, write_keyring
from services.chassis.db.pool import Database
from tests.integration.booking.conftest import MakeCall
from tests.integration.booking.desk import Desk
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
GIVEN = disclosure_pb2.Disclosure
PLAIN = ("Okonkwo", "okonkwo", "42 Alder", "42alder", "2065550188")


@pytest.fixture
def admin(desk: Desk) -> Desk:
    """The practice's admin."""
    return desk.like(actor_id="user:admin", roles=frozenset({"practice_admin"}))


def marked(rows: Rows, person_id: str) -> people_events_pb2.PersonMarked:
    """What was told last of somebody."""
    [(body,)] = rows(
        "select body from outbox where type = %s and aggregate_id like %s order by version desc limit 1",
        people_events_pb2.PersonMarked.DESCRIPTOR.full_name,
        f"%:{person_id}",
    )
    return people_events_pb2.PersonMarked.FromString(bytes(body))


async def tell_of_staff(admin: Desk, actor_id: str, **told: Any) -> people_service_pb2.StaffMember:
    """Say who somebody of the staff is."""
    request = people_service_pb2.PutStaffMemberRequest(actor_id=actor_id, request_id=str(uuid4()), **told)
    answer: people_service_pb2.StaffMember = await admin.ask("PutStaffMember", request)
    return answer


async def test_a_relative_and_a_neighbour_have_the_marks_of_the_client(desk: Desk, admin: Desk, rows: Rows) -> None:
    """In another spelling, too; somebody else has none of them, and no table and no event has a word of it."""
    client_id = await desk.register(phone="+12065550188")
    home = people_service_pb2.MarkClientRequest(
        client_id=client_id, home_address="42 Alder Street, Apt. 3", is_vip=True, request_id=str(uuid4())
    )
    kept = await desk.ask("MarkClient", home)
    told = {"family_name": "OSEI", "home_address": "42 ALDER STREET APT 3", "phone": "(206) 555-0188"}
    near, far = f"user:{uuid4()}", f"user:{uuid4()}"
    member = await tell_of_staff(admin, near, **told)
    await tell_of_staff(admin, far, family_name="Okonkwo", home_address="41 Alder Street")

    client, relative, stranger = (marked(rows, each) for each in (client_id, near, far))
    assert (kept.has_home_address, kept.is_vip, member.has_phone) == (True, True, True)
    assert client.is_vip
    for name in ("family_mark", "address_mark", "phone_mark"):
        assert getattr(client, name) == getattr(relative, name) != ""
        assert getattr(client, name) != getattr(stranger, name)
    for table in ("person_marks", "outbox", "audit_outbox", "requests"):
        for (row,) in rows(f"select t::text from {table} as t"):
            assert not [plain for plain in PLAIN if plain in row or plain.encode().hex() in row], table


async def test_marks_are_another_practices_own(desk: Desk, admin: Desk, rows: Rows) -> None:
    """Equal words have other hashes there: nobody compares across practices."""
    one, two = f"user:{uuid4()}", f"user:{uuid4()}"
    await tell_of_staff(admin, one, family_name="Osei")
    await tell_of_staff(admin.like(practice_id=str(uuid4())), two, family_name="Osei")

    assert marked(rows, one).family_mark != marked(rows, two).family_mark


async def test_who_left_is_told_and_staff_is_listed_without_what_was_said(desk: Desk, admin: Desk, rows: Rows) -> None:
    """Only which facts are known; the desk keeps none of it."""
    actor_id, when = f"user:{uuid4()}", datetime(2030, 1, 31, tzinfo=UTC)
    await tell_of_staff(admin, actor_id, family_name="Osei")
    await tell_of_staff(admin, actor_id, leave_time=when)
    found = await admin.ask("ListStaffMembers", people_service_pb2.ListStaffMembersRequest(page_size=200))

    assert marked(rows, actor_id).leave_time.ToDatetime(UTC) == when
    assert [each.has_family_name for each in found.staff_members if each.actor_id == actor_id] == [False]
    with pytest.raises(errors.Forbidden):
        await tell_of_staff(desk, actor_id)


async def test_clients_of_before_are_marked_by_the_job(
    make_call: MakeCall, database: Database, tmp_path: Path, booking_database: FreshDatabase, rows: Rows
) -> None:
    """Those who were registered before there were marks; once, and not those whose keys are gone."""
    write_keyring(tmp_path / "keyring.json")
    keyring = FileKeyring(tmp_path / "keyring.json")
    clients, practice_id = PostgresClients(keyring, ClientCipher(keyring)), str(uuid4())
    call = make_call(practice_id)
    now = datetime.now(UTC)
    draft = Client("", "Ada", "Osei", "", "", "", "Etc/UTC", 0, now)
    client = await register_client(draft, call, clients=clients, clock=lambda: now)
    await call.authorize(client_ids=[client.client_id])
    await call.commit(None)
    with psycopg.connect(booking_database.owner_url) as conn:
        conn.execute("delete from person_marks where person_id = %s", (client.client_id,))
    job = partial(mark_clients, database, partial(own_call, database), clients=clients, marks=PostgresMarks(keyring))

    assert [await job(), await job()] == [1, 0]
    assert marked(rows, client.client_id).family_mark != ""


def test_names_are_compared_by_their_letters() -> None:
    """Case, accents, blanks and hyphens make no other name."""
    assert normal_form("Müller-Ruiz ") == normal_form("MULLER  RUIZ") == "mullerruiz"
    assert normal_form("Main St. 5") != normal_form("Main Street 5")
    assert normal_form(" .-") == ""


async def give(desk: Desk, client_id: str, **told: Any) -> disclosure_pb2.Disclosure:
    """Keep a disclosure."""
    given = GIVEN(
        **{
            "client_id": client_id,
            "recipient_name": "Harbor County Court",
            "recipient_address": "1 Court Square",
            "contents": [GIVEN.CONTENT_SCHEDULE],
            "purpose": GIVEN.PURPOSE_LEGAL,
            "basis": GIVEN.BASIS_LAW,
            **told,
        }
    )
    if not given.HasField("disclose_time"):
        given.disclose_time.FromDatetime(datetime.now(UTC))
    request = disclosure_service_pb2.RecordDisclosureRequest(disclosure=given, request_id=str(uuid4()))
    answer: disclosure_pb2.Disclosure = await desk.ask("RecordDisclosure", request)
    return answer


async def test_a_disclosure_is_accounted_for(desk: Desk, rows: Rows) -> None:
    """The client sees to whom; the trail has what, what for and on which ground, and no recipient."""
    client_id = await desk.register()
    kept = await give(desk, client_id)
    asked = disclosure_service_pb2.ListDisclosuresRequest(client_id=client_id)
    own = desk.like(actor_id="user:ada", roles=frozenset({"client"}), client_id=client_id)
    [seen] = (await own.ask("ListDisclosures", asked)).disclosures

    assert seen == kept
    assert (seen.recipient_name, seen.actor_id) == ("Harbor County Court", desk.actor.actor_id)
    [(part,)] = rows(
        "select record::json -> 'disclosure' from audit_outbox where record::json ->> 'op' = 'booking.RecordDisclosure'"
        " and record::json ->> 'client_id' = %s",
        client_id,
    )
    assert (part["id"], part["what"], part["purpose"], part["basis"]) == (
        kept.disclosure_id,
        "SCHEDULE",
        "LEGAL",
        "LAW",
    )
    for table in ("disclosures", "audit_outbox", "requests"):
        for (row,) in rows(f"select t::text from {table} as t"):
            assert "Harbor" not in row, table
            assert b"Harbor".hex() not in row, table
    with pytest.raises(errors.Forbidden):
        await desk.like(actor_id="user:bo", roles=frozenset({"client"}), client_id=str(uuid4())).ask(
            "ListDisclosures", asked
        )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"recipient_name": " "}, "MALFORMED_REQUEST"),
        ({"contents": []}, "MALFORMED_REQUEST"),
        ({"purpose": GIVEN.PURPOSE_UNSPECIFIED}, "MALFORMED_REQUEST"),
        ({"contents": [GIVEN.CONTENT_PART2], "basis": GIVEN.BASIS_OPERATIONS}, "DISCLOSURE_WITHOUT_CONSENT"),
    ],
)
async def test_a_disclosure_says_all_that_the_law_asks(desk: Desk, wrong: dict[str, Any], reason: str) -> None:
    """Part 2 leaves by its consent or by a law only."""
    client_id = await desk.register()
    with pytest.raises(errors.ServiceError) as refusal:
        await give(desk, client_id, **wrong)

    assert refusal.value.reason == reason
    assert await give(desk, client_id, contents=[GIVEN.CONTENT_PART2], basis=GIVEN.BASIS_PART2_CONSENT)
