"""Laws of an appointment's life, whatever happens in whatever order."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.booking.domain import errors, facts
from services.booking.domain.appointment import FINAL, Appointment, CancelledBy, State, Step
from tests.unit.booking.states import NOW, booked, slot

FACT_OF_STATE: dict[State, type[facts.Fact]] = {
    State.CONFIRMED: facts.Confirmed,
    State.CHECKED_IN: facts.Attended,
    State.IN_SESSION: facts.Attended,
    State.COMPLETED: facts.Attended,
    State.NO_SHOW: facts.Attended,
    State.CANCELLED: facts.Cancelled,
    State.BOOKED: facts.Rescheduled,
}
HOURS = st.integers(min_value=-48, max_value=96)


class AppointmentLife(RuleBasedStateMachine):
    """Takes steps at any hour, and keeps count beside the appointment."""

    @initialize()
    def book(self) -> None:
        """Begin with an appointment three days ahead."""
        self.appointment = booked()
        self.steps = 1

    @rule(hours=HOURS)
    def confirm(self, hours: int) -> None:
        """The client says they will come."""
        self._take(Appointment.confirm, hours)

    @rule(hours=HOURS, by=st.sampled_from([CancelledBy.CLIENT, CancelledBy.PRACTICE]))
    def cancel(self, hours: int, by: CancelledBy) -> None:
        """Somebody calls it off."""
        self._take(lambda before, *, at: before.cancel(by, at=at), hours)

    @rule(hours=HOURS, days=st.integers(min_value=1, max_value=9))
    def reschedule(self, hours: int, days: int) -> None:
        """It moves."""
        target = slot(start_time=NOW + timedelta(days=days), claim_version=self.steps + 1)
        self._take(lambda before, *, at: before.reschedule(target, at=at), hours)

    @rule(hours=HOURS, step=st.sampled_from([Appointment.check_in, Appointment.start, Appointment.complete]))
    def attend(self, hours: int, step: Step) -> None:
        """The client arrives, or the session begins or ends."""
        self._take(step, hours)

    @rule(hours=HOURS)
    def mark_no_show(self, hours: int) -> None:
        """The client is missed, which can't be before the start."""
        before = self.appointment
        self._take(Appointment.mark_no_show, hours)
        if self.appointment is not before:
            assert NOW + timedelta(hours=hours) >= before.slot.start_time

    @invariant()
    def every_step_is_counted(self) -> None:
        """The version counts the steps taken, and nothing else."""
        assert self.steps == self.appointment.version

    @invariant()
    def only_a_cancelled_appointment_says_who_cancelled(self) -> None:
        """Who cancelled, and that it was late, is said of cancelled appointments alone."""
        is_cancelled = self.appointment.state is State.CANCELLED
        assert is_cancelled == (self.appointment.cancelled_by is not CancelledBy.NOBODY)
        assert is_cancelled or not self.appointment.is_late_cancellation

    def _take(self, step: Step, hours: int) -> None:
        """Take a step; a refusal leaves everything, a success leaves a final state for nowhere."""
        before = self.appointment
        try:
            after, fact = step(before, at=NOW + timedelta(hours=hours))
        except errors.StateForbids:
            return
        assert before.state not in FINAL
        if fact is None:
            assert before is after
            return
        assert isinstance(fact, FACT_OF_STATE[after.state])
        assert fact.appointment is after
        assert (before.appointment_id, before.client_id) == (after.appointment_id, after.client_id)
        self.appointment, self.steps = after, self.steps + 1


TestAppointmentLife = AppointmentLife.TestCase
