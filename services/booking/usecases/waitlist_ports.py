"""Says what the waitlist's use cases need of the database and the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from services.booking.domain import facts
from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.waitlist import Offer, Opening, Standing
from services.booking.usecases.ports import Wish
from services.chassis.context import Call

PageCursor = tuple[datetime, str]
"""Time and id of the last row of a page."""


class ClaimStanding(Enum):
    """What a claim in the ledger is to the waitlist."""

    UNKNOWN = "unknown"
    WANTED = "wanted"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class WishFilter:
    """Is what a list of wishes is limited to; empty ids limit nothing."""

    client_id: str
    therapist_id: str
    session_type_id: str
    today: date
    is_without_confidential: bool = False


class WaitlistStore(Protocol):
    """Keeps wishes, openings and offers, in the call's own transaction."""

    async def add_wish(self, call: Call, wish: Standing) -> None:
        """Store a new wish with its event. Raises UnknownClient, LimitReached."""

    async def save_wish(self, call: Call, before: Standing, after: Standing) -> None:
        """Store a wish's new version with its event. Raises StaleVersion."""

    async def wish(self, call: Call, wish_id: str, *, is_locked: bool = False) -> Standing:
        """Return a wish. Raises UnknownWish."""

    async def wishes(
        self, call: Call, wanted: WishFilter, *, after: PageCursor | None, limit: int
    ) -> Sequence[Standing]:
        """Return at most *limit* wishes, longest waiting first."""

    async def suited(self, call: Call, opening: Opening) -> Sequence[Standing]:
        """Return the wishes a slot may suit; windows and days are not looked at."""

    async def opening(self, call: Call, opening_id: str, *, is_locked: bool = False) -> Opening:
        """Return an opening. Raises UnknownOpening."""

    async def take_up(self, call: Call, opening_id: str) -> Opening | None:
        """Return an opening, locked; None when somebody else is at it."""

    async def opening_of_appointment(self, call: Call, appointment_id: str) -> Opening | None:
        """Return, locked, the opening that an appointment's cancellation led to, if it goes on."""

    async def openings_hit(
        self, call: Call, therapist_id: str, *, from_time: datetime, to_time: datetime
    ) -> Sequence[Opening]:
        """Return, locked, a therapist's openings that go on and touch a stretch of time."""

    async def save_opening(self, call: Call, before: Opening, after: Opening) -> None:
        """Store an opening's new version; its end is told."""

    async def offers(self, call: Call, opening_id: str) -> Sequence[Offer]:
        """Return an opening's offers, oldest first."""

    async def offer(self, call: Call, offer_id: str) -> Offer:
        """Return an offer. Raises UnknownOffer."""

    async def live_offers(self, call: Call, wish_id: str) -> Sequence[Offer]:
        """Return the offers of a wish that wait for an answer."""

    async def add_offer(self, call: Call, offer: Offer) -> bool:
        """Store a prepared offer; False when the client was asked for this slot before, or is being asked."""

    async def save_offer(self, call: Call, before: Offer, after: Offer) -> None:
        """Store an offer's new version, with its event if it was ever made."""

    async def owner(self, call: Call, opening: Opening) -> str:
        """Return the series whose hour this is by first refusal; "" when there is none."""

    async def due(self, *, limit: int) -> Sequence[tuple[str, str]]:
        """Return practice and id of openings that something is to be done about, in any practice."""


class WaitlistLedger(Protocol):
    """Is what the waitlist needs of the ledger of time."""

    async def transfer(
        self, from_ids: Sequence[str], hold_id: str, wish: Wish, call: Call, *, hold_s: int, is_high_need: bool = False
    ) -> Slot:
        """Give claims back and hold a slot at once. Raises what the ledger refuses, and HoldAbandoned."""

    async def give_back(self, claim_ids: Sequence[str], call: Call) -> None:
        """Give claims back, those that exist."""


class Bookings(Protocol):
    """Writes new appointments in the call's own transaction, under the practice's rules."""

    async def book(
        self, call: Call, booked: Sequence[tuple[Appointment, facts.Booked]], *, is_staff: bool = True
    ) -> None:
        """Store new appointments with their events. Raises Gate, HoldAbandoned."""
