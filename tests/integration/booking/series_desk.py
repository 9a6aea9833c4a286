"""Asks for changes of standing hours as the desk does, and lets the ledger hear of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from kept.booking.v1 import booking_pb2, series_pb2, series_service_pb2

from services.booking.bootstrap import own_call
from services.booking.usecases.series_ports import SeriesLedger
from services.booking.usecases.top_up_series import top_up_series
from tests.integration.booking.standing import ALL, House, monday

Occurrence = series_pb2.SeriesOccurrence
Outcome = series_service_pb2.SeriesOutcome
BOOKED, CANCELLED = booking_pb2.Appointment.STATE_BOOKED, booking_pb2.Appointment.STATE_CANCELLED


async def weeks(house: House, count: int, **plan: Any) -> Outcome:
    """Agree on some Mondays at 15:00."""
    return await house.create(house.plan(await house.register(), rule=f"FREQ=WEEKLY;COUNT={count}", **plan))


async def change(house: House, series: series_pb2.Series, scope: Any, original: str = "", **parts: Any) -> Outcome:
    """Move occurrences, and let the ledger hear of it."""
    request = series_service_pb2.ChangeSeriesRequest(
        series_id=series.series_id,
        scope=scope,
        original_start_local=original,
        etag=series.etag,
        request_id=str(uuid4()),
        **({"commit": ALL} | parts),
    )
    changed: Outcome = await house.ask("ChangeSeries", request)
    await house.settle()
    return changed


async def cancel(house: House, series_id: str, scope: Any, original: str = "", **person: Any) -> Outcome:
    """Call occurrences off, and let the ledger hear of it."""
    request = series_service_pb2.CancelSeriesRequest(
        series_id=series_id, scope=scope, original_start_local=original, request_id=str(uuid4())
    )
    cancelled: Outcome = await house.ask("CancelSeries", request, **person)
    await house.settle()
    return cancelled


async def pause(house: House, series: series_pb2.Series, first: int, after: int, *, keeps_time: bool) -> Outcome:
    """Pause from one Monday until before another, and let the ledger hear of it."""
    request = series_service_pb2.PauseSeriesRequest(
        series_id=series.series_id,
        from_date=str(monday() + timedelta(weeks=first)),
        to_date=str(monday() + timedelta(weeks=after)),
        keeps_time=keeps_time,
        etag=series.etag,
        request_id=str(uuid4()),
    )
    paused: Outcome = await house.ask("PauseSeries", request)
    await house.settle()
    return paused


async def resume(house: House, series: series_pb2.Series) -> Outcome:
    """End the pause, and let the ledger hear of it."""
    request = series_service_pb2.ResumeSeriesRequest(
        series_id=series.series_id, etag=series.etag, request_id=str(uuid4())
    )
    resumed: Outcome = await house.ask("ResumeSeries", request)
    await house.settle()
    return resumed


async def top_up(house: House, *, days: int, ledger: SeriesLedger | None = None) -> int:
    """Let the job look, some days from now."""
    house.let_be_due()
    done = await top_up_series(
        partial(own_call, house.parts.database),
        ledger=ledger or house.parts.ledger,
        store=house.parts.series,
        clock=lambda: datetime.now(UTC) + timedelta(days=days),
    )
    await house.settle()
    return done


def walls(occurrences: Sequence[Occurrence]) -> list[str]:
    """Return when the sessions of occurrences start."""
    return [each.appointment.start_wall.local for each in occurrences if each.appointment.state == BOOKED]
