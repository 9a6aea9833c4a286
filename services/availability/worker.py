"""Carries availability's events: relays the outbox, stores what availability listens to."""

from __future__ import annotations

from kept.booking.v1.absence_events_pb2 import AbsenceOfferClosed, AbsenceOffered, AffectedSettled
from kept.booking.v1.booking_events_pb2 import AppointmentBooked, AppointmentCancelled, AppointmentRescheduled
from kept.booking.v1.groups_events_pb2 import GroupSessionCancelled, GroupSessionMoved, GroupSessionScheduled

from services.chassis.events.consume import Inbox, consumes, run_worker
from services.chassis.events.delivery import Delivery
from services.chassis.events.relay import OutboxRelay


class AvailabilityWorker:
    """Is the nameko service; deciding is the server's."""

    name = "availability"
    relay = OutboxRelay()
    inbox = Inbox()

    @consumes(AppointmentBooked, AppointmentCancelled, AppointmentRescheduled)
    def on_appointment(self, delivery: Delivery) -> None:
        """Keep what became of an appointment for the server to follow."""
        self.inbox.store(delivery)

    @consumes(GroupSessionScheduled, GroupSessionMoved, GroupSessionCancelled)
    def on_group_session(self, delivery: Delivery) -> None:
        """Keep what became of a group's session for the server to follow."""
        self.inbox.store(delivery)

    @consumes(AbsenceOffered, AbsenceOfferClosed, AffectedSettled)
    def on_absence(self, delivery: Delivery) -> None:
        """Keep what became of an appointment that an absence hits for the server to follow."""
        self.inbox.store(delivery)


if __name__ == "__main__":
    run_worker(AvailabilityWorker)
