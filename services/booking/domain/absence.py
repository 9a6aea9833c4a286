"""Tracks whom an absence hits: their place in line, their offers, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.booking.domain import errors
from services.booking.domain.appointment import AHEAD, Appointment, Slot, State

AFFECTED_MAX = 500
"""Appointments of one absence at most: as many claims as availability lets one absence hit."""

ANSWER_H, ANSWER_MAX_H = 24, 168
"""Hours a client has to answer when nobody says, and at most; the contract says so."""

TIMES_MAX = 3
"""Other times offered to one client at most: each is kept from everybody else meanwhile."""

LAST_CALL = timedelta(minutes=30)
"""Before the session, when nobody is asked any more: the desk calls instead."""

ESCALATE_LEAD = timedelta(hours=24)
"""Before the session, when somebody at the desk is told that nobody has settled it: a working day to act."""

SEARCH_DAYS = 28
"""Days in which another time is looked for, from the missed session on: past that it is no substitute."""

GAP_DAYS_MAX = 90
"""Days without a session counted at most; longer gaps are all alike."""

PENDING_AGAIN = timedelta(minutes=1)
"""Between two looks for the booking of time that was held when the absence began; a hold is asked about after five."""

STATED_IN_LEDGER = "STATED_IN_LEDGER"
"""Why a fate is what it is: somebody at the desk stated it by hand on the ledger's own list."""

VIDEO = 2
"""The contract's number of sessions by video."""


class Kind(StrEnum):
    """What an affected client may be offered."""

    COVER = "COVER"
    VIDEO = "VIDEO"
    OTHER_TIME = "OTHER_TIME"


class Fate(StrEnum):
    """Where an affected appointment stands."""

    PENDING = "PENDING"
    OPEN = "OPEN"
    ASKED = "ASKED"
    OFFERED = "OFFERED"
    MOVED = "MOVED"
    COVERED = "COVERED"
    BY_VIDEO = "BY_VIDEO"
    CANCELLED = "CANCELLED"
    KEPT = "KEPT"
    NEVER_BOOKED = "NEVER_BOOKED"


UNSETTLED = frozenset({Fate.PENDING, Fate.OPEN, Fate.ASKED, Fate.OFFERED})
"""Where somebody may still be lost."""


class OfferState(StrEnum):
    """Where an offer stands."""

    PREPARED = "PREPARED"
    MADE = "MADE"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    EMPTY = "EMPTY"


LIVE = frozenset({OfferState.PREPARED, OfferState.MADE})
"""States of an offer whose times are, or are about to be, held."""


class OptionState(StrEnum):
    """Where an option stands; HELD ones of a live offer can be chosen."""

    PREPARED = "PREPARED"
    HELD = "HELD"
    REFUSED = "REFUSED"
    TAKEN = "TAKEN"
    GIVEN_UP = "GIVEN_UP"


@dataclass(frozen=True, slots=True)
class Need:
    """
    Is why a client stands where they stand in line.

    gap_days is how long they would be without a session if this one were lost, GAP_DAYS_MAX at most.
    """

    is_high_need: bool = False
    is_crisis: bool = False
    gap_days: int = 0
    load_weight: int = 1

    def words(self, place: int) -> str:
        """Say it in one sentence."""
        said = [f"Place {place}:"]
        said += ["high need,"] if self.is_high_need else []
        said += ["a crisis session,"] if self.is_crisis else []
        return " ".join([*said, f"{self.gap_days} days without a session, weight {self.load_weight}."])


@dataclass(frozen=True, slots=True)
class Affected:
    """Is one appointment that an absence hits; client and slot are not known while it is PENDING."""

    practice_id: str
    absence_id: str
    therapist_id: str
    appointment_id: str
    client_id: str
    session_type_id: str
    start_time: datetime
    rank: int
    need: Need
    fate: Fate
    escalate_time: datetime
    look_time: datetime | None
    kinds: tuple[Kind, ...] = ()
    answer_h: int = ANSWER_H
    round: int = 0
    """Counts the offers prepared for it."""

    note: str = ""
    is_escalated: bool = False
    settle_time: datetime | None = None
    version: int = 1

    @property
    def is_unsettled(self) -> bool:
        """Tell whether its fate is not stated yet."""
        return self.fate in UNSETTLED

    def require_unsettled(self) -> None:
        """Refuse with ItemSettled when its fate is stated."""
        if not self.is_unsettled:
            raise errors.ItemSettled("Its fate is stated.", appointment_id=self.appointment_id, state=self.fate.value)

    def stepped(self, fate: Fate, *, look_time: datetime | None, note: str = "") -> Affected:
        """Return it where it stands next, to be looked at again then."""
        return replace(self, fate=fate, look_time=look_time, note=note, version=self.version + 1)

    def asked(self, kinds: tuple[Kind, ...], answer_h: int, *, at: datetime) -> Affected:
        """Return it with offers to prepare."""
        return replace(self.stepped(Fate.ASKED, look_time=at), kinds=kinds, answer_h=answer_h)

    def opened(self, note: str) -> Affected:
        """Return it open again, for somebody to act."""
        return self.stepped(Fate.OPEN, look_time=None if self.is_escalated else self.escalate_time, note=note)

    def escalated(self) -> Affected:
        """Return it told to be near."""
        return replace(self, is_escalated=True, version=self.version + 1)

    def settled(self, fate: Fate, *, at: datetime, note: str = "") -> Affected:
        """Return it with its fate stated."""
        return replace(self.stepped(fate, look_time=None, note=note), settle_time=at)

    def known_as(self, found: Appointment, need: Need) -> Affected:
        """Return it once its appointment is there."""
        start_time = found.slot.start_time
        return replace(
            self,
            client_id=found.client_id,
            session_type_id=found.slot.session_type_id,
            start_time=start_time,
            escalate_time=start_time - ESCALATE_LEAD,
            need=need,
            fate=Fate.OPEN,
            look_time=start_time - ESCALATE_LEAD,
            version=self.version + 1,
        )


@dataclass(frozen=True, slots=True)
class Option:
    """
    Is one thing a client can choose; the id is the claim's that holds it. A video option holds nothing more: the
    appointment has that time already.
    """

    option_id: str
    kind: Kind
    slot: Slot
    why: str
    state: OptionState = OptionState.PREPARED
    refuse_reason: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Is what one affected client is offered: one of the options, or none."""

    practice_id: str
    offer_id: str
    absence_id: str
    therapist_id: str
    appointment_id: str
    client_id: str
    start_time: datetime
    wording_version: int
    state: OfferState
    options: tuple[Option, ...]
    expire_time: datetime
    make_time: datetime
    is_confidential: bool = False
    accepted_option_id: str = ""
    close_time: datetime | None = None
    version: int = 1
    wording: str = field(default="", compare=False)

    @property
    def etag(self) -> str:
        """Return what changes with it."""
        return f"v{self.version}"

    @property
    def open_options(self) -> tuple[Option, ...]:
        """Return what can be chosen, or was."""
        return tuple(each for each in self.options if each.state in (OptionState.HELD, OptionState.TAKEN))

    def made(self, options: tuple[Option, ...], *, at: datetime) -> Offer:
        """Return the offer once its options are held; EMPTY when none is."""
        has_any = any(each.state is OptionState.HELD for each in options)
        made = replace(self, options=options, make_time=at, version=self.version + 1)
        return replace(made, state=OfferState.MADE) if has_any else made.closed(OfferState.EMPTY, at=at)

    def accepted(self, option_id: str, *, at: datetime) -> Offer:
        """Return the offer with one option taken and the others given up."""
        taken = tuple(
            replace(each, state=OptionState.TAKEN if each.option_id == option_id else _over(each))
            for each in self.options
        )
        return replace(
            self,
            options=taken,
            state=OfferState.ACCEPTED,
            accepted_option_id=option_id,
            close_time=at,
            version=self.version + 1,
        )

    def closed(self, state: OfferState, *, at: datetime) -> Offer:
        """Return the offer as it ended, its options given up."""
        options = tuple(replace(each, state=_over(each)) for each in self.options)
        return replace(self, options=options, state=state, close_time=at, version=self.version + 1)

    def without(self, option_ids: Iterable[str], *, at: datetime) -> Offer:
        """Return the offer without options that can't be given any more; WITHDRAWN when none is left."""
        gone = set(option_ids)
        options = tuple(replace(each, state=_over(each)) if each.option_id in gone else each for each in self.options)
        left = replace(self, options=options, version=self.version + 1)
        if any(each.state in (OptionState.PREPARED, OptionState.HELD) for each in options):
            return left
        return replace(left, state=OfferState.WITHDRAWN, close_time=at)

    def require_made(self) -> None:
        """
        Refuse what has ended. The state decides, not the clock: until it is closed, its times are held.

        Raises:
            OfferExpired, OfferClosed: It ended so. (FAILED_PRECONDITION)
        """
        if self.state is OfferState.MADE:
            return
        if self.state is OfferState.EXPIRED:
            raise errors.OfferExpired("The time to answer is over; the practice will call.", offer_id=self.offer_id)
        raise errors.OfferClosed("The offer has ended.", offer_id=self.offer_id, state=self.state.value)

    def option(self, option_id: str) -> Option:
        """Return an option that can be chosen. Raises UnknownOffer, OfferClosed."""
        found = next((each for each in self.options if each.option_id == option_id), None)
        if found is None or found.state in (OptionState.PREPARED, OptionState.REFUSED):
            raise errors.UnknownOffer("No such option.", offer_id=self.offer_id, option_id=option_id)
        if found.state is OptionState.GIVEN_UP:
            raise errors.OfferClosed("This can't be given any more.", offer_id=self.offer_id, option_id=option_id)
        return found


def _over(option: Option) -> OptionState:
    """Return where an option stands that nobody chose."""
    return option.state if option.state is OptionState.REFUSED else OptionState.GIVEN_UP


def rank(items: Iterable[Affected]) -> list[Affected]:
    """
    Put the greatest need first; the order is total, so that two looks agree.

    High need, then crisis sessions, then the days without a session, then what the session weighs, then the soonest.
    """

    def key(item: Affected) -> tuple[bool, bool, int, int, datetime, str]:
        need = item.need
        return (
            not need.is_high_need,
            not need.is_crisis,
            -need.gap_days,
            -need.load_weight,
            item.start_time,
            item.appointment_id,
        )

    return [replace(each, rank=place) for place, each in enumerate(sorted(items, key=key), start=1)]


def gap_days(last_time: datetime | None, next_time: datetime | None) -> int:
    """Return the days between the sessions before and after a lost one; GAP_DAYS_MAX where there is none."""
    if last_time is None or next_time is None:
        return GAP_DAYS_MAX
    return max(0, min(GAP_DAYS_MAX, (next_time - last_time).days))


def answer_by(start_time: datetime, answer_h: int, *, at: datetime) -> datetime:
    """Return until when a client has to answer: not later than LAST_CALL before the session."""
    return min(at + timedelta(hours=answer_h), start_time - LAST_CALL)


def is_too_late(start_time: datetime, *, at: datetime) -> bool:
    """Tell whether the session is so near that nobody is asked any more."""
    return start_time - at <= LAST_CALL


def fate_of(before: Appointment, after: Appointment, away: tuple[str, datetime, datetime]) -> Fate | None:
    """
    Return what a step makes of an affected appointment; None when nothing is stated by it.

    Args:
        away: The therapist who is away, from when until when.
    """
    if after.state is State.CANCELLED:
        return Fate.CANCELLED
    if after.state not in AHEAD:
        return Fate.KEPT
    therapist_id, from_time, to_time = away
    old, new = before.slot, after.slot
    if new.therapist_id != therapist_id:
        return Fate.COVERED
    if not (new.start_time < to_time and from_time < new.end_time):
        return Fate.MOVED
    is_same_time = (old.start_time, old.therapist_id) == (new.start_time, new.therapist_id)
    if is_same_time and new.modality == VIDEO and old.modality != VIDEO:
        return Fate.BY_VIDEO
    return None
