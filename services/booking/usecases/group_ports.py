"""Says what the use cases of groups need of the database and the ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from services.booking.domain import facts
from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.group import Group, GroupSession, Member, SeatHeld
from services.booking.domain.series import Occurrence, Series
from services.booking.usecases.ports import Wish
from services.booking.usecases.series_ports import SeriesLedger
from services.chassis.context import Call
from services.chassis.errors import ServiceError


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Is what a list of sessions is limited to; what is empty limits nothing."""

    group_id: str = ""
    therapist_id: str = ""
    session_type_id: str = ""
    from_time: datetime | None = None
    to_time: datetime | None = None


Place = tuple[datetime, str]
"""Time and id of the last group or session of a page."""


class Refusal(NamedTuple):
    """Is a member who got no seat, and the stable reason."""

    client_id: str
    reason: str


class SeatLedger(SeriesLedger, Protocol):
    """Is the ledger of time, with seats in groups' sessions."""

    async def take_seats(
        self, group_session_id: str, wanted: Sequence[tuple[str, str]], call: Call, *, by_client: bool = False
    ) -> list[Slot | ServiceError]:
        """Hold seats, given as appointment and client, in the order given while there are any; each has an answer."""

    async def move_session(
        self, group_session_id: str, wish: Wish, call: Call, *, move_id: str
    ) -> tuple[Slot, dict[str, Slot]]:
        """Claim a new time for a session and every seat, beside the old; the same move_id again is the same move."""


class GroupStore(Protocol):
    """Keeps groups, in the call's own transaction unless it says otherwise."""

    async def find(self, call: Call, group_id: str, *, is_locked: bool = False) -> Group:
        """Return a group. Raises Unknown."""

    async def put(self, call: Call, group: Group) -> None:
        """Store a group in its new version."""

    async def page(self, call: Call, leader_id: str, *, after: Place | None, limit: int) -> list[Group]:
        """Return at most *limit* groups by creation and id, those that somebody leads or all."""

    async def has_begun(self, call: Call, group_id: str, *, at: datetime) -> bool:
        """Tell whether a session that was not called off has begun."""

    async def seated(self, call: Call, group_session_id: str) -> dict[str, SeatHeld]:
        """Return what clients have, or had, of a session."""

    async def call_for_seats(
        self, call: Call, group_session_ids: Sequence[str], *, due_time: datetime, tries: int = 0
    ) -> None:
        """Let who waits in these sessions be seated from a time on."""

    async def call_for_seats_ahead(self, call: Call, group_id: str, *, at: datetime) -> None:
        """Let who waits be seated in each session of a group that is far enough ahead."""

    async def answer_seat_calls(self, call: Call, group_session_id: str) -> int | None:
        """Take the calls of a session that are due; return the most tries of them, None when there is none."""

    async def seat_calls_due(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and id of sessions in which somebody may be waiting for a seat, in any practice."""

    async def abandon_session_move(self, call: Call, group_session_id: str, *, claim_version: int) -> bool:
        """Bar a move in a transaction of its own; False when the session did move."""

    async def members(self, call: Call, group_id: str) -> list[Member]:
        """Return the roster in the order of joining, with everybody who was ever on it and may come back."""

    async def member(self, call: Call, group_id: str, client_id: str, *, is_locked: bool = False) -> Member | None:
        """Return a place on the roster; a locked one stays as it is until this call ends."""

    async def put_member(self, call: Call, member: Member) -> None:
        """Store a place. Raises UnknownClient."""

    async def check_fences(self, call: Call, group_id: str, client_id: str, *, is_staff: bool = True) -> None:
        """Refuse a client who must not meet somebody on the roster. Raises Fenced; SlotNotOffered for a client."""

    async def add_session(self, call: Call, session: GroupSession) -> None:
        """Store a session with its event, its id taken out of use for appointments. Raises HoldAbandoned."""

    async def session(self, call: Call, group_session_id: str, *, lock: str = "") -> GroupSession:
        """Return a session, locked "share" or "no key update" or not. Raises Unknown."""

    async def save_session(self, call: Call, before: GroupSession, after: GroupSession) -> None:
        """Store a session in its new version; a move or a cancellation with its event. Raises StaleVersion."""

    async def sessions(
        self, call: Call, wanted: SessionFilter, *, after: Place | None, limit: int
    ) -> list[GroupSession]:
        """Return at most *limit* sessions by start and id."""

    async def open_sessions(
        self, call: Call, wanted: SessionFilter, *, after: Place | None, limit: int
    ) -> list[tuple[Group, GroupSession]]:
        """Return at most *limit* sessions that clients may take a seat in, by start and id."""

    async def seats(self, call: Call, group_session_id: str, *, is_locked: bool = False) -> list[Appointment]:
        """Return a session's seats by id, those given back too, at most 200 of the latest."""

    async def seats_ahead(self, call: Call, group_id: str, client_id: str) -> list[Appointment]:
        """Return a client's seats ahead in a group, by id, locked."""

    async def book_seats(
        self,
        call: Call,
        session: GroupSession,
        booked: Sequence[tuple[Appointment, facts.Booked]],
        *,
        is_staff: bool = True,
    ) -> dict[str, ServiceError]:
        """
        Store seats with their events under the practice's rules; return why not, by appointment, of those refused.

        Raises:
            HoldAbandoned: A seat was given back meanwhile. (ABORTED)
            Unavailable: The practice's rules changed meanwhile. (UNAVAILABLE)
        """

    async def undecided(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and id of sessions for which it is time to decide whether they run, in any practice."""


class GroupSeriesStore(Protocol):
    """Keeps the rules groups meet by; a group stands where a series has a client. In the call's own transaction."""

    async def add(self, call: Call, series: Series) -> None:
        """Store a new rule with its event. Raises SeriesRunning."""

    async def find(self, call: Call, group_id: str, *, is_locked: bool = False) -> Series:
        """Return the latest rule of a group. Raises UnknownSeries."""

    async def save(self, call: Call, before: Series, after: Series) -> None:
        """Store a rule's new version, with its event. Raises StaleVersion."""

    async def mark(self, call: Call, series: Series) -> None:
        """Store how far a rule is booked and when it is looked at next; that tells nobody."""

    async def occurrences(self, call: Call, series_id: str, *, since_local: str) -> list[Occurrence]:
        """Return occurrences by the time the rule has, from *since_local* on; an appointment's id is a session's."""

    async def put(
        self, call: Call, series: Series, occurrences: Sequence[Occurrence], *, instead_of: Collection[str] = ()
    ) -> None:
        """Store occurrences in the place of those at some original times, with an event for each new conflict."""

    async def settle(self, call: Call, series: Series, original_local: str, group_session_id: str) -> None:
        """Say that a conflict has a session by now. Raises UnknownOccurrence."""

    async def occurrence_page(self, call: Call, series_id: str, *, after_local: str, limit: int) -> list[Occurrence]:
        """Return at most *limit* occurrences after a time; an appointment's id is a session's."""

    async def sessions_ahead(self, call: Call, series_id: str, *, at: datetime) -> Collection[str]:
        """Return the sessions of a rule that lie ahead and were not called off."""

    async def due(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and group of rules that are due to be looked at, in any practice."""
