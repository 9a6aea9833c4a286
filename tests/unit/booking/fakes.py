"""Stands in for the ledger, the stores and the call: in memory, with the same promises kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment, Change, Reason, Slot, State
from services.booking.domain.client import Client
from services.booking.domain.follow_up import FollowUp
from services.booking.domain.policy import Fee, PracticeRules
from services.booking.usecases.ports import Books, Cursor, Filter, FollowUpFilter, Wish
from services.chassis.context import Actor
from services.chassis.errors import Forbidden
from tests.unit.booking.states import NOW, PRACTICE_ID, booked, slot


@dataclass
class FakeCall:
    """Is a call by an actor who may act for the clients listed."""

    roles: frozenset[str] = frozenset({"front_desk"})
    therapist_id: str = ""
    request_id: str = "0190a000-0000-7000-8000-00000000aaaa"
    allowed: set[str] | None = None
    practice_id: str = PRACTICE_ID
    client_id: str = ""
    resource_id: str = ""

    @property
    def actor(self) -> Actor:
        """Return who calls."""
        return Actor("user:1", "user", self.practice_id, self.roles, self.client_id, self.therapist_id)

    async def authorize(
        self, *, client_ids: Sequence[str] = (), relations: Sequence[str] = (), resource_id: str = ""
    ) -> None:
        """Refuse clients that are not allowed."""
        if self.allowed is not None and not self.allowed.issuperset(client_ids):
            raise Forbidden("You may not do this.")


async def nobody(_call: object, _client_id: str, _therapist_id: str) -> tuple[int, ...]:
    """Say that a client is nobody in particular to rules of priority."""
    return ()


@dataclass
class FakeLedger:
    """Keeps the words it was told, in order, and hands out ever newer claims."""

    words: list[str] = field(default_factory=list)
    refusal: Exception | None = None
    claim_version: int = 1
    versions: list[int] = field(default_factory=lambda: [1])
    slot: Slot = field(default_factory=slot)

    async def hold(self, appointment_id: str, wish: Wish, call: object, *, is_staff: bool) -> Slot:
        """Hold, unless told to refuse."""
        self.words.append(f"hold staff={is_staff}")
        return self._answer()

    async def move(
        self,
        appointment_id: str,
        wish: Wish,
        call: object,
        *,
        is_staff: bool,
        move_id: str,
        from_ids: Sequence[str] = (),
    ) -> Slot:
        """Move, unless told to refuse."""
        self.words.append("move")
        return self._answer()

    async def version(self, appointment_id: str, call: object) -> int:
        """Return the claim's version, the next one of those a test lined up."""
        if len(self.versions) > 1:
            return self.versions.pop(0)
        return self.versions[0]

    async def confirm(self, appointment_id: str, call: object) -> None:
        """Note the word."""
        self.words.append("confirm")

    async def release(self, appointment_id: str, call: object, *, only_move: bool = False) -> None:
        """Note the word."""
        self.words.append("release move" if only_move else "release")

    def _answer(self) -> Slot:
        if self.refusal is not None:
            raise self.refusal
        return replace(self.slot, claim_version=self.claim_version)


@dataclass
class FakePromises:
    """Commits into the store of appointments, or refuses."""

    store: FakeAppointments
    refusal: Exception | None = None

    async def record(self, booked: Appointment, fact: facts.Booked, call: object) -> Appointment:
        """Commit, unless told to refuse or the id was abandoned."""
        if self.refusal is not None:
            raise self.refusal
        if booked.appointment_id in self.store.abandoned:
            raise errors.HoldAbandoned("The hold was given back.")
        self.store.rows[booked.appointment_id] = booked
        return booked


@dataclass
class FakeAppointments:
    """Keeps appointments, facts and abandoned ids; *log* shares an order with the ledger's words."""

    rows: dict[str, Appointment] = field(default_factory=dict)
    facts: list[facts.Fact] = field(default_factory=list)
    abandoned: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    steps: list[Change] = field(default_factory=list)

    async def find(self, call: object, appointment_id: str) -> Appointment:
        """Return a row."""
        if appointment_id not in self.rows:
            raise errors.UnknownAppointment("No such appointment.")
        return self.rows[appointment_id]

    async def lock(self, call: object, appointment_id: str) -> Appointment:
        """Return a row; nobody else is here."""
        return await self.find(call, appointment_id)

    @asynccontextmanager
    async def held_still(self, call: object, appointment_id: str) -> AsyncIterator[None]:
        """Note when a lock is taken and given back."""
        self.log.append("lock")
        yield
        self.log.append("unlock")

    async def save(
        self, call: object, before: Appointment, after: Appointment, fact: facts.Fact, *, reason: Reason = Reason.UNSAID
    ) -> None:
        """Keep both, and the step."""
        step = Change(
            after.version,
            after.state,
            after.slot.start_time,
            "user:1",
            after.update_time,
            before.slot.start_time,
            reason,
        )
        self.steps.append(step)
        self.rows[after.appointment_id] = after
        self.facts.append(fact)

    async def page(self, call: object, wanted: Filter, *, after: Cursor | None, limit: int) -> list[Appointment]:
        """Return rows in order."""
        found = [
            row
            for row in self.rows.values()
            if wanted.client_id in ("", row.client_id) and wanted.therapist_id in ("", row.slot.therapist_id)
        ]
        found.sort(key=lambda row: (row.slot.start_time, row.appointment_id))
        return [row for row in found if after is None or (row.slot.start_time, row.appointment_id) > after][:limit]

    async def changes(self, call: object, appointment: Appointment) -> list[Change]:
        """Return the step of booking, and those saved since."""
        start_time = appointment.slot.start_time
        return [Change(1, State.BOOKED, start_time, "user:1", NOW, start_time), *self.steps]

    async def abandon(self, call: object, appointment_id: str, *, at: datetime) -> Appointment | None:
        """Abandon an id that has no row."""
        if appointment_id in self.rows:
            return self.rows[appointment_id]
        self.log.append("abandon")
        self.abandoned.add(appointment_id)
        return None

    async def abandon_move(self, call: object, appointment_id: str, *, moved_at: int, claim_version: int) -> bool:
        """Bar a move the row does not stand on."""
        row = self.rows[appointment_id]
        if row.slot.claim_version >= moved_at:
            return False
        self.log.append("bar")
        self.rows[appointment_id] = replace(row, abandoned_claim_version=claim_version)
        return True

    async def restore(self, call: object, booked: Appointment, fact: facts.Booked) -> None:
        """Keep the appointment that stands for a cancelled one, once."""
        if any(row.restores_appointment_id == booked.restores_appointment_id for row in self.rows.values()):
            raise errors.NothingToUndo("It was undone before.")
        self.rows[booked.appointment_id] = booked
        self.facts.append(fact)

    async def give_up_move(self, call: object, appointment_id: str, *, claim_version: int) -> bool:
        """Bar the move."""
        return await self.abandon_move(call, appointment_id, moved_at=claim_version, claim_version=claim_version)


@dataclass
class FakeRules:
    """Says what a practice has said."""

    said: PracticeRules = field(default_factory=PracticeRules)

    async def of_call(self, call: object) -> PracticeRules:
        """Return it."""
        return self.said


@dataclass
class FakeGates:
    """Lets every move pass, unless told to refuse."""

    refusal: Exception | None = None

    async def check_move(self, call: object, moved: Appointment, rules: PracticeRules, *, is_staff: bool) -> None:
        """Pass or refuse."""
        if self.refusal is not None:
            raise self.refusal

    async def check_intake(self, call: object, started: Appointment) -> None:
        """Pass or refuse."""
        if self.refusal is not None:
            raise self.refusal


@dataclass
class FakeFees:
    """Keeps fees and counted visits."""

    rows: dict[str, Fee] = field(default_factory=dict)
    visits: set[str] = field(default_factory=set)
    insurer_forbids: bool = False

    async def standing(self, call: object, appointment: Appointment) -> tuple[bool, bool]:
        """Tell whether there was a fee before."""
        return not self.rows, self.insurer_forbids

    async def add_fee(self, call: object, fee: Fee) -> None:
        """Keep a fee."""
        self.rows[fee.fee_id] = fee

    async def fees_of(self, call: object, appointment_id: str) -> list[Fee]:
        """Return an appointment's fees."""
        return [fee for fee in self.rows.values() if fee.appointment_id == appointment_id]

    async def lock_fee(self, call: object, fee_id: str) -> Fee:
        """Return a fee."""
        return self.rows[fee_id]

    async def save_fee(self, call: object, fee: Fee) -> None:
        """Keep the decision."""
        self.rows[fee.fee_id] = fee

    async def count_visit(self, call: object, completed: Appointment) -> None:
        """Count."""
        self.visits.add(completed.appointment_id)

    async def uncount_visit(self, call: object, appointment: Appointment) -> None:
        """Take back."""
        self.visits.discard(appointment.appointment_id)


@dataclass
class FakeFollowUps:
    """Notes what opens and what is taken back."""

    words: list[str] = field(default_factory=list)
    rows: dict[str, FollowUp] = field(default_factory=dict)

    async def open_after(self, call: object, after: Appointment) -> None:
        """Note the state."""
        self.words.append(f"open after {after.state.value}")

    async def undo_after(self, call: object, appointment: Appointment) -> None:
        """Note the undoing."""
        self.words.append("undo")

    async def lock(self, call: object, follow_up_id: str) -> FollowUp:
        """Return a row."""
        return self.rows[follow_up_id]

    async def settle(self, call: object, after: FollowUp) -> None:
        """Keep it."""
        self.rows[after.follow_up_id] = after

    async def page(
        self, call: object, wanted: FollowUpFilter, *, after: tuple[str, str] | None, limit: int
    ) -> Sequence[FollowUp]:
        """Return what there is of the therapist."""
        found = [row for row in self.rows.values() if wanted.therapist_id in ("", row.therapist_id)]
        return found[:limit]


def books(
    *,
    rules: PracticeRules | None = None,
    gates: FakeGates | None = None,
    fees: FakeFees | None = None,
    follow_ups: FakeFollowUps | None = None,
) -> Books:
    """Return the books of a practice that has said nothing, unless told otherwise."""
    return Books(
        FakeRules(rules or PracticeRules()), gates or FakeGates(), fees or FakeFees(), follow_ups or FakeFollowUps()
    )


@dataclass
class FakeCareTeam:
    """Looks after everybody but the hidden."""

    hidden: set[str] = field(default_factory=set)

    async def foresee(self, call: object, client_ids: Collection[str]) -> Collection[str]:
        """Return all but the hidden."""
        return set(client_ids) - self.hidden


@dataclass
class FakeClients:
    """Keeps clients by id."""

    rows: dict[str, Client] = field(default_factory=dict)
    searched: list[tuple[str, str]] = field(default_factory=list)

    async def add(self, call: object, client: Client) -> None:
        """Keep a client."""
        self.rows[client.client_id] = client

    async def find(self, call: object, client_id: str) -> Client:
        """Return a client."""
        return self.rows[client_id]

    async def search(self, call: object, *, email: str, phone: str, limit: int) -> Sequence[Client]:
        """Note what was asked, and find by it."""
        self.searched.append((email, phone))
        return [row for row in self.rows.values() if (email and row.email == email) or (phone and row.phone == phone)]


def with_one(appointment: Appointment | None = None) -> FakeAppointments:
    """Return a store that holds one appointment."""
    row = appointment or booked()
    return FakeAppointments(rows={row.appointment_id: row})
