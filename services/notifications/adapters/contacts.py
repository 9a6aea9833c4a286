"""Contact points in PostgreSQL; an address is ciphertext under its client's own key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import uuid_utils

from services.chassis.crypto import ClientCipher, Keyring, normalize_email, normalize_phone
from services.chassis.db.pool import Connection
from services.notifications.adapters import consents
from services.notifications.domain import errors
from services.notifications.domain.channel import THE_CLIENT, Channel
from services.notifications.domain.consent import Consent, Source
from services.notifications.domain.contact import AddressState, ContactAddress, ContactPoint, Locale

EMAIL_FIELD = "contact_points.email"
"""
Danger: bound into every ciphertext; another name makes every stored address unreadable.
"""

CODE_FIELD = "contact_addresses.code"

INVITATION_FIELD = "contact_addresses.invitation"

FIELDS = {Channel.EMAIL: EMAIL_FIELD, Channel.SMS: "contact_addresses.sms"}

ADDRESS_COLUMNS = """d.contact_point_id::text, d.client_id::text, d.recipient_id::text, d.channel, d.address_sealed,
    d.state, d.is_verified, d.is_alternative, d.is_safe, d.time_zone, d.locale, d.version"""


class Contacts:
    """The contact points of the practices that a transaction sees."""

    def __init__(self, cipher: ClientCipher, keyring: Keyring) -> None:
        """Seal and open with this cipher; find by this keyring's hashes."""
        self._cipher = cipher
        self._keyring = keyring

    async def put(
        self,
        conn: Connection,
        practice_id: str,
        contact_point: ContactPoint,
        *,
        at: datetime | None = None,
        actor_id: str = "system:notifications",
        source: Source = Source.STAFF,
    ) -> ContactAddress | None:
        """
        Create or replace a client's card: zone, locale, main e-mail address, and the consent to all that is sent.

        Returns:
            The address that another one took the place of, to be told; its address itself is not read.
        """
        at = at or datetime.now(UTC)
        client_id = contact_point.client_id
        wrapped_dek, had_consent = await self._card(conn, practice_id, contact_point)
        email = ContactAddress(
            contact_point_id=str(uuid_utils.uuid7()),
            client_id=client_id,
            channel=Channel.EMAIL,
            address=contact_point.email,
        )
        sealed = await self._cipher.encrypt(practice_id, client_id, wrapped_dek, EMAIL_FIELD, contact_point.email)
        await conn.execute(
            "update contact_points set email_sealed = %s, time_zone = %s, locale = %s, has_consent = %s,"
            " version = version + 1, update_time = now() where practice_id = %s and client_id = %s",
            (
                sealed,
                contact_point.time_zone,
                contact_point.locale.value,
                contact_point.has_consent,
                practice_id,
                client_id,
            ),
        )
        _, former = await self.put_address(conn, practice_id, email)
        if had_consent is not contact_point.has_consent:
            consent = Consent(
                consent_id=str(uuid_utils.uuid7()),
                client_id=client_id,
                is_granted=contact_point.has_consent,
                source=source,
                create_time=at,
                actor_id=actor_id,
            )
            await consents.record(conn, practice_id, [consent])
        return former

    async def get(self, conn: Connection, practice_id: str, client_id: str) -> ContactPoint:
        """Return a client's contact point. Raises UnknownContact. (NOT_FOUND)"""
        found = await conn.execute(
            "select time_zone, locale, has_consent from contact_points where practice_id = %s and client_id = %s",
            (practice_id, client_id),
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownContact("The client has no contact point.", client_id=client_id)
        mails = [
            each.address
            for each in await self.addresses(conn, practice_id, client_id)
            if each.channel is Channel.EMAIL
            and (each.recipient_id, each.is_alternative, each.state) == (THE_CLIENT, False, AddressState.ACTIVE)
        ]
        email = mails[0] if mails else ""
        return ContactPoint(client_id, email, time_zone=row[0], locale=Locale(row[1]), has_consent=row[2])

    async def addresses(
        self, conn: Connection, practice_id: str, client_id: str, *, with_ended: bool = False
    ) -> list[ContactAddress]:
        """Return where a client, and whoever acts for them, may be reached, oldest first."""
        found = await conn.execute(
            f"select {ADDRESS_COLUMNS}, c.wrapped_dek from contact_addresses d"  # noqa: S608
            " join contact_points c on c.practice_id = d.practice_id and c.client_id = d.client_id"
            " where d.practice_id = %s and d.client_id = %s and (%s or d.state <> 'ENDED')"
            " order by d.create_time, d.contact_point_id",
            (practice_id, client_id, with_ended),
        )
        return [
            ContactAddress(
                contact_point_id=row[0],
                client_id=row[1],
                recipient_id=row[2],
                channel=Channel(row[3]),
                address=await self.open_address(practice_id, client_id, bytes(row[12]), Channel(row[3]), bytes(row[4])),
                state=AddressState(row[5]),
                is_verified=row[6],
                is_alternative=row[7],
                is_safe=row[8],
                time_zone=row[9] or "",
                locale=Locale(row[10]) if row[10] else None,
                version=row[11],
            )
            for row in await found.fetchall()
        ]

    async def address(
        self, conn: Connection, practice_id: str, client_id: str, contact_point_id: str
    ) -> ContactAddress:
        """Return one address of a client, in use or not. Raises UnknownContact. (NOT_FOUND)"""
        for each in await self.addresses(conn, practice_id, client_id, with_ended=True):
            if each.contact_point_id == contact_point_id:
                return each
        raise errors.UnknownContact("The client has no such address.", client_id=client_id)

    async def put_address(
        self, conn: Connection, practice_id: str, address: ContactAddress
    ) -> tuple[str, ContactAddress | None]:
        """
        Store an address; an active one ends the active one it stands in for, unless that is the same address.

        Returns:
            Its id, the one of the address it was before if it is the same; and the address it took the place of, to be
            told: that address itself is not read.

        Raises:
            UnknownContact: The client has no card yet. (NOT_FOUND)
        """
        wrapped_dek = await self._key_of(conn, practice_id, address.client_id)
        address_hash = self.hash_of(practice_id, address.channel, address.address)
        sealed = await self._cipher.encrypt(
            practice_id, address.client_id, wrapped_dek, FIELDS[address.channel], address.address
        )
        place = (practice_id, address.client_id, address.recipient_id, address.channel.value, address.is_alternative)
        former: ContactAddress | None = None
        if address.state is AddressState.ACTIVE:
            found = await conn.execute(
                "select contact_point_id::text, address_hash, version from contact_addresses where practice_id = %s"
                " and client_id = %s and recipient_id = %s and channel = %s and is_alternative = %s"
                " and state = 'ACTIVE' for no key update",
                place,
            )
            row = await found.fetchone()
            if row and row[1] is not None and bytes(row[1]) == address_hash:
                await conn.execute(
                    "update contact_addresses set address_sealed = %s, is_safe = %s, is_verified = is_verified or %s,"
                    " time_zone = %s, locale = %s, version = version + 1, update_time = now()"
                    " where practice_id = %s and contact_point_id = %s",
                    (sealed, address.is_safe, address.is_verified, *_own(address), practice_id, row[0]),
                )
                return str(row[0]), None
            if row:
                await self.end_address(conn, practice_id, row[0])
                former = replace(address, contact_point_id=row[0], address="", version=row[2] + 1) if row[1] else None
        await conn.execute(
            "insert into contact_addresses (practice_id, contact_point_id, client_id, recipient_id, channel,"
            " is_alternative, address_sealed, address_hash, state, is_verified, is_safe, time_zone, locale)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                practice_id,
                address.contact_point_id,
                *place[1:],
                sealed,
                address_hash,
                address.state.value,
                address.is_verified,
                address.is_safe,
                *_own(address),
            ),
        )
        return address.contact_point_id, former

    async def end_address(self, conn: Connection, practice_id: str, contact_point_id: str) -> None:
        """Use an address no more; the row stays, so that it can be told what changed."""
        await conn.execute(
            "update contact_addresses set state = 'ENDED', code_hash = null, code_sealed = null,"
            " invitation_sealed = null, version = version + 1, update_time = now()"
            " where practice_id = %s and contact_point_id = %s",
            (practice_id, contact_point_id),
        )

    async def owners(
        self, conn: Connection, practice_id: str, channel: Channel, address: str
    ) -> Sequence[tuple[str, str, str]]:
        """Return (client, recipient, contact point) of everybody who is reached at an address, as it is written."""
        found = await conn.execute(
            "select client_id::text, recipient_id::text, contact_point_id::text from contact_addresses"
            " where practice_id = %s and channel = %s and address_hash = %s and state = 'ACTIVE'"
            " order by client_id, contact_point_id",
            (practice_id, channel.value, self.hash_of(practice_id, channel, address)),
        )
        return [(row[0], row[1], row[2]) for row in await found.fetchall()]

    def hash_of(self, practice_id: str, channel: Channel, address: str) -> bytes:
        """Return what an address is found by. Raises InvalidRequest: EMAIL_MALFORMED, PHONE_MALFORMED."""
        normalized = normalize_email(address) if channel is Channel.EMAIL else normalize_phone(address)
        return self._keyring.blind_index(practice_id, f"contact_addresses.{channel}", normalized)

    async def open_address(
        self, practice_id: str, client_id: str, wrapped_dek: bytes, channel: Channel, sealed: bytes
    ) -> str:
        """Open an address that was read with its client's wrapped key."""
        return await self._cipher.decrypt(practice_id, client_id, wrapped_dek, FIELDS[channel], sealed)

    async def open_code(self, practice_id: str, client_id: str, wrapped_dek: bytes, sealed: bytes) -> str:
        """Open the code that proves an address."""
        return await self._cipher.decrypt(practice_id, client_id, wrapped_dek, CODE_FIELD, sealed)

    async def open_invitation(self, practice_id: str, client_id: str, wrapped_dek: bytes, sealed: bytes) -> str:
        """Open the code of an invitation."""
        return await self._cipher.decrypt(practice_id, client_id, wrapped_dek, INVITATION_FIELD, sealed)

    async def _card(self, conn: Connection, practice_id: str, contact_point: ContactPoint) -> tuple[bytes, bool | None]:
        """
        Return the client's wrapped key and whether they had agreed, locked; a card that is not there is made.

        The first of two at once makes the key; the other waits for it, or its ciphertexts could never be opened.
        """
        await conn.execute(
            "insert into contact_points (practice_id, client_id, wrapped_dek, time_zone, locale, has_consent)"
            " values (%s, %s, %s, %s, %s, false) on conflict on constraint contact_points_pkey do nothing",
            (
                practice_id,
                contact_point.client_id,
                (await self._cipher.new_key(practice_id))[1],
                contact_point.time_zone,
                contact_point.locale.value,
            ),
        )
        wrapped_dek = await self._key_of(conn, practice_id, contact_point.client_id)
        found = await conn.execute(
            "select is_granted from consent_events where practice_id = %s and client_id = %s and recipient_id = %s"
            " and purpose = '' and channel = '' order by consent_id desc limit 1",
            (practice_id, contact_point.client_id, THE_CLIENT),
        )
        row = await found.fetchone()
        return wrapped_dek, row[0] if row else None

    async def _key_of(self, conn: Connection, practice_id: str, client_id: str) -> bytes:
        found = await conn.execute(
            "select wrapped_dek from contact_points where practice_id = %s and client_id = %s for no key update",
            (practice_id, client_id),
        )
        row = await found.fetchone()
        if row is None:
            raise errors.UnknownContact("The client has no contact point.", client_id=client_id)
        return bytes(row[0])


def _own(address: ContactAddress) -> tuple[str | None, str | None]:
    return address.time_zone or None, address.locale.value if address.locale else None
