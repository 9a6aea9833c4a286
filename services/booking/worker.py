"""Carries booking's events: relays the outbox, stores what booking listens to."""

from __future__ import annotations

from kept.audit.v1.retention_events_pb2 import ClientErasureOrdered
from kept.availability.v1.availability_events_pb2 import AbsenceItemAnswered, AbsenceStarted, HoldLapsed
from kept.matching.v1.forms_events_pb2 import FormDue, FormSettled

from services.chassis.events.consume import Inbox, consumes, run_worker
from services.chassis.events.delivery import Delivery
from services.chassis.events.relay import OutboxRelay


class BookingWorker:
    """Is the nameko service; deciding is the server's."""

    name = "booking"
    relay = OutboxRelay()
    inbox = Inbox()

    @consumes(HoldLapsed)
    def on_hold_lapsed(self, delivery: Delivery) -> None:
        """Keep the ledger's question for the server to answer."""
        self.inbox.store(delivery)

    @consumes(AbsenceStarted)
    def on_absence_started(self, delivery: Delivery) -> None:
        """Keep the news that a therapist will be away, whose freed slots nobody must be offered."""
        self.inbox.store(delivery)

    @consumes(AbsenceItemAnswered)
    def on_absence_item_answered(self, delivery: Delivery) -> None:
        """Keep what the desk stated in the ledger of somebody whom an absence hits."""
        self.inbox.store(delivery)

    @consumes(ClientErasureOrdered)
    def on_erasure_ordered(self, delivery: Delivery) -> None:
        """Keep the order to destroy a client's key."""
        self.inbox.store(delivery)

    @consumes(FormDue)
    def on_form_due(self, delivery: Delivery) -> None:
        """Keep the news that a client has a form to answer before their first session."""
        self.inbox.store(delivery)

    @consumes(FormSettled)
    def on_form_settled(self, delivery: Delivery) -> None:
        """Keep the news that it is done."""
        self.inbox.store(delivery)


if __name__ == "__main__":
    run_worker(BookingWorker)
