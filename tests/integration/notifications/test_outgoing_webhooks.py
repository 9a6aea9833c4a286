"""Webhooks on real rows, to a real receiver that checks the signatures by the library of the standard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from google.protobuf.message import Message
from kept.booking.v1 import booking_events_pb2, groups_events_pb2, policy_events_pb2, waitlist_events_pb2
from kept.matching.v1 import forms_events_pb2
from kept.notifications.v1 import threads_events_pb2
from standardwebhooks.webhooks import Webhook as Signature
from standardwebhooks.webhooks import WebhookVerificationError

from services.chassis.context import Actor, Call
from services.chassis.crypto import ClientCipher, FileKeyring
from services.chassis.db.envelope import Envelope, OutboxEvent
from services.notifications.adapters import webhooks
from services.notifications.adapters.outbound import Outbound
from services.notifications.adapters.webhooks import LEASE, PostgresDeliveries, Webhooks
from services.notifications.domain.errors import Malformed, StaleVersion, TooManyWebhooks, UnknownWebhook
from services.notifications.domain.webhook import WEBHOOKS_MAX, Delivery, State, Webhook
from services.notifications.reactions import gatherings
from services.notifications.usecases.deliver_webhooks import deliver_webhooks
from tests.integration.notifications.office import Office, new_id
from tests.support.pages import OtherHouse
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration


class Partner:
    """A receiver, the sender that reaches it, and a clock."""

    def __init__(self, office: Office, keyring_path: Path, practice_id: str) -> None:
        self.office, self.practice_id = office, practice_id
        self.at = datetime.now(UTC)
        self.statuses: list[int] = []
        self.heard: list[tuple[Mapping[str, str], bytes]] = []
        self.house = OtherHouse(self._answer)
        self.store = Webhooks(ClientCipher(FileKeyring(keyring_path)))
        self.deliveries = PostgresDeliveries(office.database, self.store)
        self.outbound = Outbound([ip_network("127.0.0.0/8")])

    def _answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.heard.append(({name.lower(): value for name, value in headers.items()}, body))
        return (self.statuses.pop(0) if self.statuses else 204), b""

    async def add(self, *types: str, url: str = "") -> tuple[Webhook, str]:
        """Add a receiver."""
        made = Webhook(new_id(), url or self.house.url, types, True, "", 1, self.at)
        async with self.office.database.begin([self.practice_id]) as conn:
            return made, await self.store.add(conn, self.practice_id, made)

    async def happen(self, event: Message | None = None, *, event_id: str = "") -> None:
        """React to an event, a client's registration if none is given, as the inbox does."""
        event = event or booking_events_pb2.ClientRegistered(
            practice_id=self.practice_id, client_id=str(uuid4()), version=1
        )
        actor = Actor("system:notifications", "system", self.practice_id, frozenset({"system"}))
        call = Call(
            actor=actor,
            method=f"On{event.DESCRIPTOR.name}",
            database=self.office.database,
            causation_id=event_id or new_id(),
        )
        await gatherings(lambda: self.at)[event.DESCRIPTOR.full_name]([(event, call)])
        await call.commit(None)

    async def publish(self, event: Message) -> None:
        """Publish one of notifications' own events, and tell of it in the same transaction."""
        event_id, content = str(uuid4()), event.SerializeToString()
        made = OutboxEvent(event_id, event.DESCRIPTOR.full_name, str(uuid4()), 1, content)
        async with self.office.database.begin([self.practice_id]) as conn:
            await webhooks.tell_published(conn, [Envelope(self.practice_id, [made])], at=self.at)

    async def deliver(self) -> None:
        """Try what is due."""
        await deliver_webhooks(
            deliveries=self.deliveries, post=self.outbound, clock=lambda: self.at, jitter=lambda: 0.0
        )

    async def log(self, webhook: Webhook) -> list[Delivery]:
        """What was said."""
        async with self.office.database.begin([self.practice_id]) as conn:
            return await webhooks.deliveries(conn, self.practice_id, webhook.webhook_id, before=None, limit=50)


@pytest.fixture
def partner(office: Office, keyring_path: Path, practice_id: str) -> Iterator[Partner]:
    """A partner's program."""
    made = Partner(office, keyring_path, practice_id)
    yield made
    made.house.close()


async def test_what_happens_is_told_once_signed_and_without_a_person(partner: Partner, store: FreshDatabase) -> None:
    """The event comes twice, the message once; the secret is nowhere in the rows."""
    webhook, secret = await partner.add()
    event_id = new_id()
    await partner.happen(event_id=event_id)
    await partner.happen(event_id=event_id)
    await partner.deliver()

    [(headers, body)] = partner.heard
    told = Signature(secret).verify(body, dict(headers))
    assert told["type"] == "client.registered"
    assert set(told["data"]) == {"id", "version"}
    [delivery] = await partner.log(webhook)
    assert (delivery.state, delivery.last_status, headers["webhook-id"]) == (
        State.DELIVERED,
        204,
        delivery.delivery_id,
    )
    with psycopg.connect(store.owner_url) as conn:
        rows = str(conn.execute("select secret_sealed::text, url from webhooks").fetchall())
    assert secret not in rows


async def test_offers_groups_fees_forms_and_messages_are_told_by_id(partner: Partner) -> None:
    """Whatever happened, a message has its kind, the id of what it happened to, and a version."""
    practice_id = partner.practice_id
    _, secret = await partner.add()
    client_id, session_id, due_id, fee_id, wish_id, thread_id = (str(uuid4()) for _ in range(6))
    due = forms_events_pb2.DueFacts(practice_id=practice_id, due_id=due_id, client_id=client_id, version=2)
    fee = policy_events_pb2.FeeFacts(practice_id=practice_id, fee_id=fee_id, client_id=client_id, version=3)
    wish = waitlist_events_pb2.WishFacts(practice_id=practice_id, wish_id=wish_id, client_id=client_id, version=4)
    await partner.happen(
        groups_events_pb2.GroupSessionMoved(practice_id=practice_id, group_session_id=session_id, version=1)
    )
    await partner.happen(forms_events_pb2.FormDue(due=due))
    await partner.happen(policy_events_pb2.FeeProposed(fee=fee))
    await partner.happen(waitlist_events_pb2.WishClosed(wish=wish))
    await partner.publish(threads_events_pb2.PostCreated(practice_id=practice_id, thread_id=thread_id, version=5))
    await partner.deliver()

    told = [Signature(secret).verify(body, dict(headers)) for headers, body in partner.heard]
    assert sorted((each["type"], each["data"]["id"], each["data"]["version"]) for each in told) == [
        ("fee.proposed", fee_id, 3),
        ("form.due", due_id, 2),
        ("group_session.moved", session_id, 1),
        ("thread.posted", thread_id, 5),
        ("wish.closed", wish_id, 4),
    ]
    assert client_id not in str(told)


async def test_an_event_of_another_practice_is_told_to_nobody(partner: Partner) -> None:
    """An envelope and a body that name two practices are refused."""
    await partner.add()
    foreign = booking_events_pb2.ClientUpdated(practice_id=str(uuid4()), client_id=str(uuid4()), version=1)
    with pytest.raises(Malformed):
        await partner.happen(foreign)
    await partner.deliver()

    assert partner.heard == []


async def test_a_receiver_that_was_away_hears_it_later_under_the_same_id(partner: Partner) -> None:
    """Refused, redirected, then taken; the log says how often, a redirect is not followed."""
    webhook, _ = await partner.add("client.registered")
    partner.statuses = [500, 302]
    await partner.happen()
    tries = []
    for _ in range(3):
        await partner.deliver()
        [delivery] = await partner.log(webhook)
        tries.append((delivery.state, delivery.last_error))
        partner.at += timedelta(hours=1)

    assert tries == [(State.PENDING, "REFUSED"), (State.PENDING, "REDIRECTED"), (State.DELIVERED, "")]
    assert len({headers["webhook-id"] for headers, _ in partner.heard}) == 1
    assert len({body for _, body in partner.heard}) == 1


async def test_during_a_rotation_both_secrets_sign(partner: Partner) -> None:
    """For a day; then the new one alone."""
    webhook, old = await partner.add()
    async with partner.office.database.begin([partner.practice_id]) as conn:
        new = await partner.store.rotate(conn, partner.practice_id, webhook.webhook_id, at=partner.at)
    await partner.happen()
    await partner.deliver()
    headers, body = partner.heard[-1]
    for secret in (old, new):
        Signature(secret).verify(body, dict(headers))
    async with partner.office.database.begin([partner.practice_id]) as conn:
        late = await partner.store.secrets(
            conn, partner.practice_id, webhook.webhook_id, at=partner.at + timedelta(hours=25)
        )

    assert late == [new]
    with pytest.raises(WebhookVerificationError):
        Signature(new).verify(body + b" ", dict(headers))


async def test_a_receiver_that_is_gone_is_told_nothing_more(partner: Partner) -> None:
    """410 stops it and says so; an admin starts it again, and what failed is said again on wish."""
    webhook, _ = await partner.add()
    partner.statuses = [410]
    await partner.happen()
    await partner.deliver()
    await partner.happen()
    async with partner.office.database.begin([partner.practice_id]) as conn:
        stopped = await webhooks.get(conn, partner.practice_id, webhook.webhook_id)
        [failed] = await webhooks.deliveries(conn, partner.practice_id, webhook.webhook_id, before=None, limit=9)
        with pytest.raises(StaleVersion):
            await webhooks.save(conn, partner.practice_id, webhook, seen="v1")
        await webhooks.save(conn, partner.practice_id, webhook, seen=stopped.etag)
        await webhooks.settle(conn, partner.practice_id, failed.replayed(at=partner.at))
    await partner.deliver()

    assert (stopped.is_active, stopped.stop_reason, failed.state) == (False, "GONE", State.FAILED)
    assert len(partner.heard) == 2
    [delivery] = await partner.log(webhook)
    assert delivery.state is State.DELIVERED


async def test_a_sender_that_dies_says_it_again_when_its_lease_ends(partner: Partner) -> None:
    """At least once, under one id; two replicas share the work meanwhile."""
    webhook, _ = await partner.add()
    await partner.happen()
    leased = await partner.deliveries.claim(9, at=partner.at)
    meanwhile = await partner.deliveries.claim(9, at=partner.at)
    partner.at += LEASE + timedelta(seconds=1)
    await partner.deliver()

    assert (len(leased), len(meanwhile)) == (1, 0)
    assert [each.state for each in await partner.log(webhook)] == [State.DELIVERED]


async def test_inside_addresses_are_sent_nothing_whatever_their_name(partner: Partner) -> None:
    """The receiver stands on loopback, and this sender trusts no network."""
    partner.outbound = Outbound()
    port = partner.house.url.rpartition(":")[2]
    webhook, _ = await partner.add(url=f"https://localhost:{port}/x")
    await partner.happen()
    await partner.deliver()

    [delivery] = await partner.log(webhook)
    assert (delivery.last_error, partner.heard) == ("ADDRESS_REFUSED", [])


async def test_a_name_that_changes_its_address_is_asked_once(partner: Partner) -> None:
    """DNS rebinding: the connection goes to the address that was looked at."""
    asked = []

    async def names(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    partner.outbound = Outbound([ip_network("127.0.0.1/32")], resolve=names)
    port = partner.house.url.rpartition(":")[2]
    await partner.add(url=f"http://rebinding.example:{port}/x")
    await partner.happen()
    await partner.deliver()

    [(headers, _)] = partner.heard
    assert (asked, headers["host"]) == (["rebinding.example"], f"rebinding.example:{port}")


async def test_a_practice_has_ten_receivers_and_sees_no_other_s(partner: Partner) -> None:
    """Beyond it the next is refused; another practice finds none of them."""
    made = [await partner.add() for _ in range(WEBHOOKS_MAX)]
    with pytest.raises(TooManyWebhooks):
        await partner.add()
    other = str(uuid4())
    async with partner.office.database.begin([other]) as conn:
        with pytest.raises(UnknownWebhook):
            await webhooks.get(conn, partner.practice_id, made[0][0].webhook_id)
        assert await webhooks.list_all(conn, other, after=None, limit=9) == []
    async with partner.office.database.begin([partner.practice_id]) as conn:
        await webhooks.delete(conn, partner.practice_id, made[0][0].webhook_id)
    await partner.add()
