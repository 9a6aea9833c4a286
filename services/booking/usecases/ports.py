"""Says what the use cases need of the database, the ledger and the clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from services.booking.domain import facts
from services.booking.domain.appointment import Appointment, Change, Reason, Slot
from services.booking.domain.client import Client
from services.booking.domain.feed import Feed
from services.booking.domain.follow_up import FollowUp, FollowUpState
from services.booking.domain.policy import Fee, PracticeRules
from services.chassis.context import Call

Answer = TypeVar("Answer", covariant=True)

Clock = Callable[[], datetime]
"""Gives the present as an aware UTC datetime."""


@dataclass(frozen=True, slots=True)
class Wish:
    """
    Is what a caller asks the ledger for.

    start_local is "YYYY-MM-DDTHH:MM" on the wall clock of time_zone; modality is the contract's number, 0 for any.
    """

    client_id: str
    therapist_id: str
    session_type_id: str
    start_local: str
    time_zone: str
    fold: int
    modality: int
    extra_client_ids: tuple[str, ...] = ()
    is_confidential: bool = False
    extra_therapist_ids: tuple[str, ...] = ()
    audiences: tuple[int, ...] = ()
    """Who the client is to rules of priority, by the contract's numbers."""

    override_reason: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Is what a list of appointments is limited to; empty ids limit nothing."""

    client_id: str
    therapist_id: str
    from_time: datetime
    to_time: datetime


@dataclass(frozen=True, slots=True)
class FollowUpFilter:
    """Is what a worklist is limited to; empty ids and days limit nothing."""

    client_id: str
    therapist_id: str
    state: FollowUpState
    due_by_date: str


class Feeds(Protocol):
    """Keeps calendar feeds."""

    async def add(self, call: Call, feed: Feed, hash_: bytes) -> None:
        """Store a new feed. Raises LimitReached."""

    async def of_actor(self, call: Call, actor_id: str) -> Sequence[Feed]:
        """Return a person's feeds that can be read."""

    async def revoke(self, call: Call, feed_id: str, actor_id: str) -> Feed:
        """Revoke a person's own feed. Raises Unknown."""

    async def find(self, hash_: bytes) -> tuple[str, Feed]:
        """Return the practice and the feed a secret opens. Raises Unknown."""

    async def note_reading(self, call: Call, feed_id: str, *, at: datetime) -> None:
        """Note that a feed is in use."""


Cursor = tuple[datetime, str]
"""Start time and id of the last appointment of a page."""


Audiences = Callable[[Call, str, str], Awaitable[tuple[int, ...]]]
"""Tells who a client is to rules of priority, with a therapist."""


class Ledger(Protocol):
    """Is the ledger of time, which belongs to availability."""

    async def hold(self, appointment_id: str, wish: Wish, call: Call, *, is_staff: bool) -> Slot:
        """Claim the time. Raises what the ledger refuses, and HoldAbandoned for a claim given back before."""

    async def move(
        self,
        appointment_id: str,
        wish: Wish,
        call: Call,
        *,
        is_staff: bool,
        move_id: str,
        from_ids: Sequence[str] = (),
    ) -> Slot:
        """
        Claim new time beside the old; from_ids, which held it for this move, are given back with it.

        Raises:
            ServiceError: What the ledger refuses.
        """

    async def version(self, appointment_id: str, call: Call) -> int:
        """Return how often the claim has changed."""

    async def confirm(self, appointment_id: str, call: Call) -> None:
        """Say that the claim, or its pending move, stands for an appointment."""

    async def release(self, appointment_id: str, call: Call, *, only_move: bool = False) -> None:
        """Give the claimed time, or only that of a pending move, back."""


class Promises(Protocol[Answer]):
    """Writes new appointments, many callers' in one transaction."""

    async def record(self, booked: Appointment, fact: facts.Booked, call: Call) -> Answer:
        """
        Commit an appointment with its event, audit record and answer.

        Raises:
            UnknownClient: The practice has no such client; the id is abandoned, so nothing comes late.
            HoldAbandoned: The id was abandoned before: its hold is given back.
            Gate: A fence, or what the practice asks for before it books; the id is abandoned.
        """


class Appointments(Protocol):
    """Reads and changes appointments inside the call's own transaction."""

    async def find(self, call: Call, appointment_id: str) -> Appointment:
        """Return an appointment. Raises UnknownAppointment."""

    async def lock(self, call: Call, appointment_id: str) -> Appointment:
        """Return an appointment that nobody else can change until this call ends. Raises UnknownAppointment."""

    def held_still(self, call: Call, appointment_id: str) -> AbstractAsyncContextManager[None]:
        """Keep everybody from changing an appointment while the body runs, in a transaction of its own."""

    async def save(
        self, call: Call, before: Appointment, after: Appointment, fact: facts.Fact, *, reason: Reason = Reason.UNSAID
    ) -> None:
        """Store the new state, its history row and its event: one never without the others."""

    async def restore(self, call: Call, booked: Appointment, fact: facts.Booked) -> None:
        """
        Store an appointment that stands for a cancelled one.

        Raises:
            NothingToUndo: The cancelled one came back before.
            HoldAbandoned: The id was abandoned: its hold is given back.
        """

    async def give_up_move(self, call: Call, appointment_id: str, *, claim_version: int) -> bool:
        """Roll the call's own changes back and bar the move made at claim_version; False when it was made after all."""

    async def page(self, call: Call, wanted: Filter, *, after: Cursor | None, limit: int) -> list[Appointment]:
        """Return at most *limit* appointments by start time and id, those after the cursor."""

    async def changes(self, call: Call, appointment: Appointment) -> list[Change]:
        """Return every step, oldest first."""

    async def abandon(self, call: Call, appointment_id: str, *, at: datetime) -> Appointment | None:
        """
        Mark an id as never booked, committed before this returns.

        Returns:
            None when the id is now (or was before) abandoned; the appointment when there is one.
        """

    async def abandon_move(self, call: Call, appointment_id: str, *, moved_at: int, claim_version: int) -> bool:
        """
        Bar reschedules that rest on a claim of at most claim_version, committed before this returns.

        Returns:
            False, and bars nothing, when the appointment stands on the move made at *moved_at*, or on a later one.
        """


class CareTeam(Protocol):
    """Knows which therapists look after which client."""

    async def foresee(self, call: Call, client_ids: Collection[str]) -> Collection[str]:
        """
        Read at once what the access decisions about these clients will ask for one by one.

        Returns:
            Those the caller looks after; all of them when the caller is no therapist.
        """


class Rules(Protocol):
    """Knows what practices have said."""

    async def of_call(self, call: Call) -> PracticeRules:
        """Return the practice's rules as the call's own transaction sees them."""


class Gates(Protocol):
    """Looks, under lock, at what a step must not break."""

    async def check_move(self, call: Call, moved: Appointment, rules: PracticeRules, *, is_staff: bool) -> None:
        """Refuse a move that would bring two fenced clients together. Raises Fenced, SlotNotOffered."""

    async def check_intake(self, call: Call, started: Appointment) -> None:
        """Refuse to begin a first session before its clients have seen to what comes before it. Raises IntakeDue."""


class Fees(Protocol):
    """Keeps fees and counted visits, in the call's own transaction."""

    async def standing(self, call: Call, appointment: Appointment) -> tuple[bool, bool]:
        """Lock the client; return whether a fee would be their first, and whether their insurer forbids it."""

    async def add_fee(self, call: Call, fee: Fee) -> None:
        """Store a new fee with its event."""

    async def fees_of(self, call: Call, appointment_id: str) -> list[Fee]:
        """Return an appointment's fees, locked."""

    async def lock_fee(self, call: Call, fee_id: str) -> Fee:
        """Return a fee that nobody else can change until this call ends. Raises Unknown."""

    async def save_fee(self, call: Call, fee: Fee) -> None:
        """Store a decision with its event."""

    async def count_visit(self, call: Call, completed: Appointment) -> None:
        """Count a completed session against the client's authorisations, once."""

    async def uncount_visit(self, call: Call, appointment: Appointment) -> None:
        """Take a counted session back."""


class FollowUps(Protocol):
    """Keeps prompts to see clients again, in the call's own transaction."""

    async def open_after(self, call: Call, after: Appointment) -> None:
        """Open what the practice's rules ask for after a session ended or was lost."""

    async def undo_after(self, call: Call, appointment: Appointment) -> None:
        """Set aside what an undone step had opened."""

    async def lock(self, call: Call, follow_up_id: str) -> FollowUp:
        """Return a follow-up that nobody else can change until this call ends. Raises Unknown."""

    async def settle(self, call: Call, after: FollowUp) -> None:
        """Store a settled follow-up and its event."""

    async def page(
        self, call: Call, wanted: FollowUpFilter, *, after: tuple[str, str] | None, limit: int
    ) -> Sequence[FollowUp]:
        """Return at most *limit* follow-ups by due day and id."""


@dataclass(frozen=True, slots=True)
class Books:
    """Is everything the consequences of a step are written down in."""

    rules: Rules
    gates: Gates
    fees: Fees
    follow_ups: FollowUps


class Clients(Protocol):
    """Reads and writes the client registry; personal fields leave it decrypted and enter it encrypted."""

    async def add(self, call: Call, client: Client) -> None:
        """Store a client and the event. Raises ClientExists."""

    async def find(self, call: Call, client_id: str, *, is_locked: bool = False) -> Client:
        """Return a client; a locked one stays as it is until this call ends. Raises UnknownClient."""

    async def save(self, call: Call, client: Client, *, at: datetime) -> None:
        """Store a client in their new version, with the event. Raises ClientExists."""

    async def search(self, call: Call, *, email: str, phone: str, limit: int) -> Sequence[Client]:
        """Return the clients with exactly this address or number; one of the two is empty."""
