"""What an envelope holds is committed whole, once, and in an unbroken chain."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from services.chassis.db.envelope import (
    GENESIS,
    Envelope,
    OutboxEvent,
    RequestAnswer,
    RequestReplayed,
    write_envelopes,
)
from services.chassis.db.pool import Database
from services.chassis.db.requests import find_answer
from tests.support.postgres import FreshDatabase

PRACTICE = str(uuid.uuid4())


@pytest.fixture
async def database(fresh: FreshDatabase) -> AsyncIterator[Database]:
    """The service's own way in."""
    database = await Database.connect(fresh.server_url, emitter="booking/test")
    yield database
    await database.close()


def envelope(*, practice_id: str = PRACTICE, request_id: str = "", note: str = "x") -> Envelope:
    """One event, one audit record, and an answer when a request id is given."""
    event = OutboxEvent(str(uuid.uuid4()), "kept.booking.v1.AppointmentBooked", str(uuid.uuid4()), 1, "é".encode())
    answer = RequestAnswer(request_id, "booking.BookAppointment", b"\x00hash", b"\xffanswer") if request_id else None
    return Envelope(practice_id, [event], [{"v": 1, "tenant": practice_id, "note": note}], answer)


async def write(database: Database, *envelopes: Envelope) -> None:
    """Commit the envelopes in one transaction."""
    async with database.begin({each.practice_id for each in envelopes}) as conn:
        await write_envelopes(conn, envelopes)


def records(fresh: FreshDatabase) -> list[dict[str, Any]]:
    """All records in their order, after checking that the chain holds."""
    with psycopg.connect(fresh.worker_url) as conn:
        rows = conn.execute("select emitter_seq, record from audit_outbox order by emitter_seq").fetchall()
    head, found = GENESIS, []
    for number, (seq, record) in enumerate(rows, start=1):
        content = json.loads(record)
        assert (seq, content["emitter_seq"], content["prev"]) == (number, number, head)
        head = hashlib.sha256(record.encode()).hexdigest()
        found.append(content)
    return found


def count(fresh: FreshDatabase, table: str) -> int:
    """Rows of a transport table."""
    with psycopg.connect(fresh.worker_url) as conn:
        row = conn.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


async def test_event_record_and_answer_are_committed_with_the_change(database: Database, fresh: FreshDatabase) -> None:
    """All three are there afterwards, byte for byte."""
    request_id = str(uuid.uuid4())

    await write(database, envelope(request_id=request_id, note="Zoë"))
    async with database.begin([PRACTICE]) as conn:
        answer = await find_answer(conn, PRACTICE, request_id)

    assert answer == RequestAnswer(request_id, "booking.BookAppointment", b"\x00hash", b"\xffanswer")
    assert count(fresh, "outbox") == 1
    assert [record["note"] for record in records(fresh)] == ["Zoë"]


async def test_a_change_that_fails_leaves_no_event_and_no_number(database: Database, fresh: FreshDatabase) -> None:
    """A rollback after the envelope was written leaves no gap in the emitter's sequence."""

    async def fail_late() -> None:
        async with database.begin([PRACTICE]) as conn:
            await write_envelopes(conn, [envelope(), envelope()])
            raise LookupError

    await write(database, envelope())

    with pytest.raises(LookupError):
        await fail_late()
    await write(database, envelope())

    assert count(fresh, "outbox") == 2
    assert len(records(fresh)) == 2


async def test_the_chain_is_dense_under_concurrency_and_rollback(database: Database, fresh: FreshDatabase) -> None:
    """Forty transactions of several practices at once, a third of them rolled back: no hole, no fork."""

    async def one(number: int) -> None:
        practice_id = str(uuid.uuid4())
        async with database.begin([practice_id]) as conn:
            await write_envelopes(conn, [envelope(practice_id=practice_id, note=str(number)) for _ in range(3)])
            if number % 3 == 0:
                raise LookupError

    await asyncio.gather(*(one(number) for number in range(40)), return_exceptions=True)

    assert len(records(fresh)) == 3 * 26


async def test_a_taken_request_id_stops_the_whole_transaction(database: Database, fresh: FreshDatabase) -> None:
    """The second change under one id is not committed, nor its event, nor its record."""
    request_id = str(uuid.uuid4())
    await write(database, envelope(request_id=request_id))

    with pytest.raises(RequestReplayed) as replayed:
        await write(database, envelope(), envelope(request_id=request_id))

    assert replayed.value.request_ids == {request_id}
    assert count(fresh, "outbox") == 1
    assert len(records(fresh)) == 1


async def test_one_request_id_at_once_is_taken_once(database: Database) -> None:
    """Eight concurrent calls under one id: one commits, seven learn that it is taken."""
    request_id = str(uuid.uuid4())

    outcomes = await asyncio.gather(
        *(write(database, envelope(request_id=request_id)) for _ in range(8)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType"] + ["RequestReplayed"] * 7


async def test_the_same_request_id_in_two_practices_is_two_requests(database: Database) -> None:
    """One practice can't occupy another's ids."""
    request_id = str(uuid.uuid4())

    await write(
        database,
        envelope(request_id=request_id),
        envelope(request_id=request_id, practice_id=str(uuid.uuid4())),
    )


async def test_two_processes_have_two_chains(database: Database, fresh: FreshDatabase) -> None:
    """Each emitter counts from one."""
    other = await Database.connect(fresh.server_url, emitter="booking/other")

    await write(database, envelope())
    await write(other, envelope(), envelope())
    await other.close()

    with psycopg.connect(fresh.worker_url) as conn:
        rows = conn.execute("select emitter, emitter_seq from audit_outbox order by 1, 2").fetchall()
    assert rows == [("booking/other", 1), ("booking/other", 2), ("booking/test", 1)]
