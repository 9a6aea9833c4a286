"""Serves the door of standing hours."""

from __future__ import annotations

from kept.booking.v1 import series_pb2, series_service_pb2

from services.booking.adapters import proto, series_proto
from services.booking.usecases.cancel_series import cancel_series
from services.booking.usecases.change_series import Change, change_series
from services.booking.usecases.create_series import create_series
from services.booking.usecases.get_series import get_series
from services.booking.usecases.list_series import list_series
from services.booking.usecases.list_series_conflicts import list_series_conflicts
from services.booking.usecases.list_series_occurrences import list_series_occurrences
from services.booking.usecases.pause_series import pause_series
from services.booking.usecases.ports import Appointments, Books, CareTeam, Clock
from services.booking.usecases.preflight_series import preflight_series
from services.booking.usecases.resume_series import resume_series
from services.booking.usecases.series_ports import SeriesLedger, SeriesStore
from services.chassis.context import Call


class SeriesServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(
        self,
        *,
        store: SeriesStore,
        appointments: Appointments,
        ledger: SeriesLedger,
        care_team: CareTeam,
        books: Books,
        clock: Clock,
    ) -> None:
        self._store = store
        self._appointments = appointments
        self._ledger = ledger
        self._care_team = care_team
        self._books = books
        self._clock = clock

    async def PreflightSeries(
        self, request: series_service_pb2.PreflightSeriesRequest, call: Call
    ) -> series_service_pb2.PreflightSeriesResponse:
        plan = series_proto.plan_of(request.plan)
        return series_proto.preflight_message(
            await preflight_series(plan, call, ledger=self._ledger, clock=self._clock)
        )

    async def CreateSeries(
        self, request: series_service_pb2.CreateSeriesRequest, call: Call
    ) -> series_service_pb2.SeriesOutcome:
        created = await create_series(
            series_proto.plan_of(request.plan),
            call,
            is_partial=series_proto.is_partial(request.commit),
            ledger=self._ledger,
            store=self._store,
            clock=self._clock,
            pack=series_proto.conflicts_message,
        )
        return series_proto.outcome_message(created)

    async def GetSeries(self, request: series_service_pb2.GetSeriesRequest, call: Call) -> series_pb2.Series:
        series_id = proto.uuid_of(request.series_id, field="series_id")
        return series_proto.series_message(await get_series(series_id, call, store=self._store))

    async def ListSeries(
        self, request: series_service_pb2.ListSeriesRequest, call: Call
    ) -> series_service_pb2.ListSeriesResponse:
        wanted, page_size, after = series_proto.filter_of(request)
        page, cursor = await list_series(
            wanted, call, store=self._store, care_team=self._care_team, after=after, page_size=page_size
        )
        return series_proto.list_message(page, cursor, wanted)

    async def ListSeriesOccurrences(
        self, request: series_service_pb2.ListSeriesOccurrencesRequest, call: Call
    ) -> series_service_pb2.ListSeriesOccurrencesResponse:
        series_id = proto.uuid_of(request.series_id, field="series_id")
        series, page, appointments, last = await list_series_occurrences(
            series_id,
            call,
            store=self._store,
            after_local=series_proto.place_of(request),
            page_size=series_proto.size_of(request.page_size),
        )
        return series_proto.occurrences_message(series, page, appointments, last)

    async def ListSeriesConflicts(
        self, request: series_service_pb2.ListSeriesConflictsRequest, call: Call
    ) -> series_service_pb2.ListSeriesConflictsResponse:
        therapist_id, page_size, after = series_proto.worklist_of(request)
        page, cursor = await list_series_conflicts(
            therapist_id,
            call,
            store=self._store,
            care_team=self._care_team,
            clock=self._clock,
            after=after,
            page_size=page_size,
        )
        return series_proto.worklist_message(page, cursor, therapist_id)

    async def ChangeSeries(
        self, request: series_service_pb2.ChangeSeriesRequest, call: Call
    ) -> series_service_pb2.SeriesOutcome:
        changed = await change_series(
            proto.uuid_of(request.series_id, field="series_id"),
            change_of(request),
            call,
            ledger=self._ledger,
            store=self._store,
            appointments=self._appointments,
            clock=self._clock,
            pack=series_proto.conflicts_message,
        )
        return series_proto.outcome_message(changed)

    async def CancelSeries(
        self, request: series_service_pb2.CancelSeriesRequest, call: Call
    ) -> series_service_pb2.SeriesOutcome:
        original_local, is_alone = series_proto.scope_of(request.scope, request.original_start_local)
        cancelled = await cancel_series(
            proto.uuid_of(request.series_id, field="series_id"),
            original_local,
            proto.etag_of(request.etag),
            call,
            is_alone=is_alone,
            store=self._store,
            appointments=self._appointments,
            books=self._books,
            clock=self._clock,
        )
        return series_proto.outcome_message(cancelled)

    async def PauseSeries(
        self, request: series_service_pb2.PauseSeriesRequest, call: Call
    ) -> series_service_pb2.SeriesOutcome:
        paused = await pause_series(
            proto.uuid_of(request.series_id, field="series_id"),
            series_proto.pause_of(request),
            proto.etag_of(request.etag, is_required=True),
            call,
            store=self._store,
            appointments=self._appointments,
            clock=self._clock,
        )
        return series_proto.outcome_message(paused)

    async def ResumeSeries(
        self, request: series_service_pb2.ResumeSeriesRequest, call: Call
    ) -> series_service_pb2.SeriesOutcome:
        resumed = await resume_series(
            proto.uuid_of(request.series_id, field="series_id"),
            proto.etag_of(request.etag, is_required=True),
            call,
            ledger=self._ledger,
            store=self._store,
            appointments=self._appointments,
            clock=self._clock,
        )
        return series_proto.outcome_message(resumed)


def change_of(request: series_service_pb2.ChangeSeriesRequest) -> Change:
    """Return what is to change. Raises Malformed."""
    original_local, is_alone = series_proto.scope_of(request.scope, request.original_start_local)
    start = request.start_local
    return Change(
        original_local=original_local,
        is_alone=is_alone,
        start_local=series_proto.local_of(start, field="start_local") if start else None,
        therapist_id=proto.uuid_of(request.therapist_id, field="therapist_id") if request.therapist_id else "",
        is_partial=series_proto.is_partial(request.commit),
        etag=proto.etag_of(request.etag, is_required=True),
    )
