"""Puts the booking service together: the one place that knows every part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from kept.availability.v1 import availability_service_pb2

from services.booking.adapters.care_team import PostgresCareTeam
from services.booking.adapters.ledger import AvailabilityLedger
from services.booking.adapters.postgres import PostgresAppointments
from services.booking.adapters.promises import BatchedPromises
from services.booking.adapters.registry import PostgresClients
from services.booking.config import NEIGHBOUR, SERVICE
from services.booking.reactions import Reactions
from services.booking.usecases.ports import Clock
from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.crypto import ClientCipher, Keyring
from services.chassis.db.pool import Database
from services.chassis.identity import Signer
from services.chassis.rpc.channels import channel
from services.chassis.rpc.client import Neighbour
from services.chassis.vault import open_keyring


@dataclass(frozen=True, slots=True)
class Parts:
    """Is everything the server's process works with."""

    database: Database
    appointments: PostgresAppointments
    promises: BatchedPromises
    clients: PostgresClients
    ledger: AvailabilityLedger
    care_team: PostgresCareTeam
    reactions: Reactions
    keyring: Keyring
    clock: Clock
    closers: tuple[Callable[[], Awaitable[object]], ...]


async def bootstrap(config: ProcessConfig) -> Parts:
    """Open the database, the channel and the keyring, and give every part what it needs."""
    if config.keys_dir is None:
        raise Misconfigured("KEPT_KEYS_DIR is not set")
    database = await Database.open(config)
    to_availability = channel(config.target(NEIGHBOUR), config)
    service = availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"]
    ledger = AvailabilityLedger(Neighbour(to_availability, service, Signer.read(SERVICE, config.keys_dir)))
    keyring = await open_keyring(config)
    appointments, promises = PostgresAppointments(database), BatchedPromises(database)
    return Parts(
        database=database,
        appointments=appointments,
        promises=promises,
        clients=PostgresClients(keyring, ClientCipher(keyring)),
        ledger=ledger,
        care_team=PostgresCareTeam(database),
        keyring=keyring,
        reactions=Reactions(appointments=appointments, ledger=ledger, clock=now),
        clock=now,
        closers=(ledger.close, promises.close, appointments.close, to_availability.close),
    )


def now() -> datetime:
    """Return the present in UTC."""
    return datetime.now(UTC)
