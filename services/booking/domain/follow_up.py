"""Holds prompts to see a client again: what opens them, and what settles them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from services.booking.domain import errors
from services.booking.domain.appointment import Appointment, State
from services.booking.domain.recurrence_walls import zone

RULES_MAX = 50
"""Follow-up rules of a practice at most; each is looked at whenever a session ends."""

DAYS_MAX = 366
"""Days until a follow-up is due, or between two sessions of a cadence, at most."""

LEAD_DAYS_MAX = 60
"""Days before a gap that its follow-up opens, at most."""

PROMPT_AT = time(9)
"""When somebody is prompted on the day, on their wall clock: the practice can be called."""

EVERY_SESSIONS_MAX = 100
"""Sessions a rule counts to at most."""

TEAM_MAX = 20
"""Therapists in a client's care team at most."""


class Kind(StrEnum):
    """What is to be booked."""

    NEXT_SESSION = "NEXT_SESSION"
    MEDICATION_CHECK = "MEDICATION_CHECK"
    PROGRESS_REVIEW = "PROGRESS_REVIEW"
    REBOOKING = "REBOOKING"
    CADENCE = "CADENCE"


class FollowUpState(StrEnum):
    """Where a follow-up stands."""

    OPEN = "OPEN"
    BOOKED = "BOOKED"
    DISMISSED = "DISMISSED"


class Trigger(StrEnum):
    """What a rule waits for."""

    COMPLETED = "COMPLETED"
    LOST = "LOST"


class DismissReason(StrEnum):
    """Why a follow-up was set aside."""

    UNSAID = ""
    CLIENT_DECLINED = "CLIENT_DECLINED"
    CARE_ENDED = "CARE_ENDED"
    REFERRED = "REFERRED"
    ARRANGED_ELSEWHERE = "ARRANGED_ELSEWHERE"
    UNDONE = "UNDONE"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """
    Is a prompt to see a client again; due_date is "YYYY-MM-DD". No answer session type: any with the therapist.

    prompt_time is when client and care team are told; None means at once.
    """

    follow_up_id: str
    client_id: str
    therapist_id: str
    kind: Kind
    due_date: str
    create_time: datetime
    cause_appointment_id: str = ""
    answer_session_type_id: str = ""
    state: FollowUpState = FollowUpState.OPEN
    dismiss_reason: DismissReason = DismissReason.UNSAID
    version: int = 1
    prompt_time: datetime | None = None
    is_prompted: bool = False
    is_confidential: bool = False

    @property
    def etag(self) -> str:
        """Return what a caller sends back to set it aside."""
        return f"v{self.version}"

    def dismiss(self, reason: DismissReason, *, etag: str = "") -> FollowUp:
        """
        Set it aside.

        Raises:
            StaleVersion: The etag is neither empty nor the current one. (ABORTED)
            StateForbids: It is settled. (FAILED_PRECONDITION)
        """
        if etag and etag != self.etag:
            raise errors.StaleVersion("The follow-up has changed.", follow_up_id=self.follow_up_id, etag=self.etag)
        if self.state is not FollowUpState.OPEN:
            raise errors.StateForbids("The follow-up is settled.", follow_up_id=self.follow_up_id)
        return replace(self, state=FollowUpState.DISMISSED, dismiss_reason=reason, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class FollowUpRule:
    """Is what opens a follow-up; empty session types take any, 0 sessions every one."""

    rule_id: str
    trigger: Trigger
    session_type_id: str
    every_sessions: int
    kind: Kind
    due_in_days: int
    answer_session_type_id: str
    lead_days: int = 0


@dataclass(frozen=True, slots=True)
class Cadence:
    """Is the longest time in days agreed between two sessions; 0 ends the agreement."""

    client_id: str
    therapist_id: str
    every_days: int
    lead_days: int


class Standing(StrEnum):
    """How an agreed cadence and what is booked compare."""

    ON_TRACK = "ON_TRACK"
    GAP_AHEAD = "GAP_AHEAD"
    OVERDUE = "OVERDUE"


COUNTED_DAYS = 90
"""Days in which sessions are counted beside what the cadence asks for; the contract says so."""


@dataclass(frozen=True, slots=True)
class CadenceReality:
    """Is an agreed cadence beside what is booked, as of at."""

    cadence: Cadence
    since_time: datetime
    last_time: datetime | None
    next_time: datetime | None
    kept_count: int
    at: datetime

    @property
    def due_time(self) -> datetime:
        """Return by when the next session was agreed."""
        return (self.last_time or self.since_time) + timedelta(days=self.cadence.every_days)

    @property
    def standing(self) -> Standing:
        """Return how the two compare; a day that passed without a session stays overdue until there is one."""
        if self.due_time < self.at:
            return Standing.OVERDUE
        is_booked = self.next_time is not None and self.next_time <= self.due_time
        return Standing.ON_TRACK if is_booked else Standing.GAP_AHEAD

    @property
    def gap_days(self) -> int:
        """Return the days between the last session, or the agreement, and the next, or now."""
        return max(0, ((self.next_time or self.at) - (self.last_time or self.since_time)).days)

    @property
    def agreed_count(self) -> int:
        """Return how many sessions the cadence asks for in COUNTED_DAYS, or since the agreement."""
        return min(COUNTED_DAYS, max(0, (self.at - self.since_time).days)) // self.cadence.every_days


def trigger_of(after: Appointment) -> Trigger | None:
    """Return what a step means to rules; None for nothing."""
    if after.state is State.COMPLETED:
        return Trigger.COMPLETED
    return Trigger.LOST if after.state in (State.CANCELLED, State.NO_SHOW) else None


def prompt_at(due_date: str, lead_days: int, time_zone: str, *, at: datetime) -> datetime:
    """Return when client and care team are told: some days before, at PROMPT_AT, and not before it is opened."""
    day = date.fromisoformat(due_date) - timedelta(days=lead_days)
    morning = datetime.combine(day, PROMPT_AT, tzinfo=zone(time_zone)).astimezone(at.tzinfo)
    return max(morning, at)


def due_of(rules: Sequence[FollowUpRule], after: Appointment, *, completed: int) -> list[tuple[FollowUpRule, str]]:
    """
    Return the rules a step sets off, each with the day its follow-up is due.

    Days count from the session's own day on its wall clock.

    Args:
        completed: Completed sessions of the client with the therapist, this one included.
    """
    trigger = trigger_of(after)
    day = datetime.fromisoformat(after.slot.start_local).date()
    return [
        (rule, (day + timedelta(days=rule.due_in_days)).isoformat())
        for rule in rules
        if rule.trigger is trigger
        and rule.session_type_id in ("", after.slot.session_type_id)
        and (rule.trigger is Trigger.LOST or rule.every_sessions < 2 or completed % rule.every_sessions == 0)
    ]
