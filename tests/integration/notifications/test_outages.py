"""What kills, outages and bad addresses may cost: time, never a lost or a doubled mail."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from services.chassis.crypto import FileKeyring
from services.chassis.db.pool import Database
from services.notifications.adapters.desk import CLAIM_LEASE, SENDING_LEASE
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome
from services.notifications.usecases.send_due_messages import IN_FLIGHT
from tests.integration.notifications.office import START, Office, Promise, new_id
from tests.integration.notifications.sink import Sink
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

REPO = Path(__file__).parents[3]


async def booked(office: Office, practice_id: str, *, emails: list[str]) -> list[str]:
    """Book one appointment for a new client of each address."""
    client_ids = [new_id() for _ in emails]
    for client_id, email in zip(client_ids, emails, strict=True):
        await office.meet(practice_id, client_id, email=email)
        await office.handle(Promise(practice_id, client_id).booked())
    return client_ids


def addresses(count: int) -> list[str]:
    """So many addresses."""
    return [f"client.{number}@example.com" for number in range(count)]


async def started(store: FreshDatabase, keyring_path: Path, sink: Sink, office: Office) -> asyncio.subprocess.Process:
    """Start a sender that will be killed."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.notifications.sender_process",
        store.server_url,
        str(keyring_path),
        sink.url,
        office.at.isoformat(),
        cwd=REPO,
        env={**os.environ, "PYTHONPATH": f"{REPO}{os.pathsep}{REPO / 'protos' / 'generated'}"},
    )


async def test_one_bad_address_does_not_stop_the_others(office: Office, sink: Sink, practice_id: str) -> None:
    """Refused for good, put off, and taken: each by itself."""
    sink.answers = {"client.1@example.com": "550 no such mailbox", "client.3@example.com": "452 mailbox full"}
    clients = await booked(office, practice_id, emails=addresses(6))

    tally = await office.sweep()

    assert tally == {Outcome.ACCEPTED: 4, Outcome.REFUSED: 1, Outcome.PUT_OFF: 1}
    assert len(sink.letters) == 4
    assert (await office.states(practice_id, clients[1]))[0] == ("CONFIRMATION", 1, "FAILED", "ADDRESS_REFUSED")
    assert (await office.states(practice_id, clients[3]))[0] == ("CONFIRMATION", 1, "PLANNED", "PUT_OFF")


async def test_a_message_put_off_is_sent_at_a_later_try(office: Office, sink: Sink, practice_id: str) -> None:
    """The mailbox has room again: the same message, the same Message-ID, once."""
    sink.answers = {"client.0@example.com": "452 mailbox full"}
    (client,) = await booked(office, practice_id, emails=addresses(1))
    await office.sweep()

    sink.answers = {}
    office.at += timedelta(seconds=60)
    await office.sweep()

    (message, *_) = await office.messages(practice_id, client)
    assert [str(letter["Message-ID"]) for letter in sink.letters] == [f"<{message.message_id}@kept.example>"]
    assert message.attempts == 2


async def test_a_letter_refused_after_it_was_offered_may_be_tried_again(
    office: Office, sink: Sink, practice_id: str
) -> None:
    """A clear 4xx to the letter itself says that it did not arrive."""
    sink.data_answer = "451 try again later"
    (client,) = await booked(office, practice_id, emails=addresses(1))

    await office.sweep()

    assert (await office.states(practice_id, client))[0] == ("CONFIRMATION", 1, "PLANNED", "PUT_OFF")


async def test_a_mail_server_that_is_down_for_an_hour_delays_and_loses_nothing(
    office: Office, sink: Sink, practice_id: str
) -> None:
    """Down at the time, swept every minute for an hour, up again: every mail arrives once."""
    clients = await booked(office, practice_id, emails=addresses(20))
    await sink.stop()

    for _ in range(60):
        assert await office.sweep() == {}
        office.at += timedelta(minutes=1)
    waiting = await office.states(practice_id, clients[0])
    await sink.start()
    await office.sweep()

    assert waiting[0] == ("CONFIRMATION", 1, "PLANNED", "")
    assert Counter(sink.recipients) == dict.fromkeys(addresses(20), 1)


async def test_a_reminder_whose_session_began_during_the_outage_is_kept_back(
    office: Office, sink: Sink, practice_id: str
) -> None:
    """Later than the start there is nothing to remind of."""
    (client,) = await booked(office, practice_id, emails=addresses(1))
    await office.sweep()
    await sink.stop()
    office.at = START - timedelta(hours=1)
    await office.sweep()

    await sink.start()
    office.at = START
    await office.sweep()

    assert (await office.states(practice_id, client))[1] == ("REMINDER", 1, "SUPPRESSED", "TOO_LATE")
    assert len(sink.letters) == 1


async def test_a_server_cut_off_in_the_middle_is_an_unknown_outcome(
    office: Office, sink: Sink, practice_id: str
) -> None:
    """The letter was offered and the line died: nobody knows, so nobody tries again."""
    sink.gate.clear()
    (client,) = await booked(office, practice_id, emails=addresses(1))
    sweeping = asyncio.create_task(office.sweep())
    await sink.is_holding.wait()

    await sink.stop()
    tally = await sweeping
    sink.gate.set()
    await sink.start()
    office.at += timedelta(hours=1)
    again = await office.sweep()

    assert (tally, again) == ({Outcome.UNKNOWN: 1}, {})
    assert (await office.states(practice_id, client))[0] == ("CONFIRMATION", 1, "FAILED", "OUTCOME_UNKNOWN")
    assert len(sink.letters) == 1


async def test_a_connection_the_server_closed_meanwhile_is_no_outage(
    office: Office, sink: Sink, practice_id: str
) -> None:
    """The mail server was restarted between two sweeps: the second goes out over new connections."""
    await booked(office, practice_id, emails=addresses(8))
    await office.sweep()
    await sink.stop()
    await sink.start()

    await booked(office, practice_id, emails=addresses(8))
    tally = await office.sweep()

    assert tally == {Outcome.ACCEPTED: 8}


async def test_a_sender_killed_after_the_letter_was_taken_sends_it_no_second_time(
    office: Office, sink: Sink, store: FreshDatabase, keyring_path: Path, practice_id: str
) -> None:
    """kill -9 between the mail server's taking and our commit: one mail, and FAILED with OUTCOME_UNKNOWN."""
    (client,) = await booked(office, practice_id, emails=addresses(1))
    sink.gate.clear()
    sender = await started(store, keyring_path, sink, office)
    await asyncio.wait_for(sink.is_holding.wait(), 30)

    sender.kill()
    await sender.wait()
    sink.gate.set()
    office.at += SENDING_LEASE - timedelta(seconds=1)
    early = (await office.sweep(), await office.give_up())
    office.at += timedelta(seconds=1)
    late = (await office.give_up(), await office.sweep())

    assert (early, late) == (({}, 0), (1, {}))
    assert (await office.states(practice_id, client))[0] == ("CONFIRMATION", 1, "FAILED", "OUTCOME_UNKNOWN")
    assert sink.recipients == addresses(1)


async def test_a_killed_sender_leaves_few_unknown_and_the_rest_go_out_once(
    office: Office, sink: Sink, store: FreshDatabase, keyring_path: Path, practice_id: str
) -> None:
    """kill -9 with 100 due: at most IN_FLIGHT unknown, everybody else gets one mail, nobody two."""
    clients = await booked(office, practice_id, emails=addresses(100))
    sink.gate.clear()
    sender = await started(store, keyring_path, sink, office)
    await asyncio.wait_for(sink.is_holding.wait(), 30)

    sender.kill()
    await sender.wait()
    sink.gate.set()
    office.at += max(CLAIM_LEASE, SENDING_LEASE)
    unknown = await office.give_up()
    tally = await office.sweep()

    states = Counter([(await office.states(practice_id, client))[0][2:] for client in clients])
    assert states == {("SENT", ""): 100 - unknown, ("FAILED", "OUTCOME_UNKNOWN"): unknown}
    assert 1 <= unknown <= IN_FLIGHT
    assert tally == {Outcome.ACCEPTED: 100 - unknown}
    assert max(Counter(sink.recipients).values()) == 1


async def test_an_outcome_that_comes_after_all_still_counts(office: Office, sink: Sink, practice_id: str) -> None:
    """Given up by a replica while the sender slept: when it says that the mail was taken, that is believed."""
    (client,) = await booked(office, practice_id, emails=addresses(1))
    (claim,) = await office.desk.claim(10, at=office.at)
    parcel = await office.desk.begin(claim, at=office.at)
    assert parcel is not None
    office.at += SENDING_LEASE
    await office.give_up()

    await office.desk.settle(parcel, Delivered(Outcome.ACCEPTED), at=office.at, share=0.0)

    assert (await office.states(practice_id, client))[0] == ("CONFIRMATION", 1, "SENT", "")


async def test_a_refusal_that_comes_after_all_plans_nothing_again(office: Office, sink: Sink, practice_id: str) -> None:
    """Given up is given up: what was said to have failed does not come back to life."""
    (client,) = await booked(office, practice_id, emails=addresses(1))
    (claim,) = await office.desk.claim(10, at=office.at)
    parcel = await office.desk.begin(claim, at=office.at)
    assert parcel is not None
    office.at += SENDING_LEASE
    await office.give_up()

    await office.desk.settle(parcel, Delivered(Outcome.PUT_OFF), at=office.at, share=0.0)

    assert (await office.states(practice_id, client))[0] == ("CONFIRMATION", 1, "FAILED", "OUTCOME_UNKNOWN")


async def test_an_outcome_told_twice_does_not_end_somebody_else_s_sending(
    office: Office, sink: Sink, practice_id: str
) -> None:
    """A retry of an old outcome, whose first answer was lost, meets the next lease and changes nothing."""
    (client,) = await booked(office, practice_id, emails=addresses(1))
    (first,) = await office.desk.claim(10, at=office.at)
    parcel = await office.desk.begin(first, at=office.at)
    assert parcel is not None
    await office.desk.settle(parcel, Delivered(Outcome.AWAY), at=office.at, share=0.0)
    (second,) = await office.desk.claim(10, at=office.at)
    assert await office.desk.begin(second, at=office.at) is not None

    await office.desk.settle(parcel, Delivered(Outcome.AWAY), at=office.at, share=0.0)

    assert (await office.states(practice_id, client))[0] == ("CONFIRMATION", 1, "SENDING", "")


async def test_an_address_that_can_not_be_opened_stops_nobody(
    office: Office, sink: Sink, store: FreshDatabase, practice_id: str
) -> None:
    """A row from a lost key fails with its reason; the others are sent."""
    clients = await booked(office, practice_id, emails=addresses(4))
    with psycopg.connect(store.owner_url) as owner:
        owner.execute(
            "update contact_addresses set address_sealed = %s where client_id = %s", (b"\x01" + bytes(40), clients[2])
        )

    tally = await office.sweep()

    assert tally == {Outcome.ACCEPTED: 3, Outcome.PUT_OFF: 1}
    assert (await office.states(practice_id, clients[2]))[0] == ("CONFIRMATION", 1, "PLANNED", "NOT_RENDERED")


async def test_two_senders_share_the_work_and_double_none(
    office: Office, sink: Sink, store: FreshDatabase, keyring_path: Path, practice_id: str
) -> None:
    """Two replicas sweep at once: each message leaves once, from one of them."""
    await booked(office, practice_id, emails=addresses(150))
    database = await Database.connect(store.server_url, emitter="notifications/other")
    other = Office(database, FileKeyring(keyring_path), sink.url)

    tallies = await asyncio.gather(office.sweep(), other.sweep())
    await other.close()

    assert sum(tally[Outcome.ACCEPTED] for tally in tallies) == 150
    assert Counter(sink.recipients) == dict.fromkeys(addresses(150), 1)


async def test_a_cancellation_during_a_sweep_is_never_followed_by_a_reminder(
    office: Office, sink: Sink, practice_id: str
) -> None:
    """Reminders go out while their appointments are called off: none leaves after its cancellation."""
    promises = []
    for number in range(60):
        client_id = new_id()
        await office.meet(practice_id, client_id, email=f"client.{number}@example.com")
        promises.append(Promise(practice_id, client_id))
        await office.handle(promises[-1].booked())
    await office.sweep()
    sink.letters.clear()
    sink.recipients.clear()
    office.at = START - timedelta(hours=24)

    async def cancel() -> None:
        for promise in reversed(promises):
            await office.handle(promise.cancelled())

    await asyncio.gather(office.sweep(), cancel())
    await office.sweep()

    told: dict[str, list[str]] = {}
    for recipient, subject in zip(sink.recipients, sink.subjects(), strict=True):
        told.setdefault(recipient, []).append(subject)
    cancelled = ["Your appointment is cancelled"]
    assert all(said in (cancelled, ["Reminder of your appointment", *cancelled]) for said in told.values())
    assert len(told) == 60
