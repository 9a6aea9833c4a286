"""Codes that prove addresses, and the notices about addresses, in PostgreSQL."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import uuid_utils

from services.chassis.crypto import ClientCipher, Keyring
from services.chassis.db.pool import Connection
from services.notifications.adapters import postgres
from services.notifications.adapters.contacts import CODE_FIELD, INVITATION_FIELD
from services.notifications.domain import errors
from services.notifications.domain.address import (
    CODE_DIGITS,
    CODE_GOOD_FOR,
    SentCode,
    changed_message,
    code_message,
    invitation_message,
)
from services.notifications.domain.contact import AddressState, ContactAddress


class AddressCodes:
    """The codes of the practices that a transaction sees."""

    def __init__(self, cipher: ClientCipher, keyring: Keyring) -> None:
        """Seal with this cipher; compare by this keyring's hashes."""
        self._cipher = cipher
        self._keyring = keyring

    async def send(self, conn: Connection, practice_id: str, address: ContactAddress, *, at: datetime) -> None:
        """Make a code, and plan the message that carries it. Raises CodeTooSoon. (RESOURCE_EXHAUSTED)"""
        sent, wrapped_dek = await self._sent(conn, practice_id, address)
        sent.may_send_again(at=at)
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        sealed = await self._cipher.encrypt(practice_id, address.client_id, wrapped_dek, CODE_FIELD, code)
        found = await conn.execute(
            "update contact_addresses set code_hash = %s, code_sealed = %s, code_expire_time = %s, code_tries = 0,"
            " version = version + 1, update_time = now() where practice_id = %s and contact_point_id = %s"
            " returning version",
            (
                self._hash(practice_id, address.contact_point_id, code),
                sealed,
                at + CODE_GOOD_FOR,
                practice_id,
                address.contact_point_id,
            ),
        )
        row = await found.fetchone()
        assert row is not None, "an address that was read is there"
        message = code_message(address, version=row[0], message_id=str(uuid_utils.uuid7()), at=at)
        await postgres.insert_messages(conn, [(practice_id, message)])

    async def invite(
        self,
        conn: Connection,
        practice_id: str,
        address: ContactAddress,
        code: str,
        *,
        at: datetime,
        end_time: datetime,
    ) -> None:
        """Plan the message that carries an invitation's code; one before it that was not sent yet says the new one."""
        _, wrapped_dek = await self._sent(conn, practice_id, address)
        sealed = await self._cipher.encrypt(practice_id, address.client_id, wrapped_dek, INVITATION_FIELD, code)
        found = await conn.execute(
            "update contact_addresses set invitation_sealed = %s, version = version + 1, update_time = now()"
            " where practice_id = %s and contact_point_id = %s returning version",
            (sealed, practice_id, address.contact_point_id),
        )
        row = await found.fetchone()
        assert row is not None, "an address that was read is there"
        message_id = str(uuid_utils.uuid7())
        message = invitation_message(address, version=row[0], message_id=message_id, at=at, end_time=end_time)
        await postgres.insert_messages(conn, [(practice_id, message)])

    async def try_code(
        self, conn: Connection, practice_id: str, address: ContactAddress, code: str, *, at: datetime
    ) -> bool:
        """
        Try a code; a right one proves the address, and a pending one takes the place of the one before.

        Danger: the caller commits, whatever the answer is: a try that is rolled back was never counted.

        Raises:
            CodeExpired: There is none that can be tried. (FAILED_PRECONDITION)
        """
        sent, _ = await self._sent(conn, practice_id, address)
        if address.state is AddressState.ENDED or not sent.is_good(at=at):
            raise errors.CodeExpired("The code can't be tried any more.", contact_point_id=address.contact_point_id)
        is_right = hmac.compare_digest(sent.code_hash or b"", self._hash(practice_id, address.contact_point_id, code))
        if not is_right:
            await conn.execute(
                "update contact_addresses set code_tries = code_tries + 1"
                " where practice_id = %s and contact_point_id = %s",
                (practice_id, address.contact_point_id),
            )
            return False
        await self._end_former(conn, practice_id, address, at=at)
        await conn.execute(
            "update contact_addresses set state = 'ACTIVE', is_verified = true, code_hash = null, code_sealed = null,"
            " code_expire_time = null, code_tries = 0, version = version + 1, update_time = now()"
            " where practice_id = %s and contact_point_id = %s",
            (practice_id, address.contact_point_id),
        )
        return True

    async def tell_of_change(self, conn: Connection, practice_id: str, former: ContactAddress, *, at: datetime) -> None:
        """Plan the notice to an address that is used no more."""
        message = changed_message(former, message_id=str(uuid_utils.uuid7()), at=at)
        await postgres.insert_messages(conn, [(practice_id, message)])

    async def _end_former(self, conn: Connection, practice_id: str, address: ContactAddress, *, at: datetime) -> None:
        found = await conn.execute(
            "update contact_addresses set state = 'ENDED', version = version + 1, update_time = now()"
            " where practice_id = %s and client_id = %s and recipient_id = %s and channel = %s and is_alternative = %s"
            " and state = 'ACTIVE' and contact_point_id <> %s returning contact_point_id::text, version",
            (
                practice_id,
                address.client_id,
                address.recipient_id,
                address.channel.value,
                address.is_alternative,
                address.contact_point_id,
            ),
        )
        for contact_point_id, version in await found.fetchall():
            former = ContactAddress(
                contact_point_id=contact_point_id,
                client_id=address.client_id,
                channel=address.channel,
                address="",
                recipient_id=address.recipient_id,
                version=version,
            )
            await self.tell_of_change(conn, practice_id, former, at=at)

    async def _sent(self, conn: Connection, practice_id: str, address: ContactAddress) -> tuple[SentCode, bytes]:
        found = await conn.execute(
            "select d.code_hash, d.code_expire_time, d.code_tries, c.wrapped_dek from contact_addresses d"
            " join contact_points c on c.practice_id = d.practice_id and c.client_id = d.client_id"
            " where d.practice_id = %s and d.contact_point_id = %s for no key update of d",
            (practice_id, address.contact_point_id),
        )
        row = await found.fetchone()
        assert row is not None, "an address that was read is there"
        return SentCode(bytes(row[0]) if row[0] else None, row[1], row[2]), bytes(row[3])

    def _hash(self, practice_id: str, contact_point_id: str, code: str) -> bytes:
        return self._keyring.blind_index(practice_id, CODE_FIELD, f"{contact_point_id}|{code}")
