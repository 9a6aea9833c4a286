"""Holds batches that were started: how far they are, and how they end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from services.matching.domain import errors
from services.matching.domain.batch import Policy

ATTEMPTS_MAX = 5
"""How often a batch is taken up: one that kills every process that takes it up is given up."""

EXHAUSTED = "ATTEMPTS_EXHAUSTED"


class OperationState(IntEnum):
    """Where a batch stands; numbers are the contract's."""

    QUEUED = 1
    RUNNING = 2
    DONE = 3
    FAILED = 4
    CANCELLED = 5


class Stage(IntEnum):
    """What is being done; numbers are the contract's."""

    NONE = 0
    READING = 1
    SEARCHING = 2
    JUDGING = 3
    SOLVING = 4
    PROPOSING = 5


STARTS = {
    Stage.NONE: 0.0,
    Stage.READING: 0.0,
    Stage.SEARCHING: 0.3,
    Stage.JUDGING: 0.4,
    Stage.SOLVING: 0.6,
    Stage.PROPOSING: 0.8,
}
"""How much of a batch is done when a stage begins: a rough measure, for whoever looks at a bar."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A batch that was started."""

    operation_id: str
    policy: Policy
    is_dry_run: bool
    create_time: datetime
    state: OperationState = OperationState.QUEUED
    stage: Stage = Stage.NONE
    attempt_count: int = 0
    reason: str = ""
    end_time: datetime | None = None
    version: int = 1

    @property
    def etag(self) -> str:
        """Return what a caller sends back to cancel it."""
        return f"v{self.version}"

    @property
    def done_ratio(self) -> float:
        """Return how much is done, in [0, 1]."""
        return 1.0 if self.state is OperationState.DONE else STARTS[self.stage]

    def ended(self, state: OperationState, *, at: datetime, reason: str = "") -> Operation:
        """Return it done, failed or given up. Raises OperationEnded."""
        if self.end_time is not None:
            raise errors.OperationEnded("The batch has ended.", operation_id=self.operation_id)
        return replace(self, state=state, reason=reason, end_time=at, version=self.version + 1)

    def cancelled(self, *, at: datetime, etag: str) -> Operation:
        """
        Return it given up.

        Raises:
            StaleVersion: The etag is neither empty nor the current one. (ABORTED)
            OperationEnded: It is done, failed, or given up already. (FAILED_PRECONDITION)
        """
        if etag and etag != self.etag:
            raise errors.StaleVersion("The batch has moved since you looked.", etag=self.etag)
        return self.ended(OperationState.CANCELLED, at=at)
