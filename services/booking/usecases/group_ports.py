"""Says what the use cases of groups need of the database and the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.booking.domain import facts
from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.group import Group, GroupSession, Member
from services.booking.usecases.ports import Ledger
from services.chassis.context import Call
from services.chassis.errors import ServiceError

Place = tuple[datetime, str]
"""Time and id of the last group or session of a page."""


class Refusal(NamedTuple):
    """Is a member who got no seat, and the stable reason."""

    client_id: str
    reason: str


class SeatLedger(Ledger, Protocol):
    """Is the ledger of time, with seats in groups' sessions."""

    async def take_seats(
        self, group_session_id: str, wanted: Sequence[tuple[str, str]], call: Call
    ) -> list[Slot | ServiceError]:
        """Hold seats, given as appointment and client, in the order given while there are any; each has an answer."""


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

    async def members(self, call: Call, group_id: str) -> list[Member]:
        """Return the roster in the order of joining, with everybody who was ever on it and may come back."""

    async def member(self, call: Call, group_id: str, client_id: str, *, is_locked: bool = False) -> Member | None:
        """Return a place on the roster; a locked one stays as it is until this call ends."""

    async def put_member(self, call: Call, member: Member) -> None:
        """Store a place. Raises UnknownClient."""

    async def check_fences(self, call: Call, group_id: str, client_id: str) -> None:
        """Refuse a client who must not meet somebody on the roster. Raises Fenced."""

    async def add_session(self, call: Call, session: GroupSession) -> None:
        """Store a session with its event, its id taken out of use for appointments. Raises HoldAbandoned."""

    async def session(self, call: Call, group_session_id: str, *, lock: str = "") -> GroupSession:
        """Return a session, locked "share" or "no key update" or not. Raises Unknown."""

    async def save_session(self, call: Call, before: GroupSession, after: GroupSession) -> None:
        """Store a session in its new version; a cancellation with its event. Raises StaleVersion."""

    async def sessions(self, call: Call, group_id: str, *, after: Place | None, limit: int) -> list[GroupSession]:
        """Return at most *limit* sessions of a group by start and id."""

    async def seats(self, call: Call, group_session_id: str, *, is_locked: bool = False) -> list[Appointment]:
        """Return a session's seats by id, those given back too, at most 200 of the latest."""

    async def seats_ahead(self, call: Call, group_id: str, client_id: str) -> list[Appointment]:
        """Return a client's seats ahead in a group, by id, locked."""

    async def book_seats(
        self, call: Call, session: GroupSession, booked: Sequence[tuple[Appointment, facts.Booked]]
    ) -> dict[str, ServiceError]:
        """
        Store seats with their events under the practice's rules; return why not, by appointment, of those refused.

        Raises:
            HoldAbandoned: A seat was given back meanwhile. (ABORTED)
            Unavailable: The practice's rules changed meanwhile. (UNAVAILABLE)
        """

    async def undecided(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and id of sessions for which it is time to decide whether they run, in any practice."""
