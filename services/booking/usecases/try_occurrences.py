"""Asks the ledger which occurrences could be placed, and holds none."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import uuid_utils

from services.booking.domain.series import Conflict, Planned, Series, choose_alternatives
from services.booking.usecases.series_ports import Refused, SeriesLedger, wish_for
from services.chassis.context import Call
from services.chassis.errors import RuleViolated, ServiceError

RULES: tuple[type[ServiceError], ...] = (RuleViolated,)
"""Refusals that are an occurrence's conflict; any other one is the whole request's."""


async def try_occurrences(
    series: Series,
    planned: Sequence[Planned],
    call: Call,
    *,
    ledger: SeriesLedger,
    conflicts_are: tuple[type[ServiceError], ...] = RULES,
) -> list[Conflict | None]:
    """
    Return why each occurrence can't be placed, with the nearest alternative that no sibling wants; None if it can.

    Args:
        conflicts_are: Refusals that concern an occurrence alone.

    Raises:
        ServiceError: What the ledger refuses for any other reason, for example NOT_FOUND.
    """
    if not planned:
        return []
    wishes = [(occurrence_id(series, each), wish_for(series, each)) for each in planned]
    outcomes = await ledger.check_many(wishes, call)
    refused = {number: each for number, each in enumerate(outcomes) if isinstance(each, Refused)}
    for each in refused.values():
        if not isinstance(each.error, conflicts_are):
            raise each.error
    starts = [each.told.start_time for each in planned]
    chosen = choose_alternatives(starts, {number: list(each.alternatives) for number, each in refused.items()})
    found: list[Conflict | None] = [None] * len(planned)
    for number, each in refused.items():
        found[number] = Conflict(each.error.reason, each.error.message, chosen.get(number))
    return found


def occurrence_id(series: Series, planned: Planned, *, attempt: int = 0) -> str:
    """
    Return the id of an occurrence's appointment and claim.

    The same version of a series names the same claims, so that a retry, or another process after a crash, goes on
    with what was held; *attempt* counts those that were given back meanwhile.
    """
    space = uuid_utils.UUID(str(UUID(series.series_id)))
    return str(uuid_utils.uuid5(space, f"{series.version}|{planned.original_local}|{attempt}"))
