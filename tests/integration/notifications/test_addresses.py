"""Where people may be reached: proved by a code, told of changes, kept from whom it must not reach."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest
from kept.notifications.v1 import contact_pb2, contact_service_pb2, notifications_pb2

from services.notifications.domain.message import Reason, State
from tests.integration.notifications.door import Door
from tests.integration.notifications.office import NOW, START, Office, Promise, new_id
from tests.integration.notifications.sink import Sink
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

Address = contact_pb2.ContactAddress
MAIL = notifications_pb2.CHANNEL_EMAIL


@pytest.fixture
async def door(office: Office, keyring_path: Path) -> AsyncIterator[Door]:
    """The service behind its gRPC door."""
    door = Door(office, keyring_path.parent)
    await door.start()
    yield door
    await door.stop()


async def confirmations(office: Office, practice_id: str, client_id: str) -> set[Reason | None]:
    """Why the confirmations to a client were kept back."""
    messages = await office.messages(practice_id, client_id)
    return {message.reason for message in messages if message.step == "booked"}


async def put(door: Door, client_id: str, metadata: Any, address: str, **values: Any) -> Any:
    """Store an address."""
    request = contact_service_pb2.PutContactAddressRequest(
        client_id=client_id, address=Address(channel=MAIL, address=address, **values), request_id=new_id()
    )
    return await door.contacts.PutContactAddress(request, metadata=metadata)


async def verify(door: Door, client_id: str, metadata: Any, contact_point_id: str, code: str) -> Any:
    """Prove an address."""
    request = contact_service_pb2.VerifyContactAddressRequest(
        client_id=client_id, contact_point_id=contact_point_id, code=code, request_id=new_id()
    )
    return await door.contacts.VerifyContactAddress(request, metadata=metadata)


async def test_a_clients_own_address_counts_once_its_code_came_back_and_the_old_one_is_told(
    office: Office, door: Door, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Until then what was there before goes on; wrong tries are counted though they are refused."""
    await office.meet(practice_id, client_id)
    client = door.client(practice_id, client_id)

    pending = await put(door, client_id, client, "gita.new@example.com")
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()
    before = sorted(sink.recipients)
    code = next(found[1] for text in sink.texts() if (found := re.search(r"code is ([0-9]{6})", text)))
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await verify(door, client_id, client, pending.contact_point_id, wrong)
    proved = await verify(door, client_id, client, pending.contact_point_id, code)
    with pytest.raises(grpc.aio.AioRpcError) as again:
        await verify(door, client_id, client, pending.contact_point_id, code)
    sink.recipients.clear()
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()

    assert pending.state == Address.STATE_PENDING
    assert before == ["gita.new@example.com", "gita.silva@example.com"]
    assert (proved.state, proved.is_verified) == (Address.STATE_ACTIVE, True)
    assert {each.value.code() for each in (refused, again)} == {grpc.StatusCode.FAILED_PRECONDITION}
    assert sorted(sink.recipients) == ["gita.new@example.com", "gita.silva@example.com"]
    assert sink.subjects().count("Your contact details have changed") == 1


async def invite(door: Door, client_id: str, metadata: Any, code: str, days: int = 14) -> Any:
    """Mail the code of an invitation."""
    request = contact_service_pb2.SendInvitationRequest(client_id=client_id, code=code, request_id=new_id())
    request.expire_time.FromDatetime(NOW + timedelta(days=days))
    return await door.contacts.SendInvitation(request, metadata=metadata)


async def test_an_invitation_goes_to_the_clients_own_address_with_its_code_and_a_link(
    office: Office, door: Door, sink: Sink, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """The code stands in the mail alone: sealed in the rows, in no link; who asked for no messages is invited too."""
    await office.meet(practice_id, client_id, has_consent=False)
    clerk = door.clerk(practice_id)
    await put(door, client_id, clerk, "guardian@example.com", guardian_id=new_id())

    await invite(door, client_id, clerk, "7KQ2-M4XZ-90TD")
    with psycopg.connect(store.owner_url) as conn:
        rows = str(conn.execute("select a::text from contact_addresses a").fetchall())
    await office.sweep()

    [text] = [text for text in sink.texts() if "7KQ2-M4XZ-90TD" in text]
    assert "gita.silva@example.com" in sink.recipients
    assert "guardian@example.com" not in sink.recipients
    assert re.search(r"^https?://\S+/invitation\r?$", text, re.MULTILINE)
    assert "7KQ2" not in rows


@pytest.mark.parametrize(("code", "days"), [("Call 555-0100 now", 14), ("7KQ2-M4XZ-90TD", 0), ("7KQ2-M4XZ-90TD", 99)])
async def test_only_a_code_is_sent_and_only_while_it_is_good(
    office: Office, door: Door, sink: Sink, practice_id: str, client_id: str, code: str, days: int
) -> None:
    """Nobody writes letters on this paper, and what has ended is not sent."""
    await office.meet(practice_id, client_id)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await invite(door, client_id, door.clerk(practice_id), code, days)
    await office.sweep()

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert sink.recipients == []


async def test_whoever_has_no_mail_address_is_not_invited_by_mail(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """It is said, so that the code is handed over another way; nobody invites themselves."""
    with pytest.raises(grpc.aio.AioRpcError) as unknown:
        await invite(door, client_id, door.clerk(practice_id), "7KQ2-M4XZ-90TD")

    assert unknown.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_code_is_good_for_five_tries_and_fifteen_minutes_and_is_sent_once_a_minute(
    office: Office, door: Door, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Guessing does not pay, and nobody's mailbox is flooded."""
    await office.meet(practice_id, client_id)
    client = door.client(practice_id, client_id)
    pending = await put(door, client_id, client, "gita.new@example.com")
    again = contact_service_pb2.SendContactCodeRequest(
        client_id=client_id, contact_point_id=pending.contact_point_id, request_id=new_id()
    )
    with pytest.raises(grpc.aio.AioRpcError) as soon:
        await door.contacts.SendContactCode(again, metadata=client)
    details = []
    for _ in range(6):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await verify(door, client_id, client, pending.contact_point_id, "abcdef")
        details.append(refused.value.details())
    office.at = NOW + timedelta(minutes=1)
    again.request_id = new_id()
    await door.contacts.SendContactCode(again, metadata=client)
    await office.sweep()
    code = re.findall(r"code is ([0-9]{6})", " ".join(sink.texts()))[-1]
    office.at = NOW + timedelta(minutes=16)
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await verify(door, client_id, client, pending.contact_point_id, code)

    assert soon.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert [details[0] == each for each in details] == [True] * 5 + [False]
    assert late.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_an_alternative_address_is_used_instead_and_no_guardian_sees_it(
    office: Office, door: Door, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Staff sets it without a reason; whoever acts for the client may not even list addresses."""
    await office.meet(practice_id, client_id)
    clerk = door.clerk(practice_id)

    stored = await put(door, client_id, clerk, "safe@example.org", is_alternative=True)
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()
    unsafe = await put(door, client_id, clerk, "safe@example.org", is_alternative=True, is_unsafe=True)
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()
    listing = contact_service_pb2.ListContactAddressesRequest(client_id=client_id)
    listed = await door.contacts.ListContactAddresses(listing, metadata=clerk)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await door.contacts.ListContactAddresses(listing, metadata=door.client(practice_id, new_id()))

    assert stored.state == Address.STATE_ACTIVE
    assert sink.recipients == ["safe@example.org"]
    assert (unsafe.contact_point_id, unsafe.is_unsafe) == (stored.contact_point_id, True)
    assert {
        message.reason for message in await office.messages(practice_id, client_id) if message.step == "booked"
    } == {
        None,
        Reason.NOT_SAFE,
    }
    assert [(each.address, each.is_alternative) for each in listed.addresses] == [
        ("gita.silva@example.com", False),
        ("safe@example.org", True),
    ]
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_what_staff_suppresses_staff_lifts_and_an_owners_word_stays(
    office: Office, door: Door, practice_id: str, client_id: str
) -> None:
    """Only START, or a new consent of theirs, brings an address back whose owner opted out."""
    await office.meet(practice_id, client_id)
    clerk = door.clerk(practice_id)
    listing = contact_service_pb2.ListContactAddressesRequest(client_id=client_id)
    [found] = (await door.contacts.ListContactAddresses(listing, metadata=clerk)).addresses

    async def suppress(is_suppressed: bool) -> str:
        request = contact_service_pb2.SetSuppressionRequest(
            client_id=client_id,
            contact_point_id=found.contact_point_id,
            is_suppressed=is_suppressed,
            request_id=new_id(),
        )
        return str((await door.contacts.SetSuppression(request, metadata=clerk)).suppression)

    walk = [await suppress(is_suppressed) for is_suppressed in (True, False)]
    await office.opt_out(practice_id, "gita.silva@example.com")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await suppress(False)

    assert walk == ["STAFF", ""]
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_consents_are_recorded_by_purpose_and_channel(
    office: Office, door: Door, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Taken back by the client for appointments: nothing is sent about them; the record names who and when."""
    await office.meet(practice_id, client_id)
    consent = contact_pb2.Consent(purpose=contact_pb2.Consent.PURPOSE_APPOINTMENTS, evidence="form-17")
    request = contact_service_pb2.RecordConsentRequest(client_id=client_id, consent=consent, request_id=new_id())

    await door.contacts.RecordConsent(request, metadata=door.client(practice_id, client_id))
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()
    listed = await door.contacts.ListConsents(
        contact_service_pb2.ListConsentsRequest(client_id=client_id), metadata=door.clerk(practice_id)
    )

    assert sink.letters == []
    assert {
        message.reason for message in await office.messages(practice_id, client_id) if message.step == "booked"
    } == {Reason.NO_CONSENT}
    assert [(each.is_granted, each.source, each.evidence) for each in listed.consents] == [
        (True, "STAFF", ""),
        (False, "CLIENT", "form-17"),
    ]


async def test_a_nudge_comes_round_on_the_clients_clock_until_it_ends(
    office: Office, door: Door, sink: Sink, practice_id: str, client_id: str
) -> None:
    """At nine in Vancouver, before and after the clocks change; an outage is followed by one; ended, it is silent."""
    await office.meet(practice_id, client_id)
    office.at = START
    nudge = contact_pb2.Nudge(
        nudge_id=new_id(), client_id=client_id, trigger="MEDICATION", wall_time="09:00", every_days=2,
        from_date="2026-03-05", until_date="2026-03-20",
    )  # fmt: skip
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await door.contacts.PutNudge(
            contact_service_pb2.PutNudgeRequest(nudge=nudge, request_id=new_id()),
            metadata=door.client(practice_id, new_id()),
        )
    client = door.client(practice_id, client_id)
    stored = await door.contacts.PutNudge(
        contact_service_pb2.PutNudgeRequest(nudge=nudge, request_id=new_id()), metadata=client
    )
    due = [stored.next_time.ToDatetime()]
    sent = []
    for _ in range(3):
        office.at = due[-1].replace(tzinfo=NOW.tzinfo)
        sent.append((await office.come_round(), len(sink.letters)))
        await office.sweep()
        [listed] = (
            await door.contacts.ListNudges(contact_service_pb2.ListNudgesRequest(client_id=client_id), metadata=client)
        ).nudges
        due.append(listed.next_time.ToDatetime())
    office.at += timedelta(days=4)
    missed = await office.come_round()
    ending = contact_service_pb2.EndNudgeRequest(client_id=client_id, nudge_id=nudge.nudge_id, request_id=new_id())
    ended = await door.contacts.EndNudge(ending, metadata=client)
    await office.sweep()

    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert [f"{each:%m-%d %H}" for each in due] == ["03-05 17", "03-07 17", "03-09 16", "03-11 16"]
    assert sent == [(1, 0), (1, 1), (1, 2)]
    assert (missed, ended.is_ended, len(sink.letters)) == (1, True, 3)
    assert sink.subjects() == ["Your reminder"] * 3
    last = (await office.messages(practice_id, client_id))[-1]
    assert (last.state, last.reason) == (State.SUPPRESSED, Reason.MATTER_CLOSED)
