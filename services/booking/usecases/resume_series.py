"""Ends the pause of a standing hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.booking.domain import facts
from services.booking.domain.appointment import Appointment, CancelledBy, State
from services.booking.domain.recurrence_walls import LOCAL_FORMAT, tell, zone
from services.booking.domain.series import FIRST_REFUSAL_EVERY, Fate, Planned
from services.booking.usecases.place_occurrences import place_occurrences
from services.booking.usecases.ports import Appointments, Clock
from services.booking.usecases.series_ports import Outcome, SeriesLedger, SeriesStore
from services.chassis.context import Call


async def resume_series(
    series_id: str,
    etag: str,
    call: Call,
    *,
    ledger: SeriesLedger,
    store: SeriesStore,
    appointments: Appointments,
    clock: Clock,
) -> Outcome:
    """
    Book what is left of the pause again.

    Kept time comes back with the same appointments. Lent time is booked where it is free; where it is not, the
    occurrence goes to the worklist, and the client gets it first when it comes free.

    Raises:
        UnknownSeries: No such series here. (NOT_FOUND)
        StaleVersion: The etag is not the current one. (ABORTED)
        SeriesCancelled, SeriesNotPaused: There is no pause to end. (FAILED_PRECONDITION)
    """
    before = await store.lock(call, series_id)
    await call.authorize(client_ids=[before.plan.client_id], resource_id=series_id)
    before.expect(etag)
    before.require_running()
    now = clock()
    after = before.resumed(at=now)
    assert before.pause is not None, "only a series with a pause is resumed"
    found = await store.occurrences(call, series_id, since_local=before.plan.today(now).isoformat())
    paused = [each for each in found if each.fate is Fate.PAUSED and each.start_time > now]
    is_kept = before.pause.keeps_time
    kept = [each for each in paused if is_kept and each.appointment_id]
    held = await store.appointments(call, [each.appointment_id for each in kept], is_locked=True)
    back = []
    for each in kept:
        again, fact = _reinstated(held[each.appointment_id], at=now)
        await appointments.save(call, held[each.appointment_id], again, replace(fact, series_id=series_id))
        held[again.appointment_id] = again
        back.append(replace(each, fate=Fate.BOOKED))
    rules = zone(before.plan.time_zone)
    lent = [
        Planned(each.original_local, tell(datetime.strptime(each.original_local, LOCAL_FORMAT), rules))
        for each in paused
        if each not in kept
    ]
    placed = await place_occurrences(
        after, lent, call, ledger=ledger, at=now, is_partial=True, has_first_refusal=not is_kept
    )
    if placed.conflicts:
        after = replace(after, top_up_time=now + FIRST_REFUSAL_EVERY)
    await store.save(call, before, after)
    await store.book(call, placed.booked)
    told = sorted([*back, *placed.occurrences], key=lambda each: each.original_local)
    await store.put(call, after, told, instead_of=[each.original_local for each in paused])
    held |= {each.appointment_id: each for each, _ in placed.booked}
    return Outcome(after, told, held, len(placed.conflicts))


def _reinstated(cancelled: Appointment, *, at: datetime) -> tuple[Appointment, facts.Booked]:
    """Return a cancelled appointment whose time was kept, booked again."""
    booked = replace(
        cancelled,
        state=State.BOOKED,
        cancelled_by=CancelledBy.NOBODY,
        is_late_cancellation=False,
        version=cancelled.version + 1,
        update_time=at,
    )
    return booked, facts.Booked(booked)
