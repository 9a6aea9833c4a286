"""Books a standing hour up to its horizon."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.series import Plan, start_series
from services.booking.usecases.book_appointment import claim_id
from services.booking.usecases.place_occurrences import place_occurrences
from services.booking.usecases.ports import Clock
from services.booking.usecases.series_ports import Outcome, PackConflicts, SeriesLedger, SeriesStore
from services.chassis.context import Call


async def create_series(
    plan: Plan,
    call: Call,
    *,
    is_partial: bool,
    ledger: SeriesLedger,
    store: SeriesStore,
    clock: Clock,
    pack: PackConflicts,
) -> Outcome:
    """
    Hold every occurrence, then commit the series and its appointments in one transaction.

    Unless conflicts may be left out, one of them refuses the whole and nothing stays held. What a crash leaves
    held is taken up by the retry, or given back by HoldLapsed.

    Raises:
        SeriesConflicts: All or none was asked for; the details list every conflict. (FAILED_PRECONDITION)
        SeriesEmpty: The rule names no time ahead in the horizon. (INVALID_ARGUMENT)
        RecurrenceUnsupported, RecurrenceTooLarge: It is beyond a series' limits. (INVALID_ARGUMENT)
        UnknownClient: The practice has no such client. (NOT_FOUND)
        HoldAbandoned: A hold was given back before the commit; ask again. (ABORTED)
    """
    plan.check()
    now = clock()
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
    await store.add(call, series)
    placed = await place_occurrences(series, planned, call, ledger=ledger, at=now, is_partial=is_partial)
    if placed.conflicts and not is_partial:
        raise errors.SeriesConflicts(
            "Not every occurrence can be placed.",
            details=[pack(series, placed.conflicts)],
            conflicts=str(len(placed.conflicts)),
        )
    await store.book(call, placed.booked)
    await store.put(call, series, placed.occurrences)
    appointments = {each.appointment_id: each for each, _ in placed.booked}
    return Outcome(series, placed.occurrences, appointments, len(placed.conflicts))
