"""Promises and steps in a real PostgreSQL: what wins, what loses, and who sees what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from google.protobuf.empty_pb2 import Empty
from kept.booking.v1 import booking_pb2

from services.booking.adapters.care_team import PostgresCareTeam
from services.booking.adapters.postgres import PostgresAppointments
from services.booking.adapters.promises import BatchedPromises
from services.booking.domain import errors
from services.booking.domain.appointment import Appointment, CancelledBy, State, book
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.ports import Filter
from services.chassis.context import Actor, Call, enter
from services.chassis.db.envelope import RequestReplayed
from services.chassis.db.pool import Database
from tests.integration.booking.conftest import MakeCall, Practice
from tests.support.postgres import FreshDatabase
from tests.unit.booking.states import slot

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
NOW = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)


async def _record(
    promises: BatchedPromises, call: Call, practice: Practice, *, client_id: str = "", days: int = 3
) -> booking_pb2.Appointment:
    """Commit a booking as the use case does, its hold taken for granted."""
    client_id = client_id or practice.client_id
    at = replace(slot(start_time=NOW + timedelta(days=days)), therapist_id=practice.therapist_id)
    booked, fact = book(
        practice_id=practice.practice_id,
        appointment_id=claim_id(practice.practice_id, call.request_id),
        client_id=client_id,
        slot=at,
        actor_id="user:desk",
        at=NOW,
    )
    await call.authorize(client_ids=[client_id])
    answer = await promises.record(booked, fact, call)
    assert isinstance(answer, booking_pb2.Appointment)
    return answer


async def test_a_promise_is_committed_with_all_that_belongs_to_it(
    database: Database, make_call: MakeCall, practice: Practice, rows: Rows
) -> None:
    """Appointment, event, audit record, stored answer and care team stand or fall together."""
    call = make_call(practice.practice_id)

    answer = await _record(BatchedPromises(database), call, practice)

    def of_practice(what: str, table: str) -> list[tuple[Any, ...]]:
        return rows(f"select {what} from {table} where practice_id = %s", practice.practice_id)

    assert of_practice("appointment_id::text, state", "appointments") == [(answer.appointment_id, "BOOKED")]
    assert of_practice("type, aggregate_id", "outbox") == [("kept.booking.v1.AppointmentBooked", answer.appointment_id)]
    assert of_practice("request_id::text", "requests") == [(call.request_id,)]
    assert of_practice("count(*)", "audit_outbox") == [(1,)]
    assert of_practice("client_id::text, therapist_id::text", "care_team") == [
        (practice.client_id, practice.therapist_id)
    ]


async def test_twins_of_one_request_book_once(
    database: Database, make_call: MakeCall, practice: Practice, rows: Rows
) -> None:
    """Of many calls with one request id, in one batch and across two writers, one commits."""
    writers = [BatchedPromises(database), BatchedPromises(database)]
    request_id = str(uuid4())

    outcomes = await asyncio.gather(
        *(
            _record(writers[number % 2], make_call(practice.practice_id, request_id=request_id), practice)
            for number in range(12)
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(one, booking_pb2.Appointment) for one in outcomes) == 1
    assert sum(isinstance(one, RequestReplayed) for one in outcomes) == 11
    assert rows("select count(*) from appointments where practice_id = %s", practice.practice_id) == [(1,)]
    assert rows("select count(*) from outbox where practice_id = %s", practice.practice_id) == [(1,)]


async def test_one_unknown_client_fails_alone_and_leaves_its_id_abandoned(
    database: Database, make_call: MakeCall, practice: Practice, rows: Rows
) -> None:
    """Neighbours in the batch are booked; the refused id can't be booked later, whoever registers the client."""
    promises, request_id = BatchedPromises(database), str(uuid4())

    outcomes = await asyncio.gather(
        _record(promises, make_call(practice.practice_id), practice),
        _record(promises, make_call(practice.practice_id, request_id=request_id), practice, client_id=str(uuid4())),
        _record(promises, make_call(practice.practice_id), practice, days=4),
        return_exceptions=True,
    )
    with pytest.raises(errors.HoldAbandoned):
        await _record(promises, make_call(practice.practice_id, request_id=request_id), practice)

    assert [type(one) for one in outcomes] == [
        booking_pb2.Appointment,
        errors.UnknownClient,
        booking_pb2.Appointment,
    ]
    assert rows(
        "select client_id, state from appointments where appointment_id = %s",
        claim_id(practice.practice_id, request_id),
    ) == [(None, "ABANDONED")]


async def test_a_commit_that_comes_after_the_hold_was_given_back_loses(
    database: Database, make_call: MakeCall, practice: Practice, rows: Rows
) -> None:
    """An abandoned id is no appointment: the late booking is refused, and nobody finds one."""
    store, promises, call = PostgresAppointments(database), BatchedPromises(database), make_call(practice.practice_id)
    appointment_id = claim_id(practice.practice_id, call.request_id)

    assert await store.abandon(make_call(practice.practice_id), appointment_id, at=NOW) is None
    with pytest.raises(errors.HoldAbandoned):
        await _record(promises, call, practice)

    assert rows("select count(*) from outbox where practice_id = %s", practice.practice_id) == [(0,)]
    reading = make_call(practice.practice_id)
    with pytest.raises(errors.UnknownAppointment):
        await store.find(reading, appointment_id)
    assert await store.page(reading, _week(), after=None, limit=9) == []
    await reading.close()


async def test_an_id_with_an_appointment_is_not_abandoned(
    database: Database, make_call: MakeCall, practice: Practice
) -> None:
    """Who asks to abandon a booked id is given the appointment."""
    call = make_call(practice.practice_id)
    answer = await _record(BatchedPromises(database), call, practice)

    found = await PostgresAppointments(database).abandon(make_call(practice.practice_id), answer.appointment_id, at=NOW)

    assert found is not None
    assert found.state is State.BOOKED


async def test_steps_are_kept_with_history_and_event(
    database: Database, make_call: MakeCall, practice: Practice, rows: Rows
) -> None:
    """Every later step adds a history row; the first is told by the appointment itself, with its first start."""
    store = PostgresAppointments(database)
    answer = await _record(BatchedPromises(database), make_call(practice.practice_id), practice)
    later = replace(slot(start_time=NOW + timedelta(days=9), claim_version=2), therapist_id=str(uuid4()))

    confirmed = await _step(store, make_call, practice, answer, lambda before: before.confirm(at=NOW))
    moved = await _step(store, make_call, practice, answer, lambda before: before.reschedule(later, at=NOW))
    await _step(store, make_call, practice, answer, lambda before: before.cancel(CancelledBy.CLIENT, at=NOW))

    reading = make_call(practice.practice_id)
    last = await store.find(reading, answer.appointment_id)
    changes = await store.changes(reading, last)
    await reading.close()
    assert (State.CANCELLED, 4, later) == (last.state, last.version, last.slot)
    first_start = confirmed.slot.start_time
    assert [(1, State.BOOKED, first_start), (2, State.CONFIRMED, first_start)] == [_brief(one) for one in changes[:2]]
    assert [(3, State.BOOKED, moved.slot.start_time), (4, State.CANCELLED, moved.slot.start_time)] == [
        _brief(one) for one in changes[2:]
    ]
    types = rows("select type, version from outbox where aggregate_id = %s order by version", answer.appointment_id)
    assert [(name.rpartition(".")[2], version) for name, version in types] == [
        ("AppointmentBooked", 1),
        ("AppointmentConfirmed", 2),
        ("AppointmentRescheduled", 3),
        ("AppointmentCancelled", 4),
    ]


async def test_a_move_is_barred_only_where_it_was_not_committed(
    database: Database, make_call: MakeCall, practice: Practice
) -> None:
    """The bar stands on the row before anybody is told; an appointment that did move is not barred."""
    store = PostgresAppointments(database)
    answer = await _record(BatchedPromises(database), make_call(practice.practice_id), practice)
    call = make_call(practice.practice_id)

    assert not await store.abandon_move(call, answer.appointment_id, moved_at=1, claim_version=1)
    assert await store.abandon_move(call, answer.appointment_id, moved_at=2, claim_version=3)

    barred = await store.find(call, answer.appointment_id)
    await call.close()
    assert barred.abandoned_claim_version == 3


async def test_pages_come_by_client_by_therapist_and_for_the_practice(
    database: Database, make_call: MakeCall, practice: Practice
) -> None:
    """Each filter finds its appointments, in order, and a page goes on after the last one."""
    store, promises = PostgresAppointments(database), BatchedPromises(database)
    booked = [await _record(promises, make_call(practice.practice_id), practice, days=day) for day in (3, 1, 2)]
    in_order = [booked[1].appointment_id, booked[2].appointment_id, booked[0].appointment_id]
    call = make_call(practice.practice_id)

    for wanted in (_week(), _week(client_id=practice.client_id), _week(therapist_id=practice.therapist_id)):
        first = await store.page(call, wanted, after=None, limit=2)
        rest = await store.page(call, wanted, after=(first[-1].slot.start_time, first[-1].appointment_id), limit=2)
        assert in_order == [one.appointment_id for one in [*first, *rest]]

    assert await store.page(call, _week(client_id=str(uuid4())), after=None, limit=9) == []
    await call.close()


async def test_a_practice_does_not_see_another(
    database: Database, make_call: MakeCall, practice: Practice, booking_database: FreshDatabase
) -> None:
    """Another practice finds nothing; nor does the server's role by SQL that forgets the practice."""
    store = PostgresAppointments(database)
    answer = await _record(BatchedPromises(database), make_call(practice.practice_id), practice)
    other = make_call(str(uuid4()))

    with pytest.raises(errors.UnknownAppointment):
        await store.find(other, answer.appointment_id)
    assert await store.page(other, _week(), after=None, limit=9) == []
    await other.close()

    with psycopg.connect(booking_database.server_url, autocommit=True) as conn:
        for table in ("clients", "appointments", "appointment_changes", "care_team"):
            assert conn.execute(f"select count(*) from {table}").fetchone() == (0,)
        assert conn.execute("update appointments set state = 'NO_SHOW'").rowcount == 0
        conn.execute("select set_config('kept.practices', %s, false)", (str(uuid4()),))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(
                "insert into care_team values (%s, %s, %s, now())",
                (practice.practice_id, practice.client_id, practice.therapist_id),
            )
    with psycopg.connect(booking_database.worker_url) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("select count(*) from appointments")


async def test_a_booked_therapist_is_on_the_care_team(
    database: Database, make_call: MakeCall, practice: Practice
) -> None:
    """The relation holds for the therapist booked, in that practice, and for nobody else."""
    await _record(BatchedPromises(database), make_call(practice.practice_id), practice)
    relations = PostgresCareTeam(database)
    enter(make_call(practice.practice_id))

    def therapist(practice_id: str, therapist_id: str) -> Actor:
        return Actor("user:t", "user", practice_id, frozenset({"therapist"}), therapist_id=therapist_id)

    own = therapist(practice.practice_id, practice.therapist_id)
    assert await relations.relations(own, practice.client_id) == {"care_team"}
    for stranger in (
        therapist(practice.practice_id, str(uuid4())),
        therapist(str(uuid4()), practice.therapist_id),
        therapist(practice.practice_id, ""),
    ):
        assert await relations.relations(stranger, practice.client_id) == frozenset()
    themself = Actor("user:c", "user", practice.practice_id, client_id=practice.client_id)
    assert await relations.relations(themself, practice.client_id) == {"self"}


async def _step(
    store: PostgresAppointments,
    make_call: MakeCall,
    practice: Practice,
    answer: booking_pb2.Appointment,
    step: Callable[[Appointment], tuple[Appointment, Any]],
) -> Appointment:
    """Take a step in a call of its own, committed as the chassis does."""
    call = make_call(practice.practice_id, method="booking.Step")
    before = await store.lock(call, answer.appointment_id)
    await call.authorize(client_ids=[before.client_id])
    after, fact = step(before)
    await store.save(call, before, after, fact)
    await call.commit(Empty())
    return after


def _brief(change: Any) -> tuple[int, State, datetime]:
    return change.version, change.state, change.start_time


def _week(*, client_id: str = "", therapist_id: str = "") -> Filter:
    return Filter(client_id, therapist_id, NOW, NOW + timedelta(days=30))
