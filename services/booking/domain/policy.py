"""Holds what a practice agrees with its clients, and what breaking it may cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from services.booking.domain import errors
from services.booking.domain.appointment import LATE_CANCELLATION_H, Appointment, CancelledBy, Reason, State

POLICIES_MAX = 200
"""Policies of a practice at most; all of them are remembered by every process."""

HOURS_MAX = 336
"""Hours of a cancellation window, or of a deadline to confirm, at most: two weeks."""

FEE_MINOR_MAX = 10_000_000
"""Minor units of a fee at most; a larger one is a slip of the finger."""

AUTHORISATIONS_MAX = 100
"""Authorisations of a client at most."""

VISITS_MAX = 1_000
"""Visits of an authorisation at most."""


class Demand(IntEnum):
    """What happens at booking when something is missing; numbers are the contract's."""

    NOTHING = 0
    FLAG = 1
    REFUSE = 2


class Clemency(StrEnum):
    """Why a fee was not asked for, or given up."""

    FIRST_TIME = "FIRST_TIME"
    ILLNESS = "ILLNESS"
    CRISIS = "CRISIS"
    INSURER_FORBIDS = "INSURER_FORBIDS"
    UNDONE = "UNDONE"
    PRACTICE_MISTAKE = "PRACTICE_MISTAKE"
    HARDSHIP = "HARDSHIP"
    GOODWILL = "GOODWILL"


class FeeKind(StrEnum):
    """What a fee is for."""

    LATE_CANCEL = "LATE_CANCEL"
    NO_SHOW = "NO_SHOW"


class FeeState(StrEnum):
    """Where a fee stands."""

    PROPOSED = "PROPOSED"
    WAIVED = "WAIVED"
    ACCEPTED = "ACCEPTED"


@dataclass(frozen=True, slots=True)
class Policy:
    """Is what holds for one session type, or (empty id) for all that have none of their own; hours before the start."""

    session_type_id: str = ""
    late_cancel_h: int = LATE_CANCELLATION_H
    late_cancel_fee_minor: int = 0
    no_show_fee_minor: int = 0
    currency: str = ""
    forgives_first: bool = False
    forgives_illness: bool = False
    forgives_crisis: bool = False
    confirm_by_h: int = 0
    card: Demand = Demand.NOTHING
    consent: Demand = Demand.NOTHING
    visits: Demand = Demand.NOTHING

    @property
    def is_gated(self) -> bool:
        """Tell whether a booking must look at what the client has given."""
        return bool(self.card or self.consent or self.visits)

    def fee_for(self, after: Appointment) -> tuple[FeeKind, int] | None:
        """Return what a step proposes, in minor units, or None; what the practice itself cancels costs nothing."""
        if after.state is State.CANCELLED and after.is_late_cancellation and after.cancelled_by is CancelledBy.CLIENT:
            kind, amount = FeeKind.LATE_CANCEL, self.late_cancel_fee_minor
        elif after.state is State.NO_SHOW:
            kind, amount = FeeKind.NO_SHOW, self.no_show_fee_minor
        else:
            return None
        return (kind, amount) if amount else None

    def clemency_for(self, reason: Reason, *, is_first: bool, insurer_forbids: bool) -> Clemency | None:
        """Return why a fee is not asked for, the weightiest reason first; None when it is proposed."""
        if insurer_forbids:
            return Clemency.INSURER_FORBIDS
        if self.forgives_crisis and reason is Reason.CRISIS:
            return Clemency.CRISIS
        if self.forgives_illness and reason is Reason.ILLNESS:
            return Clemency.ILLNESS
        if self.forgives_first and is_first:
            return Clemency.FIRST_TIME
        return None


NO_POLICY = Policy()
"""Holds where a practice has said nothing."""


@dataclass(frozen=True, slots=True)
class Fee:
    """Is a fee proposed to the staff; nobody is charged by it."""

    fee_id: str
    client_id: str
    appointment_id: str
    kind: FeeKind
    amount_minor: int
    currency: str
    state: FeeState
    reason: str
    decide_actor_id: str
    create_time: datetime
    version: int = 1

    @property
    def etag(self) -> str:
        """Return what a caller sends back to decide."""
        return f"v{self.version}"

    def decide(self, state: FeeState, reason: str, *, actor_id: str, etag: str = "") -> Fee:
        """
        Waive a fee, or take a proposed one over.

        Raises:
            StaleVersion: The etag is neither empty nor the current one. (ABORTED)
            StateForbids: It is decided already; an accepted one can still be waived. (FAILED_PRECONDITION)
        """
        if etag and etag != self.etag:
            raise errors.StaleVersion("The fee has changed since you looked.", fee_id=self.fee_id, etag=self.etag)
        if self.state is FeeState.WAIVED or self.state is state:
            raise errors.StateForbids("The fee is decided.", fee_id=self.fee_id, state=self.state.value)
        return replace(self, state=state, reason=reason, decide_actor_id=actor_id, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Is an insurer's leave for a number of visits between two days, both included; no session types covers all."""

    authorisation_id: str
    client_id: str
    visit_count: int
    from_date: str
    to_date: str
    session_type_ids: tuple[str, ...]
    forbids_fees: bool
    used_count: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """
    Is what a client has given, as read under the locks of their authorisations.

    visits_left counts open appointments as used; None when the client has no authorisation at all.
    """

    has_card: bool = False
    has_consent: bool = False
    visits_left: int | None = None


def check_gates(policy: Policy, given: Given) -> tuple[str, ...]:
    """
    Return what is missing as warnings of the appointment.

    Raises:
        CardRequired, ConsentRequired, VisitsExhausted: The policy refuses without. (FAILED_PRECONDITION)
    """
    warnings = []
    missing: tuple[tuple[Demand, bool, str, type[errors.Gate]], ...] = (
        (policy.card, not given.has_card, "CARD_MISSING", errors.CardRequired),
        (policy.consent, not given.has_consent, "CONSENT_MISSING", errors.ConsentRequired),
        (
            policy.visits,
            given.visits_left is not None and given.visits_left <= 0,
            "VISITS_EXHAUSTED",
            errors.VisitsExhausted,
        ),
    )
    for demand, is_missing, code, refusal in missing:
        if not is_missing or demand is Demand.NOTHING:
            continue
        if demand is Demand.REFUSE:
            raise refusal("The practice asks for this before it books.")
        warnings.append(code)
    return tuple(warnings)


def with_deadline(agreed: Appointment, policy: Policy) -> Appointment:
    """Return the appointment with its deadline to confirm; one that has passed already asks for nothing."""
    due = agreed.slot.start_time - timedelta(hours=policy.confirm_by_h) if policy.confirm_by_h else None
    if due is not None and due <= agreed.update_time:
        due = None
    return agreed if due == agreed.confirm_by_time else replace(agreed, confirm_by_time=due)


@dataclass(frozen=True, slots=True)
class Fence:
    """Is a pair of clients kept apart, the lower id first; an empty site means every site."""

    fence_id: str
    client_id: str
    other_client_id: str
    site_id: str
    gap_min: int
    reason: str


@dataclass(frozen=True, slots=True)
class PracticeRules:
    """Is everything a practice has said that a booking must obey, as of one version; 0 for nothing said."""

    version: int = 0
    policies: dict[str, Policy] = field(default_factory=dict)
    fences: dict[str, tuple[Fence, ...]] = field(default_factory=dict)

    def policy(self, session_type_id: str) -> Policy:
        """Return what holds for a session type: its own policy, or the practice's default."""
        return self.policies.get(session_type_id) or self.policies.get("") or NO_POLICY

    def fences_of(self, client_ids: tuple[str, ...]) -> list[Fence]:
        """Return the fences around any of the clients, in the order in which all lock them."""
        if not self.fences:
            return []
        found = {fence.fence_id: fence for each in client_ids for fence in self.fences.get(each, ())}
        return [found[fence_id] for fence_id in sorted(found)]
