"""Contact points in PostgreSQL; the address is ciphertext there, under the client's own key."""

from __future__ import annotations

from services.chassis.crypto import ClientCipher
from services.chassis.db.pool import Connection
from services.notifications.domain import errors
from services.notifications.domain.contact import ContactPoint, Locale

EMAIL_FIELD = "contact_points.email"
"""
Danger: bound into every ciphertext; another name makes every stored address unreadable.
"""


class Contacts:
    """The contact points of the practices that a transaction sees."""

    def __init__(self, cipher: ClientCipher) -> None:
        """Seal and open with this cipher."""
        self._cipher = cipher

    async def put(self, conn: Connection, practice_id: str, contact_point: ContactPoint) -> None:
        """Create or replace a client's contact point; the client's key stays the same."""
        found = await conn.execute(
            "select wrapped_dek from contact_points where practice_id = %s and client_id = %s for no key update",
            (practice_id, contact_point.client_id),
        )
        row = await found.fetchone()
        wrapped_dek = bytes(row[0]) if row else (await self._cipher.new_key(practice_id))[1]
        sealed = await self._cipher.encrypt(
            practice_id, contact_point.client_id, wrapped_dek, EMAIL_FIELD, contact_point.email
        )
        # Two first puts at once: the later one wins with its own key and address together.
        await conn.execute(
            "insert into contact_points as c"
            " (practice_id, client_id, wrapped_dek, email_sealed, time_zone, locale, has_consent)"
            " values (%s, %s, %s, %s, %s, %s, %s)"
            " on conflict on constraint contact_points_pkey do update set wrapped_dek = excluded.wrapped_dek,"
            " email_sealed = excluded.email_sealed, time_zone = excluded.time_zone, locale = excluded.locale,"
            " has_consent = excluded.has_consent, version = c.version + 1, update_time = now()",
            (
                practice_id,
                contact_point.client_id,
                wrapped_dek,
                sealed,
                contact_point.time_zone,
                contact_point.locale.value,
                contact_point.has_consent,
            ),
        )

    async def get(self, conn: Connection, practice_id: str, client_id: str) -> ContactPoint:
        """Return a client's contact point. Raises UnknownContact. (NOT_FOUND)"""
        found = await conn.execute(
            "select wrapped_dek, email_sealed, time_zone, locale, has_consent from contact_points"
            " where practice_id = %s and client_id = %s",
            (practice_id, client_id),
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownContact("The client has no contact point.", client_id=client_id)
        email = await self.open_email(practice_id, client_id, bytes(row[0]), bytes(row[1]))
        return ContactPoint(client_id, email, time_zone=row[2], locale=Locale(row[3]), has_consent=row[4])

    async def open_email(self, practice_id: str, client_id: str, wrapped_dek: bytes, sealed: bytes) -> str:
        """Open an address that was read with its client's wrapped key."""
        return await self._cipher.decrypt(practice_id, client_id, wrapped_dek, EMAIL_FIELD, sealed)
