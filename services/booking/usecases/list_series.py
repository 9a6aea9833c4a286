"""Lists standing hours of a client, of a therapist, or of the whole practice."""

from __future__ import annotations

from dataclasses import replace

from services.booking.domain import errors
from services.booking.domain.series import Series
from services.booking.usecases.list_appointments import WHOLE_PRACTICE_ROLES
from services.booking.usecases.ports import CareTeam
from services.booking.usecases.series_ports import SeriesCursor, SeriesFilter, SeriesStore
from services.chassis.context import Call


async def list_series(
    wanted: SeriesFilter,
    call: Call,
    *,
    store: SeriesStore,
    care_team: CareTeam,
    after: SeriesCursor | None,
    page_size: int,
) -> tuple[list[Series], SeriesCursor | None]:
    """
    Return a page of series by creation, and where the next page begins; a therapist who names nobody sees their own.

    Raises:
        Malformed: Nobody is named and the caller is no staff. (INVALID_ARGUMENT)
        Forbidden: The named client is not the caller's to see. (PERMISSION_DENIED)
    """
    if wanted.client_id:
        await call.authorize(client_ids=[wanted.client_id])
    elif WHOLE_PRACTICE_ROLES.isdisjoint(call.actor.roles) and not wanted.therapist_id:
        if not call.actor.therapist_id:
            raise errors.Malformed("Name the client whose series you want.", field="client_id")
        wanted = replace(wanted, therapist_id=call.actor.therapist_id)
    found = await store.page(call, wanted, after=after, limit=page_size + 1)
    page = found[:page_size]
    await care_team.foresee(call, {each.plan.client_id for each in page})
    last = page[-1] if len(found) > page_size else None
    return page, (last.create_time.isoformat(), last.series_id) if last else None
