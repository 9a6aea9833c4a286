"""Books standing hours further ahead as time goes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from services.booking.domain.recurrence_walls import LOCAL_FORMAT, tell, zone
from services.booking.domain.series import FIRST_REFUSAL_EVERY, Fate, Planned, Series, SeriesState
from services.booking.usecases.place_occurrences import place_occurrences
from services.booking.usecases.ports import Clock
from services.booking.usecases.series_ports import SeriesLedger, SeriesStore
from services.chassis.context import Call
from services.chassis.errors import NotFound, RuleViolated, ServiceError

BATCH = 100
"""Series looked up at once."""

UNATTENDED = (RuleViolated, NotFound)
"""Refusals that go to the desk: nobody else is there to hear that a therapist or a session type is gone."""

log = structlog.get_logger(__name__)

OpenCall = Callable[[str], Call]
"""Opens a call of the service's own in a practice."""


async def top_up_series(open_call: OpenCall, *, ledger: SeriesLedger, store: SeriesStore, clock: Clock) -> int:
    """
    Book every series that is due up to its horizon, each in a transaction of its own; return how many.

    Safe to repeat, and to be killed anywhere: what was held is found again under the same ids. What can't be placed
    goes to the desk's worklist. A series that fails is told and looked at again in the next round.
    """
    done = 0
    due = [("", "")] * BATCH
    while len(due) == BATCH:
        due, before = await store.due(limit=BATCH), done
        for practice_id, series_id in due:
            done += await _top_up_alone(series_id, open_call(practice_id), ledger=ledger, store=store, clock=clock)
        if done == before:
            break
    return done


async def _top_up_alone(series_id: str, call: Call, *, ledger: SeriesLedger, store: SeriesStore, clock: Clock) -> bool:
    try:
        if await _top_up(series_id, call, ledger=ledger, store=store, at=clock()):
            await call.commit(None)
        else:
            await call.close()
    except ServiceError as error:
        await call.close(error)
        log.warning("series.postponed", practice_id=call.practice_id, series_id=series_id, reason=error.reason)
        return False
    except BaseException as error:
        await call.close(error)
        raise
    return True


async def _top_up(series_id: str, call: Call, *, ledger: SeriesLedger, store: SeriesStore, at: datetime) -> bool:
    """Tell whether anything was booked or found in conflict: a look alone is no news to anybody."""
    before = await store.lock(call, series_id)
    if before.state is SeriesState.CANCELLED:
        return False
    await call.authorize(client_ids=[before.plan.client_id], resource_id=series_id)
    plan = before.plan
    rested = before.rested(at=at)
    until = max(plan.horizon(at), before.booked_until)
    after = rested.booked_on(until, at=at).touched(at=at)
    planned = plan.planned(before.booked_until, until, after=at)
    placed = await place_occurrences(
        after, planned, call, ledger=ledger, at=at, is_partial=True, conflicts_are=UNATTENDED
    )
    waiting = await _waiting(before, call, store=store, at=at)
    regained = await place_occurrences(
        after,
        waiting,
        call,
        ledger=ledger,
        at=at,
        is_partial=True,
        has_first_refusal=True,
        conflicts_are=UNATTENDED,
    )
    if regained.conflicts:
        after = replace(after, top_up_time=at + FIRST_REFUSAL_EVERY)
    if not placed.occurrences and not regained.booked and rested is before:
        await store.mark(call, replace(after, version=before.version))
        return False
    await store.save(call, before, after)
    await store.book(call, [*placed.booked, *regained.booked])
    await store.put(
        call,
        after,
        [*placed.occurrences, *regained.occurrences],
        instead_of=[each.original_local for each in waiting],
    )
    return True


async def _waiting(series: Series, call: Call, *, store: SeriesStore, at: datetime) -> list[Planned]:
    """Return the times ahead that the client gets first when they come free."""
    rules = zone(series.plan.time_zone)
    found = await store.occurrences(call, series.series_id, since_local=series.plan.today(at).isoformat())
    return [
        Planned(each.original_local, tell(datetime.strptime(each.original_local, LOCAL_FORMAT), rules))
        for each in found
        if each.fate is Fate.CONFLICT and each.has_first_refusal and each.start_time > at
    ]
