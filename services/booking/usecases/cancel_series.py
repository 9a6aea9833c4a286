"""Calls off one occurrence of a standing hour, it and every later one, or all ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.booking.domain import errors, facts
from services.booking.domain.appointment import AHEAD, Appointment, CancelledBy, Reason, State
from services.booking.domain.recurrence_walls import LOCAL_FORMAT
from services.booking.domain.series import Fate, Occurrence, Series, SeriesState
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.follow_step import follow_step
from services.booking.usecases.ports import Appointments, Books, Clock
from services.booking.usecases.series_ports import Outcome, SeriesStore
from services.chassis.context import Call
from services.chassis.errors import Forbidden


async def cancel_series(
    series_id: str,
    original_local: str,
    etag: str,
    call: Call,
    *,
    is_alone: bool,
    store: SeriesStore,
    appointments: Appointments,
    books: Books,
    clock: Clock,
) -> Outcome:
    """
    Cancel the appointments that still lie ahead, let the rule name no more, and do what follows from each.

    Args:
        original_local: Names the occurrence; "" means all that lie ahead.
        is_alone: Only that occurrence; the rule goes on.

    Raises:
        UnknownSeries, UnknownOccurrence: There is none to call off. (NOT_FOUND)
        Forbidden: A client calls off their own occurrences one by one. (PERMISSION_DENIED)
        StaleVersion: The etag is not the current one. (ABORTED)
        SeriesCancelled: It was called off before. (FAILED_PRECONDITION)
        StateForbids: The one occurrence no longer lies ahead. (FAILED_PRECONDITION)
    """
    before = await store.lock(call, series_id)
    await call.authorize(client_ids=[before.plan.client_id], resource_id=series_id)
    if not is_alone and not is_staff(call.actor):
        raise Forbidden("You may call off single occurrences.", method=call.method)
    before.expect(etag)
    before.require_running()
    now = clock()
    found = await store.occurrences(call, series_id, since_local=original_local)
    chosen = [each for each in found if original_local or each.start_time > now]
    if original_local and (not chosen or chosen[0].original_local != original_local):
        raise errors.UnknownOccurrence("The series has no such occurrence.", series_id=series_id)
    chosen = chosen[:1] if is_alone else chosen
    ids = [each.appointment_id for each in chosen if each.appointment_id]
    held = await store.appointments(call, ids, is_locked=True)
    if is_alone and chosen[0].fate is Fate.BOOKED:
        held[chosen[0].appointment_id].require_ahead()
    by = CancelledBy.PRACTICE if is_staff(call.actor) else CancelledBy.CLIENT
    late_h = (await books.rules.of_call(call)).policy(before.plan.session_type_id).late_cancel_h
    after = _ended(before, original_local, is_alone=is_alone, at=now)
    called_off: list[Appointment] = []
    for each in chosen:
        one = held.get(each.appointment_id)
        if one is None:
            continue
        step = _step(each, one, before, by, at=now, late_h=late_h)
        if step is not None:
            off, fact = step
            await appointments.save(call, one, off, fact if is_alone else replace(fact, series_id=series_id))
            held[one.appointment_id] = off
            if one.state in AHEAD:
                called_off.append(off)
    # Once all are off: a follow-up asks whether anything else lies ahead.
    for off in called_off:
        await follow_step(off, Reason.UNSAID, call, books=books)
    settled = [each if each.fate is Fate.BOOKED else _dismissed(each) for each in chosen]
    await store.save(call, before, after)
    await store.put(call, after, settled, instead_of=[each.original_local for each in chosen])
    return Outcome(after, settled, held, 0)


def _ended(before: Series, original_local: str, *, is_alone: bool, at: datetime) -> Series:
    """Return the series after the cancellation: as it was, ended before an occurrence, or called off."""
    if is_alone:
        return before.touched(at=at)
    if not original_local:
        return before.cancelled(at=at)
    last = datetime.strptime(original_local, LOCAL_FORMAT) - timedelta(minutes=1)
    plan = replace(before.plan, rule=replace(before.plan.rule, count=0, until=last))
    ended = replace(before.touched(at=at), plan=plan, top_up_time=None)
    if before.pause is not None and before.pause.from_date > last.date():
        return replace(ended, pause=None, state=SeriesState.ACTIVE)
    return ended


def _step(
    occurrence: Occurrence, held: Appointment, series: Series, by: CancelledBy, *, at: datetime, late_h: int
) -> tuple[Appointment, facts.Cancelled] | None:
    """Return the cancellation, or the word that time a pause kept is free; None when there is nothing to do."""
    if held.state in AHEAD:
        return held.cancel(by, at=at, late_h=late_h)
    is_kept = occurrence.fate is Fate.PAUSED and series.pause is not None and series.pause.keeps_time
    if is_kept and held.state is State.CANCELLED:
        freed = replace(held, version=held.version + 1, update_time=at)
        return freed, facts.Cancelled(freed)
    return None


def _dismissed(occurrence: Occurrence) -> Occurrence:
    return replace(occurrence, fate=Fate.DISMISSED, conflict=None, has_first_refusal=False)
