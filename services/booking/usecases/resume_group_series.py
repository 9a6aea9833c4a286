"""Ends the pause of the rule a group meets by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.booking.domain.group import FREED_AFTER
from services.booking.domain.recurrence_walls import LOCAL_FORMAT, tell, zone
from services.booking.domain.series import Fate, Planned
from services.booking.usecases.group_ports import GroupSeriesStore, GroupStore, SeatLedger
from services.booking.usecases.place_occurrences import hold_occurrences
from services.booking.usecases.plan_group_series import add_sessions, plan_for
from services.booking.usecases.ports import Clock
from services.booking.usecases.series_ports import Outcome
from services.chassis.context import Call


async def resume_group_series(
    group_id: str,
    etag: str,
    call: Call,
    *,
    groups: GroupStore,
    store: GroupSeriesStore,
    ledger: SeatLedger,
    clock: Clock,
) -> Outcome:
    """
    Schedule what is left of the pause again.

    Sessions whose time was kept stand again. Others are scheduled where it is free, by the group's present terms; where
    it is not, the time goes to the group's list. Members are seated once the ledger has heard of the seats given back.

    Raises:
        Unknown, UnknownSeries: No such group, or it meets by no rule. (NOT_FOUND)
        StaleVersion: The etag is not the current one. (ABORTED)
        SeriesCancelled, SeriesNotPaused: There is no pause to end. (FAILED_PRECONDITION)
        HoldAbandoned: A hold was given back before the commit; ask again. (ABORTED)
    """
    group = await groups.find(call, group_id, is_locked=True)
    before = await store.find(call, group_id, is_locked=True)
    before.expect(etag)
    before.require_running()
    now = clock()
    after = before.resumed(at=now)
    found = await store.occurrences(call, before.series_id, since_local=before.plan.today(now).isoformat())
    paused = [each for each in found if each.fate is Fate.PAUSED and each.start_time > now]
    back, lent = [], []
    for each in paused:
        session = await groups.session(call, each.appointment_id, lock="no key update") if each.appointment_id else None
        if session is None or not session.keeps_time:
            lent.append(each)
            continue
        await groups.save_session(call, session, session.resume(group))
        back.append(replace(each, fate=Fate.BOOKED))
    rules = zone(before.plan.time_zone)
    planned = [
        Planned(each.original_local, tell(datetime.strptime(each.original_local, LOCAL_FORMAT), rules)) for each in lent
    ]
    current = replace(after, plan=plan_for(group, after.plan))
    placed, held = await hold_occurrences(current, planned, call, ledger=ledger, is_partial=True)
    await add_sessions(group, after, held, call, groups=groups, clock=clock)
    if back:
        ids = [each.appointment_id for each in back]
        await groups.call_for_seats(call, ids, due_time=now + FREED_AFTER, tries=1)
    call.resource_id = before.series_id
    await store.save(call, before, after)
    told = sorted([*back, *placed], key=lambda each: each.original_local)
    await store.put(call, after, told, instead_of=[each.original_local for each in paused])
    return Outcome(after, told, {}, sum(each.fate is Fate.CONFLICT for each in told))
