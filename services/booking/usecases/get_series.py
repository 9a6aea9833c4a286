"""Returns a standing hour."""

from __future__ import annotations

from services.booking.domain.series import Series
from services.booking.usecases.series_ports import SeriesStore
from services.chassis.context import Call


async def get_series(series_id: str, call: Call, *, store: SeriesStore) -> Series:
    """Return a series to whoever may see its client's schedule. Raises UnknownSeries."""
    return await store.find(call, series_id)
