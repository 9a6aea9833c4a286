"""Lists what could not be placed: the desk's worklist."""

from __future__ import annotations

from services.booking.domain import errors
from services.booking.domain.series import Occurrence, Series
from services.booking.usecases.list_appointments import WHOLE_PRACTICE_ROLES
from services.booking.usecases.ports import CareTeam, Clock
from services.booking.usecases.series_ports import SeriesCursor, SeriesStore
from services.chassis.context import Call


async def list_series_conflicts(
    therapist_id: str,
    call: Call,
    *,
    store: SeriesStore,
    care_team: CareTeam,
    clock: Clock,
    after: SeriesCursor | None,
    page_size: int,
) -> tuple[list[tuple[Series, Occurrence]], SeriesCursor | None]:
    """
    Return a page of occurrences ahead without a place, by time.

    Danger: the policy lets every therapist ask. That they see their own alone is decided here.

    Raises:
        Forbidden: The caller is no staff. (PERMISSION_DENIED)
        Malformed: The caller is a therapist without an id. (INVALID_ARGUMENT)
    """
    await call.authorize()
    if WHOLE_PRACTICE_ROLES.isdisjoint(call.actor.roles):
        therapist_id = call.actor.therapist_id
        if not therapist_id:
            raise errors.Malformed("You have no worklist.", field="therapist_id")
    found = await store.conflicts(call, therapist_id, since=clock(), after=after, limit=page_size + 1)
    page = found[:page_size]
    await care_team.foresee(call, {series.plan.client_id for series, _ in page})
    if len(found) <= page_size:
        return page, None
    series, occurrence = page[-1]
    return page, (occurrence.start_time.isoformat(), series.series_id)
