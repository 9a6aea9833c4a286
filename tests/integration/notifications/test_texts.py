"""Reminders by text: gated, sent once, reported on, and by mail where a text surely did not arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kept.notifications.v1 import inbox_service_pb2, providers_service_pb2

from services.chassis.crypto import FileKeyring
from services.chassis.db.pool import Database
from services.notifications.adapters.twilio_signature import signature_of
from services.notifications.domain.channel import Channel
from services.notifications.domain.contact import ContactAddress
from services.notifications.domain.message import Message, Reason, State
from tests.integration.notifications.door import Door
from tests.integration.notifications.office import PUBLIC_URL, START, Office, Promise, new_id
from tests.integration.notifications.sink import Sink
from tests.integration.notifications.test_door import refusal
from tests.support.postgres import FreshDatabase
from tests.support.sms_double import AUTH_TOKEN, SmsDouble

pytestmark = pytest.mark.integration

NUMBER = "+15005550009"
DAY_BEFORE = START - timedelta(hours=24)


@pytest.fixture
async def double() -> AsyncIterator[SmsDouble]:
    """A provider that listens."""
    double = SmsDouble()
    await double.start()
    yield double
    await double.stop()


@pytest.fixture
async def office(store: FreshDatabase, keyring_path: Path, sink: Sink, double: SmsDouble) -> AsyncIterator[Office]:
    """A service on this database, with this mail server and this provider."""
    database = await Database.connect(store.server_url, emitter="notifications/test")
    office = Office(database, FileKeyring(keyring_path), sink.url, f"{double.url}&name=a")
    yield office
    await office.close()


@pytest.fixture
async def door(office: Office, tmp_path: Path, double: SmsDouble) -> AsyncIterator[Door]:
    """The service with its door open."""
    door = Door(office, tmp_path, sms_urls=f"{double.url}&name=a")
    await door.start()
    yield door
    await door.stop()


async def due(office: Office, practice_id: str, client_id: str) -> Promise:
    """A client with a telephone and an appointment, a day before it."""
    await office.meet(practice_id, client_id)
    address = ContactAddress(new_id(), client_id, Channel.SMS, NUMBER, is_verified=True)
    async with office.database.begin([practice_id]) as conn:
        await office.contacts.put_address(conn, practice_id, address)
    promise = Promise(practice_id, client_id)
    await office.handle(promise.booked())
    await office.sweep()
    office.at = DAY_BEFORE
    return promise


async def reminder(office: Office, practice_id: str, client_id: str) -> Message:
    """The reminder of the day before."""
    found = [each for each in await office.messages(practice_id, client_id) if each.step == "24h"]
    return found[-1]


async def reported(door: Door, double: SmsDouble, status: str, *, at: int = -1, **more: Any) -> Any:
    """Let the provider report about a text it took."""
    taken = double.taken[at]
    _, _, practice_id, message_id = taken.form["StatusCallback"].rsplit("/", 3)
    target = taken.form["StatusCallback"].removeprefix(PUBLIC_URL)

    def post(url: str, form: dict[str, str], headers: dict[str, str]) -> Any:
        fields = [providers_service_pb2.FormField(name=name, value=value) for name, value in form.items()]
        signed = providers_service_pb2.SignedForm(
            provider="a", target=target, fields=fields, signature=headers["X-Twilio-Signature"]
        )
        return door.providers.TakeDeliveryReport(
            providers_service_pb2.TakeDeliveryReportRequest(
                form=signed, practice_id=practice_id, message_id=message_id, request_id=new_id()
            ),
            metadata=door.holder(),
        )

    return await (await double.report(post, taken, status, **more))  # type: ignore[misc]


async def deliveries(door: Door, practice_id: str, message_id: str) -> list[tuple[str, str, str, str]]:
    """Every try as the log shows it: way, outcome, code, report."""
    listing = inbox_service_pb2.ListDeliveriesRequest(message_id=message_id)
    found = await door.inbox.ListDeliveries(listing, metadata=door.clerk(practice_id))
    return [(each.provider, each.outcome, each.code, each.report) for each in found.deliveries]


async def test_a_reminder_goes_by_text_once_and_says_how_to_answer(
    office: Office, door: Door, double: SmsDouble, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Neutral, one segment, useless after the start; the log has the try, and no number or word stands in it."""
    await due(office, practice_id, client_id)
    mails = len(sink.letters)

    await office.sweep()
    await office.sweep()

    sent = await reminder(office, practice_id, client_id)
    assert (sent.state, sent.channel) == (State.SENT, Channel.SMS)
    assert len(double.taken) == 1
    assert "Reply C to confirm" in double.taken[0].body
    assert mails == len(sink.letters)
    assert await deliveries(door, practice_id, sent.message_id) == [("a", "ACCEPTED", "", "")]


async def test_reports_come_in_any_order_and_only_the_furthest_counts(
    office: Office, door: Door, double: SmsDouble, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Delivered, sent, queued, delivered again: delivered, in one row."""
    await due(office, practice_id, client_id)
    await office.sweep()

    for status in ("delivered", "sent", "queued", "delivered"):
        await reported(door, double, status)

    sent = await reminder(office, practice_id, client_id)
    assert await deliveries(door, practice_id, sent.message_id) == [("a", "ACCEPTED", "", "DELIVERED")]
    with psycopg.connect(store.owner_url) as owner:
        assert owner.execute("select count(*) from delivery_reports").fetchall() == [(1,)]


async def test_silence_is_never_repeated_and_a_late_report_tells_that_it_arrived(
    office: Office, door: Door, double: SmsDouble, sink: Sink, practice_id: str, client_id: str
) -> None:
    """The provider took it and never answered: unknown, no second text, no mail; then it reports, and it is sent."""
    await due(office, practice_id, client_id)
    mails = len(sink.letters)
    double.moods.append("hang")

    await office.sweep()
    unknown = await reminder(office, practice_id, client_id)
    office.at += timedelta(hours=1)
    await office.sweep()
    await reported(door, double, "sent")
    known = await reminder(office, practice_id, client_id)

    assert (unknown.state, unknown.reason) == (State.FAILED, Reason.OUTCOME_UNKNOWN)
    assert (1, mails) == (len(double.taken), len(sink.letters))
    assert (known.state, known.reason) == (State.SENT, None)


async def test_a_provider_that_fails_is_tried_again_within_its_bounds(
    office: Office, door: Door, double: SmsDouble, practice_id: str, client_id: str
) -> None:
    """500 twice, then 201: three tries, waits of half of 30 and of 60 seconds; 429 waits as long as it is told."""
    await due(office, practice_id, client_id)
    double.moods.extend([500, 500, (429, {"Retry-After": "300"})])
    waits = []

    for _ in range(4):
        await office.sweep()
        message = await reminder(office, practice_id, client_id)
        waits.append((message.due_time - office.at).total_seconds())
        office.at = max(message.due_time, office.at)

    tries = await deliveries(door, practice_id, message.message_id)
    assert State.SENT is message.state
    assert [outcome for _, outcome, _, _ in tries] == ["PUT_OFF", "PUT_OFF", "PUT_OFF", "ACCEPTED"]
    assert waits[:3] == [15.0, 30.0, 300.0]


async def test_who_opted_out_at_the_provider_is_suppressed_and_gets_the_mail(
    office: Office, door: Door, double: SmsDouble, sink: Sink, practice_id: str, client_id: str
) -> None:
    """21610: one try, no other sender; the next channel the client agreed to, and never a text again."""
    promise = await due(office, practice_id, client_id)
    mails = len(sink.letters)
    double.opted_out.add(NUMBER)

    await office.sweep()
    await office.sweep()
    double.opted_out.clear()
    await office.handle(promise.moved(START + timedelta(days=7)))
    office.at = START + timedelta(days=6)
    await office.sweep()

    assert double.taken == []
    assert double.requests == 1
    assert mails + 3 == len(sink.letters), "the reminder, the notice of the move, and the next reminder"
    first = next(each for each in await office.messages(practice_id, client_id) if each.step == "24h")
    tries = await deliveries(door, practice_id, first.message_id)
    assert [each[:3] for each in tries] == [("a", "REFUSED", "21610"), ("smtp", "ACCEPTED", "")]


async def test_a_text_that_was_not_delivered_goes_by_mail(
    office: Office, door: Door, double: SmsDouble, sink: Sink, practice_id: str, client_id: str
) -> None:
    """The provider reports that the number is dead; the reminder is said by the next channel, once."""
    await due(office, practice_id, client_id)
    await office.sweep()
    mails = len(sink.letters)

    await reported(door, double, "undelivered", code="30005")
    await reported(door, double, "undelivered", code="30005")
    await office.sweep()

    sent = await reminder(office, practice_id, client_id)
    assert (State.SENT, Channel.EMAIL, mails + 1) == (sent.state, sent.channel, len(sink.letters))


async def test_a_report_that_is_not_signed_is_refused(
    office: Office, door: Door, double: SmsDouble, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Another key: 403 and no row."""
    await due(office, practice_id, client_id)
    await office.sweep()

    answer = await refusal(reported(door, double, "delivered", token="another"))

    assert answer == ("PERMISSION_DENIED", "SIGNATURE_INVALID")
    with psycopg.connect(store.owner_url) as owner:
        assert owner.execute("select count(*) from delivery_reports").fetchall() == [(0,)]


async def test_a_reply_to_a_shared_sender_finds_its_practice(
    office: Office, door: Door, double: SmsDouble, practice_id: str, client_id: str
) -> None:
    """No practice owns the sender: the one that wrote to the number last is meant."""
    promise = await due(office, practice_id, client_id)
    door.booking.keep(promise)
    await office.sweep()
    form = {"MessageSid": "SM1", "From": NUMBER, "To": "+15005550006", "Body": "c"}
    target = "/v1/providers/a/replies"
    signed = providers_service_pb2.SignedForm(
        provider="a",
        target=target,
        fields=[providers_service_pb2.FormField(name=name, value=value) for name, value in form.items()],
        signature=signature_of(AUTH_TOKEN, PUBLIC_URL + target, form.items()),
    )
    request = providers_service_pb2.TakeReplyRequest(form=signed, request_id=new_id())

    answer = await door.providers.TakeReply(request, metadata=door.holder())
    form["From"] = "+15005550123"
    signed.fields[1].value = form["From"]
    signed.signature = signature_of(AUTH_TOKEN, PUBLIC_URL + target, form.items())
    stranger = providers_service_pb2.TakeReplyRequest(form=signed, request_id=new_id())
    nobody = await door.providers.TakeReply(stranger, metadata=door.holder())

    assert answer.words.startswith("Thank you. Confirmed: ")
    assert [promise.appointment_id] == [each.appointment_id for each in door.booking.confirmations]
    assert nobody.words.startswith("Appointment messages.")


async def test_texts_go_out_while_the_mail_server_is_away(
    office: Office, double: SmsDouble, sink: Sink, practice_id: str, client_id: str
) -> None:
    """And the mails wait for it."""
    await due(office, practice_id, client_id)
    other_id = new_id()
    await office.meet(practice_id, other_id)
    await office.handle(Promise(practice_id, other_id, START + timedelta(days=9)).booked())
    await sink.stop()

    await office.sweep()

    waiting = (await office.messages(practice_id, other_id))[0]
    assert len(double.taken) == 1
    assert (waiting.state, waiting.attempts) == (State.PLANNED, 0)


async def test_neither_number_nor_words_of_a_text_stand_in_the_database(
    office: Office, store: FreshDatabase, double: SmsDouble, practice_id: str, client_id: str
) -> None:
    """What was said to whom is known by ids; the number is ciphertext and hashes."""
    await due(office, practice_id, client_id)
    await office.sweep()
    word = double.taken[0].body.split("/l/")[1][:22]

    with psycopg.connect(store.owner_url) as owner:
        tables = (
            "messages",
            "deliveries",
            "texted_numbers",
            "contact_addresses",
            "action_links",
            "outbox",
            "audit_outbox",
        )
        dump = " ".join(str(owner.execute(f"select t::text from {each} t".encode()).fetchall()) for each in tables)
    assert not [each for each in (NUMBER, NUMBER[1:], word) if each in dump]
