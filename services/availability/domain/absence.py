"""Ranks what an absence hits and says what may become of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from services.availability.domain import errors
from services.availability.domain.free import Span
from services.availability.domain.hours import SessionType

MAX_ITEMS = 500
"""Claims one absence may hit; longer ones are started in parts. Source: the contract."""

MAX_DAYS = 184
"""Days one absence may span. Source: the contract."""


class ItemState(Enum):
    """What became of a claim that an absence hits."""

    OPEN = "open"
    OFFERED = "offered"
    MOVED = "moved"
    CANCELLED = "cancelled"
    COVERED = "covered"
    BY_VIDEO = "by_video"
    KEPT = "kept"


UNSETTLED = (ItemState.OPEN, ItemState.OFFERED)


@dataclass(frozen=True, slots=True)
class Absence:
    """A stretch a therapist is away, with how many of its items are not settled; span is epoch seconds."""

    absence_id: str
    therapist_id: str
    span: Span
    is_closed: bool = False
    open_items: int = 0
    items: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """A claim that an absence hits; rank 1 comes first."""

    claim_id: str
    client_id: str
    session_type_id: str
    start_s: int
    is_high_need: bool = False
    rank: int = 0
    state: ItemState = ItemState.OPEN
    is_crisis: bool = False
    load_weight: int = 1

    def answer(self, state: ItemState) -> Item:
        """Take what staff did about it. Raises ItemSettled."""
        if self.state not in UNSETTLED and state is not self.state:
            raise errors.ItemSettled("The item is settled.", claim_id=self.claim_id, state=self.state.value)
        return replace(self, state=state)


def rank(items: Iterable[Item], types: Mapping[str, SessionType]) -> list[Item]:
    """
    Put the greatest need first: clients in high need, then crisis sessions, heavy sessions, the soonest.

    Source: the client's brief: whoever needs it most is offered something first. The order is total, so that two
    looks at the same claims agree.
    """

    def need(item: Item) -> tuple[bool, bool, int, int, str]:
        return not item.is_high_need, not item.is_crisis, -item.load_weight, item.start_s, item.claim_id

    weighed = [
        replace(each, is_crisis=found.is_crisis, load_weight=found.load_weight)
        if (found := types.get(each.session_type_id))
        else each
        for each in items
    ]
    return [replace(each, rank=place) for place, each in enumerate(sorted(weighed, key=need), start=1)]
