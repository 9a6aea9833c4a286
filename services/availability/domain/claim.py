"""Says what a claim on time may become, and what it blocks meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from services.availability.domain import errors, facts
from services.availability.domain.free import Span, differ
from services.availability.domain.wall import MINUTE_S, WallTime

HOLD_S = 300
"""
Seconds a hold, or a pending move, waits before its owner is asked for its word.

It blocks on until the word comes. Each claim stores its own expiry, so changing this needs no migration.
Source: longer than a booking may take with all its retries, shorter than a client's patience with a slot nobody has.
"""

ASK_BACKOFF_S = (30, 60, 120, 300, 900, 3600)
"""Seconds until the owner is asked again, the last one for ever."""


class State(Enum):
    """Where a claim stands."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Placement:
    """
    Who meets whom's time where and when; start_s and end_s are epoch seconds, UTC.

    room_id and site_id are empty unless the session is in person.
    """

    therapist_id: str
    room_id: str
    site_id: str
    modality: int
    start_s: int
    end_s: int
    before_min: int
    after_min: int
    wall: WallTime
    tzdata_version: str
    equipment_ids: tuple[str, ...] = ()
    overbooked_ids: tuple[str, ...] = ()
    """Resources that were taken already: staff booked them again, in lane 1."""

    @property
    def extra_ids(self) -> tuple[str, ...]:
        """Return what few placements have."""
        return self.equipment_ids + self.overbooked_ids

    def occupies(
        self, client_id: str, extra_client_ids: Sequence[str] = (), extra_therapist_ids: Sequence[str] = ()
    ) -> dict[tuple[str, str], Span]:
        """Return what is taken of each resource, (kind, id): a therapist's time has its buffers."""
        inner = (self.start_s, self.end_s)
        buffered = (self.start_s - self.before_min * MINUTE_S, self.end_s + self.after_min * MINUTE_S)
        taken = {("therapist", self.therapist_id): buffered, ("client", client_id): inner}
        if self.room_id:
            taken["room", self.room_id] = inner
        for each in extra_client_ids:
            taken["client", each] = inner
        for each in extra_therapist_ids:
            taken["therapist", each] = buffered
        for each in self.equipment_ids:
            taken["equipment", each] = inner
        return taken


@dataclass(frozen=True, slots=True)
class Pending:
    """A move that waits for its owner's word; version is the claim's when it was made."""

    placement: Placement
    version: int
    expire_s: int


@dataclass(frozen=True, slots=True)
class Piece:
    """
    One stretch of one resource that a claim blocks; number 0 is agreed, others belong to a pending move.

    In lane 0 nothing overlaps; lane 1 is what staff booked over it.
    """

    kind: str
    resource_id: str
    number: int
    span: Span
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on the time of therapists, clients and perhaps a room and equipment."""

    claim_id: str
    state: State
    client_id: str
    session_type_id: str
    placement: Placement
    hold_expire_s: int
    wish_digest: bytes
    version: int = 1
    pending: Pending | None = None
    extra_client_ids: tuple[str, ...] = ()
    extra_therapist_ids: tuple[str, ...] = ()
    is_high_need: bool = False
    is_by_staff: bool = True
    seat_of_claim_id: str = ""
    """The claim of a group's session in which this is a client's seat: therapists and room are the session's."""

    def confirm(self) -> tuple[Claim, list[facts.Fact]]:
        """
        Take the owner's yes to everything that waits for one: the hold, or the pending move.

        Raises:
            ClaimReleased: It blocks nothing any more. (FAILED_PRECONDITION)
        """
        if self.pending is not None:
            return self.finish_move()
        if self.state is State.RELEASED:
            raise errors.ClaimReleased("The claim was given back.", claim_id=self.claim_id)
        if self.state is State.CONFIRMED:
            return self, []
        return replace(self, state=State.CONFIRMED, version=self.version + 1), []

    def finish_move(self) -> tuple[Claim, list[facts.Fact]]:
        """Let only the new time block; without a pending move nothing changes."""
        if self.pending is None:
            return self, []
        new = self.pending.placement
        moved = replace(self, state=State.CONFIRMED, placement=new, pending=None, version=self.version + 1)
        return moved, [] if _is_same_time(new, self.placement) else [moved.freed(self.placement)]

    def finish_move_to(self, therapist_id: str, start_s: int) -> tuple[Claim, list[facts.Fact]]:
        """Finish the pending move if it goes there; late word of another move changes nothing."""
        move = self.pending
        if move is None or (move.placement.therapist_id, move.placement.start_s) != (therapist_id, start_s):
            return self, []
        return self.finish_move()

    def move(self, placement: Placement, *, now_s: int) -> Claim:
        """
        Block the new time beside the old.

        Raises:
            ClaimReleased: It blocks nothing any more. (FAILED_PRECONDITION)
            MovePending: Another move waits for its word. (FAILED_PRECONDITION)
            SeatFixed: It is a seat in a group's session. (FAILED_PRECONDITION)
        """
        if self.seat_of_claim_id:
            raise errors.SeatFixed("A seat can't be moved by itself.", claim_id=self.claim_id)
        return self.move_along(placement, now_s=now_s)

    def move_along(self, placement: Placement, *, now_s: int) -> Claim:
        """
        Block the new time beside the old, a seat with its session.

        Raises:
            ClaimReleased: It blocks nothing any more. (FAILED_PRECONDITION)
            MovePending: Another move waits for its word. (FAILED_PRECONDITION)
        """
        if self.state is State.RELEASED:
            raise errors.ClaimReleased("The claim was given back.", claim_id=self.claim_id)
        if self.pending is not None:
            raise errors.MovePending("Another move waits for its owner's word.", claim_id=self.claim_id)
        version = self.version + 1
        return replace(self, version=version, pending=Pending(placement, version, now_s + HOLD_S))

    def take_back_move(self) -> tuple[Claim, list[facts.Fact]]:
        """Let only the old time block; without a pending move nothing changes."""
        if self.pending is None:
            return self, []
        kept = replace(self, pending=None, version=self.version + 1)
        given_up = self.pending.placement
        return kept, [] if _is_same_time(given_up, self.placement) else [kept.freed(given_up)]

    def release(self) -> tuple[Claim, list[facts.Fact]]:
        """Give everything back; a released claim stays as it is."""
        if self.state is State.RELEASED:
            return self, []
        kept, told = self.take_back_move()
        released = replace(kept, state=State.RELEASED, version=kept.version + 1)
        if self.seat_of_claim_id:
            # Danger: the therapist's time is not free; whoever heard so would offer it to somebody.
            return released, told
        return released, [*told, released.freed(self.placement)]

    def kept_as(self, opening_id: str, *, now_s: int, placement: Placement) -> Claim:
        """Return a hold of nobody's on a place this claim gives up: its owner offers that time to others."""
        return Claim(
            claim_id=opening_id,
            state=State.HELD,
            client_id=opening_id,
            session_type_id=self.session_type_id,
            placement=placement,
            hold_expire_s=now_s + HOLD_S,
            wish_digest=b"opening",
            extra_therapist_ids=self.extra_therapist_ids,
        )

    def freed(self, placement: Placement) -> facts.TimeFreed:
        """Return the fact that this claim no longer needs *placement*."""
        return facts.TimeFreed(
            self.claim_id, placement.therapist_id, placement.start_s, placement.end_s, version=self.version
        )

    def has_time(self, resource_id: str, span: Span) -> bool:
        """Tell whether what this claim has of a resource, at its agreed time, holds a stretch."""
        return any(
            each == resource_id and has[0] <= span[0] and span[1] <= has[1]
            for (_, each), has in self.occupies(self.placement).items()
        )

    def occupies(self, placement: Placement) -> dict[tuple[str, str], Span]:
        """Return what a placement takes for everybody of this claim."""
        if self.seat_of_claim_id:
            return {("client", self.client_id): (placement.start_s, placement.end_s)}
        return placement.occupies(self.client_id, self.extra_client_ids, self.extra_therapist_ids)

    def pieces(self) -> list[Piece]:
        """
        Return everything this claim blocks, in the order in which all writers insert: by resource, then start.

        Danger: the old and the new time of a pending move may overlap, and the ledger's constraint knows no
        exception for one's own rows: of the new time only what lies outside of the old is listed.
        """
        if self.state is State.RELEASED:
            return []
        over = self.placement.overbooked_ids
        agreed = self.occupies(self.placement)
        found = [
            Piece(kind, resource_id, 0, span, int(resource_id in over)) for (kind, resource_id), span in agreed.items()
        ]
        if self.pending is not None:
            new_over = self.pending.placement.overbooked_ids
            for resource, new in self.occupies(self.pending.placement).items():
                lane = int(resource[1] in new_over)
                is_beside = resource in agreed and lane == int(resource[1] in over)
                outside = differ(new, agreed[resource]) if is_beside else [new]
                found += [Piece(*resource, number, span, lane) for number, span in enumerate(outside, start=1)]
        return sorted(found, key=lambda piece: (piece.resource_id, piece.span))

    def waits_until_s(self) -> int | None:
        """Return when the owner is first asked for its word; None when nothing waits for one."""
        if self.pending is not None:
            return self.pending.expire_s
        return self.hold_expire_s if self.state is State.HELD else None


def _is_same_time(one: Placement, other: Placement) -> bool:
    """Tell whether only the way a session takes place differs: then no time is freed."""
    return (one.therapist_id, one.start_s, one.end_s) == (other.therapist_id, other.start_s, other.end_s)


def ask_again_s(ask_count: int) -> int:
    """Return the seconds to wait before asking again, after having asked ask_count times."""
    return ASK_BACKOFF_S[min(ask_count, len(ASK_BACKOFF_S)) - 1]
