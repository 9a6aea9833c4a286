"""Says of many slots whether each could be held, and what is free instead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from services.availability.domain.agenda import Agendas
from services.availability.domain.claim import Claim
from services.availability.domain.free import Span
from services.availability.domain.reasons import Taker
from services.availability.domain.wish import DAY_S, Wish
from services.availability.usecases.find_alternatives import WINDOW_DAYS, Finder, find_alternatives
from services.availability.usecases.ports import Holds, Slot, Taken
from services.chassis.errors import ServiceError

Read = Callable[[], tuple[str, Wish]]
"""Reads one hold; raises what can't be read."""


async def check_slots(
    reads: Sequence[Read], practice_id: str, *, holds: Holds, finder: Finder
) -> list[Claim | ServiceError]:
    """
    Return what each hold would be answered, those before it counting as held; nothing is held.

    Returns:
        Shape: one outcome a hold, in order. A refusal has the nearest free slots in its details, whatever its reason.

    Cost:
        One look at the ledger for all holds, and one for all alternatives of a therapist; the searches are in memory.
    """
    outcomes: list[Claim | ServiceError | None] = []
    wishes: list[tuple[str, Wish]] = []
    for read in reads:
        try:
            wishes.append(read())
            outcomes.append(None)
        except ServiceError as refusal:
            outcomes.append(refusal)
    answers = await holds.check(practice_id, wishes)
    lost = [wish for (_, wish), answer in zip(wishes, answers, strict=True) if isinstance(answer, ServiceError)]
    near = replace(finder, taken=_Remembered(finder.taken, _reach(lost)), share=_search_alone) if lost else finder
    answered: list[Claim | ServiceError] = []
    for (_, wish), answer in zip(wishes, answers, strict=True):
        if isinstance(answer, ServiceError):
            answered.append(await find_alternatives(answer, wish, practice_id, finder=near))
        else:
            answered.append(answer)
    rest = iter(answered)
    return [next(rest) if outcome is None else outcome for outcome in outcomes]


def _reach(lost: Sequence[Wish]) -> Span:
    """Return the stretch in which alternatives are looked for, with room for the longest session at both ends."""
    starts = [wish.start_s for wish in lost]
    return (min(starts) - 3 * DAY_S, max(starts) + (WINDOW_DAYS + 2) * DAY_S) if starts else (0, 0)


class _Remembered:
    """Looks each set of resources up once for the whole stretch."""

    def __init__(self, taken: Taken, reach: Span) -> None:
        self._taken = taken
        self._reach = reach
        self._known: dict[tuple[str, ...], Mapping[str, Sequence[Span]]] = {}

    async def times(self, practice_id: str, resource_ids: Sequence[str], span: Span) -> Mapping[str, Sequence[Span]]:
        """Return what is taken in a stretch, out of what is known of all of them."""
        key = tuple(sorted(resource_ids))
        if key not in self._known:
            self._known[key] = await self._taken.times(practice_id, resource_ids, self._reach)
        return {
            resource_id: [each for each in spans if each[0] < span[1] and span[0] < each[1]]
            for resource_id, spans in self._known[key].items()
        }

    async def takers(self, practice_id: str, therapist_id: str, span: Span) -> Sequence[Taker]:
        """Return everything that takes a therapist's time in a stretch."""
        return await self._taken.takers(practice_id, therapist_id, span)

    async def agendas(self, practice_id: str, therapist_ids: Sequence[str], span: Span) -> Agendas:
        """Return what therapists have around a stretch; asked anew each time: only practices with caps need it."""
        return await self._taken.agendas(practice_id, therapist_ids, span)


async def _search_alone(key: tuple[object, ...], search: Callable[[], Awaitable[Sequence[Slot]]]) -> Sequence[Slot]:
    """Search without sharing: each stretch is another one."""
    return await search()
