"""Standing hours: series of appointments by a rule on a wall clock."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response
from kept.booking.v1 import series_pb2, series_service_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Day, Id, Local, Modality, Zone
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    PathId,
    QueryId,
    SignedIn,
    answers,
    edited,
    edits,
    query_twin,
    respond,
)

router = APIRouter(prefix="/v1", tags=["series"])
SERIES = series_pb2.Series.DESCRIPTOR
OUTCOME = series_service_pb2.SeriesOutcome.DESCRIPTOR
Commit = Literal["ALL_OR_NONE", "ALL_BUT_CONFLICTS"]


class SeriesPlanIn(Body):
    """What a standing hour is to be."""

    client_id: Id
    therapist_id: Id
    session_type_id: Id
    modality: Modality | None = None
    local_start: Local
    time_zone: Zone
    rule: str = Field(min_length=1, max_length=255, description="RFC 5545.", examples=["FREQ=WEEKLY;INTERVAL=2"])
    horizon_days: int = Field(0, ge=0, le=366, description="How far ahead it is booked; 0 means 182.")

    def plan(self) -> dict[str, Any]:
        """Return the fields of a plan."""
        wall = {"local": self.local_start, "time_zone": self.time_zone}
        return {**self.model_dump(exclude={"local_start", "time_zone", "commit"}), "start_wall": wall}


class SeriesIn(SeriesPlanIn):
    """A standing hour to book."""

    commit: Commit = "ALL_OR_NONE"


class OccurrenceScope(Body):
    """How much of a series is meant."""

    scope: Literal["THIS", "FOLLOWING", "ALL"]
    original_start_local: Local | None = Field(None, description="Which occurrence, as the rule has it; none with ALL.")


class SeriesChangeIn(OccurrenceScope):
    """Other times for a series."""

    local_start: Local | None = Field(None, description="Where the occurrence goes; none keeps the time.")
    therapist_id: Id | None = None
    commit: Commit = "ALL_OR_NONE"


class PauseIn(Body):
    """A stretch without sessions."""

    from_date: Day
    to_date: Day
    keeps_time: bool = Field(description="Keeps the time blocked; otherwise it is lent out.")


@router.post(
    "/searches/series",
    operation_id="preflightSeries",
    summary="Try a standing hour",
    responses=answers(series_service_pb2.PreflightSeriesResponse.DESCRIPTOR, 404, 409),
)
@query_twin(router, "/series")
async def preflight(body: SeriesPlanIn, caller: SignedIn) -> Response:
    """Tells the fate of every occurrence, with an alternative for each conflict; holds nothing."""
    request = filled(series_service_pb2.PreflightSeriesRequest, plan=body.plan())
    return respond(await caller.booking("PreflightSeries", request))


@router.post(
    "/series",
    operation_id="createSeries",
    summary="Book a standing hour",
    status_code=201,
    responses=answers(OUTCOME, 404, 409, status=201),
)
async def create(body: SeriesIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Books up to the horizon; with ALL_OR_NONE, 409 `series-conflicts` lists every time that can't be."""
    request = filled(
        series_service_pb2.CreateSeriesRequest,
        plan=body.plan(),
        commit=body.commit,
        request_id=caller.request_id(key),
    )
    made = await caller.booking("CreateSeries", request)
    return respond(made, 201, location=f"/v1/series/{made.series.series_id}")


@router.get("/series/{series_id}", operation_id="getSeries", summary="See a series", responses=answers(SERIES, 404))
async def get(series_id: PathId, caller: SignedIn) -> Response:
    """Returns the series with its ETag."""
    return respond(await current(caller, series_id))


@router.get(
    "/series",
    operation_id="listSeries",
    summary="List series",
    responses=answers(series_service_pb2.ListSeriesResponse.DESCRIPTOR),
)
async def list_series(
    caller: SignedIn, client_id: QueryId = "", therapist_id: QueryId = "", limit: Limit = 50, cursor: Cursor = ""
) -> Response:
    """Lists series of a client, of a therapist, or, for staff, of the practice."""
    request = series_service_pb2.ListSeriesRequest(
        client_id=client_id, therapist_id=therapist_id, page_size=limit, page_token=cursor
    )
    return respond(await caller.booking("ListSeries", request))


@router.get(
    "/series/{series_id}/occurrences",
    operation_id="listSeriesOccurrences",
    summary="List a series' occurrences",
    responses=answers(series_service_pb2.ListSeriesOccurrencesResponse.DESCRIPTOR, 404),
)
async def occurrences(series_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists them by the time the rule names, each with what became of it."""
    request = series_service_pb2.ListSeriesOccurrencesRequest(series_id=series_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListSeriesOccurrences", request))


@router.get(
    "/series-conflicts",
    operation_id="listSeriesConflicts",
    summary="List what could not be placed",
    responses=answers(series_service_pb2.ListSeriesConflictsResponse.DESCRIPTOR),
)
async def conflicts(caller: SignedIn, therapist_id: QueryId = "", limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists the desk's worklist by time."""
    request = series_service_pb2.ListSeriesConflictsRequest(
        therapist_id=therapist_id, page_size=limit, page_token=cursor
    )
    return respond(await caller.booking("ListSeriesConflicts", request))


@router.post(
    "/series/{series_id}/changes",
    operation_id="changeSeries",
    summary="Move one occurrence, later ones, or all",
    responses=edits(OUTCOME),
)
async def change(
    series_id: PathId, body: SeriesChangeIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Moves what lies ahead; what was moved by itself before stays."""
    request = filled(
        series_service_pb2.ChangeSeriesRequest,
        series_id=series_id,
        start_local=body.local_start,
        **body.model_dump(exclude={"local_start"}),
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("ChangeSeries", request), lambda: current(caller, series_id))


@router.post(
    "/series/{series_id}/cancellations",
    operation_id="cancelSeries",
    summary="Call one occurrence, later ones, or all off",
    responses=edits(OUTCOME),
)
async def cancel(
    series_id: PathId, body: OccurrenceScope, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Calls off what lies ahead."""
    request = filled(
        series_service_pb2.CancelSeriesRequest,
        series_id=series_id,
        **body.model_dump(),
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("CancelSeries", request), lambda: current(caller, series_id))


@router.post(
    "/series/{series_id}/pauses", operation_id="pauseSeries", summary="Pause a series", responses=edits(OUTCOME)
)
async def pause(
    series_id: PathId, body: PauseIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Lets a stretch of sessions not take place without losing the hour."""
    request = filled(
        series_service_pb2.PauseSeriesRequest,
        series_id=series_id,
        **body.model_dump(),
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("PauseSeries", request), lambda: current(caller, series_id))


@router.post(
    "/series/{series_id}/resumptions",
    operation_id="resumeSeries",
    summary="End a pause early",
    responses=edits(OUTCOME),
)
async def resume(series_id: PathId, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Books kept time again, and lent time where it is free."""
    request = series_service_pb2.ResumeSeriesRequest(
        series_id=series_id,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.booking("ResumeSeries", request), lambda: current(caller, series_id))


async def current(caller: Caller, series_id: str) -> series_pb2.Series:
    """Read a series as it is now."""
    found: series_pb2.Series = await caller.booking(
        "GetSeries", series_service_pb2.GetSeriesRequest(series_id=series_id)
    )
    return found
