"""Moves one occurrence of a standing hour, or it and every later one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.booking.domain import errors
from services.booking.domain.appointment import AHEAD, Appointment, Slot
from services.booking.domain.recurrence_walls import LOCAL_FORMAT, tell, zone
from services.booking.domain.series import (
    Alternative,
    Conflict,
    Fate,
    Occurrence,
    Planned,
    Series,
    choose_alternatives,
)
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.place_occurrences import place_occurrences
from services.booking.usecases.ports import Appointments, Clock
from services.booking.usecases.series_ports import (
    Outcome,
    PackConflicts,
    Refused,
    SeriesLedger,
    SeriesStore,
    wish_for,
)
from services.chassis.context import Call
from services.chassis.errors import RuleViolated, ServiceError


@dataclass(frozen=True, slots=True)
class Change:
    """
    Says what is to change.

    original_local names the occurrence, "" the first ahead; start_local is where it goes, None to keep its time.
    """

    original_local: str
    is_alone: bool
    start_local: datetime | None
    therapist_id: str
    is_partial: bool
    etag: str


@dataclass(frozen=True, slots=True)
class _Step:
    """Is one occurrence with the time it is to have, and its appointment if that is to move."""

    occurrence: Occurrence
    planned: Planned
    moving: Appointment | None


async def change_series(
    series_id: str,
    change: Change,
    call: Call,
    *,
    ledger: SeriesLedger,
    store: SeriesStore,
    appointments: Appointments,
    clock: Clock,
    pack: PackConflicts,
) -> Outcome:
    """
    Move occurrences in the ledger, then commit their new times together with the rule.

    Occurrences that were moved by themselves before, and those that no longer lie ahead, stay where they are. A
    conflict on the worklist is placed by changing it alone. With conflicts left out, their old times stay.

    Raises:
        UnknownSeries, UnknownOccurrence: There is none to change. (NOT_FOUND)
        StateForbids: The occurrence has begun, or no longer lies ahead. (FAILED_PRECONDITION)
        StaleVersion: The etag is not the current one. (ABORTED)
        SeriesCancelled, SeriesPaused: The series can't be changed as a whole now. (FAILED_PRECONDITION)
        SeriesConflicts: All or none was asked for; nothing moved. (FAILED_PRECONDITION)
        HoldAbandoned: A move was taken back before the commit; ask again under a new request id. (ABORTED)
    """
    now = clock()
    before = (await store.lock(call, series_id)).rested(at=now)
    await call.authorize(client_ids=[before.plan.client_id], resource_id=series_id)
    before.expect(change.etag)
    before.require_running()
    if change.start_local is None and not change.therapist_id:
        raise errors.Malformed("Say what is to change.", field="start_local")
    following = await store.occurrences(call, series_id, since_local=change.original_local)
    chosen = [each for each in following if change.original_local or each.start_time > now]
    if not chosen or (change.original_local and chosen[0].original_local != change.original_local):
        raise errors.UnknownOccurrence("The series has no such occurrence.", series_id=series_id)
    if chosen[0].start_time <= now:
        raise errors.StateForbids("The occurrence has begun.", series_id=series_id)
    if change.is_alone:
        after, steps = _alone(before, chosen[0], change, at=now)
    else:
        if before.pause is not None:
            raise errors.SeriesPaused("End the pause first.", series_id=series_id)
        after, steps = _following(before, chosen, change, at=now)
        await _require_apart(before, chosen[0], steps, call, store=store)
    ids = [each.occurrence.appointment_id for each in steps if each.occurrence.appointment_id]
    found = await store.appointments(call, ids, is_locked=True)
    steps = [_with_appointment(each, before, found, is_alone=change.is_alone) for each in steps]
    return await _carry_out(
        before, after, steps, change, call, ledger=ledger, store=store, appointments=appointments, at=now, pack=pack
    )


def _alone(before: Series, occurrence: Occurrence, change: Change, *, at: datetime) -> tuple[Series, list[_Step]]:
    """Return the series with one exception: the rule stays."""
    local = change.start_local or datetime.strptime(occurrence.original_local, LOCAL_FORMAT)
    planned = Planned(occurrence.original_local, tell(local, zone(before.plan.time_zone)))
    return before.touched(at=at), [_Step(occurrence, planned, None)]


def _following(
    before: Series, chosen: Sequence[Occurrence], change: Change, *, at: datetime
) -> tuple[Series, list[_Step]]:
    """Return the series with its rule changed from an occurrence on, and where each later one goes."""
    first = datetime.strptime(chosen[0].original_local, LOCAL_FORMAT)
    start = change.start_local or first
    plan = before.plan.moved_from(chosen[0].original_local, start, change.therapist_id)
    by = start - first
    rules = zone(plan.time_zone)
    steps = []
    for each in chosen:
        local = datetime.strptime(each.original_local, LOCAL_FORMAT) + by
        steps.append(_Step(each, Planned(local.strftime(LOCAL_FORMAT), tell(local, rules)), None))
    until = before.booked_until + timedelta(days=(start.date() - first.date()).days)
    return replace(before.touched(at=at), plan=plan, booked_until=until), steps


async def _require_apart(
    before: Series, first: Occurrence, steps: Sequence[_Step], call: Call, *, store: SeriesStore
) -> None:
    """Refuse with RecurrenceUnsupported a change that puts an occurrence on the time of an earlier one that stays."""
    earliest = min(each.planned.original_local for each in steps)
    found = await store.occurrences(call, before.series_id, since_local=earliest)
    stay = {each.original_local for each in found if each.original_local < first.original_local}
    if not stay.isdisjoint(each.planned.original_local for each in steps):
        raise errors.RecurrenceUnsupported("It would fall on an occurrence that stays.", part="BYDAY")


def _with_appointment(step: _Step, before: Series, found: dict[str, Appointment], *, is_alone: bool) -> _Step:
    """Say whether an occurrence's appointment is to move."""
    occurrence = step.occurrence
    held = found.get(occurrence.appointment_id) if occurrence.fate is Fate.BOOKED else None
    if is_alone:
        if held is None and occurrence.fate is not Fate.CONFLICT:
            raise errors.UnknownOccurrence("The occurrence does not take place.", series_id=before.series_id)
        if held is not None:
            held.require_ahead()
        return replace(step, moving=held)
    if held is None or held.state not in AHEAD:
        return step
    is_as_ruled = (held.slot.start_time, held.slot.therapist_id) == (occurrence.start_time, before.plan.therapist_id)
    return replace(step, moving=held if is_as_ruled else None)


async def _carry_out(
    before: Series,
    after: Series,
    steps: Sequence[_Step],
    change: Change,
    call: Call,
    *,
    ledger: SeriesLedger,
    store: SeriesStore,
    appointments: Appointments,
    at: datetime,
    pack: PackConflicts,
) -> Outcome:
    wanted = replace(after, plan=replace(after.plan, therapist_id=change.therapist_id or after.plan.therapist_id))
    moving = [(each, each.moving) for each in steps if each.moving is not None]
    outcomes = await ledger.move_many(
        [
            (held.appointment_id, wish_for(wanted, step.planned), _move_id(call, held.appointment_id))
            for step, held in moving
        ],
        call,
    )
    moved: dict[str, Slot] = {}
    refused: dict[str, Refused] = {}
    fatal: ServiceError | None = None
    for (_, held), outcome in zip(moving, outcomes, strict=True):
        if not isinstance(outcome, Refused):
            if outcome.claim_version <= held.abandoned_claim_version:
                fatal = errors.HoldAbandoned("The move was taken back; ask again.", appointment_id=held.appointment_id)
            else:
                moved[held.appointment_id] = outcome
        elif isinstance(outcome.error, RuleViolated):
            refused[held.appointment_id] = outcome
        else:
            fatal = outcome.error
    unplaced = [
        each.planned for each in steps if each.occurrence.fate is Fate.CONFLICT and each.planned.told.start_time > at
    ]
    is_whole = not refused and fatal is None
    is_partial = change.is_partial and fatal is None
    again = unplaced if is_whole or is_partial else []
    placed = await place_occurrences(wanted, again, call, ledger=ledger, at=at, is_partial=is_partial)
    results = {each.original_local: each for each in placed.occurrences}
    instead = choose_alternatives(
        [each.planned.told.start_time for each in steps],
        {
            number: list(refused[each.occurrence.appointment_id].alternatives)
            for number, each in enumerate(steps)
            if each.occurrence.appointment_id in refused
        },
    )
    told = [_told(each, refused, results, instead.get(number)) for number, each in enumerate(steps)]
    conflicts = [each for each in told if each.conflict is not None]
    if fatal is not None or (conflicts and not change.is_partial):
        refusal = fatal or errors.SeriesConflicts(
            "Not every occurrence can be moved.",
            details=[pack(after, conflicts)],
            conflicts=str(len(conflicts)),
        )
        await _take_back(moved, refusal, call, ledger=ledger, appointments=appointments)
        raise refusal
    now_held = {}
    for _, held in moving:
        if held.appointment_id in moved:
            fresh, fact = held.reschedule(moved[held.appointment_id], at=at)
            told_fact = fact if change.is_alone else replace(fact, series_id=before.series_id)
            await appointments.save(call, held, fresh, told_fact)
            now_held[held.appointment_id] = fresh
        else:
            now_held[held.appointment_id] = held
    await store.save(call, before, after)
    await store.book(call, placed.booked)
    kept = [replace(each, conflict=None) if each.fate is Fate.BOOKED else each for each in told]
    await store.put(call, after, kept, instead_of=[each.occurrence.original_local for each in steps])
    now_held |= {each.appointment_id: each for each, _ in placed.booked}
    return Outcome(after, told, now_held, len(conflicts))


def _told(
    step: _Step, refused: dict[str, Refused], results: dict[str, Occurrence], instead: Alternative | None
) -> Occurrence:
    """Return the occurrence under its new time; one that could not move keeps its appointment and says why."""
    is_as_before = step.planned.original_local == step.occurrence.original_local
    start_time = step.occurrence.start_time if is_as_before else step.planned.told.start_time
    if step.occurrence.fate is Fate.CONFLICT:
        result = results.get(step.planned.original_local, step.occurrence)
        return replace(result, original_local=step.planned.original_local, start_time=start_time)
    said = refused.get(step.occurrence.appointment_id)
    return replace(
        step.occurrence,
        original_local=step.planned.original_local,
        start_time=start_time,
        conflict=Conflict(said.error.reason, said.error.message, instead) if said else None,
    )


async def _take_back(
    moved: dict[str, Slot], refusal: ServiceError, call: Call, *, ledger: SeriesLedger, appointments: Appointments
) -> None:
    """
    Give the new times back.

    Danger: each move is barred, and that is committed, before the ledger hears of it, or a retry would take the
    ledger's stored answer for time that is held. So the rows this call has locked are let go first.
    """
    await call.close(refusal)
    barred = [
        appointment_id
        for appointment_id, slot in moved.items()
        if await appointments.abandon_move(
            call, appointment_id, moved_at=slot.claim_version, claim_version=slot.claim_version
        )
    ]
    await ledger.release_many(barred, call, only_move=True)


def _move_id(call: Call, appointment_id: str) -> str:
    """Return the id that this request's move of an appointment has, every time it is asked."""
    return claim_id(call.practice_id, f"{call.request_id}|{appointment_id}")
