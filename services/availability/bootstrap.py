"""Puts the availability service together: the one place that knows every part."""

from __future__ import annotations

import time
from dataclasses import dataclass

from services.availability.adapters import proto
from services.availability.adapters.directory import PostgresDirectories
from services.availability.adapters.holds import BatchedHolds
from services.availability.adapters.ledger import PostgresClaims
from services.availability.adapters.shared_search import RecentSearches
from services.availability.adapters.taken import PostgresTaken
from services.availability.domain.wall import TZDATA_VERSION
from services.availability.reactions import Reactions
from services.availability.usecases.find_alternatives import Finder
from services.availability.usecases.ports import Clock
from services.chassis.db.pool import Database


@dataclass(frozen=True, slots=True)
class Parts:
    """Is everything the server's process works with."""

    database: Database
    directories: PostgresDirectories
    holds: BatchedHolds
    claims: PostgresClaims
    taken: PostgresTaken
    finder: Finder
    reactions: Reactions
    clock: Clock


def now_s() -> int:
    """Return the present in epoch seconds."""
    return int(time.time())


def bootstrap(database: Database, *, clock: Clock = now_s) -> Parts:
    """Give every part what it needs of an open database."""
    directories, taken = PostgresDirectories(database), PostgresTaken(database)
    claims = PostgresClaims(database, tzdata_version=TZDATA_VERSION)
    return Parts(
        database=database,
        directories=directories,
        holds=BatchedHolds(database, directories, clock=clock, tzdata_version=TZDATA_VERSION),
        claims=claims,
        taken=taken,
        finder=Finder(directories, taken, clock, RecentSearches(), proto.alternatives),
        reactions=Reactions(claims=claims),
        clock=clock,
    )
