"""Moves a group's session and every later one, with everybody who has a seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.booking.domain import errors, facts
from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.group import GroupSession, SessionState
from services.booking.domain.policy import with_deadline
from services.booking.domain.recurrence_walls import LOCAL_FORMAT, tell, zone
from services.booking.domain.series import Conflict, Fate, Occurrence, Planned, Series
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.group_ports import GroupSeriesStore, GroupStore, SeatLedger
from services.booking.usecases.place_occurrences import hold_occurrences
from services.booking.usecases.plan_group_series import add_sessions, plan_for
from services.booking.usecases.ports import Appointments, Books, Clock
from services.booking.usecases.series_ports import Outcome, PackConflicts, wish_for
from services.chassis.context import Call
from services.chassis.errors import RuleViolated, ServiceError


@dataclass
class _Move:
    """Is a session on its way: its seats, where they go, and what the ledger answered."""

    occurrence: Occurrence
    planned: Planned
    session: GroupSession
    seats: list[Appointment]
    slot: Slot | None = None
    moved: list[tuple[Appointment, Appointment, facts.Rescheduled]] = field(default_factory=list)
    refusal: ServiceError | None = None


@dataclass(frozen=True, slots=True)
class GroupChange:
    """Moves rules of groups in place."""

    groups: GroupStore
    store: GroupSeriesStore
    ledger: SeatLedger
    appointments: Appointments
    books: Books
    clock: Clock

    async def change(
        self, group_id: str, original_local: str, start_local: datetime, etag: str, call: Call, *, pack: PackConflicts
    ) -> Outcome:
        """
        Move sessions in the ledger one after the other, then commit them all together with the rule; all or none.

        Sessions that were moved by themselves, or called off, stay as they are. What could not be placed before is
        tried again at its new time, and stays on the list where that is taken.

        Args:
            original_local: Names the first session to move as the rule has it; "" is the first ahead.

        Raises:
            Unknown, UnknownSeries, UnknownOccurrence: There is none to move. (NOT_FOUND)
            StateForbids: It has begun. (FAILED_PRECONDITION)
            StaleVersion: The etag is not the current one. (ABORTED)
            SeriesCancelled, SeriesPaused: The rule can't be changed now. (FAILED_PRECONDITION)
            SeriesConflicts: Some can't be moved; nothing moved. (FAILED_PRECONDITION)
            RecurrenceUnsupported: It would go too far, or onto a session that stays. (INVALID_ARGUMENT)
            HoldAbandoned: A move was taken back before the commit; ask again under a new request id. (ABORTED)
        """
        group = await self.groups.find(call, group_id, is_locked=True)
        before = await self.store.find(call, group_id, is_locked=True)
        before.expect(etag)
        before.require_running()
        now = self.clock()
        if before.rested(at=now).pause is not None:
            raise errors.SeriesPaused("End the pause first.", series_id=before.series_id)
        following = await self.store.occurrences(call, before.series_id, since_local=original_local)
        chosen = [each for each in following if original_local or each.start_time > now]
        if not chosen or (original_local and chosen[0].original_local != original_local):
            raise errors.UnknownOccurrence("The rule names no such time.", group_series_id=before.series_id)
        if chosen[0].start_time <= now:
            raise errors.StateForbids("The session has begun.", group_series_id=before.series_id)
        after, steps = _shifted(before.rested(at=now), chosen, start_local, at=now)
        await self._require_apart(before, chosen[0], [planned for _, planned in steps], call)
        wanted = replace(after, plan=plan_for(group, after.plan))
        moves = [await self._locked(*each, call) for each in steps if each[0].fate is Fate.BOOKED]
        going = [each for each in moves if _is_as_ruled(each)]
        await call.authorize(
            client_ids=sorted({seat.client_id for each in going for seat in each.seats}), resource_id=before.series_id
        )
        for each in going:
            await self._claim(each, wanted, call, at=now)
        await self._require_all(after, going, call, pack=pack)
        unplaced = [planned for each, planned in steps if each.fate is Fate.CONFLICT and planned.told.start_time > now]
        placed, held = await hold_occurrences(wanted, unplaced, call, ledger=self.ledger, is_partial=True)
        for each in going:
            assert each.slot is not None, "what was refused has refused them all"
            for seat, fresh, fact in each.moved:
                await self.appointments.save(call, seat, fresh, fact)
            await self.groups.save_session(call, each.session, each.session.move(each.slot))
        await add_sessions(group, after, held, call, groups=self.groups, clock=self.clock)
        await self.store.save(call, before, after)
        results = {each.original_local: each for each in placed}
        told = [results.get(planned.original_local, _renamed(each, planned)) for each, planned in steps]
        await self.store.put(call, after, told, instead_of=[each.original_local for each in chosen])
        return Outcome(after, told, {}, sum(each.fate is Fate.CONFLICT for each in told))

    async def _require_apart(self, before: Series, first: Occurrence, planned: Sequence[Planned], call: Call) -> None:
        """Refuse with RecurrenceUnsupported a change that puts a session on the time of an earlier one that stays."""
        earliest = min(each.original_local for each in planned)
        found = await self.store.occurrences(call, before.series_id, since_local=earliest)
        stay = {each.original_local for each in found if each.original_local < first.original_local}
        if not stay.isdisjoint(each.original_local for each in planned):
            raise errors.RecurrenceUnsupported("It would fall on a session that stays.", part="BYDAY")

    async def _locked(self, occurrence: Occurrence, planned: Planned, call: Call) -> _Move:
        session = await self.groups.session(call, occurrence.appointment_id, lock="no key update")
        seats = await self.groups.seats(call, occurrence.appointment_id, is_locked=True)
        return _Move(occurrence, planned, session, seats)

    async def _claim(self, each: _Move, wanted: Series, call: Call, *, at: datetime) -> None:
        """Take the new time for a session and its seats, or note why not; what the rules say of each client counts."""
        session_id = each.session.group_session_id
        try:
            each.slot, seated = await self.ledger.move_session(
                session_id,
                replace(wish_for(wanted, each.planned), modality=0),
                call,
                move_id=claim_id(call.practice_id, f"{call.request_id}|{session_id}"),
            )
            if each.slot.claim_version <= each.session.abandoned_claim_version:
                raise errors.HoldAbandoned("The move was taken back; ask again.", group_session_id=session_id)
            rules = await self.books.rules.of_call(call)
            for seat in each.seats:
                fresh, fact = seat.reschedule(seated[seat.appointment_id], at=at)
                fresh = with_deadline(fresh, rules.policy(each.slot.session_type_id))
                await self.books.gates.check_move(call, fresh, rules, is_staff=True)
                each.moved.append((seat, fresh, fact))
        except ServiceError as refusal:
            each.refusal = refusal

    async def _require_all(self, after: Series, going: Sequence[_Move], call: Call, *, pack: PackConflicts) -> None:
        """
        Refuse when one can't move, once what could is given back.

        Danger: each move is barred, and that is committed, before the ledger hears of it, or a retry would take the
        ledger's stored answer for time that is held. So the rows this call has locked are let go first.
        """
        refused = [(each, each.refusal) for each in going if each.refusal is not None]
        if not refused:
            return
        fatal = next((why for _, why in refused if not isinstance(why, (RuleViolated, errors.Gate))), None)
        conflicts = [
            replace(
                _renamed(each.occurrence, each.planned), fate=Fate.CONFLICT, conflict=Conflict(why.reason, why.message)
            )
            for each, why in refused
        ]
        refusal = fatal or errors.SeriesConflicts(
            "Not every session can be moved.", details=[pack(after, conflicts)], conflicts=str(len(conflicts))
        )
        await call.close(refusal)
        for each in going:
            if each.slot is None:
                continue
            session_id, version = each.session.group_session_id, each.slot.claim_version
            if await self.groups.abandon_session_move(call, session_id, claim_version=version):
                ids = [session_id, *(seat.appointment_id for seat in each.seats)]
                await self.ledger.release_many(ids, call, only_move=True)
        raise refusal


def _shifted(
    before: Series, chosen: Sequence[Occurrence], start_local: datetime, *, at: datetime
) -> tuple[Series, list[tuple[Occurrence, Planned]]]:
    """Return the rule as it goes on from a time, and where each later time goes."""
    first = datetime.strptime(chosen[0].original_local, LOCAL_FORMAT)
    plan = before.plan.moved_from(chosen[0].original_local, start_local, "")
    by, rules, steps = start_local - first, zone(plan.time_zone), []
    for each in chosen:
        local = datetime.strptime(each.original_local, LOCAL_FORMAT) + by
        steps.append((each, Planned(local.strftime(LOCAL_FORMAT), tell(local, rules))))
    until = before.booked_until + timedelta(days=(start_local.date() - first.date()).days)
    return replace(before.touched(at=at), plan=plan, booked_until=until), steps


def _is_as_ruled(each: _Move) -> bool:
    """Tell whether a session stands where the rule has it: only such move with the rule."""
    is_standing = each.session.state is SessionState.SCHEDULED
    return is_standing and each.session.slot.start_time == each.occurrence.start_time


def _renamed(each: Occurrence, planned: Planned) -> Occurrence:
    return replace(each, original_local=planned.original_local, start_time=planned.told.start_time)
