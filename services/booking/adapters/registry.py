"""Keeps the client registry in PostgreSQL; personal fields are ciphertext there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from kept.booking.v1 import booking_events_pb2
from psycopg import errors as database_errors

from services.booking.adapters.mark_rows import PostgresMarks
from services.booking.domain import errors
from services.booking.domain.client import Client
from services.chassis.context import Call
from services.chassis.crypto import ClientCipher, Keyring, Undecipherable
from services.chassis.db.pool import Connection, Database
from services.chassis.keys import destroy_client_keys

log = structlog.get_logger(__name__)

_ADD = """
    insert into clients (
        practice_id, client_id, wrapped_key, given_name, family_name, birth_date, email, phone,
        index_version, email_index, phone_index, time_zone, version, create_time, update_time
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, %s, %s)
"""

_COLUMNS = """
    client_id::text, wrapped_key, given_name, family_name, birth_date, email, phone, time_zone, version, create_time
"""

_FIND = f"select {_COLUMNS} from clients where practice_id = %s and client_id = %s"  # noqa: S608 - a literal list of columns

_SAVE = """
    update clients set given_name = %s, family_name = %s, birth_date = %s, email = %s, phone = %s, index_version = %s,
        email_index = %s, phone_index = %s, time_zone = %s, version = %s, update_time = %s
    where practice_id = %s and client_id = %s
"""

_KEY = "select wrapped_key from clients where practice_id = %s and client_id = %s"

_SEARCH = f"""
    select {_COLUMNS} from clients
    where practice_id = %s and (email_index = any (%s) or phone_index = any (%s)) order by client_id limit %s
"""  # noqa: S608 - a literal list of columns

# While an index key is rotated, the unique key does not see that an address stands there under the other one.
_IS_TAKEN = """
    select 1 from clients where practice_id = %s and email_index = any (%s) and client_id <> %s limit 1
"""

# Danger: locked, or a change that commits meanwhile would be found by what the client was reached at before.
_INDEXED = """
    select index_version, wrapped_key, email, phone from clients
     where practice_id = %s and client_id = %s for no key update
"""

_TO_REINDEX = "select practice_id::text, client_id::text from clients_to_reindex(%s, %s)"

_REINDEX = """
    update clients set index_version = %s, email_index = %s, phone_index = %s
     where practice_id = %s and client_id = %s and index_version = %s and wrapped_key <> ''
"""

_FORGET = "update clients set email_index = null, phone_index = null where practice_id = %s and client_id = %s"

REINDEX_BATCH = 200
"""Clients indexed anew in one round of the job; each is committed for itself."""

_REFUSED = {
    "clients_email_key": "The practice has a client with this e-mail address.",
    "clients_pkey": "The practice has a client with this id.",
}


class PostgresClients:
    """Is the registry; a client's own key, wrapped by the keyring, stands beside their fields."""

    def __init__(self, keyring: Keyring, cipher: ClientCipher) -> None:
        self._keyring = keyring
        self._cipher = cipher
        self._marks = PostgresMarks(keyring)

    async def add(self, call: Call, client: Client) -> None:
        """Store a client under a new key, and the event. Raises ClientExists."""
        practice_id = call.practice_id
        # Danger: read before the hashes are made. Too old a version is mended by the job, too new a one never.
        index_version = self._keyring.index_version
        _, wrapped_key = await self._cipher.new_key(practice_id)
        particulars = await self._encrypted(practice_id, client, wrapped_key)
        values = (
            practice_id,
            client.client_id,
            wrapped_key,
            *particulars,
            index_version,
            self._index(practice_id, "email", client.email),
            self._index(practice_id, "phone", client.phone),
            client.time_zone,
            client.create_time,
            client.create_time,
        )
        try:
            async with call.tx() as conn:
                await self._check_free(conn, practice_id, client)
                await conn.execute(_ADD, values)
        except database_errors.UniqueViolation as error:
            raise errors.ClientExists(_REFUSED[error.diag.constraint_name or ""]) from None
        call.publish(
            booking_events_pb2.ClientRegistered(practice_id=practice_id, client_id=client.client_id, version=1),
            aggregate_id=client.client_id,
            version=1,
        )
        await self._marks.follow(call, client)

    async def save(self, call: Call, client: Client, *, at: datetime) -> None:
        """Store a client in their new version under the key they have, and the event. Raises ClientExists."""
        practice_id = call.practice_id
        key = (practice_id, client.client_id)
        index_version = self._keyring.index_version
        async with call.tx() as conn:
            await self._check_free(conn, practice_id, client)
            row = await (await conn.execute(_KEY, key)).fetchone()
            assert row is not None, "the caller has found and locked the client"
            values = (
                *await self._encrypted(practice_id, client, row[0]),
                index_version,
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
        await self._marks.follow(call, client)

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
            self._indexes(practice_id, "email", email),
            self._indexes(practice_id, "phone", phone),
            limit,
        )
        async with call.tx() as conn:
            rows = await (await conn.execute(_SEARCH, values)).fetchall()
        return [await self._client(practice_id, row) for row in rows]

    async def forget(self, call: Call, client_id: str) -> int:
        """Destroy a client's key, and what they were found by; return how many keys there were."""
        async with call.tx() as conn:
            await conn.execute(_FORGET, (call.practice_id, client_id))
            await self._marks.forget(call, client_id)
            return await destroy_client_keys(conn, call.practice_id, client_id)

    async def reindex(self, database: Database) -> int:
        """
        Index clients anew under the current index key; return how many.

        Each row says under which key it is indexed, and is changed only while it still says so.
        """
        version, done = self._keyring.index_version, 0
        async with database.begin([]) as conn:
            stale = await (await conn.execute(_TO_REINDEX, (version, REINDEX_BATCH))).fetchall()
        for practice_id, client_id in stale:
            async with database.begin([practice_id]) as conn:
                row = await (await conn.execute(_INDEXED, (practice_id, client_id))).fetchone()
                if row is None or not row[1]:
                    continue
                places = await self._places(practice_id, client_id, row)
                if places is None:
                    continue
                try:
                    async with conn.transaction():
                        changed = await conn.execute(_REINDEX, (version, *places, practice_id, client_id, row[0]))
                except database_errors.UniqueViolation:
                    log.error("client.doubled", practice_id=practice_id, client_id=client_id)
                else:
                    done += changed.rowcount
        if done:
            log.info("clients.reindexed", count=done, version=version)
        return done

    async def _places(
        self, practice_id: str, client_id: str, row: tuple[Any, ...]
    ) -> tuple[bytes | None, bytes | None] | None:
        """Return the client's hashes under the current index key; None when they can't be read, which is told."""
        _, wrapped_key, *sealed = row
        values = []
        try:
            for field, stored in zip(("email", "phone"), sealed, strict=True):
                key = bytes(wrapped_key)
                values.append(
                    await self._cipher.decrypt(practice_id, client_id, key, field, bytes(stored)) if stored else ""
                )
        except Undecipherable:
            log.error("client.not_reindexed", practice_id=practice_id, client_id=client_id)
            return None
        return self._index(practice_id, "email", values[0]), self._index(practice_id, "phone", values[1])

    def _indexes(self, practice_id: str, field: str, normalized: str) -> list[bytes]:
        return self._keyring.blind_indexes(practice_id, field, normalized) if normalized else []

    async def _check_free(self, conn: Connection, practice_id: str, client: Client) -> None:
        """Look for the address under every index key, while there is more than one. Raises ClientExists."""
        places = self._indexes(practice_id, "email", client.email)
        if len(places) > 1:
            found = await conn.execute(_IS_TAKEN, (practice_id, places, client.client_id))
            if await found.fetchone():
                raise errors.ClientExists(_REFUSED["clients_email_key"])

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
