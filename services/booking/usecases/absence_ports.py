"""Says what the absence workflow needs of the database and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.booking.domain.absence import Affected, Fate, Offer
from services.booking.domain.appointment import Appointment, Slot
from services.booking.usecases.ports import Ledger
from services.booking.usecases.waitlist_ports import WaitlistLedger
from services.chassis.context import Call


@dataclass(frozen=True, slots=True)
class Wording:
    """Is one text of a case."""

    wording_version: int
    body: str
    author_id: str
    approve_actor_id: str = ""
    approve_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Is an absence as a case; counts say how many appointments stand where."""

    absence_id: str
    therapist_id: str
    start_time: datetime
    end_time: datetime
    create_time: datetime
    approved_wording_version: int = 0
    wording: Wording | None = None
    counts: Mapping[Fate, int] | None = None
    escalated_count: int = 0


class AbsenceStore(Protocol):
    """Keeps cases, affected appointments, offers and wordings, in the call's own transaction."""

    async def open_case(self, call: Call, case: Case, claims: Sequence[Affected]) -> bool:
        """Store a case and what it hits; False when it is there already."""

    async def case(self, call: Call, absence_id: str, *, is_locked: bool = False) -> Case:
        """Return a case with its counts and its latest wording. Raises UnknownAbsence."""

    async def cases(
        self, call: Call, *, has_settled: bool, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[Case]:
        """Return at most *limit* cases, newest first."""

    async def add_wording(self, call: Call, absence_id: str, wording: Wording, *, at: datetime) -> None:
        """Store a new wording."""

    async def approve_wording(self, call: Call, absence_id: str, wording_version: int, *, at: datetime) -> None:
        """Store who approved a wording, unless somebody did before, and let offers use it."""

    async def affected(
        self, call: Call, absence_id: str, *, is_open_only: bool, after_rank: int, limit: int
    ) -> Sequence[tuple[Affected, Offer | None]]:
        """Return affected appointments by rank, each with its latest offer."""

    async def lock_affected(self, call: Call, absence_id: str, appointment_id: str) -> Affected:
        """Return one that nobody else can change until this call ends. Raises UnknownAbsence."""

    async def lock_open(self, call: Call, absence_id: str) -> Sequence[Affected]:
        """Return, locked and by rank, all whose fate is not stated."""

    async def save_affected(self, call: Call, before: Affected, after: Affected) -> None:
        """Store where one stands; its end and its escalation are told. Raises StaleVersion."""

    async def take_up(self, call: Call, absence_id: str) -> Case | None:
        """Return a case, locked; None when somebody else is at it."""

    async def pending(self, call: Call, absence_id: str, *, limit: int) -> Sequence[Affected]:
        """Return what is due and not known to be an appointment, without a lock."""

    async def forget(self, call: Call, each: Affected) -> None:
        """Drop what is no appointment of a client."""

    async def known(self, call: Call, appointment_id: str, *, is_locked: bool) -> Appointment | None:
        """Return an appointment; None when there is none of the id."""

    async def is_group_session(self, call: Call, claim_id: str) -> bool:
        """Tell whether a claim is a group's session, whose seats have claims of their own."""

    async def gap_of(self, call: Call, each: Appointment, case: Case) -> int:
        """Return how many days the client would be without a session if this one were lost."""

    async def rerank(self, call: Call, absence_id: str) -> None:
        """Give everybody the place their need asks for."""

    async def next_due(self, call: Call, absence_id: str) -> Affected | None:
        """Return, locked, the one in greatest need that something is to be done about now."""

    async def add_offer(self, call: Call, offer: Offer) -> None:
        """Store a prepared offer."""

    async def save_offer(self, call: Call, before: Offer, after: Offer) -> None:
        """Store an offer's new version, with its event if it was ever made. Raises StaleVersion."""

    async def offer(self, call: Call, offer_id: str) -> Offer:
        """Return an offer with its options and its wording. Raises UnknownOffer."""

    async def live_offer(self, call: Call, appointment_id: str) -> Offer | None:
        """Return the offer about an appointment that goes on."""

    async def client_offers(
        self,
        call: Call,
        client_id: str,
        *,
        is_open_only: bool,
        has_confidential: bool,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> Sequence[Offer]:
        """Return at most *limit* offers of a client, newest first."""

    async def offers_hit(
        self, call: Call, therapist_id: str, *, from_time: datetime, to_time: datetime
    ) -> Sequence[Offer]:
        """Return the offers that go on and have an option with a therapist in a stretch of time."""

    async def team_of(self, call: Call, client_id: str) -> Mapping[str, str]:
        """Return why a therapist comes first for a client: COVER_NAMED or CARE_TEAM, by therapist."""

    async def due(self, *, limit: int) -> Sequence[tuple[str, str]]:
        """Return practice and absence of what something is to be done about, in any practice."""

    async def options_over(self, *, limit: int) -> Sequence[tuple[str, str]]:
        """Return practice and id of options nobody will choose, whose claims may still stand, in any practice."""

    async def released(self, call: Call, option_ids: Sequence[str]) -> None:
        """Note that the ledger gave these back."""


class AbsenceLedger(Ledger, WaitlistLedger, Protocol):
    """Is what the absence workflow needs of the ledger of time."""

    async def search(
        self,
        call: Call,
        *,
        session_type_id: str,
        therapist_id: str,
        from_time: datetime,
        to_time: datetime,
        modality: int,
        is_high_need: bool,
    ) -> Sequence[Slot]:
        """Return free slots, earliest first, as staff sees them; an empty therapist takes all who give the type."""

    async def can_change_to(self, call: Call, slot: Slot, modality: int) -> bool:
        """Tell whether the therapist's hours offer the slot in another way, whoever has it."""

    async def is_over(self, claim_id: str, call: Call) -> bool:
        """Tell whether a claim was given back, or never was."""
