"""Lists the occurrences of a standing hour."""

from __future__ import annotations

from collections.abc import Sequence

from services.booking.domain.appointment import Appointment
from services.booking.domain.series import Occurrence, Series
from services.booking.usecases.series_ports import SeriesStore
from services.chassis.context import Call


async def list_series_occurrences(
    series_id: str, call: Call, *, store: SeriesStore, after_local: str, page_size: int
) -> tuple[Series, Sequence[Occurrence], dict[str, Appointment], str]:
    """
    Return a page of occurrences by the time the rule has, with their appointments, and the time the page ends with.

    Returns:
        The series, the page, appointments by id, and "" after the last page.

    Raises:
        UnknownSeries: No such series here. (NOT_FOUND)
    """
    series = await store.find(call, series_id)
    found = await store.occurrence_page(call, series_id, after_local=after_local, limit=page_size + 1)
    page = found[:page_size]
    ids = [each.appointment_id for each in page if each.appointment_id]
    appointments = await store.appointments(call, ids, is_locked=False)
    return series, page, appointments, page[-1].original_local if len(found) > page_size else ""
