"""Says what availability does when it hears of an appointment; late or doubled: nothing."""

from __future__ import annotations

from kept.booking.v1 import absence_events_pb2, absence_pb2, booking_events_pb2, groups_events_pb2

from services.availability.domain import facts
from services.availability.domain.absence import ItemState
from services.availability.domain.claim import Claim
from services.availability.usecases.follow_booking import follow_booking
from services.availability.usecases.follow_release import follow_release
from services.availability.usecases.ports import Absences, Claims, Clock
from services.chassis.context import Call

_SETTLED_AS = {
    absence_pb2.AffectedAppointment.STATE_BY_VIDEO: ItemState.BY_VIDEO,
    absence_pb2.AffectedAppointment.STATE_KEPT: ItemState.KEPT,
}
"""What the ledger can't see by itself: the claim stands. Whatever moves or frees it settles its item at once."""


class Reactions:
    """Answers the events availability listens to."""

    def __init__(self, *, claims: Claims, absences: Absences, clock: Clock) -> None:
        self._absences = absences
        self._claims = claims
        self._clock = clock

    async def on_appointment_booked(self, event: booking_events_pb2.AppointmentBooked, call: Call) -> None:
        """Let the hold stand for its appointment."""
        seen = event.appointment
        start_s = seen.start_time.seconds
        await follow_booking(seen.appointment_id, seen.therapist_id, start_s, call, claims=self._claims)

    async def on_appointment_rescheduled(self, event: booking_events_pb2.AppointmentRescheduled, call: Call) -> None:
        """Let only the new time block."""
        seen = event.appointment

        def step(claim: Claim) -> tuple[Claim, list[facts.Fact]]:
            return claim.finish_move_to(seen.therapist_id, seen.start_time.seconds)

        await follow_release(seen.appointment_id, step, event.opening_id, call, claims=self._claims, clock=self._clock)

    async def on_appointment_cancelled(self, event: booking_events_pb2.AppointmentCancelled, call: Call) -> None:
        """
        Give its time back, unless a paused standing hour keeps it.

        Only kept time has an appointment that comes back, so late word of any other cancellation can't be wrong.
        """
        if event.keeps_time:
            return
        await follow_release(
            event.appointment.appointment_id,
            Claim.release,
            event.opening_id,
            call,
            claims=self._claims,
            clock=self._clock,
        )

    async def on_group_session_scheduled(self, event: groups_events_pb2.GroupSessionScheduled, call: Call) -> None:
        """Let the hold stand for its session."""
        start_s = event.start_time.seconds
        await follow_booking(event.group_session_id, event.therapist_id, start_s, call, claims=self._claims)

    async def on_group_session_moved(self, event: groups_events_pb2.GroupSessionMoved, call: Call) -> None:
        """Let only the session's new time block; each seat has word of its own."""

        def step(claim: Claim) -> tuple[Claim, list[facts.Fact]]:
            return claim.finish_move_to(event.therapist_id, event.start_time.seconds)

        await follow_release(event.group_session_id, step, "", call, claims=self._claims, clock=self._clock)

    async def on_group_session_cancelled(self, event: groups_events_pb2.GroupSessionCancelled, call: Call) -> None:
        """Give the session's time back, unless a pause of the group keeps it; each seat has word of its own."""
        if event.keeps_time:
            return
        await follow_release(event.group_session_id, Claim.release, "", call, claims=self._claims, clock=self._clock)

    async def on_absence_offered(self, event: absence_events_pb2.AbsenceOffered, call: Call) -> None:
        """Note that the client is asked."""
        said = event.offer
        await self._absences.follow_item(call, said.absence_id, said.appointment_id, ItemState.OFFERED)

    async def on_absence_offer_closed(self, event: absence_events_pb2.AbsenceOfferClosed, call: Call) -> None:
        """Note that the client is not asked any more; what was accepted settles by its move."""
        if event.state != absence_pb2.AbsenceOffer.STATE_ACCEPTED:
            said = event.offer
            await self._absences.follow_item(call, said.absence_id, said.appointment_id, ItemState.OPEN)

    async def on_affected_settled(self, event: absence_events_pb2.AffectedSettled, call: Call) -> None:
        """Settle the item of a session that takes place at its time after all."""
        said = event.affected
        if (state := _SETTLED_AS.get(said.state)) is not None:
            await self._absences.follow_item(call, said.absence_id, said.appointment_id, state)
