"""Carries booking's events in and our own out; never imports grpc."""

from __future__ import annotations

from kept.booking.v1.booking_events_pb2 import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentRescheduled,
)

from services.chassis.events.consume import Delivery, Inbox, consumes
from services.chassis.events.relay import OutboxRelay, run_worker


class NotificationsWorker:
    """What notifications listens to."""

    name = "notifications"
    relay = OutboxRelay()
    inbox = Inbox()

    @consumes(AppointmentBooked)
    def on_appointment_booked(self, delivery: Delivery) -> None:
        """Store it; a reaction of the server plans the messages."""
        self.inbox.store(delivery)

    @consumes(AppointmentConfirmed)
    def on_appointment_confirmed(self, delivery: Delivery) -> None:
        """Store it."""
        self.inbox.store(delivery)

    @consumes(AppointmentRescheduled)
    def on_appointment_rescheduled(self, delivery: Delivery) -> None:
        """Store it."""
        self.inbox.store(delivery)

    @consumes(AppointmentCancelled)
    def on_appointment_cancelled(self, delivery: Delivery) -> None:
        """Store it."""
        self.inbox.store(delivery)

    @consumes(AppointmentAttended)
    def on_appointment_attended(self, delivery: Delivery) -> None:
        """Store it."""
        self.inbox.store(delivery)


if __name__ == "__main__":
    run_worker(NotificationsWorker)
