"""Offers are answered from the message, and mails of a list end by one click in the mail program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from kept.booking.v1 import waitlist_events_pb2
from kept.notifications.v1 import (
    contact_pb2,
    contact_service_pb2,
    notifications_pb2,
    notifications_service_pb2,
)

from services.notifications.adapters import consents
from services.notifications.domain.consent import Purpose, Source
from services.notifications.domain.message import Reason
from tests.integration.notifications.door import Door
from tests.integration.notifications.office import START, Office, Promise, new_id, timestamp
from tests.integration.notifications.sink import Sink, token_of
from tests.integration.notifications.test_door import opened, refusal

pytestmark = pytest.mark.integration
LINK = notifications_pb2.ActionLink


@pytest.fixture
async def door(office: Office, tmp_path: Path) -> AsyncIterator[Door]:
    """The service with its door open."""
    door = Door(office, tmp_path)
    await door.start()
    yield door
    await door.stop()


async def offered(office: Office, sink: Sink, practice_id: str, client_id: str) -> tuple[str, str]:
    """A slot is offered to a client by mail; its offer's id, and the secret of the mail's link."""
    await office.meet(practice_id, client_id)
    offer_id = new_id()
    facts = waitlist_events_pb2.OfferFacts(
        practice_id=practice_id,
        offer_id=offer_id,
        client_id=client_id,
        start_time=timestamp(START),
        expire_time=timestamp(office.at + timedelta(minutes=30)),
        version=1,
    )
    await office.handle(waitlist_events_pb2.OfferMade(offer=facts))
    await office.sweep()
    return offer_id, token_of(sink.letters[-1])


async def used(door: Door, token: str, action: Any) -> Any:
    """Do something by a link."""
    request = notifications_service_pb2.UseActionLinkRequest(token=token, action=action, request_id=new_id())
    return await door.stub.UseActionLink(request, metadata=door.holder())


@pytest.mark.parametrize(("action", "step"), [(LINK.ACTION_ACCEPT, "accept"), (LINK.ACTION_DECLINE, "decline")])
async def test_an_offer_is_answered_by_its_link_once(
    office: Office, sink: Sink, door: Door, practice_id: str, client_id: str, action: Any, step: str
) -> None:
    """Shown as often as scanners like; answered twice is answered once; the other answer comes too late."""
    offer_id, token = await offered(office, sink, practice_id, client_id)

    seen = [await opened(door, token) for _ in range(10)]
    untouched = list(door.booking.steps)
    answered = [await used(door, token, action) for _ in range(2)]
    other = LINK.ACTION_DECLINE if step == "accept" else LINK.ACTION_ACCEPT

    assert {(LINK.ACTION_ACCEPT, LINK.ACTION_DECLINE)} == {tuple(each.actions) for each in seen}
    assert untouched == []
    assert {LINK.STATE_USED} == {each.state for each in answered}
    assert [(step, offer_id)] == door.booking.steps
    assert await refusal(used(door, token, other)) == ("FAILED_PRECONDITION", "LINK_EXPIRED")


async def test_an_offer_that_has_ended_is_not_accepted(
    office: Office, sink: Sink, door: Door, practice_id: str, client_id: str
) -> None:
    """After its thirty minutes booking is not even asked."""
    _, token = await offered(office, sink, practice_id, client_id)

    office.at += timedelta(minutes=30)

    assert (await opened(door, token)).state == LINK.STATE_EXPIRED
    assert await refusal(used(door, token, LINK.ACTION_ACCEPT)) == ("FAILED_PRECONDITION", "LINK_EXPIRED")
    assert door.booking.steps == []


async def test_a_mail_of_a_list_ends_by_one_click_and_no_other_mail_has_the_header(
    office: Office, sink: Sink, door: Door, practice_id: str, client_id: str
) -> None:
    """Opening it ends nothing; the post does, for what the mail was about; what is booked is told all the same."""
    await office.meet(practice_id, client_id)
    nudge = contact_pb2.Nudge(
        nudge_id=new_id(),
        client_id=client_id,
        trigger="CHECK_IN",
        wall_time="09:00",
        every_days=2,
        from_date="2026-02-22",
        until_date="2026-03-20",
    )
    stored = await door.contacts.PutNudge(
        contact_service_pb2.PutNudgeRequest(nudge=nudge, request_id=new_id()),
        metadata=door.client(practice_id, client_id),
    )
    office.at = stored.next_time.ToDatetime(tzinfo=UTC)
    await office.come_round()
    await office.sweep()
    letter = sink.letters[-1]
    token = str(letter["List-Unsubscribe"]).rpartition("/u/")[2].rstrip(">")

    for _ in range(10):
        await opened(door, token)
    async with office.database.begin([practice_id]) as conn:
        before = (await consents.of_clients(conn, [(practice_id, client_id)]))[practice_id, client_id]
    ending = notifications_service_pb2.UnsubscribeRequest(token=token, request_id=new_id())
    await door.stub.Unsubscribe(ending, metadata=door.holder())
    async with office.database.begin([practice_id]) as conn:
        after = (await consents.of_clients(conn, [(practice_id, client_id)]))[practice_id, client_id]
    await office.handle(Promise(practice_id, client_id).booked())
    office.at += timedelta(days=2)
    await office.come_round()
    await office.sweep()

    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(before) + 1 == len(after)
    assert (after[-1].purpose, after[-1].source, after[-1].is_granted) == (Purpose.CARE, Source.UNSUBSCRIBE, False)
    kept_back = [each for each in await office.messages(practice_id, client_id) if each.kind == "CHECK_IN"][-1]
    assert Reason.NO_CONSENT is kept_back.reason
    assert sink.subjects()[-1] == "Your appointment is set"
    assert sink.letters[-1]["List-Unsubscribe"] is None
