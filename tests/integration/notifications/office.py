"""One notifications service without its gRPC door: store, sender and clock in a test's hands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import uuid_utils
from google.protobuf.message import Message as ProtoMessage
from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import booking_events_pb2, booking_pb2

from services.chassis.context import Actor, Call
from services.chassis.crypto import ClientCipher, Keyring
from services.chassis.db.pool import Connection, Database
from services.chassis.events.inbox import alone
from services.notifications.adapters import postgres
from services.notifications.adapters.address_codes import AddressCodes
from services.notifications.adapters.bells import bells
from services.notifications.adapters.contacts import Contacts
from services.notifications.adapters.desk import PostgresDesk
from services.notifications.adapters.letters import LetterWriter
from services.notifications.adapters.record import record
from services.notifications.adapters.register import PostgresRegister
from services.notifications.adapters.sms import SmsProvider, read_sms_urls
from services.notifications.adapters.smtp import SmtpPost, read_smtp_url
from services.notifications.adapters.templates import Templates
from services.notifications.adapters.ways import Post, Writer
from services.notifications.adapters.webhook_way import WebhookWay
from services.notifications.adapters.wording import Wording
from services.notifications.config import MailConfig
from services.notifications.domain.channel import Channel
from services.notifications.domain.consent import Source
from services.notifications.domain.contact import ContactPoint, Locale
from services.notifications.domain.message import Message, Outcome
from services.notifications.reactions import gatherings, reactions
from services.notifications.usecases.carry_by_channel import Carrier
from services.notifications.usecases.give_up_stuck_messages import give_up_stuck_messages
from services.notifications.usecases.opt_out import opt_out
from services.notifications.usecases.plan_due_nudges import plan_due_nudges
from services.notifications.usecases.send_due_messages import TextMessage, send_due_messages

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
START = datetime(2026, 3, 3, 23, tzinfo=UTC)
PUBLIC_URL = "https://kept.example"


class Counted:
    """A connection that counts its statements."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.count = 0

    async def execute(self, *arguments: Any) -> Any:
        """Run one."""
        self.count += 1
        return await self._conn.execute(*arguments)


class Office:
    """A service whose clock stands still until told otherwise."""

    def __init__(self, database: Database, keyring: Keyring, smtp_url: str, sms_urls: str = "") -> None:
        cipher = ClientCipher(keyring)
        self.at = NOW
        self.database = database
        self.contacts = Contacts(cipher, keyring)
        self.smtp = SmtpPost(read_smtp_url(smtp_url))
        accounts = read_sms_urls(sms_urls)
        self.sms = [SmsProvider(each, public_url=PUBLIC_URL, client=impatient(), clock=self.clock) for each in accounts]
        texts: Carrier[TextMessage] | None = Carrier(self.sms, clock=self.clock) if self.sms else None
        relays = WebhookWay(database, clock=self.clock)
        self.post = Post(smtp=self.smtp, texts=texts, keyring=keyring, webhooks=relays)
        self.desk = PostgresDesk(database, record=record, available=self.post.available)
        self.codes = AddressCodes(cipher, keyring)
        config = MailConfig(smtp_url, PUBLIC_URL, "Appointments <appointments@kept.example>")
        self.templates = Templates()
        self.wording = Wording(config=config, templates=self.templates, contacts=self.contacts)
        letters = LetterWriter(config=config, wording=self.wording, contacts=self.contacts)
        self.writer = Writer(letters=letters, wording=self.wording, contacts=self.contacts)
        together = {name: alone(gathering) for name, gathering in gatherings(self.clock).items()}
        self._reactions = reactions(self.clock) | together

    def clock(self) -> datetime:
        """Now, as the test says."""
        return self.at

    async def close(self) -> None:
        """Close what was opened."""
        await self.desk.close()
        await self.smtp.close()
        for each in self.sms:
            await each.close()
        await self.database.close()

    async def sweep(self) -> Counter[Outcome]:
        """Send what is due."""
        return await send_due_messages(
            desk=self.desk, writer=self.writer, post=self.post, clock=self.clock, jitter=lambda: 0.5
        )

    async def give_up(self) -> int:
        """Fail what is stuck."""
        return await give_up_stuck_messages(desk=self.desk, clock=self.clock)

    async def come_round(self) -> int:
        """Plan the nudges that are due."""
        return await plan_due_nudges(bells=bells(self.database), clock=self.clock, new_id=new_id)

    async def opt_out(self, practice_id: str, address: str) -> None:
        """Let the owner of an e-mail address say that they want no more."""
        async with self.database.begin([practice_id]) as conn:
            register = PostgresRegister(conn, practice_id, self.contacts)
            await opt_out(
                register,
                channel=Channel.EMAIL,
                address=address,
                source=Source.REPLY,
                evidence="test",
                at=self.at,
                new_id=new_id,
            )

    async def handle(self, event: ProtoMessage) -> None:
        """React to an event as the inbox does, in one transaction."""
        first = getattr(event, event.DESCRIPTOR.fields[0].name)
        facts: Any = event if isinstance(first, str) else first
        actor = Actor("service:booking", "service", facts.practice_id, frozenset({"system"}))
        call = Call(actor=actor, method=event.DESCRIPTOR.name, database=self.database)
        try:
            await self._reactions[event.DESCRIPTOR.full_name](event, call)
            await call.commit(None)
        except BaseException as error:
            await call.close(error)
            raise

    async def handle_together(self, events: Sequence[ProtoMessage]) -> int:
        """React to events of appointments in one transaction, and return how many statements that took."""
        gathering = gatherings(self.clock)[events[0].DESCRIPTOR.full_name]
        practices = [event.appointment.practice_id for event in events]  # type: ignore[attr-defined]
        async with self.database.begin(set(practices)) as conn:
            counted = Counted(conn)
            calls = [
                Call(
                    actor=Actor("service:booking", "service", practice_id, frozenset({"system"})),
                    method=event.DESCRIPTOR.name,
                    database=self.database,
                    conn=counted,  # type: ignore[arg-type]
                )
                for event, practice_id in zip(events, practices, strict=True)
            ]
            await gathering(list(zip(events, calls, strict=True)))
        return counted.count

    async def handle_matters(self, events: Sequence[ProtoMessage]) -> None:
        """React to events of dues in one transaction, as the inbox does when they come together."""
        gathering = gatherings(self.clock)[events[0].DESCRIPTOR.full_name]
        practices = [event.due.practice_id for event in events]  # type: ignore[attr-defined]
        async with self.database.begin(set(practices)) as conn:
            calls = [
                Call(
                    actor=Actor("service:matching", "service", practice_id, frozenset({"system"})),
                    method=event.DESCRIPTOR.name,
                    database=self.database,
                    conn=conn,
                )
                for event, practice_id in zip(events, practices, strict=True)
            ]
            await gathering(list(zip(events, calls, strict=True)))

    async def meet(
        self,
        practice_id: str,
        client_id: str,
        *,
        email: str = "gita.silva@example.com",
        locale: Locale = Locale.EN,
        has_consent: bool = True,
    ) -> None:
        """Store a client's contact point."""
        contact_point = ContactPoint(client_id, email, "America/Vancouver", locale, has_consent)
        async with self.database.begin([practice_id]) as conn:
            await self.contacts.put(conn, practice_id, contact_point, at=self.at)

    async def messages(self, practice_id: str, client_id: str) -> list[Message]:
        """The client's messages, oldest first."""
        async with self.database.begin([practice_id]) as conn:
            found = await postgres.list_messages(conn, practice_id, client_id, before=None, limit=200)
        return found[::-1]

    async def states(self, practice_id: str, client_id: str) -> list[tuple[str, int, str, str]]:
        """The client's messages as (kind, version, state, reason), oldest first."""
        return [
            (message.kind.value, message.appointment_version, message.state.value, message.reason or "")
            for message in await self.messages(practice_id, client_id)
        ]


def impatient() -> httpx.AsyncClient:
    """A client that waits for no answer longer than a test may."""
    return httpx.AsyncClient(timeout=httpx.Timeout(2.0, read=0.3))


class Promise:
    """An appointment in booking, which tells its steps."""

    def __init__(self, practice_id: str, client_id: str, start_time: datetime = START) -> None:
        self.practice_id = practice_id
        self.client_id = client_id
        self.appointment_id = new_id()
        self.therapist_id = new_id()
        self.start_time = start_time
        self.version = 0
        self.session_type_id = new_id()

    def booked(self) -> ProtoMessage:
        """It is agreed."""
        return booking_events_pb2.AppointmentBooked(appointment=self._facts())

    def confirmed(self) -> ProtoMessage:
        """The client will come."""
        return booking_events_pb2.AppointmentConfirmed(appointment=self._facts())

    def moved(self, start_time: datetime) -> ProtoMessage:
        """It has another start."""
        previous, self.start_time = self.start_time, start_time
        return booking_events_pb2.AppointmentRescheduled(
            appointment=self._facts(), previous_start_time=timestamp(previous)
        )

    def cancelled(self) -> ProtoMessage:
        """It is called off."""
        return booking_events_pb2.AppointmentCancelled(appointment=self._facts())

    def attended(self, state: booking_pb2.Appointment.State.ValueType) -> ProtoMessage:
        """The client came, or did not."""
        return booking_events_pb2.AppointmentAttended(appointment=self._facts(), state=state)

    def undone(self, state: booking_pb2.Appointment.State.ValueType) -> ProtoMessage:
        """It was a mis-click."""
        return booking_events_pb2.AppointmentChangeUndone(appointment=self._facts(), state=state)

    def _facts(self) -> Any:
        self.version += 1
        return booking_events_pb2.AppointmentFacts(
            practice_id=self.practice_id,
            appointment_id=self.appointment_id,
            client_id=self.client_id,
            therapist_id=self.therapist_id,
            session_type_id=self.session_type_id,
            start_time=timestamp(self.start_time),
            end_time=timestamp(self.start_time + timedelta(minutes=50)),
            version=self.version,
        )


def new_id() -> str:
    """A fresh id."""
    return str(uuid_utils.uuid7())


def timestamp(instant: datetime) -> Timestamp:
    """An instant as the wire has it."""
    written = Timestamp()
    written.FromDatetime(instant)
    return written
