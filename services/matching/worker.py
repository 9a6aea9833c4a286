"""Carries matching's events: relays the outbox, stores what matching listens to."""

from __future__ import annotations

from kept.audit.v1.retention_events_pb2 import ClientErasureOrdered
from kept.booking.v1.booking_events_pb2 import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentChangeUndone,
    ClientRegistered,
)
from kept.booking.v1.break_glass_events_pb2 import BreakGlassEnded, BreakGlassStarted

from services.chassis.events.consume import Inbox, consumes, run_worker
from services.chassis.events.delivery import Delivery
from services.chassis.events.relay import OutboxRelay


class MatchingWorker:
    """Is the nameko service; deciding is the server's."""

    name = "matching"
    relay = OutboxRelay()
    inbox = Inbox()

    @consumes(AppointmentBooked)
    def on_appointment_booked(self, delivery: Delivery) -> None:
        """Keep it: the server counts the client among the therapist's."""
        self.inbox.store(delivery)

    @consumes(AppointmentAttended)
    def on_appointment_attended(self, delivery: Delivery) -> None:
        """Keep it: the server counts sessions that took place."""
        self.inbox.store(delivery)

    @consumes(AppointmentChangeUndone)
    def on_appointment_change_undone(self, delivery: Delivery) -> None:
        """Keep it: a session may not have taken place after all."""
        self.inbox.store(delivery)

    @consumes(ClientRegistered)
    def on_client_registered(self, delivery: Delivery) -> None:
        """Keep it: the server gives the client what comes before a first session."""
        self.inbox.store(delivery)

    @consumes(BreakGlassStarted, BreakGlassEnded)
    def on_glass_broken(self, delivery: Delivery) -> None:
        """Keep it; a queue of its own: an emergency waits behind nothing."""
        self.inbox.store(delivery)

    @consumes(ClientErasureOrdered)
    def on_erasure_ordered(self, delivery: Delivery) -> None:
        """Keep the order to destroy a client's key."""
        self.inbox.store(delivery)


if __name__ == "__main__":
    run_worker(MatchingWorker)
