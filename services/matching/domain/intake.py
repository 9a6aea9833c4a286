"""Holds who waits for a therapist, and therapists proposed to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from services.matching.domain import errors
from services.matching.domain.needs import Need
from services.matching.domain.triage import Priority

URGENCY = {Priority.UNSAID: 0, Priority.ROUTINE: 0, Priority.HIGH: 1, Priority.URGENT: 2}
"""The batch's class of a priority; what is not said is routine."""


class IntakeState(IntEnum):
    """Where an intake stands; numbers are the contract's."""

    WAITING = 1
    PROPOSED = 2
    PLACED = 3
    WITHDRAWN = 4


class ProposalState(IntEnum):
    """Where a proposal stands; numbers are the contract's."""

    OPEN = 1
    ACCEPTED = 2
    DECLINED = 3
    EXPIRED = 4
    WITHDRAWN = 5


class Side(IntEnum):
    """Who declined; numbers are the contract's."""

    NOBODY = 0
    CLIENT = 1
    THERAPIST = 2
    DESK = 3


class DeclineReason(IntEnum):
    """Why somebody declined; numbers are the contract's."""

    NONE = 0
    HOURS = 1
    PREFERENCE = 2
    SCOPE = 3
    NO_ROOM = 4
    CONFLICT = 5
    COST = 6
    NOT_NEEDED = 7


@dataclass(frozen=True, slots=True)
class Intake:
    """A client who waits."""

    intake_id: str
    client_id: str
    priority: Priority
    create_time: datetime
    need: Need | None = None
    """What they asked for; None where a list does without."""
    state: IntakeState = IntakeState.WAITING
    settle_time: datetime | None = None
    version: int = 1

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change the intake."""
        return f"v{self.version}"

    def prioritised(self, priority: Priority, *, etag: str = "") -> Intake:
        """Say how soon, by a human's word. Raises StaleVersion, IntakeSettled."""
        self._expect(etag)
        return replace(self, priority=priority, version=self.version + 1)

    def moved(self, state: IntakeState, *, at: datetime, etag: str = "") -> Intake:
        """
        Say where they now stand.

        Raises:
            StaleVersion: The etag is neither empty nor the current one. (ABORTED)
            IntakeSettled: They wait no more. (FAILED_PRECONDITION)
        """
        self._expect(etag)
        settled = at if state >= IntakeState.PLACED else None
        return replace(self, state=state, settle_time=settled, version=self.version + 1)

    def urgency(self, *, ageing_weeks: int, at: datetime) -> int:
        """Return the batch's class: waiting long makes routine high, and nobody urgent."""
        urgency = URGENCY[self.priority]
        is_old = bool(ageing_weeks) and at - self.create_time >= timedelta(weeks=ageing_weeks)
        return max(urgency, 1) if is_old else urgency

    def _expect(self, etag: str) -> None:
        if etag and etag != self.etag:
            raise errors.StaleVersion("The intake has changed since you looked.", intake_id=self.intake_id)
        if self.settle_time is not None:
            raise errors.IntakeSettled("They wait no more.", intake_id=self.intake_id)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A therapist proposed to a client, until it is answered or runs out."""

    proposal_id: str
    client_id: str
    therapist_id: str
    fit_ratio: float
    weights_version: str
    create_time: datetime
    expire_time: datetime
    intake_id: str = ""
    batch_id: str = ""
    match_id: str = ""
    state: ProposalState = ProposalState.OPEN
    settle_time: datetime | None = None
    appointment_id: str = ""
    declined_by: Side = Side.NOBODY
    reason: DeclineReason = DeclineReason.NONE
    version: int = 1

    @property
    def etag(self) -> str:
        """Return what a caller sends back to answer."""
        return f"v{self.version}"

    def expect_open(self, *, at: datetime, etag: str = "") -> None:
        """
        Refuse unless it can still be answered.

        Raises:
            StaleVersion: The etag is neither empty nor the current one. (ABORTED)
            ProposalSettled: It is answered, or its time is over. (FAILED_PRECONDITION)
        """
        if etag and etag != self.etag:
            raise errors.StaleVersion("The proposal has changed since you looked.", proposal_id=self.proposal_id)
        if self.state is not ProposalState.OPEN or at >= self.expire_time:
            raise errors.ProposalSettled("The proposal can't be answered any more.", proposal_id=self.proposal_id)

    def accepted(self, appointment_id: str, *, at: datetime) -> Proposal:
        """Settle it with its first appointment, which exists: even when its time ran out meanwhile."""
        return self._settled(ProposalState.ACCEPTED, at, appointment_id=appointment_id)

    def declined(self, by: Side, reason: DeclineReason, *, at: datetime, etag: str = "") -> Proposal:
        """Settle it with a reason. Raises ReasonMissing, StaleVersion, ProposalSettled."""
        if reason is DeclineReason.NONE:
            raise errors.ReasonMissing("Say why the proposal is declined.", field="reason")
        self.expect_open(at=at, etag=etag)
        return self._settled(ProposalState.DECLINED, at, declined_by=by, reason=reason)

    def ended(self, state: ProposalState, *, at: datetime) -> Proposal:
        """Settle it without an answer: its time is over, or the client waits no more."""
        return self._settled(state, at)

    def _settled(self, state: ProposalState, at: datetime, **changes: object) -> Proposal:
        return replace(self, state=state, settle_time=at, version=self.version + 1, **changes)  # type: ignore[arg-type]
