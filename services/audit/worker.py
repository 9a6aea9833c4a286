"""Carries audit records in, and audit's own out like every other service's."""

from __future__ import annotations

from kept.audit.v1.audit_events_pb2 import RecordsCaptured
from kept.audit.v1.watch_events_pb2 import EmitterBeat
from kept.booking.v1.erasure_events_pb2 import ClientErased as BookingErased
from kept.booking.v1.people_events_pb2 import PersonMarked
from kept.matching.v1.erasure_events_pb2 import ClientErased as MatchingErased
from kept.notifications.v1.erasure_events_pb2 import ClientErased as NotificationsErased

from services.chassis.events.consume import Inbox, consumes, run_worker
from services.chassis.events.delivery import Delivery
from services.chassis.events.relay import OutboxRelay


class AuditWorker:
    """Is the nameko service; hashing and signing are the server's."""

    name = "audit"
    relay = OutboxRelay()
    inbox = Inbox()

    @consumes(RecordsCaptured)
    def on_records_captured(self, delivery: Delivery) -> None:
        """Keep the batch until the server has hashed it in."""
        self.inbox.store(delivery)

    @consumes(EmitterBeat)
    def on_emitter_beat(self, delivery: Delivery) -> None:
        """Store it; a queue of its own, so that no crowd of records stands before a sign of life."""
        self.inbox.store(delivery)

    @consumes(PersonMarked)
    def on_person_marked(self, delivery: Delivery) -> None:
        """Store it."""
        self.inbox.store(delivery)

    @consumes(BookingErased, MatchingErased, NotificationsErased)
    def on_client_erased(self, delivery: Delivery) -> None:
        """Keep what a service told of the keys it destroyed."""
        self.inbox.store(delivery)


if __name__ == "__main__":
    run_worker(AuditWorker)
