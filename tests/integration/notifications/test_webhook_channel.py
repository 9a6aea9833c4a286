"""Messages that a practice's own system carries: told by id, signed, once; and what follows when it refuses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from kept.notifications.v1 import notifications_pb2, workflow_pb2, workflow_service_pb2
from standardwebhooks.webhooks import Webhook as Signature

from services.chassis.crypto import ClientCipher, FileKeyring
from services.notifications.adapters.outbound import Outbound
from services.notifications.adapters.reports import note_relayed
from services.notifications.adapters.webhooks import PostgresDeliveries, Webhooks
from services.notifications.domain.channel import Channel
from services.notifications.domain.message import Message, Reason, State
from services.notifications.domain.webhook import MESSAGE_DUE, Webhook
from services.notifications.usecases.deliver_webhooks import deliver_webhooks
from tests.integration.notifications.door import Door
from tests.integration.notifications.office import Office, Promise, new_id
from tests.integration.notifications.sink import Sink
from tests.support.pages import OtherHouse

pytestmark = pytest.mark.integration

WEBHOOK, EMAIL = notifications_pb2.CHANNEL_WEBHOOK, notifications_pb2.CHANNEL_EMAIL


class Carrier:
    """A practice's own system, which is given messages to carry."""

    def __init__(self, office: Office, keyring_path: Path, practice_id: str) -> None:
        self.office, self.practice_id = office, practice_id
        self.status = 204
        self.heard: list[tuple[Mapping[str, str], bytes]] = []
        self.house = OtherHouse(self._answer)
        self.store = Webhooks(ClientCipher(FileKeyring(keyring_path)))
        self.outbound = Outbound([ip_network("127.0.0.0/8")])

    def _answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.heard.append(({name.lower(): value for name, value in headers.items()}, body))
        return self.status, b""

    async def add(self, *types: str) -> str:
        """Add a receiver; return its secret."""
        made = Webhook(new_id(), self.house.url, types, True, "", 1, self.office.at)
        async with self.office.database.begin([self.practice_id]) as conn:
            return await self.store.add(conn, self.practice_id, made)

    async def deliver(self) -> None:
        """Try what is due."""
        deliveries = PostgresDeliveries(self.office.database, self.store, note_relayed)
        await deliver_webhooks(deliveries=deliveries, post=self.outbound, clock=self.office.clock, jitter=lambda: 0.0)

    async def give_up(self) -> None:
        """Try until nothing is tried any more."""
        for _ in range(6):
            await self.deliver()
            self.office.at += timedelta(minutes=31)


@pytest.fixture
def carrier(office: Office, keyring_path: Path, practice_id: str) -> Iterator[Carrier]:
    """The practice's system."""
    made = Carrier(office, keyring_path, practice_id)
    yield made
    made.house.close()


@pytest.fixture
async def door(office: Office, keyring_path: Path) -> AsyncIterator[Door]:
    """The service behind its gRPC door."""
    door = Door(office, keyring_path.parent)
    await door.start()
    yield door
    await door.stop()


async def confirmed_by(door: Door, practice_id: str, *channels: notifications_pb2.Channel.ValueType) -> None:
    """Let bookings be confirmed by these channels, and say nothing else."""
    step = workflow_pb2.WorkflowStep(
        name="booked", trigger=workflow_pb2.WorkflowStep.TRIGGER_BOOKED, channels=channels,
        urgency=notifications_pb2.Message.URGENCY_TRANSACTIONAL,
    )  # fmt: skip
    request = workflow_service_pb2.PutWorkflowRequest(steps=[step], request_id=new_id())
    await door.workflows.PutWorkflow(request, metadata=door.admin(practice_id))


async def booked(office: Office, practice_id: str, client_id: str) -> None:
    """Book somebody who can be written to, and send what is due."""
    await office.meet(practice_id, client_id)
    await office.handle(Promise(practice_id, client_id, office.at + timedelta(days=10)).booked())
    await office.sweep()


async def only(office: Office, practice_id: str, client_id: str) -> Message:
    """The one message there is."""
    [message] = await office.messages(practice_id, client_id)
    return message


async def test_a_message_goes_to_the_practices_own_system_by_id_and_signed(
    office: Office, door: Door, carrier: Carrier, sink: Sink, practice_id: str, client_id: str
) -> None:
    """Once, under the standard's signature, without a name, a time or a word; the report closes the try."""
    office.at = datetime.now(UTC)  # A signature is of its time.
    await confirmed_by(door, practice_id, WEBHOOK, EMAIL)
    secret = await carrier.add(MESSAGE_DUE)
    await booked(office, practice_id, client_id)
    for _ in range(2):
        await carrier.deliver()

    message = await only(office, practice_id, client_id)
    assert (message.state, message.channel, sink.letters) == (State.SENT, Channel.WEBHOOK, [])
    [(headers, body)] = carrier.heard
    Signature(secret).verify(body, dict(headers))
    told = json.loads(body)
    assert (told["type"], told["data"]["id"], set(told["data"])) == (
        MESSAGE_DUE,
        message.message_id,
        {"id", "version"},
    )
    async with office.database.begin([practice_id]) as conn:
        found = await conn.execute("select provider, report from delivery_reports")
        assert await found.fetchall() == [("webhook", "DELIVERED")]


async def test_without_a_receiver_that_asks_for_messages_the_next_channel_carries(
    office: Office, door: Door, carrier: Carrier, sink: Sink, practice_id: str, client_id: str
) -> None:
    """A receiver of everything is told what happens, and never given messages to carry."""
    await confirmed_by(door, practice_id, WEBHOOK, EMAIL)
    await carrier.add()
    await booked(office, practice_id, client_id)
    await carrier.deliver()

    message = await only(office, practice_id, client_id)
    assert (message.state, message.channel, len(sink.letters)) == (State.SENT, Channel.EMAIL, 1)
    assert {json.loads(body)["type"] for _, body in carrier.heard} == {"appointment.booked", "message.sent"}


async def test_what_the_own_system_refuses_goes_by_the_next_channel(
    office: Office, door: Door, carrier: Carrier, sink: Sink, practice_id: str, client_id: str
) -> None:
    """After five tries in forty minutes; with none left it has failed, and the log says so."""
    await confirmed_by(door, practice_id, WEBHOOK, EMAIL)
    await carrier.add(MESSAGE_DUE)
    carrier.status = 500
    await booked(office, practice_id, client_id)
    await carrier.give_up()
    await office.sweep()

    message = await only(office, practice_id, client_id)
    assert (len(carrier.heard), message.state, message.channel) == (5, State.SENT, Channel.EMAIL)
    assert len(sink.letters) == 1


async def test_one_receiver_that_took_it_is_enough(
    office: Office, door: Door, carrier: Carrier, sink: Sink, practice_id: str, client_id: str, keyring_path: Path
) -> None:
    """Another one that never answers well does not have it said twice."""
    await confirmed_by(door, practice_id, WEBHOOK, EMAIL)
    await carrier.add(MESSAGE_DUE)
    broken = Carrier(office, keyring_path, practice_id)
    broken.status = 500
    await broken.add(MESSAGE_DUE)
    await booked(office, practice_id, client_id)
    await carrier.give_up()
    await office.sweep()
    broken.house.close()

    message = await only(office, practice_id, client_id)
    assert (message.state, message.channel, sink.letters) == (State.SENT, Channel.WEBHOOK, [])


async def test_with_no_other_channel_a_refused_message_has_failed(
    office: Office, door: Door, carrier: Carrier, practice_id: str, client_id: str
) -> None:
    """And the reason stands in its row."""
    await confirmed_by(door, practice_id, WEBHOOK)
    await carrier.add(MESSAGE_DUE)
    carrier.status = 410
    await booked(office, practice_id, client_id)
    await carrier.deliver()

    message = await only(office, practice_id, client_id)
    assert (message.state, message.reason) == (State.FAILED, Reason.NOT_DELIVERED)


async def test_without_consent_nothing_is_handed_to_the_own_system(
    office: Office, door: Door, carrier: Carrier, practice_id: str, client_id: str
) -> None:
    """The gate asks the same of this way as of every other."""
    await confirmed_by(door, practice_id, WEBHOOK)
    await carrier.add(MESSAGE_DUE)
    await office.meet(practice_id, client_id, has_consent=False)
    await office.handle(Promise(practice_id, client_id).booked())
    await office.sweep()
    await carrier.deliver()

    message = await only(office, practice_id, client_id)
    assert (message.state, message.reason, carrier.heard) == (State.SUPPRESSED, Reason.NO_CONSENT, [])
