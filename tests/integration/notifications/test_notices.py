"""From an alarm of the trail, or a week's digest, to the officer's mailbox."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message as ProtoMessage
from kept.audit.v1.watch_events_pb2 import AlarmRaised, AlarmSettled, DigestMade

from services.chassis.context import Actor, Call
from services.chassis.crypto import ClientCipher, FileKeyring
from services.chassis.errors import InvalidRequest
from services.notifications.adapters.notices import PostgresNotices
from services.notifications.adapters.page_letters import PageWriter
from services.notifications.adapters.pages import OnCall, PostgresPages
from services.notifications.adapters.templates import Templates
from services.notifications.config import MailConfig
from services.notifications.domain.contact import Locale
from services.notifications.domain.page import COMPLIANCE, CRISIS, OnCallContact
from services.notifications.reactions import reactions
from services.notifications.usecases.page_on_call import page_on_call
from tests.integration.notifications.office import PUBLIC_URL, Office, new_id
from tests.integration.notifications.sink import Sink, text_of

pytestmark = pytest.mark.integration


class Desk:
    """Officers on the office's database, clock and mail server."""

    def __init__(self, office: Office, keyring_path: Path, practice_id: str) -> None:
        self.office = office
        self.practice_id = practice_id
        self.alarm_id = new_id()
        self.on_call = OnCall(ClientCipher(FileKeyring(keyring_path)))
        self._writer = PageWriter(
            config=MailConfig("", PUBLIC_URL, "Appointments <appointments@kept.example>"), templates=Templates()
        )

    async def put(self, name: str, duty: str, locale: Locale = Locale.EN) -> None:
        """Put somebody on call."""
        contact = OnCallContact(new_id(), 1, f"{name}@example.com", locale, is_active=True, duty=duty)
        async with self.office.database.begin([self.practice_id]) as conn:
            await self.on_call.put(conn, self.practice_id, contact)

    async def hear(self, event: ProtoMessage) -> None:
        """React to an event, as the inbox does."""
        actor = Actor("service:audit", "service", self.practice_id, frozenset({"system"}))
        call = Call(actor=actor, method=event.DESCRIPTOR.name, database=self.office.database)
        await reactions(self.office.clock)[event.DESCRIPTOR.full_name](event, call)
        await call.commit(None)

    def raised(self, **more: Any) -> AlarmRaised:
        """An alarm."""
        told = {"practice_id": self.practice_id, "alarm_id": self.alarm_id, "kind": "log.fork", "severity": "HIGH"}
        return AlarmRaised(**(told | more), version=1)

    async def look(self) -> int:
        """Tell of what is due; return how many mails went out."""
        notices = PostgresNotices(self.office.database, self.on_call)
        return await page_on_call(pages=notices, writer=self._writer, post=self.office.post, clock=self.office.clock)


@pytest.fixture
def desk(office: Office, keyring_path: Path, practice_id: str) -> Desk:
    """The officers' desk."""
    return Desk(office, keyring_path, practice_id)


async def test_a_severe_alarm_is_told_until_somebody_has_seen_it(desk: Desk, sink: Sink) -> None:
    """To officers, in their language, with a reference and no more; not to who is on call for crises."""
    await desk.put("officer", COMPLIANCE, Locale.ES)
    await desk.put("nurse", CRISIS)
    await desk.hear(desk.raised())
    await desk.hear(desk.raised())
    first = await desk.look()
    desk.office.at += timedelta(minutes=2)
    again = await desk.look()
    await desk.hear(AlarmSettled(practice_id=desk.practice_id, alarm_id=desk.alarm_id, version=2))
    desk.office.at += timedelta(hours=1)
    after = await desk.look()
    pages = PostgresPages(desk.office.database, desk.on_call)

    assert (first, again, after) == (1, 1, 0)
    texts = [text_of(mail) for mail in sink.letters]
    assert len(texts) == 2
    assert all(desk.alarm_id in text and "alarma" in text and "log.fork" not in text for text in texts)
    assert await pages.claim(10, at=desk.office.at) == []


async def test_who_hears_of_the_end_first_tells_nobody(desk: Desk) -> None:
    """Events may come in any order."""
    await desk.put("officer", COMPLIANCE)
    await desk.hear(AlarmSettled(practice_id=desk.practice_id, alarm_id=desk.alarm_id, version=2))
    await desk.hear(desk.raised())

    assert await desk.look() == 0


async def test_an_alarm_that_nobody_has_the_duty_for_is_everybodys(desk: Desk) -> None:
    """Somebody must hear of it; a lesser one waits for the officer's next look."""
    await desk.put("nurse", CRISIS)
    await desk.hear(desk.raised())
    await desk.hear(desk.raised(alarm_id=new_id(), severity="MEDIUM"))

    assert await desk.look() == 1


async def test_a_digest_is_told_once_and_to_officers_only(desk: Desk, sink: Sink) -> None:
    """Nobody who is there for crises hears of it, and where there is no officer it is read at the desk."""
    digest = DigestMade(practice_id=desk.practice_id, digest_id=new_id(), week="2030-W05", open_cases=3, version=1)
    await desk.put("nurse", CRISIS)
    await desk.hear(digest)
    nobody = await desk.look()
    await desk.put("officer", COMPLIANCE)
    await desk.hear(DigestMade(practice_id=desk.practice_id, digest_id=new_id(), week="2030-W06", version=1))
    told = [await desk.look() for _ in range(2)]
    desk.office.at += timedelta(days=1)

    assert (nobody, told, await desk.look()) == (0, [1, 0], 0)
    [text] = [text_of(mail) for mail in sink.letters]
    assert "digest" in text


async def test_another_practices_alarm_is_put_aside(desk: Desk) -> None:
    """The wall holds for notices, too."""
    with pytest.raises(InvalidRequest):
        await desk.hear(desk.raised(practice_id=new_id()))
