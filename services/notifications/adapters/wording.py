"""Says a parcel in words, and refuses words that must not be seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from services.notifications.adapters.contacts import Contacts
from services.notifications.adapters.templates import VARIABLES, Templates, Variables, Words
from services.notifications.adapters.wall_words import (
    date_in_words,
    days_between,
    days_in_words,
    start_in_short,
    start_in_words,
)
from services.notifications.config import MailConfig
from services.notifications.domain.channel import Channel
from services.notifications.domain.contact import Locale
from services.notifications.domain.link import WITH_LINK
from services.notifications.domain.lint import find_forbidden
from services.notifications.domain.message import Kind, Message, Reason
from services.notifications.domain.segments import segments
from services.notifications.domain.settings import Settings
from services.notifications.usecases.send_due_messages import Parcel, Unsayable

MOST_SEGMENTS = 3
"""Segments a text message may take; an editor warns above one. Source: reference notes, section 1.6."""

SAMPLE_LINK = "/l/AAAAAAAAAAAAAAAAAAAAAA"
SAMPLE_CODE = "123456"

INVITATION_PATH = "/invitation"
"""The gateway's page that says how an invitation is taken up; the code is in the message, never in an address."""


class Approved(Protocol):
    """The words that staff approved for an absence."""

    async def of(self, practice_id: str, offer_id: str) -> str:
        """Return those of an offer, or nothing where it has none."""


class Wording:
    """Renders messages at the last moment, from what holds then."""

    def __init__(
        self, *, config: MailConfig, templates: Templates, contacts: Contacts, approved: Approved | None = None
    ) -> None:
        """Take what every message needs; without *approved*, an absence is told of in the built-in words."""
        self._approved = approved
        self._config = config
        self._templates = templates
        self._contacts = contacts

    async def of(self, parcel: Parcel, *, at: datetime) -> Words:
        """
        Say a parcel.

        Raises:
            Unsayable: It would tell too much (FORBIDDEN_WORDS) or take too many segments (TOO_LONG).
        """
        variables = variables_of(
            parcel.message,
            time_zone=parcel.time_zone,
            locale=parcel.locale,
            channel=parcel.message.channel or Channel.EMAIL,
            sender=self.sender_label(parcel.settings),
            phone=parcel.settings.phone,
            link=self._link(parcel),
            code=await self._code(parcel),
            at=at,
        )
        channel = parcel.message.channel or Channel.EMAIL
        if (said := await self._approved_words(parcel, variables, channel)) is not None:
            return said
        words = self._templates.render(
            parcel.message.kind, locale=parcel.locale, variables=variables, channel=channel, own=parcel.own
        )
        if reason := self.why_not(words, channel, parcel.settings):
            raise Unsayable(reason)
        return words

    def sample(
        self, message: Message, *, locale: Locale, channel: Channel, settings: Settings, at: datetime
    ) -> Variables:
        """Return what a made-up message of this kind and time would say."""
        return variables_of(
            message,
            time_zone="UTC",
            locale=locale,
            channel=channel,
            sender=self.sender_label(settings),
            phone=settings.phone,
            link=self._config.public_url + SAMPLE_LINK,
            code=SAMPLE_CODE,
            at=at,
        )

    def sender_label(self, settings: Settings) -> str:
        """Return the neutral name a practice's messages come from."""
        return settings.sender_label or self._config.sender_name

    def why_not(self, words: Words, channel: Channel, settings: Settings) -> Reason | None:
        """Say why words must not leave: what can be seen tells of care, or it is too long for a telephone."""
        link = urlsplit(self._config.public_url)
        seen = (words.subject, words.text, self.sender_label(settings), f"{link.hostname or ''}{link.path}")
        if find_forbidden(seen, settings.forbidden_words):
            return Reason.FORBIDDEN_WORDS
        if channel is Channel.SMS and segments(words.text) > MOST_SEGMENTS:
            return Reason.TOO_LONG
        return None

    def _link(self, parcel: Parcel) -> str:
        """Lead to where a message is answered, to what an invitation is, or to where one signs in."""
        if parcel.message.kind is Kind.INVITATION:
            return self._config.public_url + INVITATION_PATH
        is_answered_here = parcel.token and parcel.message.kind in WITH_LINK
        return f"{self._config.public_url}/l/{parcel.token}" if is_answered_here else self._config.public_url

    async def _approved_words(self, parcel: Parcel, variables: Variables, channel: Channel) -> Words | None:
        """
        Return what staff approved for this absence, or None where the usual words are to be used.

        Words that would tell of care, or are too long for a telephone, wait where the client signs in.
        """
        if self._approved is None or parcel.message.kind is not Kind.ABSENCE_OFFER:
            return None
        body = await self._approved.of(parcel.claim.practice_id, parcel.message.appointment_id)
        if not body:
            return None
        words = self._templates.say(
            body, parcel.message.kind, locale=parcel.locale, variables=variables, channel=channel
        )
        return None if self.why_not(words, channel, parcel.settings) else words

    async def _code(self, parcel: Parcel) -> str:
        opening = {
            Kind.CONTACT_CODE: self._contacts.open_code,
            Kind.INVITATION: self._contacts.open_invitation,
        }.get(parcel.message.kind)
        if opening is None:
            return ""
        return await opening(parcel.claim.practice_id, parcel.message.client_id, parcel.wrapped_dek, parcel.code_sealed)


def variables_of(
    message: Message,
    *,
    time_zone: str,
    locale: Locale,
    channel: Channel,
    sender: str,
    phone: str,
    link: str,
    code: str,
    at: datetime,
) -> Variables:
    """Return all that a message of its kind may say, and nothing else."""
    allowed = VARIABLES[message.kind]
    known: dict[str, str | int] = {"sender": sender, "phone": phone, "link": link, "code": code}
    if "when" in allowed:
        start_time = message.start_time
        days = days_between(start_time, time_zone=time_zone, at=at)
        known["when"] = (
            start_in_short(start_time, time_zone=time_zone, locale=locale)
            if channel is Channel.SMS
            else start_in_words(start_time, time_zone=time_zone, locale=locale, at=at)
        )
        known["date"] = date_in_words(start_time, time_zone=time_zone, locale=locale, at=at)
        known["time"] = start_in_short(start_time, time_zone=time_zone, locale=locale).rpartition(", ")[2]
        known["days"] = days
        known["in_days"] = days_in_words(max(days, 0), locale)
    return {name: value for name, value in known.items() if name in allowed}


def made_up(kind: Kind, *, at: datetime) -> Message:
    """Return a message of a kind as an editor shows it: about something in three days."""
    start_time = (at + timedelta(days=3)).replace(hour=15, minute=0, second=0, microsecond=0)
    nobody = "00000000-0000-0000-0000-000000000000"
    return Message(nobody, nobody, nobody, 1, kind, start_time, at)
