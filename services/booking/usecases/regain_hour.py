"""Lets the owner of a standing hour have it back before those who wait are asked."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from services.booking.domain import appointment
from services.booking.domain.recurrence_walls import LOCAL_FORMAT, tell, zone
from services.booking.domain.series import Fate, Occurrence, Planned, SeriesState
from services.booking.domain.waitlist import Opening
from services.booking.usecases.ports import Clock
from services.booking.usecases.refill_slots import HOLD_GRACE_S, claims_of
from services.booking.usecases.series_ports import SeriesLedger, SeriesStore, wish_for
from services.booking.usecases.try_occurrences import occurrence_id
from services.booking.usecases.waitlist_ports import WaitlistLedger
from services.chassis.context import Call
from services.chassis.errors import NotFound, RuleViolated


class Ledger(SeriesLedger, WaitlistLedger, Protocol):
    """Is the ledger with all that this needs of it."""


async def regain_hour(
    call: Call, opening: Opening, series_id: str, *, ledger: Ledger, series: SeriesStore, clock: Clock
) -> bool:
    """
    Book the hour for its owner in the opening's own transaction; False when a rule says no, and others are asked.

    It was theirs before a pause, so it is booked as their standing hour is, without a question; they can call off a
    single occurrence.
    """
    now = clock()
    before = await series.lock(call, series_id)
    found = await series.occurrences(call, series_id, since_local=before.plan.today(now).isoformat())
    wanted = next(
        (
            each
            for each in found
            if each.fate is Fate.CONFLICT and each.has_first_refusal and each.start_time == opening.slot.start_time
        ),
        None,
    )
    if wanted is None or before.state is not SeriesState.ACTIVE:
        return False
    await call.authorize(client_ids=[before.plan.client_id], resource_id=opening.opening_id)
    after = before.touched(at=now)
    rules = zone(before.plan.time_zone)
    planned = Planned(wanted.original_local, tell(datetime.strptime(wanted.original_local, LOCAL_FORMAT), rules))
    claim_id = occurrence_id(after, planned)
    try:
        slot = await ledger.transfer(
            claims_of(opening, ()), claim_id, wish_for(after, planned), call, hold_s=HOLD_GRACE_S
        )
    except (RuleViolated, NotFound):
        return False
    booked, fact = appointment.book(
        practice_id=call.practice_id,
        appointment_id=claim_id,
        client_id=before.plan.client_id,
        slot=slot,
        actor_id=call.actor.actor_id,
        at=now,
    )
    await series.save(call, before, after)
    await series.book(call, [(booked, fact)])
    regained = Occurrence(wanted.original_local, wanted.start_time, Fate.BOOKED, claim_id, None, False)
    await series.put(call, after, [regained], instead_of=[wanted.original_local])
    return True
