"""Places occurrences in the ledger: each is held, or its conflict is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.booking.domain import appointment, errors, facts
from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.series import Conflict, Fate, Occurrence, Planned, Series, choose_alternatives
from services.booking.usecases.series_ports import Refused, SeriesLedger, wish_for
from services.booking.usecases.try_occurrences import RULES, occurrence_id, try_occurrences
from services.chassis import crashpoints
from services.chassis.context import Call
from services.chassis.errors import RuleViolated, ServiceError

ATTEMPTS = 3
"""Ids tried for an occurrence whose hold was given back after a crash, before the caller is asked to come again."""


@dataclass
class Placed:
    """Is what became of occurrences: all of them in order, and the appointments of those that are held."""

    occurrences: list[Occurrence] = field(default_factory=list)
    booked: list[tuple[Appointment, facts.Booked]] = field(default_factory=list)

    @property
    def conflicts(self) -> list[Occurrence]:
        """Return those that could not be placed."""
        return [each for each in self.occurrences if each.fate is Fate.CONFLICT]


async def place_occurrences(
    series: Series,
    planned: Sequence[Planned],
    call: Call,
    *,
    ledger: SeriesLedger,
    at: datetime,
    is_partial: bool,
    has_first_refusal: bool = False,
    conflicts_are: tuple[type[ServiceError], ...] = RULES,
) -> Placed:
    """
    Hold occurrences as `hold_occurrences` does, and make the appointments of those that are held.

    The caller commits them.

    Raises:
        ServiceError: What `hold_occurrences` raises.
    """
    occurrences, held = await hold_occurrences(
        series,
        planned,
        call,
        ledger=ledger,
        is_partial=is_partial,
        has_first_refusal=has_first_refusal,
        conflicts_are=conflicts_are,
    )
    placed = Placed(occurrences)
    for claim_id, slot in held:
        booked, fact = appointment.book(
            practice_id=series.practice_id,
            appointment_id=claim_id,
            client_id=series.plan.client_id,
            slot=slot,
            actor_id=call.actor.actor_id,
            at=at,
        )
        placed.booked.append((booked, replace(fact, series_id=series.series_id)))
    return placed


async def hold_occurrences(
    series: Series,
    planned: Sequence[Planned],
    call: Call,
    *,
    ledger: SeriesLedger,
    is_partial: bool,
    has_first_refusal: bool = False,
    conflicts_are: tuple[type[ServiceError], ...] = RULES,
) -> tuple[list[Occurrence], list[tuple[str, Slot]]]:
    """
    Check all occurrences, then hold those that are free; return them all, and the claims that are held, by time.

    Unless conflicts may be left out, one of them means that nothing is held when this returns: the caller refuses.

    Args:
        conflicts_are: Refusals that concern an occurrence alone.

    Raises:
        HoldAbandoned: Holds were given back again and again; ask again. (ABORTED)
        ServiceError: What the ledger refuses for any other reason; nothing is held then either.
    """
    conflicts = await try_occurrences(series, planned, call, ledger=ledger, conflicts_are=conflicts_are)
    slots: dict[int, tuple[str, Slot]] = {}
    if is_partial or not any(conflicts):
        free = [number for number, conflict in enumerate(conflicts) if conflict is None]
        slots, lost = await _hold(series, planned, free, call, ledger=ledger)
        starts = [each.told.start_time for each in planned]
        chosen = choose_alternatives(starts, {number: list(each.alternatives) for number, each in lost.items()})
        for number, refused in lost.items():
            conflicts[number] = Conflict(refused.error.reason, refused.error.message, chosen.get(number))
        if lost and not is_partial:
            await ledger.release_many([claim_id for claim_id, _ in slots.values()], call)
            slots = {}
    crashpoints.reach("booking.series_held")
    occurrences = []
    for number, each in enumerate(planned):
        claim_id, _ = slots.get(number, ("", None))
        conflict = conflicts[number]
        fate = Fate.CONFLICT if conflict else Fate.BOOKED
        occurrences.append(
            Occurrence(
                each.original_local,
                each.told.start_time,
                fate,
                claim_id,
                conflict,
                has_first_refusal and conflict is not None,
            )
        )
    return occurrences, [slots[number] for number in sorted(slots)]


async def _hold(
    series: Series, planned: Sequence[Planned], numbers: Sequence[int], call: Call, *, ledger: SeriesLedger
) -> tuple[dict[int, tuple[str, Slot]], dict[int, Refused]]:
    """Return what is held, and what somebody else took since it was checked."""
    held: dict[int, tuple[str, Slot]] = {}
    lost: dict[int, Refused] = {}
    fatal: ServiceError | None = None
    left = list(numbers)
    for attempt in range(ATTEMPTS):
        ids = {number: occurrence_id(series, planned[number], attempt=attempt) for number in left}
        wishes = [(ids[number], wish_for(series, planned[number])) for number in left]
        outcomes = await ledger.hold_many(wishes, call) if wishes else []
        again = []
        for number, outcome in zip(left, outcomes, strict=True):
            if not isinstance(outcome, Refused):
                held[number] = (ids[number], outcome)
            elif isinstance(outcome.error, errors.HoldAbandoned):
                again.append(number)
            elif isinstance(outcome.error, RuleViolated):
                lost[number] = outcome
            else:
                fatal = outcome.error
        left = again
    if left:
        fatal = errors.HoldAbandoned("The holds were given back; ask again.", series_id=series.series_id)
    if fatal is not None:
        await ledger.release_many([claim_id for claim_id, _ in held.values()], call)
        raise fatal
    return held, lost
