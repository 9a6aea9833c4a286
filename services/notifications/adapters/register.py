"""Addresses, consents and suppressions of one practice, for whoever opts out or in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db.pool import Connection
from services.notifications.adapters import consents
from services.notifications.adapters.contacts import Contacts
from services.notifications.domain.channel import Channel
from services.notifications.domain.consent import Consent, SuppressionReason


class PostgresRegister:
    """One practice's, inside the caller's transaction."""

    def __init__(self, conn: Connection, practice_id: str, contacts: Contacts) -> None:
        """Find addresses by the hashes of *contacts*."""
        self._conn = conn
        self._practice_id = practice_id
        self._contacts = contacts

    async def owners(self, channel: Channel, address: str) -> Sequence[tuple[str, str, str]]:
        """Return (client, recipient, contact point) of everybody who is reached there."""
        return await self._contacts.owners(self._conn, self._practice_id, channel, address)

    async def record(self, entries: Sequence[Consent]) -> None:
        """Add to the record."""
        await consents.record(self._conn, self._practice_id, entries)

    async def suppress(self, channel: Channel, address: str, reason: SuppressionReason, *, at: datetime) -> None:
        """Send nothing there any more."""
        address_hash = self._contacts.hash_of(self._practice_id, channel, address)
        await consents.suppress(
            self._conn, self._practice_id, channel=channel, address_hash=address_hash, reason=reason, at=at
        )

    async def lift(self, channel: Channel, address: str, *, at: datetime) -> bool:
        """Send there again if it was suppressed on its owner's word."""
        return await consents.lift(
            self._conn,
            self._practice_id,
            channel=channel,
            address_hash=self._contacts.hash_of(self._practice_id, channel, address),
            reasons=[SuppressionReason.OPTED_OUT],
            at=at,
        )

    async def withhold(self, clients: Sequence[str], channel: Channel) -> int:
        """Keep back what waits for these clients and could go by this channel alone, in id order as senders lock."""
        done = await self._conn.execute(
            "with waiting as (select message_id from messages where practice_id = %s and client_id = any (%s::uuid[])"
            " and state = 'PLANNED' and channels = array[%s] order by message_id for no key update)"
            " update messages m set state = 'SUPPRESSED', reason = 'OPTED_OUT', revision = revision + 1"
            " from waiting where m.practice_id = %s and m.message_id = waiting.message_id",
            (self._practice_id, list(clients), channel.value, self._practice_id),
        )
        return done.rowcount
