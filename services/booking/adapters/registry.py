"""Keeps the client registry in PostgreSQL; personal fields are ciphertext there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kept.booking.v1 import booking_events_pb2
from psycopg import errors as database_errors

from services.booking.domain import errors
from services.booking.domain.client import Client
from services.chassis.context import Call
from services.chassis.crypto import ClientCipher, Keyring

_ADD = """
    insert into clients (
        practice_id, client_id, wrapped_key, given_name, family_name, birth_date, email, phone,
        email_index, phone_index, time_zone, version, create_time, update_time
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s)
"""

_COLUMNS = """
    client_id::text, wrapped_key, given_name, family_name, birth_date, email, phone, time_zone, version, create_time
"""

_FIND = f"select {_COLUMNS} from clients where practice_id = %s and client_id = %s"  # noqa: S608 - a literal list of columns

_SAVE = """
    update clients set given_name = %s, family_name = %s, birth_date = %s, email = %s, phone = %s, email_index = %s,
        phone_index = %s, time_zone = %s, version = %s, update_time = %s
    where practice_id = %s and client_id = %s
"""

_KEY = "select wrapped_key from clients where practice_id = %s and client_id = %s"

_SEARCH = f"""
    select {_COLUMNS} from clients
    where practice_id = %s and (email_index = %s or phone_index = %s) order by client_id limit %s
"""  # noqa: S608 - a literal list of columns

_REFUSED = {
    "clients_email_key": "The practice has a client with this e-mail address.",
    "clients_pkey": "The practice has a client with this id.",
}


class PostgresClients:
    """Is the registry; a client's own key, wrapped by the keyring, stands beside their fields."""

    def __init__(self, keyring: Keyring, cipher: ClientCipher) -> None:
        self._keyring = keyring
        self._cipher = cipher

    async def add(self, call: Call, client: Client) -> None:
        """Store a client under a new key, and the event. Raises ClientExists."""
        practice_id = call.practice_id
        _, wrapped_key = await self._cipher.new_key(practice_id)
        particulars = await self._encrypted(practice_id, client, wrapped_key)
        values = (
            practice_id,
            client.client_id,
            wrapped_key,
            *particulars,
            self._index(practice_id, "email", client.email),
            self._index(practice_id, "phone", client.phone),
            client.time_zone,
            client.create_time,
            client.create_time,
        )
        try:
            async with call.tx() as conn:
                await conn.execute(_ADD, values)
        except database_errors.UniqueViolation as error:
            raise errors.ClientExists(_REFUSED[error.diag.constraint_name or ""]) from None
        call.publish(
            booking_events_pb2.ClientRegistered(practice_id=practice_id, client_id=client.client_id, version=1),
            aggregate_id=client.client_id,
            version=1,
        )

    async def save(self, call: Call, client: Client, *, at: datetime) -> None:
        """Store a client in their new version under the key they have, and the event. Raises ClientExists."""
        practice_id = call.practice_id
        key = (practice_id, client.client_id)
        async with call.tx() as conn:
            row = await (await conn.execute(_KEY, key)).fetchone()
            assert row is not None, "the caller has found and locked the client"
            values = (
                *await self._encrypted(practice_id, client, row[0]),
                self._index(practice_id, "email", client.email),
                self._index(practice_id, "phone", client.phone),
                client.time_zone,
                client.version,
                at,
                *key,
            )
            try:
                await conn.execute(_SAVE, values)
            except database_errors.UniqueViolation as error:
                raise errors.ClientExists(_REFUSED[error.diag.constraint_name or ""]) from None
        told = booking_events_pb2.ClientUpdated(
            practice_id=practice_id, client_id=client.client_id, version=client.version
        )
        call.publish(told, aggregate_id=client.client_id, version=client.version)

    async def find(self, call: Call, client_id: str, *, is_locked: bool = False) -> Client:
        """Return a client, decrypted; a locked one stays as it is until this call ends. Raises UnknownClient."""
        query = _FIND + (" for no key update" if is_locked else "")
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id, client_id))).fetchone()
        if row is None:
            raise errors.UnknownClient("No such client.", client_id=client_id)
        return await self._client(call.practice_id, row)

    async def search(self, call: Call, *, email: str, phone: str, limit: int) -> Sequence[Client]:
        """Return the clients with exactly this address or number, by their blind indexes."""
        practice_id = call.practice_id
        values = (
            practice_id,
            self._index(practice_id, "email", email),
            self._index(practice_id, "phone", phone),
            limit,
        )
        async with call.tx() as conn:
            rows = await (await conn.execute(_SEARCH, values)).fetchall()
        return [await self._client(practice_id, row) for row in rows]

    async def _encrypted(self, practice_id: str, client: Client, wrapped_key: bytes) -> list[bytes | None]:
        return [
            await self._cipher.encrypt(practice_id, client.client_id, wrapped_key, field, value) if value else None
            for field, value in _personal(client)
        ]

    def _index(self, practice_id: str, field: str, normalized: str) -> bytes | None:
        return self._keyring.blind_index(practice_id, field, normalized) if normalized else None

    async def _client(self, practice_id: str, row: tuple[Any, ...]) -> Client:
        client_id, wrapped_key, *particulars, time_zone, version, create_time = row
        given_name, family_name, birth_date, email, phone = [
            await self._cipher.decrypt(practice_id, client_id, wrapped_key, field, bytes(stored)) if stored else ""
            for field, stored in zip(_FIELDS, particulars, strict=True)
        ]
        return Client(
            client_id=client_id,
            given_name=given_name,
            family_name=family_name,
            birth_date=birth_date,
            email=email,
            phone=phone,
            time_zone=time_zone,
            version=version,
            create_time=create_time,
        )


_FIELDS = ("given_name", "family_name", "birth_date", "email", "phone")


def _personal(client: Client) -> list[tuple[str, str]]:
    return [(field, getattr(client, field)) for field in _FIELDS]
