"""Keeps disclosures; whom they went to is ciphertext under the client's own key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.booking.domain import errors
from services.booking.domain.disclosure import Disclosure
from services.chassis.context import Call
from services.chassis.crypto import ClientCipher

NAME_FIELD, ADDRESS_FIELD = "disclosures.recipient_name", "disclosures.recipient_address"
"""
Danger: bound into every ciphertext; another name makes every stored recipient unreadable.
"""

_KEY = "select wrapped_key from clients where practice_id = %s and client_id = %s and wrapped_key <> ''"

_ADD = """
    insert into disclosures (practice_id, disclosure_id, client_id, recipient_name, recipient_address, contents,
                             purpose, basis, disclose_time, actor_id, create_time)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())
"""

_PAGE = """
    select disclosure_id::text, client_id::text, recipient_name, recipient_address, contents, purpose, basis,
           disclose_time, actor_id
      from disclosures
     where practice_id = %(practice_id)s and client_id = %(client_id)s and disclose_time >= %(since)s
       and (%(time)s::timestamptz is null or (disclose_time, disclosure_id) < (%(time)s::timestamptz, %(id)s::uuid))
     order by disclose_time desc, disclosure_id desc limit %(limit)s
"""


class PostgresDisclosures:
    """Keeps disclosures."""

    def __init__(self, cipher: ClientCipher) -> None:
        self._cipher = cipher

    async def add(self, call: Call, given: Disclosure) -> None:
        """Store one. Raises UnknownClient."""
        key = await self._key(call, given.client_id)
        sealed = [
            await self._cipher.encrypt(call.practice_id, given.client_id, key, f"{field}|{given.disclosure_id}", text)
            if text
            else None
            for field, text in ((NAME_FIELD, given.recipient_name), (ADDRESS_FIELD, given.recipient_address))
        ]
        values = (
            call.practice_id, given.disclosure_id, given.client_id, *sealed, list(given.contents), given.purpose,
            given.basis, given.disclose_time, given.actor_id,
        )  # fmt: skip
        async with call.tx() as conn:
            await conn.execute(_ADD, values)

    async def page(
        self, call: Call, client_id: str, *, since: datetime, before: tuple[datetime, str] | None, limit: int
    ) -> Sequence[Disclosure]:
        """Return a client's disclosures, newest first, before the one named. Raises UnknownClient."""
        key = await self._key(call, client_id)
        time, disclosure_id = before or (None, None)
        values = {
            "practice_id": call.practice_id, "client_id": client_id, "since": since, "time": time,
            "id": disclosure_id, "limit": limit,
        }  # fmt: skip
        async with call.tx() as conn:
            rows = await (await conn.execute(_PAGE, values)).fetchall()
        return [await self._opened(call, key, row) for row in rows]

    async def _key(self, call: Call, client_id: str) -> bytes:
        async with call.tx() as conn:
            row = await (await conn.execute(_KEY, (call.practice_id, client_id))).fetchone()
        if row is None:
            raise errors.UnknownClient("No such client.", client_id=client_id)
        return bytes(row[0])

    async def _opened(self, call: Call, key: bytes, row: Sequence[Any]) -> Disclosure:
        disclosure_id, client_id, name, address, contents, purpose, basis, disclose_time, actor_id = row
        texts = [
            await self._cipher.decrypt(call.practice_id, client_id, key, f"{field}|{disclosure_id}", bytes(sealed))
            if sealed
            else ""
            for field, sealed in ((NAME_FIELD, name), (ADDRESS_FIELD, address))
        ]
        return Disclosure(
            disclosure_id, client_id, texts[0], texts[1], tuple(contents), purpose, basis, disclose_time, actor_id
        )
