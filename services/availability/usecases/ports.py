"""Says what the use cases need of the database and the clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from services.availability.domain import facts
from services.availability.domain.absence import Absence, Item, ItemState
from services.availability.domain.agenda import Agendas
from services.availability.domain.claim import Claim, Placement
from services.availability.domain.days import Closure, HolidayCalendar, Override, Travel
from services.availability.domain.directory import Directory
from services.availability.domain.free import Span
from services.availability.domain.hours import Schedule, SessionType
from services.availability.domain.reasons import Taker
from services.availability.domain.wall import WallTime
from services.availability.domain.wish import Ways, Wish
from services.chassis.context import Call
from services.chassis.errors import ServiceError

Clock = Callable[[], int]
"""Gives the present in epoch seconds."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place with rooms."""

    site_id: str
    display_name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room at a site."""

    room_id: str
    site_id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class TimeOff:
    """A stretch a therapist is away."""

    time_off_id: str
    therapist_id: str
    span: Span


class Slot(NamedTuple):
    """A free slot; a tuple, because a search makes thousands."""

    therapist_id: str
    session_type_id: str
    start_s: int
    end_s: int
    wall: WallTime
    modality: int
    site_id: str
    viewer_wall: WallTime | None = None


class Directories(Protocol):
    """Reads and writes what practices publish; changes happen in the call's own transaction."""

    async def read(self, practice_id: str) -> Directory:
        """Return the practice's directory as it is now."""

    async def of_call(self, call: Call) -> Directory:
        """Return it as the call's own transaction sees it."""

    async def lock(self, call: Call) -> None:
        """Keep the call's practice from publishing anything else until the call ends."""

    async def sites(self, practice_id: str) -> list[Site]:
        """Return the practice's sites with their names."""

    async def put_site(self, call: Call, site: Site) -> None:
        """Create or replace a site."""

    async def put_room(self, call: Call, room: Room) -> None:
        """Create or replace a room. Raises Unknown (site)."""

    async def put_session_type(self, call: Call, session_type: SessionType) -> None:
        """Create or replace a session type."""

    async def put_schedule(self, call: Call, schedule: Schedule) -> int:
        """Create or replace a schedule with its event, and return its version. Raises Unknown (site, session type)."""


class Calendars(Protocol):
    """Writes exceptions in the call's own transaction, each a change of the directory; lists time off."""

    async def put_override(self, call: Call, override: Override) -> None:
        """Create or replace an override. Raises Unknown (schedule, site), TooManyEntries."""

    async def delete_override(self, call: Call, therapist_id: str, day: date) -> Override:
        """Delete an override and return what it was. Raises Unknown."""

    async def put_travel(self, call: Call, travel: Travel) -> None:
        """Create or replace a travel. Raises Unknown (schedule), TravelOverlap, TooManyEntries."""

    async def delete_travel(self, call: Call, travel_id: str) -> Travel:
        """Delete a travel and return what it was. Raises Unknown."""

    async def put_closure(self, call: Call, closure: Closure) -> None:
        """Create or replace a closure. Raises Unknown (site), TooManyEntries."""

    async def delete_closure(self, call: Call, closure_id: str) -> Closure:
        """Delete a closure and return what it was. Raises Unknown."""

    async def put_holiday_calendar(self, call: Call, kept: HolidayCalendar) -> None:
        """Create or replace the holidays of a site or the practice. Raises Unknown (site)."""

    async def delete_holiday_calendar(self, call: Call, site_id: str) -> HolidayCalendar:
        """Delete a calendar and return what it was. Raises Unknown."""

    async def time_offs(
        self, call: Call, therapist_id: str, *, limit: int, after: tuple[int, str] | None
    ) -> Sequence[TimeOff]:
        """Return at most *limit* stretches of time off by start, then id, those after the cursor."""

    async def delete_time_off(self, call: Call, time_off_id: str) -> TimeOff:
        """Delete a stretch of time off with what it blocks, and return what it was. Raises Unknown."""


class Holds(Protocol):
    """Takes new time, many callers' in one transaction."""

    async def take(self, hold_id: str, wish: Wish, call: Call) -> Claim:
        """
        Commit a held claim with its audit record; the same wish under the same id gives the same claim.

        Raises:
            SlotTaken, ClientOverlap: Somebody was first. (FAILED_PRECONDITION)
            HoldIdReused: The id came with another wish. (ALREADY_EXISTS)
            ServiceError: What `find_ways` refuses.
        """

    async def check(self, practice_id: str, wishes: Sequence[tuple[str, Wish]]) -> Sequence[Claim | ServiceError]:
        """Answer what `take` would answer each hold now, one after the other; nothing is written."""


class Seats(Protocol):
    """Takes seats in groups' sessions, committed before it returns."""

    async def take(
        self, call: Call, session_claim_id: str, wanted: Sequence[tuple[str, str]], *, by_client: bool = False
    ) -> Sequence[Claim | ServiceError]:
        """
        Hold seats, given as claim id and client id, in the order given while there are any; each has an answer.

        Args:
            by_client: A client takes the seat: what the session type lets clients book is asked for.

        Raises:
            Unknown: No such session. (NOT_FOUND)
            ClaimReleased: The session was given back. (FAILED_PRECONDITION)
            SeatFixed: It is a seat itself. (FAILED_PRECONDITION)
            ServiceError: What only staff may book.
        """


class Claims(Protocol):
    """Reads and changes claims in the call's own transaction."""

    async def find(self, call: Call, claim_id: str) -> Claim:
        """Return a claim. Raises Unknown."""

    async def lock(self, call: Call, claim_id: str) -> Claim:
        """Return a claim that nobody else can change until this call ends. Raises Unknown."""

    async def save(self, call: Call, before: Claim, after: Claim, told: Sequence[facts.Fact]) -> None:
        """Store the new state, what it blocks, and its facts. Raises SlotTaken when another process was first."""

    async def lock_seats(self, call: Call, session_claim_id: str) -> list[Claim]:
        """Return the seats of a session that are not released, by id, locked until this call ends."""

    async def save_moves(self, call: Call, changes: Sequence[tuple[Claim, Claim]]) -> None:
        """Store pending moves, all that they block in one statement. Raises SlotTaken, ClientOverlap."""

    async def place(
        self, call: Call, claim: Claim, ways: Ways, directory: Directory, *, had: Sequence[Claim] = ()
    ) -> Placement:
        """Find a place for a claim; what the claims *had* counts as free. Raises SlotTaken, ClientOverlap."""

    async def seek(self, call: Call, claim_id: str) -> Claim | None:
        """Return a claim that nobody else can change until this call ends; None when there is none."""

    async def add(self, call: Call, held: Claim, placement: Placement) -> Claim:
        """Store a new claim at a place, and block it. Raises SlotTaken."""

    async def confirm_hold(self, call: Call, claim_id: str, *, therapist_id: str, start_s: int) -> bool:
        """Turn a hold at exactly that time into a confirmed claim; tell whether there was one."""

    async def block(self, call: Call, time_off: TimeOff) -> None:
        """Take a therapist's time without a client. Raises SlotTaken."""

    async def announce_due(self, *, limit: int) -> int:
        """Ask the owners of claims that are due for their word, at most *limit*; return how many."""


class AgedClaims(Protocol):
    """Finds claims made by other zone rules, and changes one at a time."""

    async def of_other_rules(
        self, tzdata_version: str, *, after: tuple[str, str], limit: int
    ) -> Sequence[tuple[str, str]]:
        """Return practice and id of claims that lie ahead and were made by another release, those after a pair."""

    async def change(
        self, practice_id: str, claim_id: str, step: Callable[[Claim], tuple[Claim, list[facts.Fact]]]
    ) -> None:
        """Change a claim by one step, in a transaction of its own, with its facts. Raises Unknown, SlotTaken."""


class Absences(Protocol):
    """Reads and writes absences in the call's own transaction."""

    async def hit(self, call: Call, therapist_id: str, span: Span, *, limit: int, is_locked: bool) -> list[Item]:
        """Return the claims an absence hits, at most *limit*, without their rank; locked ones wait to be released."""

    async def take_time(self, call: Call, absence: Absence) -> None:
        """Store the absence, and take all of its time in lane 1, where claims still stand."""

    async def take_free(self, call: Call, absence: Absence, known_claim_ids: Collection[str]) -> bool:
        """Take what is free in lane 0; tell whether nothing was, and only known claims have the rest. Raises Stale."""

    async def add_items(self, call: Call, absence: Absence, items: list[Item], told: facts.AbsenceStarted) -> None:
        """Store ranked items and the fact."""

    async def page(
        self, call: Call, therapist_id: str, *, is_open: bool, before: tuple[int, str], limit: int
    ) -> list[Absence]:
        """Return at most *limit* absences, the latest start first, those before a start and an id."""

    async def find(self, call: Call, absence_id: str, *, is_locked: bool = False) -> Absence:
        """Return an absence with its counts. Raises Unknown."""

    async def close(self, call: Call, absence_id: str, told: facts.AbsenceClosed) -> None:
        """Store that the case is closed, and the fact."""

    async def items(self, call: Call, absence_id: str, *, after_rank: int, limit: int) -> list[Item]:
        """Return items by rank."""

    async def lock_item(self, call: Call, absence_id: str, claim_id: str) -> Item:
        """Return an item that nobody else can change until this call ends. Raises Unknown."""

    async def save_item(self, call: Call, absence_id: str, item: Item) -> None:
        """Store an item's state."""

    async def tell(self, call: Call, told: facts.AbsenceItemAnswered) -> None:
        """Publish what staff stated of an item."""

    async def follow_item(self, call: Call, absence_id: str, claim_id: str, state: ItemState) -> None:
        """Store what booking tells of an item that is not settled; of any other nothing changes."""


class Taken(Protocol):
    """Looks up what is taken."""

    async def times(self, practice_id: str, resource_ids: Sequence[str], span: Span) -> Mapping[str, Sequence[Span]]:
        """Return what is taken of each resource in a stretch, by start; one with nothing taken may be missing."""

    async def takers(self, practice_id: str, therapist_id: str, span: Span) -> Sequence[Taker]:
        """Return everything that takes a therapist's time in a stretch, by start."""

    async def agendas(self, practice_id: str, therapist_ids: Sequence[str], span: Span) -> Agendas:
        """Return what therapists have around a stretch; unlocked, so it may be overtaken."""
