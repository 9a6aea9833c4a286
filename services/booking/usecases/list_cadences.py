"""Lists how agreed cadences and booked sessions compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.booking.domain import errors
from services.booking.domain.follow_up import CadenceReality, Standing
from services.booking.usecases.list_appointments import WHOLE_PRACTICE_ROLES
from services.booking.usecases.ports import CareTeam
from services.chassis.context import Call

CadencePlace = tuple[datetime | None, str, str]
"""When the last one of a page was due, and its client and therapist."""


@dataclass(frozen=True, slots=True)
class CadenceFilter:
    """Is what the list is limited to; empty ids and no standing limit nothing."""

    client_id: str
    therapist_id: str
    standing: Standing | None


class Cadences(Protocol):
    """Reads agreed cadences beside appointments, in the call's own transaction."""

    async def page(
        self, call: Call, wanted: CadenceFilter, *, at: datetime, after: CadencePlace | None, limit: int
    ) -> Sequence[CadenceReality]:
        """Return at most *limit* cadences, longest overdue first."""

    async def counts(self, call: Call, wanted: CadenceFilter, *, at: datetime) -> Mapping[Standing, int]:
        """Count all that the filter names, whatever their standing."""


async def list_cadences(
    wanted: CadenceFilter,
    call: Call,
    *,
    cadences: Cadences,
    care_team: CareTeam,
    at: datetime,
    after: CadencePlace | None,
    page_size: int,
) -> tuple[Sequence[CadenceReality], CadencePlace | None, Mapping[Standing, int]]:
    """
    Return a page, where the next begins, and counts; a therapist who names nobody sees their own.

    Raises:
        Malformed: Nobody is named, and the caller is neither desk nor therapist. (INVALID_ARGUMENT)
    """
    if not wanted.client_id and not wanted.therapist_id and WHOLE_PRACTICE_ROLES.isdisjoint(call.actor.roles):
        if not call.actor.therapist_id:
            raise errors.Malformed("Name the client.", field="client_id")
        wanted = replace(wanted, therapist_id=call.actor.therapist_id)
    found = await cadences.page(call, wanted, at=at, after=after, limit=page_size + 1)
    page = found[:page_size]
    last = page[-1] if len(found) > page_size else None
    cared_for = await care_team.foresee(call, {one.cadence.client_id for one in page})
    if wanted.therapist_id and wanted.therapist_id == call.actor.therapist_id:
        # A therapist taken off a client's team sees the rest of their own list still.
        page = [one for one in page if one.cadence.client_id in cared_for]
    touched = {one.cadence.client_id for one in page}
    # Of nobody everything holds: a therapist's empty list is theirs to see.
    await call.authorize(client_ids=sorted(touched), relations=() if touched else {"care_team"})
    place = (last.due_time, last.cadence.client_id, last.cadence.therapist_id) if last else None
    return page, place, await cadences.counts(call, wanted, at=at)
