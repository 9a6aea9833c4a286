"""Writes and hands over messages by the way the gate chose: mail, text, inbox, webhook."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.chassis.crypto import Keyring
from services.notifications.adapters import metrics
from services.notifications.adapters.contacts import Contacts
from services.notifications.adapters.deliveries import number_hash
from services.notifications.adapters.letters import LetterWriter
from services.notifications.adapters.smtp import SmtpPost
from services.notifications.adapters.webhook_way import WebhookWay
from services.notifications.adapters.wording import Wording
from services.notifications.domain.channel import Channel
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome
from services.notifications.usecases.carry_by_channel import Carrier
from services.notifications.usecases.send_due_messages import Cargo, Letter, Notice, Parcel, Relay, TextMessage


class Writer:
    """Opens an address at the last moment, and says what is to be said in the words of its channel."""

    def __init__(self, *, letters: LetterWriter, wording: Wording, contacts: Contacts) -> None:
        """Take what every message needs."""
        self._letters = letters
        self._wording = wording
        self._contacts = contacts

    async def write(self, parcel: Parcel, *, at: datetime) -> Cargo:
        """Write it. Raises Unsayable."""
        if parcel.message.channel is Channel.SMS:
            return await self._text(parcel, at=at)
        if parcel.message.channel is Channel.INBOX:
            return Notice()
        if parcel.message.channel is Channel.WEBHOOK:
            return Relay(parcel.claim.practice_id, parcel.message.message_id, parcel.message.revision)
        return await self._letters.write(parcel, at=at)

    async def _text(self, parcel: Parcel, *, at: datetime) -> TextMessage:
        words = await self._wording.of(parcel, at=at)
        number = await self._contacts.open_address(
            parcel.claim.practice_id,
            parcel.message.client_id,
            parcel.wrapped_dek,
            Channel.SMS,
            parcel.address_sealed,
        )
        return TextMessage(
            practice_id=parcel.claim.practice_id,
            message_id=parcel.message.message_id,
            recipient=number,
            body=words.text.strip(),
            useless_time=parcel.message.last_time,
        )


class Post:
    """Every way out there is; the inbox is in the house, and to a practice's own system leads a row of ours."""

    def __init__(
        self, *, smtp: SmtpPost, texts: Carrier[TextMessage] | None, keyring: Keyring, webhooks: WebhookWay
    ) -> None:
        """Take the ways; without *texts* there are none."""
        self._webhooks = webhooks
        self._smtp = smtp
        self._texts = texts
        self._keyring = keyring

    @property
    def available(self) -> frozenset[Channel]:
        """The channels there is a way out for."""
        texts = frozenset({Channel.SMS}) if self._texts is not None else frozenset()
        return frozenset({Channel.EMAIL, Channel.INBOX, Channel.WEBHOOK}) | texts

    @property
    def has_other_ways(self) -> bool:
        """Tell whether something can go out while the mail server is away."""
        return self._texts is not None

    async def is_there(self) -> bool:
        """Tell whether anything can go out now."""
        return await self._smtp.is_there() or self.has_other_ways

    async def deliver(self, cargo: Cargo) -> Delivered:
        """Hand it over; whatever happens is an outcome."""
        if isinstance(cargo, Letter):
            return await self._smtp.deliver(cargo)
        if isinstance(cargo, Notice):
            return Delivered(Outcome.ACCEPTED, None, "inbox")
        if isinstance(cargo, Relay):
            return await self._webhooks.deliver(cargo)
        if self._texts is None:
            raise RuntimeError("a text without a provider passed the gate")
        said = await self._texts.deliver(cargo)
        for name, is_open in self._texts.standings().items():
            metrics.OPEN_PROVIDERS.labels(name).set(is_open)
        return replace(said, number_hash=number_hash(self._keyring, cargo.recipient))
