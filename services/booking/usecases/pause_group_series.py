"""Lets a stretch of a group's sessions not take place without losing the hour."""

from __future__ import annotations

from dataclasses import replace

from services.booking.domain.appointment import Reason
from services.booking.domain.group import SessionState
from services.booking.domain.series import Fate, Pause
from services.booking.usecases.call_off_seats import call_off_seats
from services.booking.usecases.group_ports import GroupSeriesStore, GroupStore
from services.booking.usecases.ports import Appointments, Books, Clock
from services.booking.usecases.series_ports import Outcome
from services.chassis.context import Call


async def pause_group_series(
    group_id: str,
    pause: Pause,
    etag: str,
    call: Call,
    *,
    groups: GroupStore,
    store: GroupSeriesStore,
    appointments: Appointments,
    books: Books,
    clock: Clock,
) -> Outcome:
    """
    Call the sessions of the stretch off, with every seat; their time stays blocked, or is lent out.

    Kept time stays claimed in the ledger under the session's id, and the session comes back when the pause ends. Seats
    are given back either way: members are free to be elsewhere meanwhile, and are seated anew.

    Raises:
        Unknown, UnknownSeries: No such group, or it meets by no rule. (NOT_FOUND)
        StaleVersion: The etag is not the current one. (ABORTED)
        SeriesCancelled, SeriesPaused, PauseBeyondHorizon: It can't be paused so. (FAILED_PRECONDITION)
        IntervalReversed: The pause ends before it begins. (INVALID_ARGUMENT)
    """
    await groups.find(call, group_id, is_locked=True)
    before = await store.find(call, group_id, is_locked=True)
    before.expect(etag)
    before.require_running()
    now = clock()
    after = before.paused(pause, at=now)
    found = await store.occurrences(call, before.series_id, since_local=pause.from_date.isoformat())
    paused, clients = [], []
    for each in found:
        if not pause.holds(each.original_local) or each.start_time <= now:
            continue
        if each.appointment_id:
            session = await groups.session(call, each.appointment_id, lock="no key update")
            if session.state is not SessionState.SCHEDULED or session.slot.start_time <= now:
                continue
            seats = await groups.seats(call, each.appointment_id, is_locked=True)
            clients += [seat.client_id for seat in seats]
            await call_off_seats(seats, Reason.PRACTICE, call, appointments=appointments, books=books, at=now)
            await groups.save_session(call, session, session.pause(keeps_time=pause.keeps_time, at=now))
        elif each.fate is not Fate.CONFLICT:
            continue
        paused.append(replace(each, fate=Fate.PAUSED, conflict=None))
    await call.authorize(client_ids=sorted(set(clients)), resource_id=before.series_id)
    await store.save(call, before, after)
    await store.put(call, after, paused, instead_of=[each.original_local for each in paused])
    return Outcome(after, paused, {}, 0)
