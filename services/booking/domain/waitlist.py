"""Holds the waitlist: who waits for what, what came free, and who is asked for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache

from services.booking.domain import errors
from services.booking.domain.appointment import Slot
from services.booking.domain.recurrence_walls import zone as read_zone

WISHES_MAX = 5
"""Wishes of a client that wait at the same time at most; the contract says so."""

PRACTICE_WISHES_MAX = 10_000
"""Wishes of a practice that wait at the same time at most; the contract says so."""

THERAPISTS_MAX, TYPES_MAX, WINDOWS_MAX, SITES_MAX = 20, 10, 21, 10
"""Therapists, session types, windows and sites of a wish at most; the contract says so."""

NOTICE_MAX_MIN, NOTICE_MIN = 20_160, 120
"""Minutes of notice a wish may ask for, and has when it does not say."""

WISH_DAYS_MAX, WISH_DAYS = 366, 184
"""Days a wish may wait ahead, and does when it does not say."""

CANDIDATES_MAX = 1_000
"""Wishes weighed for one slot at most: those with the longest wait, urgency counted in."""

OFFERS_MAX = 40
"""
Clients asked, or passed over, for one slot at most.

Source: reference figures of a simulation: with one in nine accepting, forty fill 98 % of what is freed a day ahead.
"""

UNDO_WINDOW = timedelta(minutes=2)
"""Between a cancellation and the first offer: a mis-click can be taken back, and the slot with it."""

FIT_DAYS = {"THERAPIST_NAMED": 1.0, "TIME_NAMED": 1.0, "MODALITY_NAMED": 0.5, "SITE_NAMED": 0.5}
"""What a fit beyond the necessary counts as, in days of waiting."""

zone = lru_cache(maxsize=64)(read_zone)
"""Returns the rules of a zone, read once: a thousand wishes are weighed for one slot."""


class Urgency(IntEnum):
    """How much a wait hurts; numbers are the contract's."""

    ROUTINE = 1
    SOON = 2
    URGENT = 3


URGENCY_DAYS = {Urgency.ROUTINE: 0.0, Urgency.SOON: 14.0, Urgency.URGENT: 42.0}
"""
What urgency counts as, in days of waiting.

So nobody starves: whoever comes more than 42 + 3 days later is never asked first, however urgent they are.
"""

HEAD_START_MAX = URGENCY_DAYS[Urgency.URGENT] + sum(FIT_DAYS.values())
"""Days by which a later wish can be ahead at most."""


class WishState(StrEnum):
    """Where a wish stands."""

    WAITING = "WAITING"
    FULFILLED = "FULFILLED"
    WITHDRAWN = "WITHDRAWN"


class OpeningState(StrEnum):
    """Where a freed slot stands."""

    WAITING = "WAITING"
    OFFERING = "OFFERING"
    FILLED = "FILLED"
    UNDONE = "UNDONE"
    GIVEN_BACK = "GIVEN_BACK"
    LOST = "LOST"
    REGAINED = "REGAINED"


class OfferState(StrEnum):
    """Where an offer stands."""

    PREPARED = "PREPARED"
    MADE = "MADE"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    TAKEN = "TAKEN"
    WITHDRAWN = "WITHDRAWN"
    PASSED_OVER = "PASSED_OVER"


class Cause(StrEnum):
    """Why a slot came free."""

    CANCELLED = "CANCELLED"
    MOVED = "MOVED"


LIVE = frozenset({OfferState.PREPARED, OfferState.MADE})
"""States of an offer for which the slot is, or is about to be, held."""


@dataclass(frozen=True, slots=True)
class Window:
    """Is a stretch of the week: ISO weekday, and minutes of the local day."""

    weekday: int
    from_min: int
    to_min: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Is what a client waits for; empty lists limit nothing."""

    wish_id: str
    client_id: str
    therapist_ids: tuple[str, ...]
    session_type_ids: tuple[str, ...]
    windows: tuple[Window, ...]
    time_zone: str
    modalities: tuple[int, ...]
    site_ids: tuple[str, ...]
    notice_min: int
    from_date: date
    to_date: date
    urgency: Urgency
    is_confidential: bool
    state: WishState
    since_time: datetime
    update_time: datetime
    version: int = 1
    offer_count: int = 0

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change it."""
        return f"v{self.version}"

    def changed_to(self, wanted: Standing, *, at: datetime, etag: str, is_staff: bool) -> Standing:
        """
        Return the wish with other wants; client and place in line stay, and urgency unless staff says another.

        Raises:
            WishClosed: Nobody waits on it any more. (FAILED_PRECONDITION)
            StaleVersion: The etag is not the current one. (ABORTED)
        """
        self.expect(etag)
        self.require_waiting()
        return replace(
            wanted,
            wish_id=self.wish_id,
            client_id=self.client_id,
            urgency=wanted.urgency if is_staff else self.urgency,
            state=self.state,
            since_time=self.since_time,
            update_time=at,
            version=self.version + 1,
            offer_count=self.offer_count,
        )

    def closed(self, state: WishState, *, at: datetime) -> Standing:
        """Return the wish fulfilled or withdrawn."""
        return replace(self, state=state, update_time=at, version=self.version + 1)

    def expect(self, etag: str) -> None:
        """Refuse with StaleVersion when the caller has seen another version."""
        if etag and etag != self.etag:
            raise errors.StaleVersion("The wish has changed since you looked.", wish_id=self.wish_id, etag=self.etag)

    def require_waiting(self) -> None:
        """Refuse with WishClosed when nobody waits on it any more."""
        if self.state is not WishState.WAITING:
            raise errors.WishClosed("Nobody waits on this wish.", wish_id=self.wish_id, state=self.state.value)

    def suits(self, slot: Slot, *, at: datetime) -> bool:
        """Tell whether a slot is what the client waits for, and comes in time for them."""
        rules = zone(self.time_zone)
        start, end = slot.start_time.astimezone(rules), slot.end_time.astimezone(rules)
        if slot.session_type_id not in self.session_type_ids:
            return False
        if self.therapist_ids and slot.therapist_id not in self.therapist_ids:
            return False
        if self.modalities and slot.modality not in self.modalities:
            return False
        if self.site_ids and slot.site_id and slot.site_id not in self.site_ids:
            return False
        if not self.from_date <= start.date() <= self.to_date:
            return False
        if slot.start_time - at < timedelta(minutes=self.notice_min):
            return False
        from_min = start.hour * 60 + start.minute
        to_min = from_min + int((end - start).total_seconds() // 60)
        return not self.windows or any(
            each.weekday == start.isoweekday() and each.from_min <= from_min and to_min <= each.to_min
            for each in self.windows
        )

    def fits(self, slot: Slot) -> tuple[str, ...]:
        """Return what the client named and the slot has: a slot asked for by name serves them better."""
        named = {
            "THERAPIST_NAMED": bool(self.therapist_ids),
            "TIME_NAMED": bool(self.windows),
            "MODALITY_NAMED": bool(self.modalities),
            "SITE_NAMED": bool(self.site_ids and slot.site_id),
        }
        return tuple(each for each, is_named in named.items() if is_named)


@dataclass(frozen=True, slots=True)
class Why:
    """Is why somebody is asked, in days of waiting; place is 1 for the first."""

    waited_days: float
    urgency: Urgency
    urgency_days: float
    fit_days: float
    fits: tuple[str, ...]
    place: int = 0
    fitting_count: int = 0

    @property
    def score(self) -> float:
        """Return the days of waiting that all of it counts as."""
        return self.waited_days + self.urgency_days + self.fit_days

    def words(self) -> str:
        """Say it in one sentence."""
        return (
            f"Place {self.place} of {self.fitting_count}: waited {self.waited_days:.1f} days, "
            f"{self.urgency.name.lower()} counts as {self.urgency_days:.0f} more, the fit as {self.fit_days:.1f}."
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """Is a slot that came free; claim_id is the claim that blocks it."""

    practice_id: str
    opening_id: str
    cause: Cause
    appointment_id: str
    freed_client_ids: tuple[str, ...]
    slot: Slot
    claim_id: str
    state: OpeningState
    create_time: datetime
    look_time: datetime | None
    close_time: datetime | None = None
    close_reason: str = ""
    is_owner_asked: bool = False
    version: int = 1

    @property
    def etag(self) -> str:
        """Return what a caller sends back to close it."""
        return f"v{self.version}"

    @property
    def is_open(self) -> bool:
        """Tell whether it still looks for somebody."""
        return self.look_time is not None

    def require_open(self) -> None:
        """Refuse with OpeningClosed when it ended."""
        if not self.is_open:
            raise errors.OpeningClosed("Nobody is asked for this slot.", opening_id=self.opening_id)

    def offering(self, claim_id: str, *, look_time: datetime) -> Opening:
        """Return the opening while somebody is asked."""
        return replace(
            self, state=OpeningState.OFFERING, claim_id=claim_id, look_time=look_time, version=self.version + 1
        )

    def later(self, look_time: datetime) -> Opening:
        """Return the opening with another time to look at it."""
        return replace(self, look_time=look_time, version=self.version + 1)

    def closed(self, state: OpeningState, reason: str = "", *, at: datetime) -> Opening:
        """Return the opening as it ended."""
        return replace(self, state=state, close_reason=reason, close_time=at, look_time=None, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Offer:
    """Is a slot offered to one client; the id is the claim's, and the appointment's once it is accepted."""

    practice_id: str
    offer_id: str
    opening_id: str
    wish_id: str
    client_id: str
    slot: Slot
    is_confidential: bool
    is_batch: bool
    why: Why
    state: OfferState
    make_time: datetime
    expire_time: datetime
    close_time: datetime | None = None
    pass_reason: str = ""
    version: int = 1

    @property
    def etag(self) -> str:
        """Return what changes with it."""
        return f"v{self.version}"

    def made(self, slot: Slot, *, at: datetime, expire_time: datetime) -> Offer:
        """Return the offer once its slot is held."""
        return replace(
            self, slot=slot, state=OfferState.MADE, make_time=at, expire_time=expire_time, version=self.version + 1
        )

    def closed(self, state: OfferState, *, at: datetime, pass_reason: str = "") -> Offer:
        """Return the offer as it ended."""
        return replace(self, state=state, close_time=at, pass_reason=pass_reason, version=self.version + 1)

    def require_made(self) -> None:
        """
        Refuse what has ended.

        The state decides, not the clock: as long as nobody else was asked, a tap a moment too late is in time.

        Raises:
            OfferTaken, OfferExpired, OfferClosed: It ended so; the place in line is kept. (FAILED_PRECONDITION)
        """
        if self.state is OfferState.MADE:
            return
        if self.state is OfferState.TAKEN:
            raise errors.OfferTaken("Somebody was faster; you keep your place in line.", offer_id=self.offer_id)
        if self.state is OfferState.EXPIRED:
            raise errors.OfferExpired("The time to answer is over; you keep your place.", offer_id=self.offer_id)
        raise errors.OfferClosed("The offer has ended.", offer_id=self.offer_id, state=self.state.value)
