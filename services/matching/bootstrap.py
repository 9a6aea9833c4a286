"""Puts matching together."""

from __future__ import annotations

from datetime import UTC, datetime

from kept.availability.v1 import availability_service_pb2
from kept.matching.v1 import matching_service_pb2

from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.db.pool import Database
from services.chassis.events.inbox import InboxRunner
from services.chassis.identity import Signer
from services.chassis.rpc.client import Neighbour, channel
from services.chassis.rpc.server import Application
from services.matching.adapters.availability import AvailabilitySlots
from services.matching.adapters.postgres import PostgresMatches, PostgresProfiles
from services.matching.reactions import reactions
from services.matching.server import MatchingServicer


async def bootstrap(config: ProcessConfig) -> Application:
    """Build the application: one database, one neighbour, one servicer, the reactions."""
    if config.keys_dir is None:
        raise Misconfigured("KEPT_KEYS_DIR is not set")
    database = await Database.open(config)
    ledger_channel = channel(config.target("availability"), config)
    signer = Signer.read("matching", config.keys_dir)
    ledger = Neighbour(
        ledger_channel, availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"], signer
    )
    profiles = PostgresProfiles(database)
    servicer = MatchingServicer(
        profiles=profiles,
        matches=PostgresMatches(),
        slots=AvailabilitySlots(ledger),
        clock=lambda: datetime.now(UTC),
    )
    return Application(
        service="matching",
        config=config,
        database=database,
        servicers=[(matching_service_pb2.DESCRIPTOR.services_by_name["MatchingService"], servicer)],
        background=[InboxRunner(database, reactions(profiles))],
        closers=[ledger_channel.close],
    )
