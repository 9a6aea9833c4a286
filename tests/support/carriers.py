"""
Two workers of made-up services, to be run as processes: one only relays, one only listens.

`python -m tests.support.carriers booking|diary`
"""

from __future__ import annotations

import sys

from kept.audit.v1.audit_events_pb2 import RecordsCaptured
from kept.booking.v1.booking_events_pb2 import AppointmentBooked, AppointmentCancelled, ClientRegistered

from services.chassis.events.consume import Inbox, consumes, run_worker
from services.chassis.events.delivery import Delivery
from services.chassis.events.relay import OutboxRelay


class RelayingWorker:
    """Publishes its outbox."""

    name = "booking"
    relay = OutboxRelay()


class ListeningWorker:
    """Listens to bookings and audit records; chokes on cancellations."""

    name = "diary"
    inbox = Inbox()

    @consumes(AppointmentBooked, ClientRegistered)
    def on_booking(self, delivery: Delivery) -> None:
        """Store it."""
        self.inbox.store(delivery)

    @consumes(RecordsCaptured)
    def on_records(self, delivery: Delivery) -> None:
        """Store it."""
        self.inbox.store(delivery)

    @consumes(AppointmentCancelled)
    def on_cancelled(self, delivery: Delivery) -> None:
        """Raise."""
        raise LookupError(delivery.queue)


if __name__ == "__main__":
    run_worker(RelayingWorker if sys.argv[1] == "booking" else ListeningWorker)
