"""Changes a roster: who comes, who is let in, who leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.booking.domain import errors
from services.booking.domain.appointment import Reason
from services.booking.domain.group import ON_ROSTER, ROSTER_MAX, Group, Member, MemberState, join, require_open
from services.booking.usecases.call_off_seats import call_off_seats
from services.booking.usecases.group_ports import GroupStore
from services.booking.usecases.ports import Appointments, Books, Clock
from services.booking.usecases.require_leader import require_leader
from services.chassis.context import Call


@dataclass(frozen=True, slots=True)
class Rosters:
    """
    Changes rosters.

    Danger: each change locks the group first: of two fenced clients who come at once, the second sees the first.
    """

    store: GroupStore
    appointments: Appointments
    books: Books
    clock: Clock

    async def add(self, group_id: str, client_id: str, call: Call) -> Member:
        """
        Put a client onto the roster; whoever is on it stays as they are.

        Raises:
            Unknown, UnknownClient: No such group or client. (NOT_FOUND)
            GroupClosed, StateForbids: The group takes them in no more. (FAILED_PRECONDITION)
            LimitReached: The roster is full. (FAILED_PRECONDITION)
            Fenced: They must not meet somebody on it. (FAILED_PRECONDITION)
        """
        group = await self._locked(group_id, call)
        at = self.clock()
        before = await self.store.member(call, group_id, client_id)
        has_begun = await self.store.has_begun(call, group_id, at=at)
        after = join(group, client_id, before, has_begun=has_begun, at=at)
        if after is before:
            return after
        if sum(each.state in ON_ROSTER for each in await self.store.members(call, group_id)) >= ROSTER_MAX:
            raise errors.LimitReached("The roster is full.", limit=str(ROSTER_MAX))
        await self.store.check_fences(call, group_id, client_id)
        await self.store.put_member(call, after)
        await self._seat(after, call, at=at)
        return after

    async def screen(self, group_id: str, client_id: str, call: Call, *, is_suitable: bool) -> Member:
        """
        Record what a screening found; whoever comes back from being declined meets the same doors as a newcomer.

        Raises:
            Unknown: No such group or member. (NOT_FOUND)
            StateForbids, GroupClosed, Fenced: They can't be let in. (FAILED_PRECONDITION)
        """
        group = await self._locked(group_id, call)
        at = self.clock()
        after = (await self._member(group_id, client_id, call)).screen(is_suitable=is_suitable, at=at)
        if after.state is MemberState.ACTIVE:
            require_open(group, has_begun=await self.store.has_begun(call, group_id, at=at))
            await self.store.check_fences(call, group_id, client_id)
        await self.store.put_member(call, after)
        await self._seat(after, call, at=at)
        return after

    async def remove(self, group_id: str, client_id: str, call: Call) -> Member:
        """
        Take a client off the roster and call their seats ahead off.

        Danger: the place is written first. Whoever books a seat for them at this moment has it locked, and the seat
        is seen; whoever comes later finds that they left.

        Raises:
            Unknown: No such group or member. (NOT_FOUND)
        """
        await self._locked(group_id, call)
        before = await self._member(group_id, client_id, call)
        after = before.leave(at=self.clock())
        if after is not before:
            await self.store.put_member(call, after)
            seats = await self.store.seats_ahead(call, group_id, client_id)
            await call_off_seats(
                seats, Reason.PRACTICE, call, appointments=self.appointments, books=self.books, at=self.clock()
            )
        return after

    async def _seat(self, member: Member, call: Call, *, at: datetime) -> None:
        """Let whoever is in the group now be seated in the sessions that are scheduled, right after this commits."""
        if member.state is MemberState.ACTIVE:
            await self.store.call_for_seats_ahead(call, member.group_id, at=at)

    async def _locked(self, group_id: str, call: Call) -> Group:
        group = await self.store.find(call, group_id, is_locked=True)
        require_leader(group.leader_ids, call)
        return group

    async def _member(self, group_id: str, client_id: str, call: Call) -> Member:
        member = await self.store.member(call, group_id, client_id)
        if member is None:
            raise errors.Unknown("The client was never on the roster.", client_id=client_id)
        return member
