"""Schedules groups further ahead as time goes by, and calls off what ended rules had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from services.booking.domain.appointment import Reason
from services.booking.domain.group import SessionState
from services.booking.domain.series import Series, SeriesState
from services.booking.usecases.cancel_group_session import cancel_group_session
from services.booking.usecases.group_ports import GroupSeriesStore, GroupStore, SeatLedger
from services.booking.usecases.place_occurrences import hold_occurrences
from services.booking.usecases.plan_group_series import add_sessions, plan_for
from services.booking.usecases.ports import Appointments, Books, Clock
from services.booking.usecases.top_up_series import UNATTENDED
from services.chassis.context import Call
from services.chassis.errors import ServiceError

BATCH = 100
"""Rules looked at in one round at most."""

OpenCall = Callable[[str], Call]
"""Gives a call of this service's own, in a practice."""

log = structlog.get_logger(__name__)


async def top_up_group_series(
    open_call: OpenCall,
    *,
    groups: GroupStore,
    store: GroupSeriesStore,
    ledger: SeatLedger,
    appointments: Appointments,
    books: Books,
    clock: Clock,
) -> None:
    """
    Bring every rule that is due up to its horizon, or to its end, each in a transaction of its own.

    Safe to repeat, and to be killed anywhere: what was held is found again under the same ids. What can't be placed
    goes to the desk's list. A rule that fails is told and looked at again in the next round.
    """
    for practice_id, group_id in await store.due(limit=BATCH):
        call = open_call(practice_id)
        try:
            series = await store.find(call, group_id)
            if series.state is SeriesState.CANCELLED:
                await call.close()
                await _call_off(
                    series, open_call, groups=groups, store=store, appointments=appointments, books=books, clock=clock
                )
                continue
            await _top_up(group_id, call, groups=groups, store=store, ledger=ledger, clock=clock)
            await call.commit(None)
        except ServiceError as error:
            await call.close(error)
            log.warning("group_series.postponed", practice_id=practice_id, group_id=group_id, reason=error.reason)
        except BaseException as error:
            await call.close(error)
            raise


async def _top_up(
    group_id: str, call: Call, *, groups: GroupStore, store: GroupSeriesStore, ledger: SeatLedger, clock: Clock
) -> None:
    """
    Schedule what has come inside the horizon, by the group's terms of now.

    Danger: the group is locked before its rule, as when a rule is created.
    """
    group = await groups.find(call, group_id, is_locked=True)
    before = await store.find(call, group_id, is_locked=True)
    await call.authorize(resource_id=before.series_id)
    if before.state is SeriesState.CANCELLED:
        return
    now = clock()
    rested = before.rested(at=now)
    current = replace(rested, plan=plan_for(group, before.plan))
    until = max(current.plan.horizon(now), before.booked_until)
    planned = current.plan.planned(before.booked_until, until, after=now)
    if not planned and rested is before:
        await store.mark(call, replace(before.booked_on(until, at=now), version=before.version))
        return
    after = current.booked_on(until, at=now).touched(at=now)
    occurrences, held = await hold_occurrences(
        after, planned, call, ledger=ledger, is_partial=True, conflicts_are=UNATTENDED
    )
    await add_sessions(group, after, held, call, groups=groups, clock=clock)
    await store.save(call, before, after)
    await store.put(call, after, occurrences)


async def _call_off(
    series: Series,
    open_call: OpenCall,
    *,
    groups: GroupStore,
    store: GroupSeriesStore,
    appointments: Appointments,
    books: Books,
    clock: Clock,
) -> None:
    """Call off every session ahead of an ended rule, each in a transaction of its own, then look at it no more."""
    listing = open_call(series.practice_id)
    ahead = await store.sessions_ahead(listing, series.series_id, at=clock())
    await listing.close()
    for group_session_id in ahead:
        call = open_call(series.practice_id)
        try:
            session = await groups.session(call, group_session_id, lock="no key update")
            seats = await groups.seats(call, group_session_id, is_locked=True)
            await call.authorize(client_ids=[each.client_id for each in seats], resource_id=group_session_id)
            if session.state is SessionState.SCHEDULED:
                await cancel_group_session(
                    group_session_id,
                    "",
                    Reason.PRACTICE,
                    call,
                    store=groups,
                    appointments=appointments,
                    books=books,
                    clock=clock,
                )
            await call.commit(None)
        except BaseException as error:
            await call.close(error)
            raise
    call = open_call(series.practice_id)
    try:
        await call.authorize(resource_id=series.series_id)
        await store.mark(call, replace(series, top_up_time=None))
        await call.commit(None)
    except BaseException as error:
        await call.close(error)
        raise
