"""A mis-click goes back in place; a cancellation comes back as a new promise, if its time can be had."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment, CancelledBy, Reason, State
from services.booking.domain.policy import Fee, FeeKind, FeeState
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.change_appointment import change_appointment
from services.booking.usecases.ports import Books
from services.booking.usecases.undo_appointment_change import undo_appointment_change
from services.chassis.errors import Forbidden, RuleViolated
from tests.unit.booking.fakes import (
    FakeAppointments,
    FakeCall,
    FakeFees,
    FakeFollowUps,
    FakeGates,
    FakeLedger,
    books,
    with_one,
)
from tests.unit.booking.states import APPOINTMENT_ID, CLIENT_ID, NOW, PRACTICE_ID, booked, in_state


async def _undo(
    store: FakeAppointments,
    *,
    ledger: FakeLedger | None = None,
    kept: Books | None = None,
    call: FakeCall | None = None,
    at: datetime = NOW,
) -> Appointment:
    return await undo_appointment_change(
        APPOINTMENT_ID,
        "",
        call or FakeCall(),  # type: ignore[arg-type]
        appointments=store,
        books=kept or books(),
        ledger=ledger or FakeLedger(),
        clock=lambda: at,
        reclaim=nobody_waits,
    )


async def nobody_waits(call: object, cancelled: object, new_id: str, wish: object) -> None:
    """Answer that the time is kept for nobody."""


async def _checked_in() -> FakeAppointments:
    store = with_one()
    for step in (Appointment.confirm, Appointment.check_in):
        await change_appointment(
            APPOINTMENT_ID,
            "",
            step,
            FakeCall(),  # type: ignore[arg-type]
            appointments=store,
            books=books(),
            clock=lambda: NOW,
        )
    return store


async def test_an_undone_arrival_goes_back_to_where_it_was() -> None:
    """Confirmed before, confirmed again, as a step of its own with its reason; and it is not undone twice."""
    store = await _checked_in()

    restored = await _undo(store)

    assert (restored.state, restored.version) == (State.CONFIRMED, 4)
    assert (store.steps[-1].state, store.steps[-1].reason) == (State.CONFIRMED, Reason.UNDONE)
    with pytest.raises(errors.NothingToUndo):
        await _undo(store)


async def test_fifteen_minutes_are_in_time_and_a_moment_more_is_not() -> None:
    """The limit itself still counts."""
    store = await _checked_in()

    with pytest.raises(errors.UndoTooLate):
        await _undo(store, at=NOW + timedelta(minutes=15, seconds=1))

    assert (await _undo(store, at=NOW + timedelta(minutes=15))).state is State.CONFIRMED


async def test_what_had_followed_is_taken_back_too() -> None:
    """The visit, the fee and the follow-ups of a completed or missed session."""
    fees, follow_ups = FakeFees(visits={APPOINTMENT_ID}), FakeFollowUps()
    fees.rows["f"] = Fee("f", CLIENT_ID, APPOINTMENT_ID, FeeKind.NO_SHOW, 5000, "EUR", FeeState.PROPOSED, "", "", NOW)
    store = with_one(in_state(State.COMPLETED))

    await _undo(store, kept=books(fees=fees, follow_ups=follow_ups))

    assert (fees.visits, follow_ups.words) == (set(), ["undo"])
    assert (fees.rows["f"].state, fees.rows["f"].reason) == (FeeState.WAIVED, "UNDONE")


async def test_a_cancelled_hour_is_given_back_before_it_is_taken_again() -> None:
    """The old claim first, or its late event would free the new promise's time."""
    store, ledger, call = with_one(in_state(State.CANCELLED)), FakeLedger(), FakeCall()

    restored = await _undo(store, ledger=ledger, call=call)

    assert ledger.words == ["release", "hold staff=True"]
    assert restored.appointment_id == claim_id(PRACTICE_ID, call.request_id)
    assert restored.restores_appointment_id == APPOINTMENT_ID
    assert store.rows[APPOINTMENT_ID].state is State.CANCELLED


@pytest.mark.parametrize("refusal", [errors.Fenced("No."), errors.SlotNotOffered("No.")])
async def test_a_hold_that_comes_to_nothing_is_given_back(refusal: Exception) -> None:
    """A fence put up meanwhile: the time is free again at once."""
    store, ledger = with_one(in_state(State.CANCELLED)), FakeLedger()

    with pytest.raises(errors.Gate):
        await _undo(store, ledger=ledger, kept=books(gates=FakeGates(refusal)))

    assert ledger.words == ["release", "hold staff=True", "release"]


async def test_time_that_somebody_has_taken_stays_theirs() -> None:
    """The ledger's no is the answer, and nothing is written."""
    store = with_one(in_state(State.CANCELLED))

    with pytest.raises(RuleViolated):
        await _undo(store, ledger=FakeLedger(refusal=RuleViolated("No.", reason="SLOT_TAKEN")))

    assert list(store.rows) == [APPOINTMENT_ID]


@pytest.mark.parametrize(
    "appointment",
    [in_state(State.NO_SHOW), replace(in_state(State.CANCELLED), cancelled_by=CancelledBy.PRACTICE)],
    ids=["no-show", "cancelled by the practice"],
)
async def test_a_client_takes_back_their_own_cancellation_only(appointment: Appointment) -> None:
    """Attendance and the practice's decisions are the staff's."""
    with pytest.raises(Forbidden):
        await _undo(with_one(appointment), call=FakeCall(roles=frozenset({"client"}), client_id=CLIENT_ID))


async def test_a_booking_is_no_mis_click() -> None:
    """Whoever does not want it cancels it."""
    with pytest.raises(errors.NothingToUndo):
        await _undo(with_one(booked()))
