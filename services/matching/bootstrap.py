"""Puts matching's parts together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from kept.availability.v1 import availability_service_pb2
from kept.booking.v1 import booking_service_pb2, safety_service_pb2

from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.crypto import AnswerCipher, ClientCipher, Keyring
from services.chassis.db.pool import Database
from services.chassis.identity import Signer
from services.chassis.jobs import Every, EveryReplica
from services.chassis.rpc.channels import channel
from services.chassis.rpc.client import Neighbour
from services.chassis.vault import open_keyring
from services.matching.adapters.availability import AvailabilitySlots
from services.matching.adapters.booking import BookingStanding
from services.matching.adapters.courses import PostgresCourses
from services.matching.adapters.filings import PostgresFilings
from services.matching.adapters.forms import PostgresForms
from services.matching.adapters.ids import new_id
from services.matching.adapters.intakes import PostgresIntakes
from services.matching.adapters.licence_warnings import LicenceWarnings
from services.matching.adapters.matches import PostgresMatches
from services.matching.adapters.operations import PostgresOperations
from services.matching.adapters.postgres import PostgresProfiles
from services.matching.adapters.proposals import PostgresBatches, PostgresProposals
from services.matching.adapters.relations import PostgresRelations
from services.matching.adapters.rules import PostgresMatchRules
from services.matching.adapters.sealing import Sealing
from services.matching.adapters.triage import PostgresTriage
from services.matching.adapters.wordings import PostgresWordings
from services.matching.batches import BatchRunner
from services.matching.sweeps import Sweeps
from services.matching.usecases.answer_form import Office
from services.matching.usecases.run_batch import Hall
from services.matching.usecases.settle_proposal import Desk

EXPIRE_EVERY_S, RESOLVE_EVERY_S = 30.0, 10.0
"""Seconds between two looks for proposals whose time is over, and for batches of which something came back."""

START_EVERY_S = 1.0
"""Seconds between two looks for batches that were started: whoever started one is waiting."""

WARN_EVERY_S = 600.0
"""Seconds between two looks for licences that end: they end by the day."""

SEAL_EVERY_S = 60.0
"""Seconds between two looks for runs of before runs were sealed: once none are left, a look is one empty query."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the process is built from."""

    database: Database
    profiles: PostgresProfiles
    matches: PostgresMatches
    rules: PostgresMatchRules
    standing: BookingStanding
    slots: AvailabilitySlots
    triage: PostgresTriage
    desk: Desk
    office: Office
    courses: PostgresCourses
    hall: Hall
    operations: PostgresOperations
    relations: PostgresRelations
    keyring: Keyring
    clock: Callable[[], datetime]
    jobs: tuple[Every | EveryReplica, ...]
    closers: tuple[Callable[[], Awaitable[object]], ...]


async def bootstrap(config: ProcessConfig) -> Parts:
    """Open the database and the ways to the neighbours; none of them needs to be up yet."""
    if config.keys_dir is None:
        raise Misconfigured("KEPT_KEYS_DIR is not set")
    database = await Database.open(config)
    signer = Signer.read("matching", config.keys_dir)
    to_availability, to_booking = (channel(config.target(name), config) for name in ("availability", "booking"))
    ledger = Neighbour(
        to_availability, availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"], signer
    )
    promises = Neighbour(
        to_booking,
        booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"],
        signer,
        safety_service_pb2.DESCRIPTOR.services_by_name["SafetyService"],
    )
    keyring = await open_keyring(config)
    sealing, standing = Sealing(ClientCipher(keyring)), BookingStanding(promises)
    matches, profiles, rules = (
        PostgresMatches(database, sealing),
        PostgresProfiles(database),
        PostgresMatchRules(database),
    )
    proposals, batches = PostgresProposals(database), PostgresBatches(database)
    desk = Desk(PostgresIntakes(database, sealing), proposals, batches, now)
    triage, slots = PostgresTriage(database, sealing), AvailabilitySlots(ledger)
    hall = Hall(desk, profiles, rules, standing, slots, new_id)
    operations = PostgresOperations(database, AnswerCipher(keyring))
    sweeps = Sweeps(database, proposals=proposals, batches=batches, desk=desk, profiles=profiles, rules=rules)
    return Parts(
        database=database,
        profiles=profiles,
        matches=matches,
        rules=rules,
        standing=standing,
        slots=slots,
        triage=triage,
        desk=desk,
        courses=PostgresCourses(database, sealing),
        hall=hall,
        operations=operations,
        office=Office(PostgresForms(), PostgresFilings(sealing), triage, PostgresWordings(), now, new_id),
        relations=PostgresRelations(database, standing),
        keyring=keyring,
        clock=now,
        jobs=(
            Every(SEAL_EVERY_S, matches.seal_plain, "seal_matches", database),
            Every(WARN_EVERY_S, LicenceWarnings(database).warn, "warn_of_licences", database),
            Every(EXPIRE_EVERY_S, sweeps.expire, "expire_proposals", database),
            Every(RESOLVE_EVERY_S, sweeps.resolve, "resolve_batches", database),
            EveryReplica(START_EVERY_S, BatchRunner(database, operations, hall).round, "run_batches"),
        ),
        closers=(to_availability.close, to_booking.close),
    )


def now() -> datetime:
    """Return the present in UTC."""
    return datetime.now(UTC)
