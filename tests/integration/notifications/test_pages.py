"""From a crisis flag to the mail of whoever is on call, and its end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from google.protobuf.message import Message as ProtoMessage
from kept.matching.v1 import triage_events_pb2

from services.chassis.context import Actor, Call
from services.chassis.crypto import ClientCipher, FileKeyring
from services.notifications.adapters.page_letters import PageWriter
from services.notifications.adapters.pages import PAGE_LEASE, OnCall, PostgresPages, list_pages
from services.notifications.adapters.templates import Templates
from services.notifications.config import MailConfig
from services.notifications.domain.contact import Locale
from services.notifications.domain.page import OnCallContact
from services.notifications.reactions import reactions
from services.notifications.usecases.page_on_call import page_on_call
from tests.integration.notifications.office import PUBLIC_URL, Office, new_id, timestamp
from tests.integration.notifications.sink import Sink, text_of
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

MINUTE = timedelta(minutes=1)


class Watch:
    """Paging on the office's database, clock and mail server."""

    def __init__(self, office: Office, keyring_path: Path, practice_id: str) -> None:
        self.office = office
        self.practice_id = practice_id
        self.flag_id, self.client_id = new_id(), new_id()
        self.on_call = OnCall(ClientCipher(FileKeyring(keyring_path)))
        self.pages = PostgresPages(office.database, self.on_call)
        config = MailConfig("", PUBLIC_URL, "Appointments <appointments@kept.example>")
        self._writer = PageWriter(config=config, templates=Templates())

    async def put(self, level: int, locale: Locale = Locale.EN) -> None:
        """Put somebody on call."""
        contact = OnCallContact(new_id(), level, f"level.{level}@example.com", locale, is_active=True)
        async with self.office.database.begin([self.practice_id]) as conn:
            await self.on_call.put(conn, self.practice_id, contact)

    async def hear(self, event: type[ProtoMessage], *, version: int) -> None:
        """React to an event about the flag, as the inbox does."""
        facts = triage_events_pb2.CrisisFacts(
            practice_id=self.practice_id,
            flag_id=self.flag_id,
            client_id=self.client_id,
            raise_time=timestamp(self.office.at),
            version=version,
        )
        actor = Actor("service:matching", "service", self.practice_id, frozenset({"system"}))
        call = Call(actor=actor, method=event.DESCRIPTOR.name, database=self.office.database)
        await reactions(self.office.clock)[event.DESCRIPTOR.full_name](event(crisis=facts), call)
        await call.commit(None)

    async def look(self) -> int:
        """Page about what is due."""
        return await page_on_call(pages=self.pages, writer=self._writer, post=self.office.post, clock=self.office.clock)


@pytest.fixture
def watch(office: Office, keyring_path: Path, practice_id: str) -> Watch:
    """Somebody is watching."""
    return Watch(office, keyring_path, practice_id)


async def test_a_crisis_flag_pages_until_a_human_takes_over(watch: Watch, sink: Sink) -> None:
    """In the night, at once, again after two minutes to more people, and never after the acknowledgement."""
    await watch.put(1)
    await watch.put(2, Locale.ES)
    await watch.hear(triage_events_pb2.CrisisFlagged, version=1)

    first = await watch.look(), await watch.look()
    watch.office.at += 2 * MINUTE
    second = await watch.look()
    await watch.hear(triage_events_pb2.CrisisAcknowledged, version=2)
    watch.office.at += timedelta(days=1)
    late = await watch.look()

    assert (first, second, late) == ((1, 0), 2, 0)
    assert sorted(sink.recipients) == ["level.1@example.com", "level.1@example.com", "level.2@example.com"]
    assert {"Urgent: somebody is needed now", "Urgente: se necesita a alguien ahora"} == set(sink.subjects())
    assert len({str(letter["Message-ID"]) for letter in sink.letters}) == 3
    for letter in sink.letters:
        assert watch.flag_id in text_of(letter)
        assert watch.client_id not in str(letter)


async def test_flags_heard_twice_and_in_any_order_page_once_and_stay_ended(watch: Watch, sink: Sink) -> None:
    """Twice flagged: one page. Acknowledged before flagged: none."""
    await watch.put(1)
    for _ in range(2):
        await watch.hear(triage_events_pb2.CrisisFlagged, version=1)
    once = await watch.look(), await watch.look()
    watch.flag_id = new_id()
    await watch.hear(triage_events_pb2.CrisisClosed, version=3)
    await watch.hear(triage_events_pb2.CrisisFlagged, version=1)

    assert (once, await watch.look()) == ((1, 0), 0)


async def test_a_page_whose_replica_died_is_said_again(watch: Watch, sink: Sink) -> None:
    """Leased and never settled: due again when the lease ends, for any replica."""
    await watch.put(1)
    await watch.hear(triage_events_pb2.CrisisFlagged, version=1)
    (leased,) = await watch.pages.claim(10, at=watch.office.at)

    early = await watch.look()
    watch.office.at += PAGE_LEASE
    again = await watch.look()

    assert (leased.flag_id, early, again) == (watch.flag_id, 0, 1)


async def test_an_outage_of_the_mail_server_delays_a_page_by_seconds(watch: Watch, sink: Sink) -> None:
    """Down at first: tried every ten seconds, and sent when the server is back; every try is on record."""
    await watch.put(1)
    await watch.hear(triage_events_pb2.CrisisFlagged, version=1)
    await sink.stop()

    down = await watch.look()
    await sink.start()
    watch.office.at += timedelta(seconds=10)
    up = await watch.look()

    async with watch.office.database.begin([watch.practice_id]) as conn:
        found = await conn.execute("select outcome from page_deliveries order by deliver_time")
        outcomes = [row[0] for row in await found.fetchall()]
        ((flag_id, _, rounds, end_time, reached),) = await list_pages(conn, watch.practice_id)
    assert (down, up, outcomes) == (0, 1, ["AWAY", "ACCEPTED"])
    assert (flag_id, rounds, end_time, reached) == (watch.flag_id, 1, None, 1)


async def test_an_acknowledgement_during_a_round_ends_it(watch: Watch, sink: Sink) -> None:
    """The round that was being said is stored; there is no next one."""
    await watch.put(1)
    await watch.hear(triage_events_pb2.CrisisFlagged, version=1)
    (page,) = await watch.pages.claim(10, at=watch.office.at)
    await watch.hear(triage_events_pb2.CrisisAcknowledged, version=2)

    await watch.pages.settle(page, [], round_number=1, next_time=watch.office.at, at=watch.office.at)

    assert await watch.look() == 0


async def test_contacts_and_pages_stay_behind_the_wall_and_sealed(watch: Watch, store: FreshDatabase) -> None:
    """Another practice sees none of it, and a stolen table holds no address."""
    await watch.put(1)
    await watch.hear(triage_events_pb2.CrisisFlagged, version=1)
    await watch.look()

    async with watch.office.database.begin([new_id()]) as conn:
        for table in ("on_call_contacts", "pages", "page_deliveries"):
            row = await (await conn.execute(f"select count(*) from {table}")).fetchone()
            assert row == (0,)
    with psycopg.connect(store.owner_url) as owner:
        dump = str(owner.execute("select t::text, encode(t::text::bytea, 'escape') from on_call_contacts t").fetchall())
    assert "example.com" not in dump
    assert b"example.com".hex() not in dump
