"""Carries the others' events in and our own out; never imports grpc."""

from __future__ import annotations

from kept.audit.v1.retention_events_pb2 import ClientErasureOrdered
from kept.audit.v1.watch_events_pb2 import AlarmRaised, AlarmSettled, DigestMade
from kept.availability.v1.availability_events_pb2 import AbsenceClosed, AbsenceStarted, ScheduleChanged
from kept.booking.v1.absence_events_pb2 import (
    AbsenceOfferClosed,
    AbsenceOffered,
    AffectedEscalated,
    AffectedSettled,
)
from kept.booking.v1.booking_events_pb2 import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentChangeUndone,
    AppointmentConfirmed,
    AppointmentRescheduled,
    ClientRegistered,
    ClientUpdated,
)
from kept.booking.v1.break_glass_events_pb2 import BreakGlassEnded, BreakGlassStarted
from kept.booking.v1.care_events_pb2 import FollowUpClosed, FollowUpDue, FollowUpOpened
from kept.booking.v1.erasure_events_pb2 import ClientErased
from kept.booking.v1.groups_events_pb2 import (
    GroupConflictFound,
    GroupSeriesChanged,
    GroupSessionCancelled,
    GroupSessionMoved,
    GroupSessionScheduled,
)
from kept.booking.v1.policy_events_pb2 import ConfirmationOverdue, FeeAccepted, FeeProposed, FeeWaived
from kept.booking.v1.series_events_pb2 import SeriesCancelled, SeriesChanged, SeriesConflictFound, SeriesCreated
from kept.booking.v1.waitlist_events_pb2 import (
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferTaken,
    OfferWithdrawn,
    SlotClosed,
    SlotOpened,
    WishChanged,
    WishClosed,
    WishCreated,
)
from kept.matching.v1.feedback_events_pb2 import FitAsked
from kept.matching.v1.forms_events_pb2 import FormCompleted, FormDue, FormSettled
from kept.matching.v1.intake_events_pb2 import (
    IntakeChanged,
    ProposalAccepted,
    ProposalDeclined,
    ProposalExpired,
    ProposalMade,
    ProposalWithdrawn,
)
from kept.matching.v1.matching_events_pb2 import LicenceEnding, MatchProposed
from kept.matching.v1.triage_events_pb2 import CrisisAcknowledged, CrisisClosed, CrisisFlagged

from services.chassis.events.consume import Inbox, consumes, run_worker
from services.chassis.events.delivery import Delivery
from services.chassis.events.relay import OutboxRelay


class NotificationsWorker:
    """What notifications listens to; what follows from it is the server's."""

    name = "notifications"
    relay = OutboxRelay()
    inbox = Inbox()

    @consumes(
        AppointmentBooked,
        AppointmentConfirmed,
        AppointmentRescheduled,
        AppointmentCancelled,
        AppointmentAttended,
        AppointmentChangeUndone,
        ConfirmationOverdue,
    )
    def on_appointment_changed(self, delivery: Delivery) -> None:
        """Store it; one queue for all steps keeps an appointment's steps in order."""
        self.inbox.store(delivery)

    @consumes(OfferMade, OfferAccepted, OfferDeclined, OfferExpired, OfferTaken, OfferWithdrawn)
    def on_offer_changed(self, delivery: Delivery) -> None:
        """Store it; an offer runs out, and must not stand behind a crowd of bookings."""
        self.inbox.store(delivery)

    @consumes(AbsenceOffered, AbsenceOfferClosed)
    def on_absence_offer_changed(self, delivery: Delivery) -> None:
        """Store it; such an offer runs out too."""
        self.inbox.store(delivery)

    @consumes(FollowUpOpened, FollowUpDue, FollowUpClosed)
    def on_follow_up_changed(self, delivery: Delivery) -> None:
        """Store it."""
        self.inbox.store(delivery)

    @consumes(ProposalMade, ProposalAccepted, ProposalDeclined, ProposalExpired, ProposalWithdrawn)
    def on_proposal_changed(self, delivery: Delivery) -> None:
        """Store it."""
        self.inbox.store(delivery)

    @consumes(FormDue, FormSettled, FitAsked)
    def on_client_asked(self, delivery: Delivery) -> None:
        """Store what a client is asked for."""
        self.inbox.store(delivery)

    @consumes(LicenceEnding, AffectedEscalated, AffectedSettled)
    def on_staff_needed(self, delivery: Delivery) -> None:
        """Store what staff alone is to be told."""
        self.inbox.store(delivery)

    @consumes(CrisisFlagged, CrisisAcknowledged, CrisisClosed)
    def on_crisis_changed(self, delivery: Delivery) -> None:
        """Store it; a queue of its own, so that no crowd of bookings stands before a page."""
        self.inbox.store(delivery)

    @consumes(AlarmRaised, AlarmSettled, DigestMade)
    def on_trail_watched(self, delivery: Delivery) -> None:
        """Store what officers are to be told."""
        self.inbox.store(delivery)

    @consumes(
        ScheduleChanged,
        AbsenceStarted,
        AbsenceClosed,
        ClientRegistered,
        ClientUpdated,
        ClientErased,
        GroupSessionScheduled,
        GroupSessionCancelled,
        GroupSessionMoved,
        GroupSeriesChanged,
        GroupConflictFound,
        FeeProposed,
        FeeWaived,
        FeeAccepted,
        SeriesCreated,
        SeriesChanged,
        SeriesCancelled,
        SeriesConflictFound,
        WishCreated,
        WishChanged,
        WishClosed,
        SlotOpened,
        SlotClosed,
        FormCompleted,
        IntakeChanged,
        MatchProposed,
    )
    def on_something_to_tell(self, delivery: Delivery) -> None:
        """Store it: nobody here follows it, but receivers of webhooks may want to hear of it."""
        self.inbox.store(delivery)

    @consumes(BreakGlassStarted, BreakGlassEnded)
    def on_glass_broken(self, delivery: Delivery) -> None:
        """Store it; a queue of its own: an emergency waits behind nothing."""
        self.inbox.store(delivery)

    @consumes(ClientErasureOrdered)
    def on_erasure_ordered(self, delivery: Delivery) -> None:
        """Store the order to destroy a client's key."""
        self.inbox.store(delivery)


if __name__ == "__main__":
    run_worker(NotificationsWorker)
