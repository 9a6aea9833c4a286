"""Holds the life of an appointment: its states, and the only ways between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.booking.domain import errors, facts

LATE_CANCELLATION_H = 24
"""
Hours before the start from which a cancellation is late.

Source: the notice most practices ask for; fee policies that differ by practice come on top of it.
"""


UNDO_MIN = 15
"""
Minutes within which a mis-click is undone.

Source: longer than it takes to notice at a desk, shorter than the worklists that act on a step.
"""

EXTRA_CLIENTS_MAX = 10
"""Further clients of one session at most; the contract says so."""


class State(StrEnum):
    """Where an appointment stands."""

    BOOKED = "BOOKED"
    CONFIRMED = "CONFIRMED"
    CHECKED_IN = "CHECKED_IN"
    IN_SESSION = "IN_SESSION"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"
    ABANDONED = "ABANDONED"
    """Never was: marks an id whose hold was given back, so that a late commit loses on the key."""


FINAL = frozenset({State.COMPLETED, State.CANCELLED, State.NO_SHOW, State.ABANDONED})
"""States that no step leads out of."""

AHEAD = frozenset({State.BOOKED, State.CONFIRMED})
"""States of an appointment that still lies ahead: it can move, be called off, or be missed."""


UNDOABLE = frozenset({State.CHECKED_IN, State.IN_SESSION, State.COMPLETED, State.NO_SHOW})
"""States that a mis-click leads to and that are taken back in place; a cancellation comes back as a new appointment."""


class Reason(StrEnum):
    """Why an appointment changed."""

    UNSAID = ""
    ILLNESS = "ILLNESS"
    CRISIS = "CRISIS"
    CONFLICT = "CONFLICT"
    TRANSPORT = "TRANSPORT"
    THERAPIST_ABSENT = "THERAPIST_ABSENT"
    PRACTICE = "PRACTICE"
    NOT_NEEDED = "NOT_NEEDED"
    UNDONE = "UNDONE"


class CancelledBy(StrEnum):
    """Who called an appointment off."""

    NOBODY = "NOBODY"
    CLIENT = "CLIENT"
    PRACTICE = "PRACTICE"


@dataclass(frozen=True, slots=True)
class Slot:
    """
    Is the time, place and therapist of an appointment, as the ledger claimed them.

    claim_version is the ledger's count of changes of the claim at that moment: it tells a claim
    that stands for this promise from an older or a newer one.
    """

    therapist_id: str
    session_type_id: str
    start_time: datetime
    end_time: datetime
    start_local: str
    time_zone: str
    fold: int
    tzdata_version: str
    modality: int
    site_id: str
    room_id: str
    claim_version: int


@dataclass(frozen=True, slots=True)
class Appointment:
    """
    Is an agreed session of one client with one therapist.

    abandoned_claim_version bars late moves: a claim of at most that version was given back.
    """

    practice_id: str
    appointment_id: str
    client_id: str
    state: State
    slot: Slot
    cancelled_by: CancelledBy
    is_late_cancellation: bool
    version: int
    create_time: datetime
    update_time: datetime
    create_actor_id: str
    abandoned_claim_version: int = 0
    warnings: tuple[str, ...] = ()
    confirm_by_time: datetime | None = None
    is_confidential: bool = False
    extra_client_ids: tuple[str, ...] = ()
    restores_appointment_id: str = ""
    group_session_id: str = ""
    """The group's session in which this is a member's seat."""

    @property
    def client_ids(self) -> tuple[str, ...]:
        """Return everybody the session is for, the client it was booked for first."""
        return (self.client_id, *self.extra_client_ids)

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change what they saw."""
        return f"v{self.version}"

    def expect(self, etag: str) -> None:
        """Refuse with StaleVersion unless *etag* is empty or the current one."""
        if etag and etag != self.etag:
            raise errors.StaleVersion(
                "The appointment has changed since you looked.", appointment_id=self.appointment_id, etag=self.etag
            )

    def confirm(self, *, at: datetime) -> tuple[Appointment, facts.Confirmed | None]:
        """
        Record that the client will come.

        Returns:
            The appointment and the fact; no fact when it was confirmed before.

        Raises:
            StateForbids: The session has begun, is over or was called off. (FAILED_PRECONDITION)
        """
        if self.state is State.CONFIRMED:
            return self, None
        confirmed = self._step(State.CONFIRMED, allowed={State.BOOKED}, at=at)
        return confirmed, facts.Confirmed(confirmed)

    def reschedule(self, slot: Slot, *, at: datetime) -> tuple[Appointment, facts.Rescheduled]:
        """
        Move to another slot; the client is asked again whether they will come.

        Raises:
            StateForbids: The appointment no longer lies ahead. (FAILED_PRECONDITION)
        """
        moved = replace(self._step(State.BOOKED, allowed=AHEAD, at=at), slot=slot)
        return moved, facts.Rescheduled(moved, self.slot.start_time)

    def cancel(
        self, by: CancelledBy, *, at: datetime, late_h: int = LATE_CANCELLATION_H
    ) -> tuple[Appointment, facts.Cancelled]:
        """
        Call the appointment off.

        A cancellation exactly late_h hours before the start is not late.

        Raises:
            StateForbids: The appointment no longer lies ahead. (FAILED_PRECONDITION)
        """
        is_late = at > self.slot.start_time - timedelta(hours=late_h)
        stepped = self._step(State.CANCELLED, allowed=AHEAD, at=at)
        cancelled = replace(stepped, cancelled_by=by, is_late_cancellation=is_late)
        return cancelled, facts.Cancelled(cancelled)

    def check_in(self, *, at: datetime) -> tuple[Appointment, facts.Attended]:
        """Record that the client is here. Raises StateForbids unless it lies ahead."""
        return self._attend(State.CHECKED_IN, allowed=AHEAD, at=at)

    def start(self, *, at: datetime) -> tuple[Appointment, facts.Attended]:
        """Record that the session runs. Raises StateForbids unless the client is checked in."""
        return self._attend(State.IN_SESSION, allowed={State.CHECKED_IN}, at=at)

    def complete(self, *, at: datetime) -> tuple[Appointment, facts.Attended]:
        """Record that the session took place. Raises StateForbids unless it runs."""
        return self._attend(State.COMPLETED, allowed={State.IN_SESSION}, at=at)

    def mark_no_show(self, *, at: datetime) -> tuple[Appointment, facts.Attended]:
        """
        Record that the client did not come.

        Raises:
            StateForbids: *at* is before the start, or the client did come. (FAILED_PRECONDITION)
        """
        if at < self.slot.start_time:
            raise errors.StateForbids(
                "A session that has not begun can't be missed.",
                appointment_id=self.appointment_id,
                state=self.state.value,
            )
        return self._attend(State.NO_SHOW, allowed=AHEAD, at=at)

    def undo(self, last: Change, earlier: State, *, at: datetime) -> tuple[Appointment, facts.Undone]:
        """
        Take back a mis-click: the state before it, as a step of its own.

        Args:
            last: The step that led to where the appointment stands.
            earlier: The state before that step.

        Raises:
            NothingToUndo: The last step is none that is taken back in place. (FAILED_PRECONDITION)
            UndoTooLate: It is more than UNDO_MIN minutes old. (FAILED_PRECONDITION)
        """
        if self.state not in UNDOABLE or last.reason is Reason.UNDONE:
            raise errors.NothingToUndo("The last step can't be undone.", appointment_id=self.appointment_id)
        self.require_fresh(at=at)
        restored = replace(self, state=earlier, version=self.version + 1, update_time=at)
        return restored, facts.Undone(restored, self.state)

    def require_fresh(self, *, at: datetime) -> None:
        """Refuse with UndoTooLate when the last step is more than UNDO_MIN minutes old."""
        if at - self.update_time > timedelta(minutes=UNDO_MIN):
            raise errors.UndoTooLate(
                "The step is too old.", appointment_id=self.appointment_id, limit_min=str(UNDO_MIN)
            )

    def require_ahead(self) -> None:
        """Refuse with StateForbids unless the appointment still lies ahead."""
        self._require(AHEAD)

    def _attend(
        self, state: State, *, allowed: frozenset[State] | set[State], at: datetime
    ) -> tuple[Appointment, facts.Attended]:
        attended = self._step(state, allowed=allowed, at=at)
        return attended, facts.Attended(attended)

    def _step(self, state: State, *, allowed: frozenset[State] | set[State], at: datetime) -> Appointment:
        self._require(allowed)
        return replace(self, state=state, version=self.version + 1, update_time=at)

    def _require(self, allowed: frozenset[State] | set[State]) -> None:
        if self.state not in allowed:
            raise errors.StateForbids(
                "The appointment's state does not allow this.",
                appointment_id=self.appointment_id,
                state=self.state.value,
            )


def book(
    *,
    practice_id: str,
    appointment_id: str,
    client_id: str,
    slot: Slot,
    actor_id: str,
    at: datetime,
    extra_client_ids: tuple[str, ...] = (),
    is_confidential: bool = False,
    restores_appointment_id: str = "",
    group_session_id: str = "",
) -> tuple[Appointment, facts.Booked]:
    """Agree on a slot with a client: version 1 of an appointment, and the fact."""
    booked = Appointment(
        practice_id=practice_id,
        appointment_id=appointment_id,
        client_id=client_id,
        state=State.BOOKED,
        slot=slot,
        cancelled_by=CancelledBy.NOBODY,
        is_late_cancellation=False,
        version=1,
        create_time=at,
        update_time=at,
        create_actor_id=actor_id,
        extra_client_ids=extra_client_ids,
        is_confidential=is_confidential,
        restores_appointment_id=restores_appointment_id,
        group_session_id=group_session_id,
    )
    return booked, facts.Booked(booked)


Step = Callable[..., tuple[Appointment, facts.Fact | None]]
"""A transition that needs to know no more than the hour: Appointment.confirm, Appointment.check_in..."""


@dataclass(frozen=True, slots=True)
class Change:
    """Is one step in an appointment's life."""

    version: int
    state: State
    start_time: datetime
    actor_id: str
    change_time: datetime
    previous_start_time: datetime
    reason: Reason = Reason.UNSAID
