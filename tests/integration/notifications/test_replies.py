"""People answer by text: each answer changes the schedule at once, or a human sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kept.notifications.v1 import (
    inbox_service_pb2,
    notifications_events_pb2,
    notifications_pb2,
    providers_service_pb2,
)

from services.notifications.adapters import consents
from services.notifications.adapters.digests import digest_failures
from services.notifications.adapters.twilio_signature import signature_of
from services.notifications.domain.channel import Channel
from services.notifications.domain.contact import ContactAddress, Locale
from tests.integration.notifications.door import Door
from tests.integration.notifications.office import PUBLIC_URL, START, Office, Promise, new_id, timestamp
from tests.integration.notifications.test_door import refusal
from tests.support.postgres import FreshDatabase
from tests.support.sms_double import ACCOUNT_SID, AUTH_TOKEN

pytestmark = pytest.mark.integration

NUMBER, OURS = "+15005550009", "+15005550006"
TARGET = "/v1/providers/a/replies"


@pytest.fixture
async def door(office: Office, tmp_path: Path, practice_id: str) -> AsyncIterator[Door]:
    """The service with its door open, and one sender of this practice's own."""
    urls = f"twilio+http://{ACCOUNT_SID}:{AUTH_TOKEN}@127.0.0.1:9/?from=%2B15005550006&name=a&practice={practice_id}"
    door = Door(office, tmp_path, sms_urls=urls)
    await door.start()
    yield door
    await door.stop()


async def reachable(office: Office, practice_id: str, client_id: str, locale: Locale = Locale.EN) -> None:
    """A client with a telephone."""
    await office.meet(practice_id, client_id, locale=locale)
    address = ContactAddress(new_id(), client_id, Channel.SMS, NUMBER, is_verified=True)
    async with office.database.begin([practice_id]) as conn:
        await office.contacts.put_address(conn, practice_id, address)


async def booked(office: Office, door: Door, practice_id: str, client_id: str, days: int = 0) -> Promise:
    """An appointment of theirs."""
    promise = Promise(practice_id, client_id, START + timedelta(days=days))
    await office.handle(promise.booked())
    door.booking.keep(promise)
    return promise


async def texted(door: Door, words: str, *, sid: str = "", token: str = AUTH_TOKEN, **changed: str) -> str:
    """Text something to the practice; returns what is answered."""
    form = {"MessageSid": sid or f"SM{new_id()}", "From": NUMBER, "To": OURS, "Body": words} | changed
    signature = signature_of(token, PUBLIC_URL + TARGET, form.items())
    answer = await door.providers.TakeReply(request(form, signature), metadata=door.holder())
    return str(answer.words)


def request(form: dict[str, str], signature: str, target: str = TARGET) -> Any:
    """What the gateway passes on."""
    fields = [providers_service_pb2.FormField(name=name, value=value) for name, value in form.items()]
    signed = providers_service_pb2.SignedForm(provider="a", target=target, fields=fields, signature=signature)
    return providers_service_pb2.TakeReplyRequest(form=signed, request_id=new_id())


def count(store: FreshDatabase, table: str) -> int:
    """How many rows there are."""
    with psycopg.connect(store.owner_url) as owner:
        row = owner.execute(f"select count(*) from {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


async def test_c_confirms_x_cancels_and_u_takes_it_back(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """By booking, at once, in words that say a time and no more; nobody is opted out by it."""
    await reachable(office, practice_id, client_id)
    promise = await booked(office, door, practice_id, client_id)

    said = [await texted(door, "C"), await texted(door, "x"), await texted(door, "U")]

    assert [promise.appointment_id] == [each.appointment_id for each in door.booking.confirmations]
    assert [("cancel", promise.appointment_id), ("undo", promise.appointment_id)] == door.booking.steps
    assert said == [
        "Thank you. Confirmed: Tuesday 3 March at 15:00.",
        "Cancelled: Tuesday 3 March at 15:00. U within 2 minutes takes it back.",
        "It stands again: Tuesday 3 March at 15:00.",
    ]
    async with office.database.begin([practice_id]) as conn:
        hashed = office.contacts.hash_of(practice_id, Channel.SMS, NUMBER)
        assert await consents.suppressed(conn, [(practice_id, Channel.SMS, hashed)]) == {}


async def test_a_cancellation_is_not_taken_back_after_two_minutes(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """By then it may be somebody else's."""
    await reachable(office, practice_id, client_id)
    await booked(office, door, practice_id, client_id)

    await texted(door, "X")
    office.at += timedelta(minutes=2)

    assert await texted(door, "U") == "It is too late for that. Please call us."
    assert [step for step, _ in door.booking.steps] == ["cancel"]


async def test_r_offers_times_and_a_number_takes_one(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """In the client's language; a time that has gone meanwhile is said to have gone."""
    await reachable(office, practice_id, client_id, Locale.ES)
    await booked(office, door, practice_id, client_id)
    door.booking.free = [START + timedelta(days=1), START + timedelta(days=2)]

    asked = await texted(door, "R")
    door.booking.free.pop(0)
    gone = await texted(door, "1")
    moved = [await texted(door, "R"), await texted(door, "1")]

    assert "Otras horas: 1 " in asked
    assert gone.startswith("Esa hora acaba de ocuparse")
    assert moved[1].startswith("Cambiada a jueves 5 de marzo")
    assert [("move", f"{START + timedelta(days=2):%Y-%m-%dT%H:%M}")] == door.booking.steps


async def test_with_two_appointments_ahead_it_is_asked_which(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """Nothing is done until a number comes."""
    await reachable(office, practice_id, client_id)
    await booked(office, door, practice_id, client_id)
    second = await booked(office, door, practice_id, client_id, days=7)

    asked = await texted(door, "X")
    untouched = list(door.booking.steps)
    await texted(door, "2")

    assert "Which one? 1 Tuesday 3 March at 15:00, 2 Tuesday 10 March at" in asked
    assert untouched == []
    assert [("cancel", second.appointment_id)] == door.booking.steps


@pytest.mark.parametrize("words", ["STOP", " stop. ", "Please stop texting me", "CANCEL", "END", "revoke", "BAJA"])
async def test_a_revocation_silences_the_number_until_start(
    office: Office, door: Door, practice_id: str, client_id: str, words: str
) -> None:
    """One confirmation; then nothing for thirty days, whatever is texted; C still confirms, and opts nobody in."""
    await reachable(office, practice_id, client_id)
    promise = await booked(office, door, practice_id, client_id)
    hashed = office.contacts.hash_of(practice_id, Channel.SMS, NUMBER)

    async def is_suppressed() -> bool:
        async with office.database.begin([practice_id]) as conn:
            return bool(await consents.suppressed(conn, [(practice_id, Channel.SMS, hashed)]))

    said = [await texted(door, words), await texted(door, words), await texted(door, "C"), await texted(door, "hm?")]
    silent = await is_suppressed()
    office.at += timedelta(days=30)
    started = await texted(door, "START")

    assert said[0].startswith("You will get no more texts.")
    assert said[1:] == ["", "", ""]
    assert [promise.appointment_id] == [each.appointment_id for each in door.booking.confirmations]
    assert door.booking.steps == []
    assert (silent, await is_suppressed()) == (True, False)
    assert started.startswith("You will get texts")


async def test_what_nobody_can_read_waits_for_a_human_who_closes_it(
    office: Office, door: Door, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Told once that somebody will look; words and number are ciphertext at rest; the event has ids."""
    await reachable(office, practice_id, client_id)
    await booked(office, door, practice_id, client_id)
    clerk = door.clerk(practice_id)

    said = [await texted(door, "Is parking free?"), await texted(door, "Hello?? I am Gita")]
    listed = inbox_service_pb2.ListRepliesRequest(is_open_only=True)
    waiting = (await door.inbox.ListReplies(listed, metadata=clerk)).replies
    closing = inbox_service_pb2.CloseReplyRequest(reply_id=waiting[0].reply_id, request_id=new_id())
    closed = await door.inbox.CloseReply(closing, metadata=clerk)
    left = (await door.inbox.ListReplies(listed, metadata=clerk)).replies

    assert [bool(each) for each in said] == [True, False]
    assert [each.words for each in waiting] == ["Hello?? I am Gita", "Is parking free?"]
    assert {NUMBER} == {each.sender for each in waiting}
    assert (closed.closed_by, [each.words for each in left]) == ("clerk-1", ["Is parking free?"])
    with psycopg.connect(store.owner_url) as owner:
        rows = " ".join(
            str(owner.execute(f"select t::text from {table} t".encode()).fetchall())
            for table in ("replies", "outbox", "audit_outbox", "requests")
        )
    assert not [word for word in ("parking", "Gita", NUMBER, NUMBER[1:]) if word in rows]


async def test_a_reply_that_is_passed_on_twice_is_acted_on_once(
    office: Office, door: Door, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """The same answer again; one confirmation, one row."""
    await reachable(office, practice_id, client_id)
    await booked(office, door, practice_id, client_id)

    said = [await texted(door, "C", sid="SM1") for _ in range(3)]

    assert len(set(said)) == 1
    assert (len(door.booking.confirmations), count(store, "replies")) == (1, 1)


async def test_a_call_that_is_not_signed_leaves_no_row(
    office: Office, door: Door, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Another key, another byte, no signature, another address, an account we do not have."""
    await reachable(office, practice_id, client_id)
    await booked(office, door, practice_id, client_id)
    form = {"MessageSid": "SM1", "From": NUMBER, "To": OURS, "Body": "X"}
    good = signature_of(AUTH_TOKEN, PUBLIC_URL + TARGET, form.items())
    plain = signature_of(AUTH_TOKEN, PUBLIC_URL.replace("https", "http") + TARGET, form.items())
    stranger = request(form, good)
    stranger.form.provider = "b"
    asked = [
        request(form, signature_of("another", PUBLIC_URL + TARGET, form.items())),
        request(form | {"Body": "C"}, good),
        request(form, ""),
        request(form, plain),
        request(form, good, TARGET + "?x=1"),
        stranger,
    ]

    answers = [await refusal(door.providers.TakeReply(each, metadata=door.holder())) for each in asked]

    assert answers == [("PERMISSION_DENIED", "SIGNATURE_INVALID")] * 6
    assert (door.booking.steps, count(store, "replies")) == ([], 0)


async def test_the_log_is_searched_and_what_failed_is_said_once_more(
    office: Office, door: Door, sink: Any, practice_id: str, client_id: str
) -> None:
    """Found by its reason; replayed once, gated again, and it arrives; numbers tell of it."""
    await office.meet(practice_id, client_id)
    sink.answers["gita.silva@example.com"] = "550 no such user"
    await booked(office, door, practice_id, client_id)
    await office.sweep()
    sink.answers.clear()
    clerk = door.clerk(practice_id)
    failed = inbox_service_pb2.SearchMessagesRequest(state=notifications_pb2.Message.STATE_FAILED)

    found = (await door.inbox.SearchMessages(failed, metadata=clerk)).messages
    replaying = inbox_service_pb2.ReplayMessagesRequest(
        reason="ADDRESS_REFUSED", from_time=stamp(office, -1), to_time=stamp(office, 1), request_id=new_id()
    )
    first = await door.inbox.ReplayMessages(replaying, metadata=clerk)
    replaying.request_id = new_id()
    second = await door.inbox.ReplayMessages(replaying, metadata=clerk)
    await office.sweep()
    resending = inbox_service_pb2.ResendMessageRequest(message_id=found[0].message_id, request_id=new_id())
    again = await door.inbox.ResendMessage(resending, metadata=clerk)
    waiting = inbox_service_pb2.ResendMessageRequest(message_id=again.message_id, request_id=new_id())
    too_early = await refusal(door.inbox.ResendMessage(waiting, metadata=clerk))
    await office.sweep()
    counting = inbox_service_pb2.GetMessageReportRequest(from_time=stamp(office, -1), to_time=stamp(office, 1))
    counted = await door.inbox.GetMessageReport(counting, metadata=clerk)

    assert [("ADDRESS_REFUSED", client_id)] == [(each.reason, each.client_id) for each in found]
    assert [each.replayed_count for each in (first, second)] == [1, 0]
    assert len(sink.letters) == 2
    assert too_early == ("FAILED_PRECONDITION", "NOT_ENDED")
    assert [(each.planned_count, each.sent_count) for each in counted.steps] == [(3, 2)]
    assert [(each.reason, each.count) for each in counted.reasons] == [("ADDRESS_REFUSED", 1)]


async def test_a_day_s_failures_are_told_once_by_numbers(
    office: Office, door: Door, sink: Any, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """The next morning, whatever how often is looked; the event names reasons and nobody."""
    await office.meet(practice_id, client_id)
    sink.answers["gita.silva@example.com"] = "550 no such user"
    await booked(office, door, practice_id, client_id)
    await office.sweep()
    await office.sweep()

    told = [await digest_failures(office.database, at=office.at + timedelta(hours=hours)) for hours in (0, 18, 19, 42)]

    with psycopg.connect(store.owner_url) as owner:
        bodies = owner.execute("select body from outbox where type like '%FailuresDigested'").fetchall()
    digests = [notifications_events_pb2.FailuresDigested.FromString(bytes(row[0])) for row in bodies]
    assert told == [0, 1, 0, 0]
    assert [(each.day, each.failed_count) for each in digests] == [("2026-02-20", 1)]
    assert [(each.reason, each.count) for each in digests[0].reasons] == [("ADDRESS_REFUSED", 1)]


async def test_only_the_desk_sees_the_log_and_what_came_back(door: Door, practice_id: str, client_id: str) -> None:
    """Neither clients nor therapists search what was said to everybody."""
    for who in (door.client(practice_id, client_id), door.therapist(practice_id, new_id())):
        searching = inbox_service_pb2.SearchMessagesRequest()
        listing = inbox_service_pb2.ListRepliesRequest()
        assert (await refusal(door.inbox.SearchMessages(searching, metadata=who)))[0] == "PERMISSION_DENIED"
        assert (await refusal(door.inbox.ListReplies(listing, metadata=who)))[0] == "PERMISSION_DENIED"


def stamp(office: Office, days: int) -> Any:
    """An instant some days from now."""
    return timestamp(office.at + timedelta(days=days))
