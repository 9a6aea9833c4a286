"""Reports over the trail, as JSON or to be kept: JSON Lines, CSV, FHIR AuditEvent."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Response
from kept.audit.v1 import report_service_pb2
from pydantic import Field

from services.chassis import errors
from services.gateway.conversion import enum_names, filled
from services.gateway.routes.bodies import Body, Clock, Day, Id, Instant, Zone
from services.gateway.routes.describing import Cursor, Limit, PathId, SignedIn, answers, respond

router = APIRouter(prefix="/v1", tags=["audit"])

MEDIA_TYPES = {"JSONL": "application/x-ndjson", "CSV": "text/csv", "FHIR": "application/fhir+ndjson"}
"""By the form's name; the Accept header asks by them too."""

NAMES = {
    name.lower().replace("_", "-"): number
    for number, name in enum_names(report_service_pb2.Report.DESCRIPTOR).items()
    if number
}

Form = Literal["json", "jsonl", "csv", "fhir"]

_RUN = answers(report_service_pb2.RunReportResponse.DESCRIPTOR, 404)
_RUN[200] |= {
    "content": _RUN[200]["content"] | {each: {"schema": {"type": "string"}} for each in MEDIA_TYPES.values()},
    "headers": {
        "Next-Cursor": {
            "description": "Of an export: where the next page begins; missing on the last one.",
            "schema": {"type": "string"},
        }
    },
}


class RunIn(Body):
    """What a report is told; what it does not take is refused."""

    client_id: Id | None = None
    actor_id: str = Field("", max_length=200)
    from_time: Instant | None = None
    to_time: Instant | None = None
    day: Day | None = None
    time_zone: Zone | None = None
    opens: Clock | None = None
    closes: Clock | None = None
    threshold: int | None = Field(None, ge=2, le=10_000, description="Clients within an hour that are many.")
    within_min: int | None = Field(None, ge=1, le=1440)
    near_days: int | None = Field(None, ge=1, le=365)
    seq: int | None = Field(None, ge=0, lt=2**63, description="The record to explain.")
    limit: int = Field(100, ge=1, le=200)
    cursor: str = Field("", max_length=4000)


@router.get(
    "/audit/reports",
    operation_id="listAuditReports",
    summary="List the reports",
    responses=answers(report_service_pb2.ListReportsResponse.DESCRIPTOR),
)
async def list_reports(
    caller: SignedIn, limit: Annotated[int, Query(ge=1, le=100)] = 100, cursor: Cursor = ""
) -> Response:
    """Lists what each report finds, needs and may be told."""
    request = report_service_pb2.ListReportsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.audit("ListReports", request))


@router.post("/audit/reports/{report}/runs", operation_id="runAuditReport", summary="Run a report", responses=_RUN)
async def run(
    report: Annotated[str, Path(max_length=60, examples=["who-saw-client"])],
    body: RunIn,
    caller: SignedIn,
    form: Annotated[Form | None, Query(alias="format", description="Goes before the Accept header.")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Returns a page of what the report finds, newest first; the run is itself in the trail."""
    if report not in NAMES:
        raise errors.NotFound("There is no such report.", report=report[:60])
    export = (form or "").upper() or next((key for key, each in MEDIA_TYPES.items() if each in accept.lower()), "")
    told = body.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    request = filled(
        report_service_pb2.RunReportRequest,
        **told,
        report=NAMES[report],
        format=export if export in MEDIA_TYPES else "",
        page_size=body.limit,
        page_token=body.cursor,
    )
    found = await caller.audit("RunReport", request)
    if export not in MEDIA_TYPES:
        return respond(found)
    header = [found.header] if found.header and not body.cursor else []
    text = "".join(f"{line}\n" for line in (*header, *found.lines))
    following = {"Next-Cursor": found.next_page_token} if found.next_page_token else {}
    return Response(text, headers=following, media_type=MEDIA_TYPES[export])


@router.get(
    "/clients/{client_id}/accesses",
    operation_id="listClientAccesses",
    summary="See who saw a client's data",
    responses=answers(report_service_pb2.ListClientAccessesResponse.DESCRIPTOR, 404),
)
async def list_accesses(
    client_id: PathId,
    caller: SignedIn,
    from_time: Instant | None = None,
    to_time: Instant | None = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists human accesses of the last six years, with role and reason; for the client themself, and for officers."""
    request = filled(
        report_service_pb2.ListClientAccessesRequest,
        client_id=client_id,
        from_time=from_time,
        to_time=to_time,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.audit("ListClientAccesses", request))
