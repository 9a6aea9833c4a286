"""Holds groups: on what terms people join, who has a seat, when a session takes place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.booking.domain import errors
from services.booking.domain.appointment import Slot

ROSTER_MAX = 200
"""Clients who wait for a screening or are active in one group at most; the contract says so."""

CO_THERAPISTS_MAX = 3
"""Co-leaders at most. Source: the ledger takes no more therapists for one session."""

SEATS_MAX = 30
"""Seats of a session at most. Source: the greatest capacity of a session type."""

SEAT_NOTICE = timedelta(hours=24)
"""Before a session, from when on nobody is seated by themselves: whoever is booked so late would miss it unawares."""

FREED_AFTER = timedelta(minutes=2)
"""After a seat came free, until it goes to who waits: as long as freed time waits for a mis-click to be noticed."""

SEAT_TRIES_MAX = 8
"""Looks for a seat that came free, ever longer apart: the ledger may hear of it late. Then somebody has to look."""

DECIDE_H_MAX = 336
"""Hours before its start at which a session is decided on at most: two weeks."""


class MemberState(StrEnum):
    """Where a place on a roster stands."""

    SCREENING = "SCREENING"
    ACTIVE = "ACTIVE"
    DECLINED = "DECLINED"
    LEFT = "LEFT"


ON_ROSTER = frozenset({MemberState.SCREENING, MemberState.ACTIVE})
"""States of those who count on a roster."""


class SessionState(StrEnum):
    """Where a session stands."""

    SCHEDULED = "SCHEDULED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Group:
    """Is an episode of group care, led by a therapist and perhaps co-leaders."""

    practice_id: str
    group_id: str
    display_name: str
    therapist_id: str
    co_therapist_ids: tuple[str, ...]
    session_type_id: str
    is_open: bool
    needs_screening: bool
    min_seats: int
    decide_h: int
    version: int
    create_time: datetime
    is_self_bookable: bool = False

    @property
    def leader_ids(self) -> tuple[str, ...]:
        """Return everybody who leads it."""
        return (self.therapist_id, *self.co_therapist_ids)

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change what they saw."""
        return f"v{self.version}"

    def replaced_by(self, terms: Group, etag: str) -> Group:
        """Take new terms; id and creation stay. Raises StaleVersion unless *etag* is empty or the current one."""
        if etag and etag != self.etag:
            raise errors.StaleVersion("The group has changed since you looked.", group_id=self.group_id)
        return replace(terms, version=self.version + 1, create_time=self.create_time)


@dataclass(frozen=True, slots=True)
class Member:
    """Is one client's place on a roster."""

    group_id: str
    client_id: str
    state: MemberState
    create_time: datetime
    update_time: datetime

    def screen(self, *, is_suitable: bool, at: datetime) -> Member:
        """
        Take what a screening found; somebody who was declined may be screened again.

        Raises:
            StateForbids: They are active already, or have left. (FAILED_PRECONDITION)
        """
        if self.state not in (MemberState.SCREENING, MemberState.DECLINED):
            raise errors.StateForbids("There is nothing to screen.", client_id=self.client_id, state=self.state.value)
        return replace(self, state=MemberState.ACTIVE if is_suitable else MemberState.DECLINED, update_time=at)

    def leave(self, *, at: datetime) -> Member:
        """Leave; whoever left before stays so."""
        return self if self.state is MemberState.LEFT else replace(self, state=MemberState.LEFT, update_time=at)

    def require_active(self) -> None:
        """
        Refuse a seat to whoever may not have one.

        Raises:
            ScreeningRequired: A screening comes first. (FAILED_PRECONDITION)
            NotAMember: They were declined, or have left. (FAILED_PRECONDITION)
        """
        if self.state is MemberState.SCREENING:
            raise errors.ScreeningRequired("A screening comes first.", client_id=self.client_id)
        if self.state is not MemberState.ACTIVE:
            raise errors.NotAMember("The client is no member of the group.", client_id=self.client_id)


def join(group: Group, client_id: str, before: Member | None, *, has_begun: bool, at: datetime) -> Member:
    """
    Come onto the roster; whoever is on it stays as they are, whoever left comes anew.

    Raises:
        GroupClosed: The group has begun and is not open. (FAILED_PRECONDITION)
        StateForbids: They were declined: another screening lets them in, not another application. (FAILED_PRECONDITION)
    """
    if before is not None and before.state in ON_ROSTER:
        return before
    if before is not None and before.state is MemberState.DECLINED:
        raise errors.StateForbids("They were declined.", client_id=client_id, state=before.state.value)
    require_open(group, has_begun=has_begun)
    state = MemberState.SCREENING if group.needs_screening else MemberState.ACTIVE
    return Member(group.group_id, client_id, state, at, at)


def require_open(group: Group, *, has_begun: bool) -> None:
    """Refuse with GroupClosed when a closed group has begun."""
    if has_begun and not group.is_open:
        raise errors.GroupClosed("The group has begun and is closed.", group_id=group.group_id)


def require_seat(group: Group, member: Member | None, client_id: str, *, by_client: bool, has_begun: bool) -> None:
    """
    Refuse a seat to whoever may not have one.

    Staff seats who is active. A client takes a seat where the group lets them: as a member, or as somebody who comes
    when they like, if no screening comes first and the group takes people in.

    Raises:
        NotSelfBookable: Clients take no seat in this group by themselves. (FAILED_PRECONDITION)
        ScreeningRequired: A screening comes first. (FAILED_PRECONDITION)
        NotAMember: They were declined, or are no member and staff asks. (FAILED_PRECONDITION)
        GroupClosed: The group has begun and is not open. (FAILED_PRECONDITION)
    """
    if by_client and not group.is_self_bookable:
        raise errors.NotSelfBookable("Staff gives seats in this group.", group_id=group.group_id)
    is_stranger = member is None or member.state is MemberState.LEFT
    if not (by_client and is_stranger):
        if member is None:
            raise errors.NotAMember("The client is no member of the group.", client_id=client_id)
        member.require_active()
    elif group.needs_screening:
        raise errors.ScreeningRequired("A screening comes first.", client_id=client_id)
    else:
        require_open(group, has_begun=has_begun)


def waiting(members: Sequence[Member], seated: Mapping[str, SeatHeld]) -> list[Member]:
    """
    Return the active members without a seat, in the order of joining.

    Whoever gave their seat up since they joined does not want one; whoever left and came anew does.
    """
    found = []
    for each in members:
        held = seated.get(each.client_id)
        is_settled = held is not None and (held.is_live or held.create_time >= each.create_time)
        if each.state is MemberState.ACTIVE and not is_settled:
            found.append(each)
    return found


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """Is what a client has, or had, of a session: whether it stands, and when the latest was agreed."""

    is_live: bool
    create_time: datetime


def try_again(tries: int) -> timedelta:
    """Return how long to wait before looking for a freed seat once more: 1, 2, 4 ... minutes."""
    return timedelta(minutes=2**tries)


@dataclass(frozen=True, slots=True)
class GroupSession:
    """Is one session of a group; decide_time is when too few seats call it off, None when nothing does any more."""

    practice_id: str
    group_session_id: str
    group_id: str
    state: SessionState
    slot: Slot
    co_therapist_ids: tuple[str, ...]
    min_seats: int
    decide_time: datetime | None
    version: int
    group_series_id: str = ""
    abandoned_claim_version: int = 0
    """The claim version of a move that was taken back; a late answer of the ledger about it is void."""

    pause_time: datetime | None = None
    """When a pause last called it off: seats called off at that moment were not given up by whoever had them."""

    keeps_time: bool = False
    """Tells that it is called off by a pause that keeps its time."""

    @property
    def leader_ids(self) -> tuple[str, ...]:
        """Return everybody who leads it."""
        return (self.slot.therapist_id, *self.co_therapist_ids)

    @property
    def etag(self) -> str:
        """Return what a caller sends back to change what they saw."""
        return f"v{self.version}"

    def require_scheduled(self) -> None:
        """Refuse with StateForbids when it was called off."""
        if self.state is not SessionState.SCHEDULED:
            raise errors.StateForbids(
                "The session was called off.", group_session_id=self.group_session_id, state=self.state.value
            )

    def expect(self, etag: str) -> None:
        """Refuse with StaleVersion unless *etag* is empty or the current one."""
        if etag and etag != self.etag:
            raise errors.StaleVersion("It has changed since you looked.", group_session_id=self.group_session_id)

    def require_ahead(self, *, at: datetime) -> None:
        """Refuse with StateForbids when it was called off, or has begun."""
        self.require_scheduled()
        if self.slot.start_time <= at:
            raise errors.StateForbids("The session has begun.", group_session_id=self.group_session_id, state="BEGUN")

    def move(self, slot: Slot) -> GroupSession:
        """Take place elsewhere; what is decided before it is decided as long before."""
        by = slot.start_time - self.slot.start_time
        decide_time = self.decide_time + by if self.decide_time else None
        return replace(self, slot=slot, decide_time=decide_time, version=self.version + 1)

    def cancel(self, etag: str = "") -> GroupSession:
        """
        Call it off.

        Raises:
            StaleVersion: *etag* is neither empty nor the current one. (ABORTED)
            StateForbids: It was called off before. (FAILED_PRECONDITION)
        """
        self.expect(etag)
        self.require_scheduled()
        return replace(self, state=SessionState.CANCELLED, decide_time=None, version=self.version + 1)

    def pause(self, *, keeps_time: bool, at: datetime) -> GroupSession:
        """Call it off for a pause. Raises StateForbids."""
        return replace(self.cancel(), pause_time=at, keeps_time=keeps_time)

    def resume(self, group: Group) -> GroupSession:
        """Let it take place after all, at the time that was kept, decided on by the group's present terms."""
        decide_time = schedule(group, self.group_session_id, self.slot).decide_time
        return replace(
            self,
            state=SessionState.SCHEDULED,
            min_seats=group.min_seats,
            decide_time=decide_time,
            keeps_time=False,
            version=self.version + 1,
        )

    def let_go(self) -> GroupSession:
        """Keep its time no more: the pause does not end."""
        return replace(self, keeps_time=False, version=self.version + 1)

    def run(self) -> GroupSession:
        """Let it run: enough seats are taken, and nobody asks again."""
        return replace(self, decide_time=None, version=self.version + 1)


def schedule(group: Group, group_session_id: str, slot: Slot, *, group_series_id: str = "") -> GroupSession:
    """Let a group meet at a time the ledger holds, on its present terms."""
    decides = group.min_seats and group.decide_h
    return GroupSession(
        practice_id=group.practice_id,
        group_session_id=group_session_id,
        group_id=group.group_id,
        state=SessionState.SCHEDULED,
        slot=slot,
        co_therapist_ids=group.co_therapist_ids,
        min_seats=group.min_seats,
        decide_time=slot.start_time - timedelta(hours=group.decide_h) if decides else None,
        version=1,
        group_series_id=group_series_id,
    )
