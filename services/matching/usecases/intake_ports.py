"""What the intake waitlist needs of the world."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from services.chassis.context import Call
from services.matching.domain.batch import Inputs
from services.matching.domain.intake import Intake, Proposal
from services.matching.domain.operations import Operation, Stage


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch with all it was solved from."""

    batch_id: str
    weights_version: str
    inputs: Inputs
    pairs: Mapping[str, str]
    create_time: datetime


class Intakes(Protocol):
    """Keeps who waits; what they asked for is sealed."""

    async def add(self, call: Call, intake: Intake) -> None:
        """Store a new intake and say so. Raises AlreadyWaiting."""

    async def find(self, call: Call, intake_id: str) -> Intake:
        """Return an intake with its need. Raises IntakeNotFound."""

    async def lock(self, call: Call, intake_id: str) -> Intake:
        """Return one that nobody else can change until this call ends. Raises IntakeNotFound."""

    async def lock_many(self, call: Call, intake_ids: Collection[str]) -> list[Intake]:
        """Return those there are, locked in the order of their ids."""

    async def save(self, call: Call, *intakes: Intake) -> None:
        """Store changes, and say so."""

    async def page(self, call: Call, state: int, *, after: tuple[datetime, str] | None, limit: int) -> list[Intake]:
        """Return at most limit intakes of a state, the longest waiting first, without needs."""

    async def waiting(self, call: Call, *, limit: int) -> list[Intake]:
        """Return who waits, with needs, the longest waiting first; outside of the call's own transaction."""

    async def created(self, call: Call, *, from_time: datetime, to_time: datetime, limit: int) -> list[Intake]:
        """Return intakes made in an interval, with needs; outside of the call's own transaction."""

    async def refuse(self, call: Call, intake_id: str, therapist_id: str) -> None:
        """Remember that a therapist will not be proposed again; again changes nothing."""

    async def refused(self, call: Call, intake_ids: Collection[str]) -> dict[str, set[str]]:
        """Return therapists that will not be proposed again, by intake; outside of the call's own transaction."""

    async def held_clients(self, call: Call) -> set[str]:
        """Return clients whose crisis flag nobody has answered."""


class Proposals(Protocol):
    """Keeps therapists proposed to clients."""

    async def add(self, call: Call, proposals: Sequence[Proposal]) -> None:
        """Store new proposals and say so. Raises AlreadyProposed."""

    async def find(self, call: Call, proposal_id: str) -> Proposal:
        """Return a proposal. Raises ProposalNotFound."""

    async def lock(self, call: Call, proposal_id: str) -> Proposal:
        """Return one that nobody else can change until this call ends. Raises ProposalNotFound."""

    async def lock_open(self, call: Call, client_id: str, therapist_id: str = "") -> list[Proposal]:
        """Return a client's open proposals, of one therapist or of all, locked."""

    async def save(self, call: Call, proposal: Proposal) -> None:
        """Store how a proposal ended, and say so."""

    async def page(
        self, call: Call, *, client_id: str, therapist_id: str, state: int, before: str, limit: int
    ) -> list[Proposal]:
        """Return at most limit proposals of a client or a therapist older than the given id, newest first."""

    async def kept(self, call: Call, client_ids: Collection[str], *, since: datetime) -> list[tuple[str, str]]:
        """Return (client, therapist) of proposals made since a time that are open or accepted."""

    async def placed(self, call: Call, *, from_time: datetime, to_time: datetime) -> dict[str, int]:
        """Return how many clients were placed with each therapist in an interval."""


class Batches(Protocol):
    """Keeps batches with all they were solved from."""

    async def add(self, call: Call, batch: StoredBatch) -> None:
        """Store a batch."""

    async def find(self, call: Call, batch_id: str) -> StoredBatch:
        """Return a batch. Raises BatchNotFound."""

    async def set_stale(self, call: Call, batch_id: str, *, is_stale: bool) -> None:
        """Say whether something of it came back."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A batch that this process has taken up, for as long as it keeps saying so."""

    practice_id: str
    operation_id: str
    lease_id: str


R = TypeVar("R")


class Operations(Protocol[R]):
    """Keeps batches that were started, and what they came to, sealed; `R` is how that is written."""

    async def add(self, call: Call, operation: Operation) -> None:
        """Store a new one. Raises BatchRunning."""

    async def find(self, call: Call, operation_id: str) -> tuple[Operation, R | None]:
        """Return one with what it came to. Raises OperationNotFound."""

    async def lock(self, call: Call, operation_id: str) -> Operation:
        """Return one that nobody else can change until this call ends. Raises OperationNotFound."""

    async def save(self, call: Call, operation: Operation, result: R | None = None) -> None:
        """Store how one ended; whoever is at it finds its lease gone."""

    async def page(self, call: Call, *, before: str, limit: int) -> list[Operation]:
        """Return at most limit older than the given id, newest first."""

    async def take(self) -> Lease | None:
        """Take one up, of any practice, that waits or whose process is gone; None when there is none."""

    async def keep(self, lease: Lease, stage: Stage | None = None) -> bool:
        """Say that this process is still at it, and at what; False when it is not to be gone on with."""

    async def give_back(self, lease: Lease) -> None:
        """Let another process take it up at once."""

    async def is_held(self, call: Call, lease: Lease) -> bool:
        """Tell, in the call's transaction, whether the lease still stands; it does until that ends."""
