"""A step: lock, decide, step, store with its fact."""

from __future__ import annotations

import pytest

from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment
from services.booking.usecases.change_appointment import change_appointment
from services.chassis.errors import Forbidden
from tests.unit.booking.fakes import FakeAppointments, FakeCall, books, with_one
from tests.unit.booking.states import APPOINTMENT_ID, NOW


async def _confirm(store: FakeAppointments, *, etag: str = "", call: FakeCall | None = None) -> Appointment:
    return await change_appointment(
        APPOINTMENT_ID,
        etag,
        Appointment.confirm,
        call or FakeCall(),
        appointments=store,
        books=books(),
        clock=lambda: NOW,
    )


async def test_a_step_is_stored_with_its_fact() -> None:
    """The new state and what happened are saved together."""
    store = with_one()

    confirmed = await _confirm(store, etag="v1")

    assert confirmed == store.rows[APPOINTMENT_ID]
    assert [facts.Confirmed(confirmed)] == store.facts


async def test_a_second_confirmation_stores_nothing() -> None:
    """Two taps on the reminder are one confirmation, whatever etag the second one saw."""
    store = with_one()
    await _confirm(store)

    await _confirm(store, etag="v1")

    assert len(store.facts) == 1


async def test_a_stale_etag_changes_nothing() -> None:
    """Whoever saw an older version is told so."""
    store = with_one()

    with pytest.raises(errors.StaleVersion):
        await _confirm(store, etag="v0")

    assert store.facts == []


async def test_the_decision_comes_before_the_step() -> None:
    """A caller who may not act for the client learns nothing of the state or the version."""
    store = with_one()

    with pytest.raises(Forbidden):
        await _confirm(store, etag="v0", call=FakeCall(allowed=set()))

    assert store.facts == []


async def test_an_unknown_appointment_is_not_found() -> None:
    """An id that nobody booked is NOT_FOUND."""
    with pytest.raises(errors.UnknownAppointment):
        await _confirm(FakeAppointments())
