"""Puts the availability service together: the one place that knows every part."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

from kept.booking.v1 import absence_events_pb2, booking_events_pb2, groups_events_pb2

from services.availability.adapters import proto
from services.availability.adapters.absences import PostgresAbsences
from services.availability.adapters.calendar import PostgresCalendars
from services.availability.adapters.directory import PostgresDirectories
from services.availability.adapters.holds import BatchedHolds
from services.availability.adapters.ledger import PostgresClaims
from services.availability.adapters.limits import PostgresLimits
from services.availability.adapters.seats import PostgresSeats
from services.availability.adapters.shared_search import RecentSearches
from services.availability.adapters.taken import PostgresTaken
from services.availability.config import SERVICE
from services.availability.domain.wall import TZDATA_VERSION
from services.availability.reactions import Reactions
from services.availability.usecases.announce_lapsed_claims import announce_lapsed_claims
from services.availability.usecases.find_alternatives import Finder
from services.availability.usecases.ports import Clock
from services.chassis.db.pool import Database
from services.chassis.events.inbox import InboxRunner
from services.chassis.jobs import Every
from services.chassis.rpc.server import Background

ANNOUNCE_EVERY_S = 5.0
"""Seconds between two looks for lapsed holds: small beside the time a hold has, dear to nobody when none is due."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Is everything the server's process works with."""

    database: Database
    directories: PostgresDirectories
    calendars: PostgresCalendars
    holds: BatchedHolds
    claims: PostgresClaims
    seats: PostgresSeats
    taken: PostgresTaken
    finder: Finder
    reactions: Reactions
    clock: Clock
    limits: PostgresLimits
    absences: PostgresAbsences
    background: tuple[Background, ...]


def now_s() -> int:
    """Return the present in epoch seconds."""
    return int(time.time())


def bootstrap(database: Database, *, clock: Clock = now_s) -> Parts:
    """Give every part what it needs of an open database."""
    directories, taken = PostgresDirectories(database), PostgresTaken(database)
    claims = PostgresClaims(database, clock=clock, tzdata_version=TZDATA_VERSION)
    absences = PostgresAbsences()
    reactions = Reactions(claims=claims, absences=absences, clock=clock)
    inbox = InboxRunner(
        database,
        {
            booking_events_pb2.AppointmentBooked.DESCRIPTOR.full_name: reactions.on_appointment_booked,
            booking_events_pb2.AppointmentRescheduled.DESCRIPTOR.full_name: reactions.on_appointment_rescheduled,
            booking_events_pb2.AppointmentCancelled.DESCRIPTOR.full_name: reactions.on_appointment_cancelled,
            absence_events_pb2.AbsenceOffered.DESCRIPTOR.full_name: reactions.on_absence_offered,
            absence_events_pb2.AbsenceOfferClosed.DESCRIPTOR.full_name: reactions.on_absence_offer_closed,
            absence_events_pb2.AffectedSettled.DESCRIPTOR.full_name: reactions.on_affected_settled,
            groups_events_pb2.GroupSessionScheduled.DESCRIPTOR.full_name: reactions.on_group_session_scheduled,
            groups_events_pb2.GroupSessionMoved.DESCRIPTOR.full_name: reactions.on_group_session_moved,
            groups_events_pb2.GroupSessionCancelled.DESCRIPTOR.full_name: reactions.on_group_session_cancelled,
        },
        service=SERVICE,
    )
    announce = partial(announce_lapsed_claims, claims=claims)
    return Parts(
        database=database,
        directories=directories,
        calendars=PostgresCalendars(database),
        holds=BatchedHolds(database, directories, clock=clock, tzdata_version=TZDATA_VERSION),
        claims=claims,
        seats=PostgresSeats(claims, directories, clock=clock),
        taken=taken,
        finder=Finder(directories, taken, clock, RecentSearches(), proto.alternatives),
        reactions=reactions,
        clock=clock,
        limits=PostgresLimits(directories),
        absences=absences,
        background=(inbox, Every(ANNOUNCE_EVERY_S, announce, "announce_lapsed_claims", database)),
    )
