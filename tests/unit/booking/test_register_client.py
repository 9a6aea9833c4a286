"""Registering and finding: particulars come to their normal form, or are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.booking.domain import errors
from services.booking.domain.client import Client
from services.booking.usecases.find_clients import find_clients
from services.booking.usecases.register_client import register_client
from services.chassis.errors import InvalidRequest
from tests.unit.booking.fakes import FakeCall, FakeClients
from tests.unit.booking.states import CLIENT_ID, NOW

DRAFT = Client("", " Ada ", "Osei", "1990-01-31", "Ada@Example.ORG", "206-555-0143", "America/Denver", 7, NOW)


async def test_particulars_are_kept_in_their_normal_form() -> None:
    """Blanks, capitals and national writing go; the client gets an id and version 1."""
    clients = FakeClients()

    registered = await register_client(DRAFT, FakeCall(), clients=clients, clock=lambda: NOW)

    assert clients.rows == {registered.client_id: registered}
    assert (
        registered.given_name,
        registered.email,
        registered.phone,
        registered.version,
    ) == ("Ada", "ada@example.org", "+12065550143", 1)


async def test_an_id_that_is_given_is_kept() -> None:
    """An import brings its own ids; address and phone may be missing."""
    draft = replace(DRAFT, client_id=CLIENT_ID, email="", phone="")

    registered = await register_client(draft, FakeCall(), clients=FakeClients(), clock=lambda: NOW)

    assert (registered.client_id, registered.email, registered.phone) == (CLIENT_ID, "", "")


@pytest.mark.parametrize(
    "changed",
    [
        {"given_name": ""},
        {"family_name": "x" * 121},
        {"birth_date": "1990-02-30"},
        {"email": "ada@"},
        {"phone": "12"},
        {"time_zone": "Denver"},
    ],
)
async def test_what_cannot_be_is_not_registered(changed: dict[str, str]) -> None:
    """One field that can't be read refuses the client."""
    clients = FakeClients()

    with pytest.raises(InvalidRequest):
        await register_client(replace(DRAFT, **changed), FakeCall(), clients=clients, clock=lambda: NOW)  # type: ignore[arg-type]

    assert clients.rows == {}


async def test_clients_are_found_by_one_of_the_two() -> None:
    """An address or a number is asked for in its normal form; both or none is malformed."""
    clients = FakeClients()

    await find_clients("ADA@example.org", "", FakeCall(), clients=clients)
    await find_clients("", "206 555 0143", FakeCall(), clients=clients)

    assert clients.searched == [("ada@example.org", ""), ("", "+12065550143")]
    for email, phone in (("", ""), ("ada@example.org", "206 555 0143")):
        with pytest.raises(errors.Malformed):
            await find_clients(email, phone, FakeCall(), clients=clients)
