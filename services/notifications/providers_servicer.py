"""The door by which providers report, and pass on what people text back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
import uuid_utils
from kept.notifications.v1 import providers_service_pb2

from services.chassis.context import NO_PRACTICE, Call
from services.chassis.crypto import ClientCipher, Keyring, normalize_phone
from services.chassis.db.pool import Connection, Database
from services.chassis.errors import InvalidRequest
from services.notifications.adapters import consents, deliveries, metrics, proto
from services.notifications.adapters.availability import NeighbourLedger
from services.notifications.adapters.booking import Neighbour, NeighbourBooking
from services.notifications.adapters.contacts import Contacts
from services.notifications.adapters.register import PostgresRegister
from services.notifications.adapters.replies import Replies, Reply
from services.notifications.adapters.reports import take_report
from services.notifications.adapters.sms import SmsAccount
from services.notifications.adapters.twilio_signature import is_signed
from services.notifications.adapters.wall_words import start_in_words
from services.notifications.adapters.webhooks import tell_published
from services.notifications.domain import errors
from services.notifications.domain.answer import Situation, State
from services.notifications.domain.appointment import Appointment
from services.notifications.domain.channel import Channel
from services.notifications.domain.consent import Source
from services.notifications.domain.contact import Locale
from services.notifications.domain.delivery import Report
from services.notifications.domain.reply import SAID, Meaning, Word, meaning_of
from services.notifications.usecases.answer_reply import Answered, answer_reply
from services.notifications.usecases.opt_out import opt_in, opt_out

log = structlog.get_logger(__name__)

SERVICE = providers_service_pb2.DESCRIPTOR.services_by_name["ProvidersService"]

MOST_FIELDS = 60
MOST_PRACTICES = 5
"""Practices that one shared sender is asked about for a number."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a number is in one practice."""

    practice_id: str
    client_ids: Sequence[str]
    time_zone: str
    locale: Locale
    is_opted_out: bool

    @property
    def client_id(self) -> str:
        """Whom a reply is kept with; empty when the number is nobody's."""
        return self.client_ids[0] if self.client_ids else ""


class ProvidersServicer:
    """Takes what is signed by a provider we have an account with."""

    def __init__(
        self,
        *,
        database: Database,
        accounts: Sequence[SmsAccount],
        public_url: str,
        contacts: Contacts,
        keyring: Keyring,
        booking: Neighbour,
        availability: Neighbour,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what the methods need."""
        self._database = database
        self._accounts = {account.name: account for account in accounts}
        self._public_url = public_url
        self._contacts = contacts
        self._keyring = keyring
        self._cipher = ClientCipher(keyring)
        self._booking = booking
        self._availability = availability
        self._clock = clock

    async def TakeDeliveryReport(
        self, request: providers_service_pb2.TakeDeliveryReportRequest, call: Call
    ) -> providers_service_pb2.TakeDeliveryReportResponse:
        """Take a report of what became of a message."""
        account, form = self._checked(request.form)
        practice_id = proto.uuid(request.practice_id, field="practice_id")
        message_id = proto.uuid(request.message_id, field="message_id")
        call.enter_practice(practice_id, "")
        report = form.get("MessageStatus", form.get("SmsStatus", "")).upper()
        if report not in tuple(Report):
            raise InvalidRequest("There is no such status.", field="MessageStatus")
        async with call.tx() as conn:
            await take_report(
                conn,
                call,
                message_id,
                provider=account.name,
                provider_ref=form.get("MessageSid", form.get("SmsSid", "")),
                report=Report(report),
                code=form.get("ErrorCode", "")[:8],
                at=self._clock(),
            )
        return providers_service_pb2.TakeDeliveryReportResponse()

    async def TakeReply(
        self, request: providers_service_pb2.TakeReplyRequest, call: Call
    ) -> providers_service_pb2.TakeReplyResponse:
        """Take what somebody texted back, act on it, and say what to answer."""
        account, form = self._checked(request.form)
        sender, words, ref = form.get("From", ""), form.get("Body", ""), form.get("MessageSid", "")
        try:
            number = normalize_phone(sender)
        except InvalidRequest:
            raise errors.Malformed("The number can't be read.", field="From") from None
        at = self._clock()
        practices = await self._practices(account, number)
        if not practices:
            # Nobody of ours ever wrote to this number: there is no inbox it could go to.
            log.warning("reply.nobodys", provider=account.name)
            call.enter_practice(account.practice_id or NO_PRACTICE, "")
            await call.authorize()
            return providers_service_pb2.TakeReplyResponse(words=SAID[Locale.EN]["help"])
        owners = [await self._owner(practice_id, number) for practice_id in practices]
        owner = next((each for each in owners if each.client_ids), owners[0])
        call.enter_practice(owner.practice_id, owner.client_id)
        meaning = meaning_of(words)
        await call.authorize(client_ids=[each for each in owner.client_ids] or (), resource_id=owner.client_id)
        known = await self._known(owner, account, ref)
        if known is not None:
            return providers_service_pb2.TakeReplyResponse(words=known)
        if meaning.word in (Word.STOP, Word.START) or (meaning.word is Word.YES and owner.is_opted_out):
            said = await self._heed(meaning, owners, number, call, reply_id=ref, at=at)
            answered = Answered(said, State.HANDLED)
        else:
            answered = await self._answer(meaning, owner, call, at=at)
        answer = words_of(answered, owner, at=at)
        async with call.tx() as conn:
            replies = Replies(conn, owner.practice_id, self._cipher)
            reply = Reply(
                reply_id=str(uuid_utils.uuid7()),
                client_id=owner.client_id,
                sender=number,
                words=words,
                meaning=meaning.word.value,
                state=answered.state,
                appointment_id=answered.appointment_id,
                receive_time=at,
            )
            metrics.REPLIES.labels(reply.meaning).inc()
            await replies.add(reply, provider=account.name, provider_ref=ref, answer=answer)
            if owner.client_id:
                await replies.ask(owner.client_id, answered.question)
            event = proto.reply_event(reply, practice_id=owner.practice_id)
            call.publish(event, aggregate_id=reply.reply_id, version=1)
            await tell_published(conn, [call.envelope], at=at)
        return providers_service_pb2.TakeReplyResponse(words=answer)

    async def _answer(self, meaning: Meaning, owner: Owner, call: Call, *, at: datetime) -> Answered:
        """Decide and act; no transaction is open while booking is asked."""
        async with self._database.begin([owner.practice_id]) as conn:
            replies = Replies(conn, owner.practice_id, self._cipher)
            seen = Situation(
                ahead=await replies.ahead(owner.client_ids, at=at) if owner.client_ids else (),
                question=await replies.question(owner.client_id) if owner.client_id else None,
                is_known=bool(owner.client_ids),
                is_opted_out=owner.is_opted_out,
                was_told=bool(owner.client_id) and await replies.was_told(owner.client_id, at=at),
            )
        return await answer_reply(
            meaning,
            seen,
            reply_id=str(uuid_utils.uuid7()),
            client_id=owner.client_id,
            time_zone=owner.time_zone,
            appointments=Known(self._database, owner.practice_id, self._cipher),
            booking=NeighbourBooking(self._booking, call),
            ledger=NeighbourLedger(self._availability, call),
            at=at,
        )

    async def _heed(
        self, meaning: Meaning, owners: Sequence[Owner], number: str, call: Call, *, reply_id: str, at: datetime
    ) -> str:
        """Opt a number out, or in again, in every practice that writes to it by this sender."""
        is_stop = meaning.word is Word.STOP
        change = opt_out if is_stop else opt_in
        lifted = is_stop
        for owner in owners:
            own = owner.practice_id == call.practice_id
            async with call.tx() if own else self._database.begin([owner.practice_id]) as conn:
                done = await change(
                    PostgresRegister(conn, owner.practice_id, self._contacts),
                    channel=Channel.SMS,
                    address=number,
                    source=Source.REPLY,
                    evidence=reply_id[:64],
                    at=at,
                    new_id=lambda: str(uuid_utils.uuid7()),
                )
                lifted = lifted or bool(done)
        return "stopped" if is_stop else "started" if lifted else "help"

    async def _practices(self, account: SmsAccount, number: str) -> list[str]:
        if account.practice_id:
            return [account.practice_id]
        async with self._database.begin([]) as conn:
            hashed = deliveries.number_hash(self._keyring, number)
            return await deliveries.texting_practices(conn, hashed, most=MOST_PRACTICES)

    async def _owner(self, practice_id: str, number: str) -> Owner:
        async with self._database.begin([practice_id]) as conn:
            found = await self._contacts.owners(conn, practice_id, Channel.SMS, number)
            client_ids = list(dict.fromkeys(client_id for client_id, _, _ in found))
            time_zone, locale = await _card(conn, practice_id, client_ids)
            hashed = self._contacts.hash_of(practice_id, Channel.SMS, number)
            suppressed = await consents.suppressed(conn, [(practice_id, Channel.SMS, hashed)])
        return Owner(practice_id, client_ids, time_zone, locale, bool(suppressed))

    async def _known(self, owner: Owner, account: SmsAccount, ref: str) -> str | None:
        """Return what the same reply was answered before: a provider may pass it on twice."""
        async with self._database.begin([owner.practice_id]) as conn:
            return await Replies(conn, owner.practice_id, self._cipher).answer_to(account.name, ref)

    def _checked(self, form: providers_service_pb2.SignedForm) -> tuple[SmsAccount, Mapping[str, str]]:
        """
        Return whose call it is and its fields.

        Raises:
            SignatureInvalid: Nobody we know has signed it. (PERMISSION_DENIED)
        """
        account = self._accounts.get(form.provider)
        fields: dict[str, list[str]] = {}
        for each in form.fields[: MOST_FIELDS + 1]:
            fields.setdefault(each.name, []).append(each.value)
        is_good = (
            account is not None
            and len(form.fields) <= MOST_FIELDS
            and is_signed(account.auth_token, self._public_url + form.target, fields, form.signature, body=form.body)
        )
        if account is None or not is_good:
            raise errors.SignatureInvalid("The call is not signed by its provider.")
        return account, {name: values[0] for name, values in fields.items()}


class Known:
    """What this service knows of one practice's appointments, each look in a transaction of its own."""

    def __init__(self, database: Database, practice_id: str, cipher: ClientCipher) -> None:
        """Look in this practice."""
        self._database, self._practice_id, self._cipher = database, practice_id, cipher

    async def appointment(self, appointment_id: str) -> Appointment:
        """Return what is known of an appointment."""
        async with self._database.begin([self._practice_id]) as conn:
            return await Replies(conn, self._practice_id, self._cipher).appointment(appointment_id)


def words_of(answered: Answered, owner: Owner, *, at: datetime) -> str:
    """Say the answer; whoever has opted out is told that they did, and nothing else."""
    if not answered.say or (owner.is_opted_out and answered.say not in ("started", "help")):
        return ""
    said = SAID[owner.locale][answered.say]
    moments = [
        start_in_words(each, time_zone=owner.time_zone, locale=owner.locale, at=at).partition(" (")[0]
        for each in answered.times
    ]
    options = ", ".join(f"{number} {each}" for number, each in enumerate(moments, start=1))
    return said.format(when=moments[0] if moments else "", options=options)


async def _card(conn: Connection, practice_id: str, client_ids: Sequence[str]) -> tuple[str, Locale]:
    if not client_ids:
        return "UTC", Locale.EN
    found = await conn.execute(
        "select time_zone, locale from contact_points where practice_id = %s and client_id = %s",
        (practice_id, client_ids[0]),
    )
    row = await found.fetchone()
    return (str(row[0]), Locale(row[1])) if row else ("UTC", Locale.EN)
