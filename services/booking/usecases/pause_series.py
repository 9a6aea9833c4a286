"""Lets a stretch of sessions not take place without losing the hour."""

from __future__ import annotations

from dataclasses import replace

from services.booking.domain import facts
from services.booking.domain.appointment import AHEAD, CancelledBy
from services.booking.domain.series import Fate, Pause
from services.booking.usecases.ports import Appointments, Clock
from services.booking.usecases.series_ports import Outcome, SeriesStore
from services.chassis.context import Call


async def pause_series(
    series_id: str,
    pause: Pause,
    etag: str,
    call: Call,
    *,
    store: SeriesStore,
    appointments: Appointments,
    clock: Clock,
) -> Outcome:
    """
    Cancel the sessions of the stretch; their time stays blocked, or is lent out with first refusal.

    Kept time stays claimed in the ledger under the cancelled appointment's id, which comes back when the pause ends.

    Raises:
        UnknownSeries: No such series here. (NOT_FOUND)
        StaleVersion: The etag is not the current one. (ABORTED)
        SeriesCancelled, SeriesPaused, PauseBeyondHorizon: It can't be paused so. (FAILED_PRECONDITION)
        IntervalReversed: The pause ends before it begins. (INVALID_ARGUMENT)
    """
    before = await store.lock(call, series_id)
    await call.authorize(client_ids=[before.plan.client_id], resource_id=series_id)
    before.expect(etag)
    before.require_running()
    now = clock()
    after = before.paused(pause, at=now)
    found = await store.occurrences(call, series_id, since_local=pause.from_date.isoformat())
    inside = [each for each in found if pause.holds(each.original_local) and each.start_time > now]
    ids = [each.appointment_id for each in inside if each.appointment_id]
    held = await store.appointments(call, ids, is_locked=True)
    paused = []
    for each in inside:
        one = held.get(each.appointment_id)
        if one is not None and one.state in AHEAD:
            off, _ = one.cancel(CancelledBy.PRACTICE, at=now)
            fact = facts.Cancelled(off, keeps_time=pause.keeps_time, series_id=series_id)
            await appointments.save(call, one, off, fact)
            held[one.appointment_id] = off
        elif each.fate is not Fate.CONFLICT:
            continue
        paused.append(replace(each, fate=Fate.PAUSED, conflict=None))
    await store.save(call, before, after)
    await store.put(call, after, paused, instead_of=[each.original_local for each in paused])
    return Outcome(after, paused, held, 0)
