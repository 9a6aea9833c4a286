"""What the gate must know of the recipients of a batch, read in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.chassis.db.pool import Connection
from services.notifications.adapters import consents, settings, template_rows, webhook_way
from services.notifications.domain.channel import Channel, MessageClass
from services.notifications.domain.consent import Consent, SuppressionReason
from services.notifications.domain.contact import Locale
from services.notifications.domain.gate import WEEK, Address, Circumstances
from services.notifications.domain.message import Message
from services.notifications.domain.settings import NEUTRAL, Settings
from services.notifications.domain.template import Text, key_of

Key = tuple[str, str]
"""Practice and id."""


BEGUN = """
    select m.practice_id::text, m.contact_point_id::text, m.begin_time from messages m
    join unnest(%s::uuid[], %s::uuid[]) as n (practice_id, contact_point_id)
      on m.practice_id = n.practice_id and m.contact_point_id = n.contact_point_id
    where m.class = 'ROUTINE' and m.begin_time > %s and m.state <> 'PLANNED'
"""


@dataclass(frozen=True, slots=True)
class Card:
    """A client's key, zone and language."""

    wrapped_dek: bytes
    time_zone: str
    locale: str


@dataclass(slots=True)
class Files:
    """Cards, addresses, consents, suppressions, crises and recent messages of the clients of a batch."""

    cards: Mapping[Key, Card]
    addresses: Mapping[Key, Sequence[tuple[str, bool, Address]]]
    """By client: whose, whether it is active, the address."""

    consents: Mapping[Key, Sequence[Consent]]
    suppressed: Mapping[tuple[str, Channel, bytes], SuppressionReason]
    in_crisis: frozenset[Key]
    settings: Mapping[str, Settings]
    texts: Mapping[template_rows.Place, Text]
    carriers: frozenset[str] = frozenset()
    """The practices whose own system carries messages."""

    begun: dict[Key, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    async def read(cls, conn: Connection, messages: Mapping[Key, Message], *, at: datetime) -> Files:
        """
        Read all that the gate asks about these messages.

        Danger: addresses are locked in id order after the messages, so that two senders can't both count an
        address as below its cap.
        """
        clients = sorted({(practice_id, message.client_id) for (practice_id, _), message in messages.items()})
        columns = ([each[0] for each in clients], [each[1] for each in clients])
        practices = sorted(set(columns[0]))
        keys = {key for message in messages.values() for key in (message.template_key, key_of(message.kind)) if key}
        cards = await _cards(conn, columns)
        fixed = [message.contact_point_id for message in messages.values() if message.contact_point_id]
        addresses = await _addresses(conn, columns, fixed, locks=True)
        routine = {
            (practice_id, message.client_id)
            for (practice_id, _), message in messages.items()
            if message.message_class is MessageClass.ROUTINE
        }
        relayed = sorted({key[0] for key, message in messages.items() if Channel.WEBHOOK in message.channels})
        capped = [(key[0], address.contact_point_id) for key in routine for _, _, address in addresses.get(key, ())]
        files = cls(
            cards=cards,
            addresses=addresses,
            consents=await consents.of_clients(conn, clients),
            suppressed=await consents.suppressed(conn, _hashed(addresses)),
            in_crisis=await _in_crisis(conn, columns),
            settings=await settings.of_practices(conn, practices),
            texts=await template_rows.newest(conn, practices, sorted(keys)),
            carriers=await webhook_way.carriers(conn, relayed) if relayed else frozenset(),
        )
        for practice_id, contact_point_id, begin_time in await _begun(conn, capped, since=at - WEEK):
            files.begun[practice_id, contact_point_id].append(begin_time)
        return files

    @classmethod
    async def of_clients(cls, conn: Connection, practice_id: str, clients: Sequence[Key]) -> Files:
        """Read what the gate asks about clients of a practice as things stand, for who sends nothing: without locks."""
        columns = ([each[0] for each in clients], [each[1] for each in clients])
        addresses = await _addresses(conn, columns, [], locks=False)
        return cls(
            cards=await _cards(conn, columns),
            addresses=addresses,
            consents=await consents.of_clients(conn, clients),
            suppressed=await consents.suppressed(conn, _hashed(addresses)),
            in_crisis=frozenset(),
            settings=await settings.of_practices(conn, [practice_id]),
            texts={},
            carriers=await webhook_way.carriers(conn, [practice_id]),
        )

    def card(self, practice_id: str, client_id: str) -> Card | None:
        """Return a client's card."""
        return self.cards.get((practice_id, client_id))

    def circumstances(self, practice_id: str, message: Message, available: frozenset[Channel]) -> Circumstances:
        """Return what one message is judged by; its client has a card."""
        key = (practice_id, message.client_id)
        addresses = [
            address
            for owner, is_active, address in self.addresses.get(key, ())
            if (
                address.contact_point_id == message.contact_point_id
                if message.contact_point_id
                else is_active and owner == message.recipient_id
            )
        ]
        return Circumstances(
            time_zone=self.cards[key].time_zone,
            addresses=addresses,
            consents=self.consents.get(key, ()),
            suppressed={
                (address.channel, address.address_hash): why
                for address in addresses
                if address.address_hash
                and (why := self.suppressed.get((practice_id, address.channel, address.address_hash)))
            },
            is_in_crisis=key in self.in_crisis,
            begun_times={
                address.contact_point_id: self.begun.get((practice_id, address.contact_point_id), ())
                for address in addresses
            },
            available=available if practice_id in self.carriers else available - {Channel.WEBHOOK},
            quiet=self.settings_of(practice_id).quiet,
            caps=self.settings_of(practice_id).caps,
        )

    def settings_of(self, practice_id: str) -> Settings:
        """Return what a practice has set."""
        return self.settings.get(practice_id, NEUTRAL)

    def text_of(self, practice_id: str, message: Message, locale: Locale, channel: Channel) -> Text | None:
        """Return a practice's own words for a message, if it has any: those of its step before those of its kind."""
        written = Channel.SMS if channel is Channel.SMS else Channel.EMAIL
        for key in (message.template_key, key_of(message.kind)):
            if own := self.texts.get((practice_id, key, locale, written)):
                return own
        return None

    def note(self, practice_id: str, begun: Message) -> None:
        """Count a message that was just begun: the next of the batch may be to the same address."""
        if begun.message_class is MessageClass.ROUTINE and begun.contact_point_id and begun.begin_time:
            self.begun[practice_id, begun.contact_point_id].append(begun.begin_time)


def _hashed(addresses: Mapping[Key, Sequence[tuple[str, bool, Address]]]) -> list[tuple[str, Channel, bytes]]:
    return [
        (practice_id, address.channel, address.address_hash)
        for (practice_id, _), owned in addresses.items()
        for _, _, address in owned
        if address.address_hash
    ]


async def _cards(conn: Connection, columns: tuple[list[str], list[str]]) -> dict[Key, Card]:
    found = await conn.execute(
        "select c.practice_id::text, c.client_id::text, c.wrapped_dek, c.time_zone, c.locale from contact_points c"
        " join unnest(%s::uuid[], %s::uuid[]) as n (practice_id, client_id)"
        " on c.practice_id = n.practice_id and c.client_id = n.client_id",
        columns,
    )
    return {(row[0], row[1]): Card(bytes(row[2]), row[3], row[4]) for row in await found.fetchall()}


async def _addresses(
    conn: Connection, columns: tuple[list[str], list[str]], fixed: Sequence[str], *, locks: bool
) -> dict[Key, list[tuple[str, bool, Address]]]:
    found = await conn.execute(
        "select d.practice_id::text, d.client_id::text, d.recipient_id::text, d.state, d.contact_point_id::text,"  # noqa: S608
        " d.channel, d.address_sealed, d.address_hash, d.is_alternative, d.is_safe, d.time_zone, d.locale,"
        " d.code_sealed, d.invitation_sealed"
        " from contact_addresses d join unnest(%s::uuid[], %s::uuid[]) as n (practice_id, client_id)"
        " on d.practice_id = n.practice_id and d.client_id = n.client_id"
        " where d.state = 'ACTIVE' or d.contact_point_id = any (%s)"
        f" order by d.practice_id, d.contact_point_id{' for no key update of d' if locks else ''}",
        (*columns, list(fixed)),
    )
    addresses: dict[Key, list[tuple[str, bool, Address]]] = defaultdict(list)
    for row in await found.fetchall():
        address = Address(
            contact_point_id=row[4],
            channel=Channel(row[5]),
            sealed=bytes(row[6]),
            address_hash=bytes(row[7]) if row[7] else None,
            is_alternative=row[8],
            is_safe=row[9],
            time_zone=row[10] or "",
            locale=row[11] or "",
            code_sealed=bytes(row[12] or b""),
            invitation_sealed=bytes(row[13] or b""),
        )
        addresses[row[0], row[1]].append((row[2], row[3] == "ACTIVE", address))
    return addresses


async def _in_crisis(conn: Connection, columns: tuple[list[str], list[str]]) -> frozenset[Key]:
    found = await conn.execute(
        "select distinct p.practice_id::text, p.client_id::text from pages p"
        " join unnest(%s::uuid[], %s::uuid[]) as n (practice_id, client_id)"
        " on p.practice_id = n.practice_id and p.client_id = n.client_id"
        " where p.end_time is null",
        columns,
    )
    return frozenset((row[0], row[1]) for row in await found.fetchall())


async def _begun(conn: Connection, capped: Sequence[Key], *, since: datetime) -> Sequence[tuple[str, str, datetime]]:
    if not capped:
        return []
    found = await conn.execute(
        BEGUN,
        ([each[0] for each in capped], [each[1] for each in capped], since),
    )
    return [(row[0], row[1], row[2]) for row in await found.fetchall()]
