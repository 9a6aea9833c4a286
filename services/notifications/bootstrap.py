"""Puts the parts of the server together; the only room that knows them all."""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import uuid_utils
from kept.availability.v1 import availability_service_pb2
from kept.booking.v1 import absence_service_pb2, booking_service_pb2, waitlist_service_pb2

from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.crypto import FIRST_VERSION, ClientCipher, Keyring
from services.chassis.db.pool import Database
from services.chassis.events.inbox import InboxRunner
from services.chassis.identity import Signer
from services.chassis.jobs import Every, EveryReplica
from services.chassis.keys import rewrap_job
from services.chassis.rpc.channels import channel
from services.chassis.rpc.client import Neighbour
from services.chassis.rpc.server import Background
from services.chassis.vault import open_keyring
from services.notifications.adapters.absence_wording import AbsenceWording
from services.notifications.adapters.address_codes import AddressCodes
from services.notifications.adapters.bells import bells
from services.notifications.adapters.care import CareRelations
from services.notifications.adapters.clamd import read_scanner
from services.notifications.adapters.contacts import Contacts
from services.notifications.adapters.desk import PostgresDesk
from services.notifications.adapters.digests import digest_failures
from services.notifications.adapters.letters import LetterWriter
from services.notifications.adapters.notices import PostgresNotices
from services.notifications.adapters.outbound import Outbound, read_trusted
from services.notifications.adapters.page_letters import PageWriter
from services.notifications.adapters.pages import OnCall, PostgresPages
from services.notifications.adapters.record import record
from services.notifications.adapters.reports import note_relayed
from services.notifications.adapters.sms import SmsAccount, SmsProvider, read_sms_urls
from services.notifications.adapters.smtp import SmtpPost, read_smtp_url
from services.notifications.adapters.templates import Templates
from services.notifications.adapters.threads import drop_loose
from services.notifications.adapters.ways import Post, Writer
from services.notifications.adapters.webhook_way import WebhookWay
from services.notifications.adapters.webhooks import PostgresDeliveries, Webhooks
from services.notifications.adapters.wording import Wording
from services.notifications.config import read_mail_config
from services.notifications.domain.channel import Channel
from services.notifications.reactions import gatherings, reactions
from services.notifications.usecases.carry_by_channel import Carrier
from services.notifications.usecases.deliver_webhooks import deliver_webhooks
from services.notifications.usecases.give_up_stuck_messages import give_up_stuck_messages
from services.notifications.usecases.page_on_call import page_on_call
from services.notifications.usecases.plan_due_nudges import plan_due_nudges
from services.notifications.usecases.send_due_messages import TextMessage, send_due_messages
from services.notifications.usecases.take_attachment import Scanner

SEND_EVERY_S = 1.0
"""Seconds between two looks for due messages: what a confirmation waits at most when nothing else is going on."""

PAGE_EVERY_S = 1.0
"""Seconds between two looks for pages: with the event's way, what a page waits at most is well under 5 seconds."""

NUDGE_EVERY_S = 5.0
"""Seconds between two looks for nudges whose time has come."""

DELIVER_EVERY_S = 1.0
"""Seconds between two looks for webhooks: what a receiver waits at most when nothing else is going on."""

GIVE_UP_EVERY_S = 15.0
"""Seconds between two looks for messages whose sender died; their lease is minutes."""

DROP_EVERY_S = 3600.0
LOOSE_FOR = timedelta(days=1)
"""How long a file waits for its post, and seconds between two looks for those that waited in vain."""

MOST_DROPPED = 200

DIGEST_EVERY_S = 900.0
"""Seconds between two looks for days that are over and not digested."""

BOOKING = booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"]
WAITLIST = waitlist_service_pb2.DESCRIPTOR.services_by_name["WaitlistService"]
ABSENCES = absence_service_pb2.DESCRIPTOR.services_by_name["AbsenceCaseService"]
AVAILABILITY = availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the server serves with."""

    database: Database
    contacts: Contacts
    on_call: OnCall
    codes: AddressCodes
    templates: Templates
    wording: Wording
    available: frozenset[Channel]
    """The channels there is a way out for."""
    webhooks: Webhooks
    has_trusted: bool
    """Whether webhooks may go to networks that are not public."""
    keyring: Keyring
    relations: CareRelations
    scanner: Scanner
    sms_accounts: Sequence[SmsAccount]
    booking: Neighbour
    availability: Neighbour
    clock: Callable[[], datetime]
    send: Callable[[Callable[[], datetime]], Awaitable[None]]
    """Sends what is due by the given clock."""
    background: Sequence[Background]
    closers: Sequence[Callable[[], Awaitable[object]]]


def new_id() -> str:
    """A fresh id."""
    return str(uuid_utils.uuid7())


def now() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)


async def bootstrap(config: ProcessConfig) -> Parts:
    """Open what the server needs. Raises Misconfigured when a setting is missing."""
    if config.keys_dir is None:
        raise Misconfigured("KEPT_KEYS_DIR is not set")
    mail_config = read_mail_config(config)
    smtp = SmtpPost(read_smtp_url(mail_config.smtp_url))
    # Before anything is opened: a process that stops on a missing setting must not be kept by what it holds.
    booking_target, availability_target = config.target("booking"), config.target("availability")
    database = await Database.open(config)
    keyring = await open_keyring(config)
    if keyring.index_version != FIRST_VERSION:
        # Danger: who opted out is known by a hash alone; under another key they would be written to again.
        raise Misconfigured("The index key of notifications is not rotated: put the first one back")
    contacts = Contacts(ClientCipher(keyring), keyring)
    to_booking = channel(booking_target, config)
    to_availability = channel(availability_target, config)
    signer = Signer.read(config.service, config.keys_dir)
    sms_accounts = read_sms_urls(mail_config.sms_urls)
    sms = [SmsProvider(account, public_url=mail_config.public_url) for account in sms_accounts]
    texts: Carrier[TextMessage] | None = Carrier(sms, clock=now) if sms else None
    post = Post(smtp=smtp, texts=texts, keyring=keyring, webhooks=WebhookWay(database, clock=now))
    desk = PostgresDesk(database, record=record, available=post.available)
    templates = Templates()
    booking = Neighbour(to_booking, BOOKING, signer, WAITLIST, ABSENCES)
    wording = Wording(config=mail_config, templates=templates, contacts=contacts, approved=AbsenceWording(booking))
    letters = LetterWriter(config=mail_config, wording=wording, contacts=contacts)
    writer = Writer(letters=letters, wording=wording, contacts=contacts)
    on_call = OnCall(ClientCipher(keyring))
    pages = PostgresPages(database, on_call)
    notices = PostgresNotices(database, on_call)
    page_writer = PageWriter(config=mail_config, templates=templates)
    # Connections of its own: a page must not stand behind a sweep of reminders.
    page_post = SmtpPost(read_smtp_url(mail_config.smtp_url))

    async def send(clock: Callable[[], datetime] = now) -> None:
        await send_due_messages(desk=desk, writer=writer, post=post, clock=clock, jitter=random.random)

    async def page() -> None:
        await page_on_call(pages=pages, writer=page_writer, post=page_post, clock=now)

    async def nudge() -> None:
        await plan_due_nudges(bells=bells(database), clock=now, new_id=new_id)

    async def notify_officers() -> None:
        await page_on_call(pages=notices, writer=page_writer, post=page_post, clock=now)

    trusted = read_trusted(os.environ.get("KEPT_WEBHOOK_NETWORKS", ""))
    outbound, receivers = Outbound(trusted), Webhooks(ClientCipher(keyring))
    deliveries = PostgresDeliveries(database, receivers, note_relayed)

    async def deliver() -> None:
        await deliver_webhooks(deliveries=deliveries, post=outbound, clock=now, jitter=random.random)

    async def give_up() -> None:
        await give_up_stuck_messages(desk=desk, clock=now)

    async def digest() -> None:
        await digest_failures(database, at=now())

    async def drop_loose_files() -> None:
        async with database.begin([]) as conn:
            await drop_loose(conn, before=now() - LOOSE_FOR, most=MOST_DROPPED)

    return Parts(
        database=database,
        contacts=contacts,
        on_call=on_call,
        codes=AddressCodes(ClientCipher(keyring), keyring),
        templates=templates,
        wording=wording,
        available=post.available,
        webhooks=receivers,
        has_trusted=bool(trusted),
        keyring=keyring,
        relations=CareRelations(database),
        scanner=read_scanner(mail_config.scanner_url),
        sms_accounts=sms_accounts,
        booking=booking,
        availability=Neighbour(to_availability, AVAILABILITY, signer),
        clock=now,
        send=send,
        background=[
            InboxRunner(database, reactions(now), service=config.service, gatherings=gatherings(now)),
            EveryReplica(PAGE_EVERY_S, page, "page_on_call"),
            EveryReplica(PAGE_EVERY_S, notify_officers, "notify_officers"),
            EveryReplica(DELIVER_EVERY_S, deliver, "deliver_webhooks"),
            EveryReplica(SEND_EVERY_S, send, "send_due_messages"),
            EveryReplica(NUDGE_EVERY_S, nudge, "plan_due_nudges"),
            rewrap_job(database, keyring),
            Every(GIVE_UP_EVERY_S, give_up, "give_up_stuck_messages", database),
            Every(DROP_EVERY_S, drop_loose_files, "drop_loose_files", database),
            Every(DIGEST_EVERY_S, digest, "digest_failures", database),
        ],
        closers=[
            outbound.close,
            desk.close,
            smtp.close,
            *(each.close for each in sms),
            page_post.close,
            to_booking.close,
            to_availability.close,
        ],
    )
