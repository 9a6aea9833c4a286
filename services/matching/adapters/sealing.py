"""Seals what a client said under their own key: without the key it is noise."""

from __future__ import annotations

from services.chassis.crypto import ClientCipher
from services.chassis.db.pool import Connection

_KEY = "select wrapped_key from client_keys where practice_id = %s and client_id = %s"
_NEW_KEY = "insert into client_keys (practice_id, client_id, wrapped_key) values (%s, %s, %s) on conflict do nothing"


class Sealing:
    """Seals and opens text in an open transaction; the field's name and the row's id are bound into it."""

    def __init__(self, cipher: ClientCipher) -> None:
        self._cipher = cipher

    async def seal(self, conn: Connection, practice_id: str, client_id: str, field: str, text: str) -> bytes:
        """Seal a field, with a key made on first use; *field* carries the row's id."""
        key = await self._key(conn, practice_id, client_id)
        return await self._cipher.encrypt(practice_id, client_id, key, field, text)

    async def open(self, conn: Connection, practice_id: str, client_id: str, field: str, sealed: bytes) -> str:
        """Open a field. Raises Undecipherable."""
        key = await self._key(conn, practice_id, client_id)
        return await self.open_with(key, practice_id, client_id, field, sealed)

    async def open_with(self, key: bytes, practice_id: str, client_id: str, field: str, sealed: bytes) -> str:
        """Open a field with the client's wrapped key, where many are read at once. Raises Undecipherable."""
        return await self._cipher.decrypt(practice_id, client_id, bytes(key), field, bytes(sealed))

    async def _key(self, conn: Connection, practice_id: str, client_id: str) -> bytes:
        """Return the client's wrapped key; of two first uses at once, one key stays."""
        row = await (await conn.execute(_KEY, (practice_id, client_id))).fetchone()
        if row is None:
            _, wrapped = await self._cipher.new_key(practice_id)
            await conn.execute(_NEW_KEY, (practice_id, client_id, wrapped))
            row = await (await conn.execute(_KEY, (practice_id, client_id))).fetchone()
        assert row is not None, "the key was just stored"
        return bytes(row[0])
