"""Tells whoever lost a slot which free ones lie nearest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.availability.domain import errors
from services.availability.domain.free import Span, blocked_starts, cut
from services.availability.domain.wish import DAY_S, Wish
from services.availability.usecases.ports import Clock, Directories, Slot, Taken
from services.availability.usecases.search_slots import Query, search_slots
from services.chassis.errors import ServiceError

ELSEWHERE = (
    errors.SlotTaken,
    errors.ClientOverlap,
    errors.CapReached,
    errors.TravelTooShort,
    errors.SlotReserved,
    errors.SlotPrioritised,
)
"""Refusals after which another time may do."""

MAX_ALTERNATIVES = 5
"""Slots a loser is told. Source: the contract."""

WINDOW_DAYS = 14
"""Days looked at after the day before the lost start: a client would rather wait than search further."""

MAX_SLOTS = 1_000
"""Free slots one search gives at most: more than two weeks of one therapist have."""

Search = Callable[[], Awaitable[Sequence[Slot]]]


class SharedSearch(Protocol):
    """Lets many who search for the same at the same moment share one search."""

    async def __call__(self, key: tuple[object, ...], search: Search) -> Sequence[Slot]:
        """Return the result of *search*, or of one for the same key that is running or just ended."""


@dataclass(frozen=True, slots=True)
class Finder:
    """What a search needs."""

    directories: Directories
    taken: Taken
    clock: Clock
    share: SharedSearch
    pack: Callable[[Sequence[Slot]], object]
    """Turns slots into what travels in the details of a refusal."""


async def find_alternatives(refusal: ServiceError, wish: Wish, practice_id: str, *, finder: Finder) -> ServiceError:
    """
    Return the refusal with the nearest free slots of the same therapist and session type in its details.

    A search that fails leaves the refusal as it is: losing is certain, alternatives are a courtesy.
    """
    # A search from the start of the day is the same one for everybody who lost on that day.
    from_s = wish.start_s - wish.start_s % DAY_S - DAY_S
    span = (from_s, from_s + WINDOW_DAYS * DAY_S)
    query = Query(
        practice_id=practice_id,
        session_type_id=wish.session_type_id,
        therapist_ids=[wish.therapist_id],
        from_s=span[0],
        to_s=span[1],
        modality=wish.modality,
        site_id="",
        is_first_only=False,
        is_by_staff=wish.is_by_staff,
        is_high_need=wish.is_high_need,
        audiences=wish.audiences,
    )

    async def search() -> Sequence[Slot]:
        return await search_slots(
            query, directories=finder.directories, taken=finder.taken, clock=finder.clock, limit=MAX_SLOTS
        )

    key = (
        practice_id,
        wish.session_type_id,
        wish.therapist_id,
        from_s,
        wish.modality,
        wish.is_by_staff,
        wish.is_high_need,
        wish.audiences,
    )
    try:
        slots = await finder.share(key, search)
        # A shared search may be older than the loss.
        busy: list[Span] = [(slot.start_s, slot.end_s) for slot in slots if slot.start_s == wish.start_s]
        if isinstance(refusal, errors.ClientOverlap):
            taken: Mapping[str, Sequence[Span]] = await finder.taken.times(practice_id, [wish.client_id], span)
            busy += taken.get(wish.client_id, ())
    except ServiceError:
        return refusal
    nearest = sorted(_possible(slots, busy), key=lambda slot: abs(slot.start_s - wish.start_s))[:MAX_ALTERNATIVES]
    return type(refusal)(refusal.message, details=[finder.pack(nearest)], **refusal.metadata)


def _possible(slots: Sequence[Slot], busy: Sequence[Span]) -> Sequence[Slot]:
    if not slots:
        return ()
    length_s = slots[0].end_s - slots[0].start_s
    blocked = blocked_starts(busy, before_s=0, length_s=length_s, after_s=0)
    kept = set(cut([slot.start_s for slot in slots], blocked))
    return [slot for slot in slots if slot.start_s in kept]
