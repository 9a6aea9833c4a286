"""Moving: the ledger first, and nothing on a move that was taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment, State
from services.booking.usecases.ports import Wish
from services.booking.usecases.reschedule_appointment import reschedule_appointment
from services.chassis.errors import Forbidden
from tests.unit.booking.fakes import FakeAppointments, FakeCall, FakeLedger, books, nobody, with_one
from tests.unit.booking.states import APPOINTMENT_ID, NOW, booked, in_state, slot

WISH = Wish("", "", "", "2030-01-12T12:00", "Etc/UTC", 0, 0)


async def _move(
    store: FakeAppointments, ledger: FakeLedger, *, call: FakeCall | None = None, etag: str = "v1"
) -> Appointment:
    return await reschedule_appointment(
        APPOINTMENT_ID,
        etag,
        WISH,
        call or FakeCall(),
        appointments=store,
        ledger=ledger,
        books=books(),
        clock=lambda: NOW,
        audiences=nobody,
    )


async def test_a_move_takes_the_ledgers_new_time() -> None:
    """The appointment stands where the ledger moved it, and the fact says where it was."""
    store = with_one()
    ledger = FakeLedger(slot=slot(start_time=NOW + timedelta(days=5)), claim_version=2)

    moved = await _move(store, ledger)

    assert replace(ledger.slot, claim_version=2) == moved.slot
    assert [facts.Rescheduled(moved, booked().slot.start_time)] == store.facts


@pytest.mark.parametrize(
    ("etag", "appointment", "refusal"),
    [
        ("v9", booked(), errors.StaleVersion),
        ("v1", in_state(State.CANCELLED), errors.StateForbids),
        ("v1", in_state(State.COMPLETED), errors.StateForbids),
    ],
)
async def test_the_ledger_is_not_asked_for_a_move_that_may_not_be(
    etag: str, appointment: Appointment, refusal: type[Exception]
) -> None:
    """A stale etag and a state that forbids are refused before any time is taken."""
    ledger = FakeLedger()

    with pytest.raises(refusal):
        await _move(with_one(appointment), ledger, etag=etag)

    assert ledger.words == []


async def test_nobody_moves_what_is_not_theirs() -> None:
    """The decision comes before the ledger."""
    ledger = FakeLedger()

    with pytest.raises(Forbidden):
        await _move(with_one(), ledger, call=FakeCall(allowed=set()))

    assert ledger.words == []


async def test_a_move_taken_back_is_not_committed_late() -> None:
    """A retry that gets the ledger's old answer, after the move was taken back, changes nothing."""
    store = with_one(replace(booked(), abandoned_claim_version=2))

    with pytest.raises(errors.HoldAbandoned):
        await _move(store, FakeLedger(claim_version=2))

    assert store.facts == []
