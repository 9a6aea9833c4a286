"""Says what the use cases of standing hours need of the database and the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.booking.domain import facts
from services.booking.domain.appointment import Appointment, Slot
from services.booking.domain.priority import STANDING
from services.booking.domain.series import Alternative, Occurrence, Planned, Series
from services.booking.usecases.ports import Ledger, Wish
from services.chassis.context import Call
from services.chassis.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Refused:
    """Is the ledger's no to one of many: reason, message, and the free slots nearby, nearest first."""

    error: ServiceError
    alternatives: Sequence[Alternative]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Is a series as it now is, with the occurrences a change was about and their appointments by id."""

    series: Series
    occurrences: Sequence[Occurrence]
    appointments: Mapping[str, Appointment]
    conflict_count: int


@dataclass(frozen=True, slots=True)
class SeriesFilter:
    """Is what a list of series is limited to; empty ids limit nothing."""

    client_id: str
    therapist_id: str


SeriesCursor = tuple[str, str]
"""Place in a list: two parts of the sort key, each as text."""

PackConflicts = Callable[[Series, Sequence[Occurrence]], object]
"""Turns conflicts into what travels in the details of a refusal."""


class SeriesLedger(Ledger, Protocol):
    """Is the ledger of time, asked about many occurrences at once."""

    async def check_many(self, wishes: Sequence[tuple[str, Wish]], call: Call) -> list[Slot | Refused]:
        """Say what holding each would be answered, those before it counting as held; hold nothing."""

    async def hold_many(self, wishes: Sequence[tuple[str, Wish]], call: Call) -> list[Slot | Refused]:
        """Hold each, whatever becomes of the others; an id that was given back is refused with HOLD_ABANDONED."""

    async def move_many(self, wishes: Sequence[tuple[str, Wish, str]], call: Call) -> list[Slot | Refused]:
        """Move each claim, given with its wish and move id, beside its old time, whatever becomes of the others."""

    async def release_many(self, appointment_ids: Collection[str], call: Call, *, only_move: bool = False) -> None:
        """Give the time of each, or only of its pending move, back."""


class SeriesStore(Protocol):
    """Reads and writes series, their occurrences and their appointments in the call's own transaction."""

    async def add(self, call: Call, series: Series) -> None:
        """Store a new series. Raises UnknownClient; lets a twin of the same request have its stored answer."""

    async def find(self, call: Call, series_id: str) -> Series:
        """Return a series. Raises UnknownSeries."""

    async def lock(self, call: Call, series_id: str) -> Series:
        """Return a series that nobody else can change until this call ends. Raises UnknownSeries."""

    async def save(self, call: Call, before: Series, after: Series) -> None:
        """Store a series' new version, with its event. Raises StaleVersion."""

    async def mark(self, call: Call, series: Series) -> None:
        """Store how far a series is booked and when it is looked at next; that is no change, and tells nobody."""

    async def page(self, call: Call, wanted: SeriesFilter, *, after: SeriesCursor | None, limit: int) -> list[Series]:
        """Return at most *limit* series by creation time and id."""

    async def occurrences(self, call: Call, series_id: str, *, since_local: str = "") -> list[Occurrence]:
        """Return occurrences by the time the rule has, from *since_local* on."""

    async def occurrence_page(self, call: Call, series_id: str, *, after_local: str, limit: int) -> list[Occurrence]:
        """Return at most *limit* occurrences after a time."""

    async def conflicts(
        self, call: Call, therapist_id: str, *, since: datetime, after: SeriesCursor | None, limit: int
    ) -> list[tuple[Series, Occurrence]]:
        """Return at most *limit* occurrences ahead that could not be placed, by time, of the practice."""

    async def put(
        self, call: Call, series: Series, occurrences: Sequence[Occurrence], *, instead_of: Collection[str] = ()
    ) -> None:
        """Store occurrences in the place of those at some original times, with an event for each new conflict."""

    async def appointments(self, call: Call, ids: Collection[str], *, is_locked: bool) -> dict[str, Appointment]:
        """Return appointments by id; locked ones can't be changed by anybody else until this call ends."""

    async def book(self, call: Call, booked: Sequence[tuple[Appointment, facts.Booked]]) -> None:
        """Store new appointments with their events. Raises HoldAbandoned when the hold of one was given back."""

    async def keeps_time(self, call: Call, appointment_id: str) -> bool:
        """Tell whether a paused series keeps the time of a cancelled appointment."""

    async def due(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and id of series whose horizon is due to be looked at, in any practice."""


def wish_for(series: Series, planned: Planned) -> Wish:
    """Return what the ledger is asked for an occurrence."""
    plan = series.plan
    return Wish(
        client_id=plan.client_id,
        therapist_id=plan.therapist_id,
        session_type_id=plan.session_type_id,
        start_local=planned.told.local,
        time_zone=plan.time_zone,
        fold=planned.told.fold,
        modality=plan.modality,
        extra_therapist_ids=plan.extra_therapist_ids,
        audiences=(STANDING,),
    )
