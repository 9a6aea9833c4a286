"""The client registry in a real PostgreSQL: found by its keys, readable by nobody without them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.empty_pb2 import Empty

from services.booking.adapters.registry import PostgresClients
from services.booking.domain import errors
from services.booking.domain.client import Client
from services.booking.usecases.find_clients import find_clients
from services.booking.usecases.register_client import register_client
from services.chassis.context import Call
from services.chassis.crypto import (
    ClientCipher,
    FileKeyring,
    Undecipherable,
    retire_indexes,
    rotate_index,
    write_keyring,
)
from services.chassis.db.pool import Database
from services.chassis.errors import ClientErased
from tests.integration.booking.conftest import MakeCall

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
NOW = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
DRAFT = Client(
    "", "Rosalind", "Okonkwo-Maier", "1987-06-05", "Rosalind@Example.ORG", "(206) 555-0143", "Etc/UTC", 0, NOW
)
PLAIN = ("Rosalind", "Okonkwo", "1987-06-05", "rosalind@example.org", "2065550143", "+12065550143")


@pytest.fixture
def clients(tmp_path: Path) -> PostgresClients:
    """A registry with a keyring of its own."""
    write_keyring(tmp_path / "keyring.json")
    keyring = FileKeyring(tmp_path / "keyring.json")
    return PostgresClients(keyring, ClientCipher(keyring))


async def _register(clients: PostgresClients, call: Call, draft: Client = DRAFT) -> Client:
    try:
        registered = await register_client(draft, call, clients=clients, clock=lambda: NOW)
        await call.authorize(client_ids=[registered.client_id])
        await call.commit(Empty())
    except BaseException as error:
        await call.close(error)
        raise
    return registered


async def test_what_was_registered_is_read_and_found(clients: PostgresClients, make_call: MakeCall) -> None:
    """A client is read by id, and found by the address or the number in whatever form it is written."""
    practice_id = str(uuid4())

    registered = await _register(clients, make_call(practice_id))

    call = make_call(practice_id)
    assert await clients.find(call, registered.client_id) == registered
    assert await find_clients(" rosalind@EXAMPLE.org ", "", call, clients=clients) == [registered]
    assert await find_clients("", "+1 206 555 0143", call, clients=clients) == [registered]
    assert await find_clients("somebody@example.org", "", call, clients=clients) == []
    await call.close()


async def test_no_table_holds_personal_data_in_plain_text(
    clients: PostgresClients, make_call: MakeCall, rows: Rows
) -> None:
    """No column of any table, as text or as bytes, has a name, birth date, address or number."""
    practice_id = str(uuid4())
    await _register(clients, make_call(practice_id))

    tables = [name for (name,) in rows("select tablename from pg_tables where schemaname = 'public'")]

    assert {"clients", "outbox", "audit_outbox", "requests"} <= set(tables)
    for table in tables:
        for (row,) in rows(f"select t::text from {table} as t"):
            assert not [plain for plain in PLAIN if plain in row or plain.encode().hex() in row], table


async def test_an_address_is_one_clients_within_a_practice(clients: PostgresClients, make_call: MakeCall) -> None:
    """The same address twice is CLIENT_EXISTS, also when both come at once; another practice may have it too."""
    practice_id = str(uuid4())

    outcomes = await asyncio.gather(
        *(_register(clients, make_call(practice_id)) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["Client", *["ClientExists"] * 3]
    await _register(clients, make_call(str(uuid4())))


async def test_an_id_is_one_clients(clients: PostgresClients, make_call: MakeCall) -> None:
    """A given id that is taken is CLIENT_EXISTS; families may share a phone and need no address."""
    practice_id, client_id = str(uuid4()), str(uuid4())
    first = Client(client_id, "Ada", "One", "", "", DRAFT.phone, "Etc/UTC", 0, NOW)
    second = Client("", "Ben", "One", "", "", DRAFT.phone, "Etc/UTC", 0, NOW)

    await _register(clients, make_call(practice_id), first)
    await _register(clients, make_call(practice_id), second)
    with pytest.raises(errors.ClientExists):
        await _register(clients, make_call(practice_id), first)

    call = make_call(practice_id)
    assert len(await find_clients("", DRAFT.phone, call, clients=clients)) == 2
    await call.close()


async def test_another_practice_finds_nobody(clients: PostgresClients, make_call: MakeCall) -> None:
    """Neither the id nor the address of one practice's client says anything in another."""
    registered = await _register(clients, make_call(str(uuid4())))

    call = make_call(str(uuid4()))
    with pytest.raises(errors.UnknownClient):
        await clients.find(call, registered.client_id)
    assert await find_clients(DRAFT.email, "", call, clients=clients) == []
    await call.close()


async def test_a_field_moved_to_another_client_cannot_be_read(
    clients: PostgresClients, make_call: MakeCall, database: Any
) -> None:
    """Ciphertext is bound to its client: swapping rows shows a corruption, not somebody else's name."""
    practice_id = str(uuid4())
    one = await _register(clients, make_call(practice_id))
    other = await _register(clients, make_call(practice_id), Client("", "Ben", "Two", "", "", "", "Etc/UTC", 0, NOW))
    async with database.begin([practice_id]) as conn:
        await conn.execute(
            "update clients as c set given_name = o.given_name, wrapped_key = o.wrapped_key from clients as o"
            " where c.client_id = %s and o.client_id = %s",
            (other.client_id, one.client_id),
        )

    call = make_call(practice_id)
    with pytest.raises(Undecipherable):
        await clients.find(call, other.client_id)
    await call.close()


async def test_clients_are_found_and_stay_unique_while_the_index_key_is_rotated(
    clients: PostgresClients, make_call: MakeCall, database: Database, rows: Rows, tmp_path: Path
) -> None:
    """Before, during and after: by the old index, by both, and by the new one alone."""
    practice_id = str(uuid4())
    registered = await _register(clients, make_call(practice_id))
    [(old,)] = rows("select email_index from clients where client_id = %s", registered.client_id)

    async def found() -> list[str]:
        call = make_call(practice_id)
        hits = await find_clients(DRAFT.email, "", call, clients=clients)
        hits = [*hits, *await find_clients("", DRAFT.phone, call, clients=clients)]
        await call.close()
        return [each.client_id for each in hits]

    rotate_index(tmp_path / "keyring.json")
    assert await found() == [registered.client_id] * 2
    with pytest.raises(errors.ClientExists):
        await _register(clients, make_call(practice_id))
    while await clients.reindex(database):
        pass
    assert await found() == [registered.client_id] * 2
    retire_indexes(tmp_path / "keyring.json")
    assert await found() == [registered.client_id] * 2
    with pytest.raises(errors.ClientExists):
        await _register(clients, make_call(practice_id))
    [(new, version)] = rows("select email_index, index_version from clients where client_id = %s", registered.client_id)
    assert new != old
    assert version == "2"


async def test_an_erased_client_is_found_by_nothing_and_read_by_nobody(
    clients: PostgresClients, make_call: MakeCall
) -> None:
    """Not by address, not by number, not by id; the address is free for somebody else."""
    practice_id = str(uuid4())
    registered = await _register(clients, make_call(practice_id))
    call = make_call(practice_id)
    await call.authorize(client_ids=[registered.client_id])

    assert await clients.forget(call, registered.client_id) == 1
    await call.commit(Empty())

    call = make_call(practice_id)
    assert await find_clients(DRAFT.email, "", call, clients=clients) == []
    assert await find_clients("", DRAFT.phone, call, clients=clients) == []
    with pytest.raises(ClientErased):
        await clients.find(call, registered.client_id)
    await call.close()
    await _register(clients, make_call(practice_id))
