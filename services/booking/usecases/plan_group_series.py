"""Lets a group meet by a rule: tried, scheduled up to a horizon, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.booking.domain import errors
from services.booking.domain.appointment import Slot
from services.booking.domain.group import Group, schedule
from services.booking.domain.series import Fate, Plan, Series, start_series
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.group_ports import GroupSeriesStore, GroupStore, SeatLedger
from services.booking.usecases.place_occurrences import hold_occurrences
from services.booking.usecases.ports import Clock
from services.booking.usecases.preflight_series import preflight_series
from services.booking.usecases.series_ports import Outcome, PackConflicts
from services.chassis.context import Call


@dataclass(frozen=True, slots=True)
class GroupRules:
    """Plans, starts and ends the rules groups meet by; a plan's people are always the group's own."""

    groups: GroupStore
    store: GroupSeriesStore
    ledger: SeatLedger
    clock: Clock

    async def preflight(self, group_id: str, draft: Plan, call: Call) -> Outcome:
        """
        Return every time in the horizon with its fate, and an alternative for each conflict; nothing is held.

        Raises:
            Unknown: No such group. (NOT_FOUND)
            SeriesEmpty, RecurrenceUnsupported, RecurrenceTooLarge: As `preflight_series`. (INVALID_ARGUMENT)
        """
        group = await self.groups.find(call, group_id)
        return await preflight_series(plan_for(group, draft), call, ledger=self.ledger, clock=self.clock)

    async def create(self, group_id: str, draft: Plan, call: Call, *, is_partial: bool, pack: PackConflicts) -> Outcome:
        """
        Hold every time, then commit the rule and its sessions in one transaction; members are seated right after.

        Unless conflicts may be left out, one of them refuses the whole and nothing stays held. What a crash leaves
        held is taken up by the retry, or given back by HoldLapsed.

        Raises:
            Unknown: No such group. (NOT_FOUND)
            SeriesRunning: The group meets by a rule already. (FAILED_PRECONDITION)
            SeriesConflicts: All or none was asked for; the details list every conflict. (FAILED_PRECONDITION)
            SeriesEmpty, RecurrenceUnsupported, RecurrenceTooLarge: As `create_series`. (INVALID_ARGUMENT)
            HoldAbandoned: A hold was given back before the commit; ask again. (ABORTED)
        """
        group = await self.groups.find(call, group_id, is_locked=True)
        plan = plan_for(group, draft)
        plan.check()
        now = self.clock()
        series = start_series(
            practice_id=call.practice_id,
            series_id=claim_id(call.practice_id, call.request_id),
            plan=plan,
            actor_id=call.actor.actor_id,
            at=now,
        )
        planned = plan.planned(plan.today(now), series.booked_until, after=now)
        if not planned:
            raise errors.SeriesEmpty("The rule names no time ahead.")
        call.resource_id = series.series_id
        await self.store.add(call, series)
        occurrences, held = await hold_occurrences(series, planned, call, ledger=self.ledger, is_partial=is_partial)
        conflicts = [each for each in occurrences if each.fate is Fate.CONFLICT]
        if conflicts and not is_partial:
            raise errors.SeriesConflicts(
                "Not every session can be placed.", details=[pack(series, conflicts)], conflicts=str(len(conflicts))
            )
        await add_sessions(group, series, held, call, groups=self.groups, clock=self.clock)
        await self.store.put(call, series, occurrences)
        return Outcome(series, occurrences, {}, len(conflicts))

    async def end(self, group_id: str, etag: str, call: Call, *, calls_off: bool) -> Series:
        """
        End the rule; a job calls off what is scheduled by it, if that is asked for. What a pause keeps is let go.

        Raises:
            UnknownSeries: The group has no rule. (NOT_FOUND)
            StaleVersion: The etag is not the current one. (ABORTED)
            SeriesCancelled: It has ended. (FAILED_PRECONDITION)
        """
        before = await self.store.find(call, group_id, is_locked=True)
        before.expect(etag)
        before.require_running()
        now = self.clock()
        after = before.cancelled(at=now)
        if calls_off:
            after = replace(after, top_up_time=now)
        await self.store.save(call, before, after)
        await let_kept_time_go(before, call, groups=self.groups, store=self.store, at=now)
        call.resource_id = before.series_id
        return after


def plan_for(group: Group, draft: Plan) -> Plan:
    """Return a rule with the group's own people and session type, on its present terms."""
    return replace(
        draft,
        client_id=group.group_id,
        therapist_id=group.therapist_id,
        session_type_id=group.session_type_id,
        extra_therapist_ids=group.co_therapist_ids,
    )


async def add_sessions(
    group: Group, series: Series, held: Sequence[tuple[str, Slot]], call: Call, *, groups: GroupStore, clock: Clock
) -> None:
    """Store the sessions of what is held, and let the members be seated."""
    for session_id, slot in held:
        await groups.add_session(call, schedule(group, session_id, slot, group_series_id=series.series_id))
    if held:
        await groups.call_for_seats(call, [session_id for session_id, _ in held], due_time=clock())


async def let_kept_time_go(
    series: Series, call: Call, *, groups: GroupStore, store: GroupSeriesStore, at: datetime
) -> None:
    """Give back what a pause keeps of a rule that ends."""
    found = await store.occurrences(call, series.series_id, since_local=series.plan.today(at).isoformat())
    for each in found:
        if each.fate is Fate.PAUSED and each.appointment_id:
            session = await groups.session(call, each.appointment_id, lock="no key update")
            if session.keeps_time:
                await groups.save_session(call, session, session.let_go())
