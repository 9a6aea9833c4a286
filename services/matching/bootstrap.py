"""Puts matching's parts together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import grpc.aio
from kept.availability.v1 import availability_service_pb2

from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.crypto import ClientCipher, Keyring
from services.chassis.db.pool import Database
from services.chassis.identity import Signer
from services.chassis.rpc.channels import channel
from services.chassis.rpc.client import Neighbour
from services.chassis.vault import open_keyring
from services.matching.adapters.availability import AvailabilitySlots
from services.matching.adapters.postgres import PostgresMatches, PostgresProfiles
from services.matching.adapters.relations import PostgresRelations
from services.matching.adapters.triage import PostgresTriage


@dataclass(frozen=True, slots=True)
class Parts:
    """What the process is built from."""

    database: Database
    ledger_channel: grpc.aio.Channel
    profiles: PostgresProfiles
    matches: PostgresMatches
    slots: AvailabilitySlots
    triage: PostgresTriage
    relations: PostgresRelations
    keyring: Keyring
    clock: Callable[[], datetime]


async def bootstrap(config: ProcessConfig) -> Parts:
    """Open the database and the way to the neighbour; neither needs to be up yet."""
    if config.keys_dir is None:
        raise Misconfigured("KEPT_KEYS_DIR is not set")
    database = await Database.open(config)
    ledger_channel = channel(config.target("availability"), config)
    ledger = Neighbour(
        ledger_channel,
        availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"],
        Signer.read("matching", config.keys_dir),
    )
    keyring = await open_keyring(config)
    return Parts(
        database=database,
        ledger_channel=ledger_channel,
        profiles=PostgresProfiles(database),
        matches=PostgresMatches(),
        slots=AvailabilitySlots(ledger),
        triage=PostgresTriage(database, ClientCipher(keyring)),
        relations=PostgresRelations(database),
        keyring=keyring,
        clock=lambda: datetime.now(UTC),
    )
