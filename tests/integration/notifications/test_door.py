"""The methods as the gateway calls them: contact points, messages, and the links in mails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import psycopg
import pytest
from google.rpc import error_details_pb2, status_pb2
from kept.booking.v1 import booking_pb2
from kept.notifications.v1 import notifications_pb2, notifications_service_pb2, on_call_service_pb2

from tests.integration.notifications.door import Door
from tests.integration.notifications.office import START, Office, Promise, new_id
from tests.integration.notifications.sink import Sink, token_of
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

OPEN = notifications_pb2.ActionLink.STATE_OPEN
USED = notifications_pb2.ActionLink.STATE_USED
EXPIRED = notifications_pb2.ActionLink.STATE_EXPIRED


@pytest.fixture
async def door(office: Office, tmp_path: Path) -> AsyncIterator[Door]:
    """The service with its door open."""
    door = Door(office, tmp_path)
    await door.start()
    yield door
    await door.stop()


async def mailed(office: Office, sink: Sink, door: Door, practice_id: str, client_id: str) -> tuple[Promise, str]:
    """Book, mail the confirmation, and return the promise and the secret of the mail's link."""
    await office.meet(practice_id, client_id)
    promise = Promise(practice_id, client_id)
    await office.handle(promise.booked())
    door.booking.keep(promise)
    await office.sweep()
    return promise, token_of(sink.letters[-1])


async def opened(door: Door, token: str) -> notifications_pb2.ActionLink:
    """Open a link."""
    request = notifications_service_pb2.GetActionLinkRequest(token=token)
    link: notifications_pb2.ActionLink = await door.stub.GetActionLink(request, metadata=door.holder())
    return link


async def used(door: Door, token: str, request_id: str = "") -> notifications_pb2.ActionLink:
    """Use a link."""
    request = notifications_service_pb2.UseActionLinkRequest(token=token, request_id=request_id or new_id())
    link: notifications_pb2.ActionLink = await door.stub.UseActionLink(request, metadata=door.holder())
    return link


async def refusal(called: Any) -> tuple[str, str]:
    """Status and reason a call is refused with."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await called
    trailers = {key: value for key, value in raised.value.trailing_metadata()}
    status, info = status_pb2.Status(), error_details_pb2.ErrorInfo()
    status.ParseFromString(trailers["grpc-status-details-bin"])
    status.details[0].Unpack(info)
    return raised.value.code().name, info.reason


def rows(store: FreshDatabase) -> list[Any]:
    """Everything a link could change."""
    with psycopg.connect(store.owner_url) as owner:
        return owner.execute(
            "select m.state, m.revision, a.version, a.state, l.use_time, (select count(*) from outbox)"
            " from messages m join appointments a using (practice_id, appointment_id)"
            " left join action_links l using (practice_id, message_id) order by m.message_id"
        ).fetchall()


async def test_a_link_confirms_the_appointment_it_was_sent_for(
    office: Office, sink: Sink, door: Door, practice_id: str, client_id: str
) -> None:
    """From the mail to booking: confirmed once, in the name of notifications."""
    promise, token = await mailed(office, sink, door, practice_id, client_id)

    before, after, again = await opened(door, token), await used(door, token), await used(door, token)

    assert [before.state, after.state, again.state] == [OPEN, USED, USED]
    assert (before.start_local, before.time_zone) == ("2026-03-03T15:00", "America/Vancouver")
    assert [each.appointment_id for each in door.booking.confirmations] == [promise.appointment_id]


async def test_opening_a_link_changes_nothing_however_often(
    office: Office, sink: Sink, door: Door, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Ten scanners open it: no row changes, booking is not asked, and it can still be used."""
    _, token = await mailed(office, sink, door, practice_id, client_id)
    before = rows(store)

    states = [(await opened(door, token)).state for _ in range(10)]

    assert states == [OPEN] * 10
    assert rows(store) == before
    assert door.booking.confirmations == []
    assert (await used(door, token)).state == USED


async def test_the_trail_says_that_a_link_s_holder_acted_for_the_client(
    office: Office, sink: Sink, door: Door, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """Actor kind "link", the client as subject, for looking and for using."""
    _, token = await mailed(office, sink, door, practice_id, client_id)

    await opened(door, token)
    await used(door, token)

    with psycopg.connect(store.owner_url) as owner:
        records = owner.execute(
            "select r ->> 'op', r -> 'actor' ->> 'kind', r ->> 'client_id', r ->> 'tenant', r ->> 'outcome'"
            " from (select record::jsonb as r from audit_outbox) t where r ->> 'op' like '%%ActionLink' order by 1"
        ).fetchall()
    assert records == [
        ("notifications.GetActionLink", "link", client_id, practice_id, "0"),
        ("notifications.UseActionLink", "link", client_id, practice_id, "0"),
    ]


async def test_a_retry_of_a_use_is_given_the_first_answer(
    office: Office, sink: Sink, door: Door, practice_id: str, client_id: str
) -> None:
    """The same request id twice: one confirmation, the same answer."""
    _, token = await mailed(office, sink, door, practice_id, client_id)
    request_id = new_id()

    answers = [await used(door, token, request_id) for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(door.booking.confirmations) == 1


async def test_the_link_of_a_moved_appointment_has_expired(
    office: Office, sink: Sink, door: Door, practice_id: str, client_id: str
) -> None:
    """The old mail's link does nothing; the new mail's does."""
    promise, old = await mailed(office, sink, door, practice_id, client_id)
    await office.handle(promise.moved(START + timedelta(hours=1)))
    door.booking.keep(promise)
    await office.sweep()
    new = token_of(sink.letters[-1])

    assert (await opened(door, old)).state == EXPIRED
    assert await refusal(used(door, old)) == ("FAILED_PRECONDITION", "LINK_EXPIRED")
    assert door.booking.confirmations == []
    assert (await used(door, new)).state == USED


async def test_a_move_we_have_not_heard_of_yet_expires_the_link_too(
    office: Office, sink: Sink, door: Door, practice_id: str, client_id: str
) -> None:
    """Booking has moved it, the event is on its way: the old link must not confirm the new time."""
    promise, token = await mailed(office, sink, door, practice_id, client_id)
    promise.moved(START + timedelta(hours=1))
    door.booking.keep(promise)

    assert await refusal(used(door, token)) == ("FAILED_PRECONDITION", "LINK_EXPIRED")
    assert door.booking.confirmations == []


async def test_links_end_with_the_session_s_start_and_with_its_state(
    office: Office, sink: Sink, door: Door, practice_id: str, client_id: str
) -> None:
    """From the start on LINK_EXPIRED; in a state that can't be confirmed STATE_FORBIDS."""
    promise, token = await mailed(office, sink, door, practice_id, client_id)
    door.booking.appointments[promise.appointment_id].state = booking_pb2.Appointment.STATE_CHECKED_IN

    in_session = await refusal(used(door, token))
    office.at = START
    late = await refusal(used(door, token))

    assert (in_session, late) == (
        ("FAILED_PRECONDITION", "STATE_FORBIDS"),
        ("FAILED_PRECONDITION", "LINK_EXPIRED"),
    )
    assert (await opened(door, token)).state == EXPIRED


@pytest.mark.parametrize("token", ["", "A" * 22, "A" * 23, "é" * 22, "../../../../etc/passwd"])
async def test_a_guessed_secret_is_unknown(door: Door, token: str) -> None:
    """Whatever it looks like: the same answer, and nothing to learn from it."""
    assert await refusal(opened(door, token)) == ("NOT_FOUND", "LINK_UNKNOWN")
    assert await refusal(used(door, token)) == ("NOT_FOUND", "LINK_UNKNOWN")


async def test_a_contact_point_comes_back_as_it_went_in(door: Door, practice_id: str, client_id: str) -> None:
    """Written by the front desk, read by the client, replaced by the client."""
    contact = notifications_pb2.ContactPoint(
        client_id=client_id,
        email="gita.silva@example.com",
        time_zone="America/Denver",
        locale="es",
        has_consent=True,
    )
    put = notifications_service_pb2.PutContactPointRequest(contact_point=contact, request_id=new_id())
    get = notifications_service_pb2.GetContactPointRequest(client_id=client_id)

    stored = await door.stub.PutContactPoint(put, metadata=door.clerk(practice_id))
    read = await door.stub.GetContactPoint(get, metadata=door.client(practice_id, client_id))
    contact.has_consent = False
    replaced = await door.stub.PutContactPoint(
        notifications_service_pb2.PutContactPointRequest(contact_point=contact, request_id=new_id()),
        metadata=door.client(practice_id, client_id),
    )

    assert (stored, replaced) == (read, contact)
    assert await door.stub.GetContactPoint(get, metadata=door.clerk(practice_id)) == contact


async def test_a_client_keeps_their_key_when_the_address_changes(
    office: Office, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """One key a client for as long as they are known: destroying it makes every field unreadable."""
    keys = set()
    for email in ("old@example.com", "new@example.com"):
        await office.meet(practice_id, client_id, email=email)
        with psycopg.connect(store.owner_url) as owner:
            keys.add(owner.execute("select wrapped_dek from contact_points").fetchone())

    assert len(keys) == 1


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("email", "", "EMAIL_MALFORMED"),
        ("email", "gita.silva", "EMAIL_MALFORMED"),
        ("email", "gita@example.com\r\nBcc: all@example.com", "EMAIL_MALFORMED"),
        ("email", "g" * 250 + "@example.com", "EMAIL_MALFORMED"),
        ("time_zone", "", "UNKNOWN_TIME_ZONE"),
        ("time_zone", "America/Atlantis", "UNKNOWN_TIME_ZONE"),
        ("time_zone", "../../etc/passwd", "UNKNOWN_TIME_ZONE"),
        ("time_zone", "a\0b", "UNKNOWN_TIME_ZONE"),
        ("locale", "", "LOCALE_UNKNOWN"),
        ("locale", "de", "LOCALE_UNKNOWN"),
        ("client_id", "client-1", "MALFORMED_REQUEST"),
    ],
)
async def test_a_bad_contact_point_is_refused_by_name_and_not_stored(
    door: Door, store: FreshDatabase, practice_id: str, client_id: str, field: str, value: str, reason: str
) -> None:
    """Each mistake has its own reason; nothing is written."""
    contact = notifications_pb2.ContactPoint(
        client_id=client_id, email="gita@example.com", time_zone="America/Denver", locale="en"
    )
    setattr(contact, field, value)
    request = notifications_service_pb2.PutContactPointRequest(contact_point=contact, request_id=new_id())

    refused = await refusal(door.stub.PutContactPoint(request, metadata=door.clerk(practice_id)))

    assert refused == ("INVALID_ARGUMENT", reason)
    with psycopg.connect(store.owner_url) as owner:
        assert owner.execute("select count(*) from contact_points").fetchone() == (0,)


async def test_others_can_not_read_a_client_s_contact_point_or_messages(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """Another client: not allowed; another practice's clerk: nothing there; a link's holder: no such door."""
    await office.meet(practice_id, client_id)
    request = notifications_service_pb2.GetContactPointRequest(client_id=client_id)
    messages = notifications_service_pb2.ListMessagesRequest(client_id=client_id)

    stranger = door.client(practice_id, new_id())
    assert await refusal(door.stub.GetContactPoint(request, metadata=stranger)) == ("PERMISSION_DENIED", "NOT_ALLOWED")
    assert await refusal(door.stub.ListMessages(messages, metadata=stranger)) == ("PERMISSION_DENIED", "NOT_ALLOWED")
    elsewhere = door.clerk(new_id())
    assert await refusal(door.stub.GetContactPoint(request, metadata=elsewhere)) == ("NOT_FOUND", "NOT_FOUND")
    assert (await door.stub.ListMessages(messages, metadata=elsewhere)).messages == []
    assert (await refusal(door.stub.GetContactPoint(request, metadata=door.holder())))[0] == "UNAUTHENTICATED"


async def test_messages_are_listed_newest_first_in_pages(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """Every message once, however the pages are cut; a token of another list is refused."""
    for _ in range(3):
        await office.handle(Promise(practice_id, client_id).booked())
    metadata = door.client(practice_id, client_id)
    whole = await door.stub.ListMessages(
        notifications_service_pb2.ListMessagesRequest(client_id=client_id), metadata=metadata
    )

    listed, token = [], ""
    while True:
        page = await door.stub.ListMessages(
            notifications_service_pb2.ListMessagesRequest(client_id=client_id, page_size=2, page_token=token),
            metadata=metadata,
        )
        listed += page.messages
        token = page.next_page_token
        if not token:
            break

    ids = [message.message_id for message in listed]
    assert listed == list(whole.messages)
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 12
    for bad in ({"page_token": "nonsense"}, {"page_size": 201}, {"page_size": -1}):
        request = notifications_service_pb2.ListMessagesRequest(client_id=client_id, **bad)
        refused = await refusal(door.stub.ListMessages(request, metadata=metadata))
        assert refused == ("INVALID_ARGUMENT", "MALFORMED_REQUEST")


def on_call_request(*, level: int = 1, contact_id: str = "") -> on_call_service_pb2.PutOnCallContactRequest:
    """Somebody to put on call."""
    contact = on_call_service_pb2.OnCallContact(
        contact_id=contact_id or new_id(), level=level, email="Night@Example.com", locale="en", is_active=True
    )
    return on_call_service_pb2.PutOnCallContactRequest(contact=contact, request_id=new_id())


async def test_admins_say_who_is_paged_and_every_desk_sees_the_pages(door: Door, practice_id: str) -> None:
    """Put, replaced and listed in pages by the admin; the desk sees pages and no addresses; a client sees nothing."""
    admin, clerk = door.admin(practice_id), door.clerk(practice_id)
    requests = [on_call_request(level=level) for level in (1, 2, 3)]
    for request in requests:
        await door.on_call.PutOnCallContact(request, metadata=admin)
    await door.on_call.PutOnCallContact(
        on_call_request(level=3, contact_id=requests[0].contact.contact_id), metadata=admin
    )

    first = await door.on_call.ListOnCallContacts(
        on_call_service_pb2.ListOnCallContactsRequest(page_size=2), metadata=admin
    )
    second = await door.on_call.ListOnCallContacts(
        on_call_service_pb2.ListOnCallContactsRequest(page_size=2, page_token=first.next_page_token), metadata=admin
    )
    pages = await door.on_call.ListPages(on_call_service_pb2.ListPagesRequest(only_open=True), metadata=clerk)

    assert [contact.level for contact in (*first.contacts, *second.contacts)] == [3, 2, 3]
    assert {contact.email for contact in first.contacts} == {"Night@example.com"}
    assert (second.next_page_token, list(pages.pages)) == ("", [])
    for metadata, method, request in (
        (clerk, door.on_call.ListOnCallContacts, on_call_service_pb2.ListOnCallContactsRequest()),
        (clerk, door.on_call.PutOnCallContact, requests[0]),
        (door.client(practice_id, new_id()), door.on_call.ListPages, on_call_service_pb2.ListPagesRequest()),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await method(request, metadata=metadata)
        assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_level_nobody_knows_is_refused(door: Door, practice_id: str) -> None:
    """Levels are 1 to 3."""
    for level in (0, 4):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await door.on_call.PutOnCallContact(on_call_request(level=level), metadata=door.admin(practice_id))
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
