"""What may happen to an appointment, and what each step says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.booking.domain import errors, facts
from services.booking.domain.appointment import AHEAD, Appointment, CancelledBy, State, Step
from tests.unit.booking.states import NOW, booked, in_state, slot

BEGUN = NOW - timedelta(minutes=10)

STEPS: dict[str, tuple[Step, set[State], State]] = {
    "confirm": (Appointment.confirm, {State.BOOKED}, State.CONFIRMED),
    "cancel": (lambda before, *, at: before.cancel(CancelledBy.CLIENT, at=at), set(AHEAD), State.CANCELLED),
    "reschedule": (lambda before, *, at: before.reschedule(slot(claim_version=2), at=at), set(AHEAD), State.BOOKED),
    "check_in": (Appointment.check_in, set(AHEAD), State.CHECKED_IN),
    "start": (Appointment.start, {State.CHECKED_IN}, State.IN_SESSION),
    "complete": (Appointment.complete, {State.IN_SESSION}, State.COMPLETED),
    "mark_no_show": (Appointment.mark_no_show, set(AHEAD), State.NO_SHOW),
}
ALLOWED = [(name, state) for name, (_, allowed, _) in STEPS.items() for state in sorted(allowed)]
REFUSED = [
    (name, state)
    for name, (_, allowed, _) in STEPS.items()
    for state in State
    if state not in allowed and (name, state) != ("confirm", State.CONFIRMED)
]


@pytest.mark.parametrize(("name", "state"), ALLOWED)
def test_a_step_leads_to_its_state_and_says_so(name: str, state: State) -> None:
    """An allowed step gives the next version in the step's state, and a fact that holds it."""
    step, _, target = STEPS[name]

    after, fact = step(in_state(state, start_time=BEGUN), at=NOW)

    assert fact is not None
    assert fact.appointment == after
    assert (target, 2, NOW) == (after.state, after.version, after.update_time)


@pytest.mark.parametrize(("name", "state"), REFUSED)
def test_any_other_step_is_refused(name: str, state: State) -> None:
    """A step that the state does not allow is STATE_FORBIDS, and names the state."""
    step, _, _ = STEPS[name]

    with pytest.raises(errors.StateForbids) as refusal:
        step(in_state(state, start_time=BEGUN), at=NOW)

    assert state.value == refusal.value.metadata["state"]


def test_confirming_twice_is_one_confirmation() -> None:
    """A second confirmation changes nothing and publishes nothing."""
    confirmed, _ = booked().confirm(at=NOW)

    again, fact = confirmed.confirm(at=NOW + timedelta(hours=1))

    assert again == confirmed
    assert fact is None


def test_a_session_that_has_not_begun_is_no_no_show() -> None:
    """Nobody can be missed before the start; at the start they can."""
    appointment = booked(start_time=NOW)

    with pytest.raises(errors.StateForbids):
        appointment.mark_no_show(at=NOW - timedelta(seconds=1))
    missed, fact = appointment.mark_no_show(at=NOW)

    assert State.NO_SHOW is missed.state
    assert fact == facts.Attended(missed)


@pytest.mark.parametrize(
    ("ahead", "is_late"), [(timedelta(hours=24), False), (timedelta(hours=24) - timedelta(seconds=1), True)]
)
def test_a_cancellation_within_a_day_of_the_start_is_late(ahead: timedelta, is_late: bool) -> None:
    """Twenty-four hours before the start is in time; a second later is not."""
    cancelled, fact = booked(start_time=NOW + ahead).cancel(CancelledBy.CLIENT, at=NOW)

    assert is_late == cancelled.is_late_cancellation
    assert CancelledBy.CLIENT is cancelled.cancelled_by
    assert fact == facts.Cancelled(cancelled)


def test_a_moved_appointment_asks_for_confirmation_again() -> None:
    """A confirmed appointment that moves is booked, not confirmed, and the fact has the old start."""
    confirmed, _ = booked().confirm(at=NOW)
    later = slot(start_time=NOW + timedelta(days=5), claim_version=2)

    moved, fact = confirmed.reschedule(later, at=NOW)

    assert State.BOOKED is moved.state
    assert later == moved.slot
    assert fact == facts.Rescheduled(moved, previous_start_time=NOW + timedelta(days=3))


def test_an_old_etag_is_stale() -> None:
    """The current etag and none at all pass; any other is STALE_VERSION."""
    confirmed, _ = booked().confirm(at=NOW)

    confirmed.expect("")
    confirmed.expect(confirmed.etag)
    with pytest.raises(errors.StaleVersion):
        confirmed.expect(booked().etag)
