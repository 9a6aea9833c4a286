"""Tells what would become of every occurrence of a series, before anything is agreed."""

from __future__ import annotations

import uuid_utils

from services.booking.domain import errors
from services.booking.domain.series import Fate, Occurrence, Plan, start_series
from services.booking.usecases.ports import Clock
from services.booking.usecases.series_ports import Outcome, SeriesLedger
from services.booking.usecases.try_occurrences import try_occurrences
from services.chassis.context import Call


async def preflight_series(plan: Plan, call: Call, *, ledger: SeriesLedger, clock: Clock) -> Outcome:
    """
    Return every occurrence in the horizon with its fate, and an alternative for each conflict; nothing is held.

    Raises:
        SeriesEmpty: The rule names no time ahead in the horizon. (INVALID_ARGUMENT)
        RecurrenceUnsupported, RecurrenceTooLarge: It is beyond a series' limits. (INVALID_ARGUMENT)

    Cost:
        One call of the ledger, whatever the number of occurrences; figures: docs/benchmarks.md.
    """
    plan.check()
    now = clock()
    series = start_series(
        practice_id=call.practice_id,
        series_id=str(uuid_utils.uuid7()),
        plan=plan,
        actor_id=call.actor.actor_id,
        at=now,
    )
    planned = plan.planned(plan.today(now), series.booked_until, after=now)
    if not planned:
        raise errors.SeriesEmpty("The rule names no time ahead.")
    conflicts = await try_occurrences(series, planned, call, ledger=ledger)
    occurrences = [
        Occurrence(each.original_local, each.told.start_time, Fate.CONFLICT if conflict else Fate.BOOKED, "", conflict)
        for each, conflict in zip(planned, conflicts, strict=True)
    ]
    return Outcome(series, occurrences, {}, sum(conflict is not None for conflict in conflicts))
