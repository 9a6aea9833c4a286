"""Turns requests for reports into the words of the trail, and findings back into messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from kept.audit.v1 import report_service_pb2 as contract

from services.audit.adapters.postgres_reports import PostgresReports
from services.audit.adapters.proto import moment
from services.audit.adapters.report_formats import FORMATS
from services.audit.adapters.report_proto import access_message, format_name, name_of, query_of, row_message
from services.audit.domain.reports import CLIENT_ACCESSES, MAX_DAYS, REPORTS, shown
from services.audit.usecases.run_report import SEQ_MAX, ReportQuestion, run_report
from services.chassis.context import Call
from services.chassis.rpc.callers import check_uuid
from services.chassis.rpc.pages import page_size, page_token, read_page_token

PAGE_DEFAULT, PAGE_MOST = 100, 200
ACCESSES_DEFAULT = 50
REPORTS_MOST = 100

PAGE_BYTES_MAX = 512 * 1024
"""Bytes of findings in one answer at most, half of what a message may have."""


class ReportServicer:
    """Answers for the reports."""

    def __init__(self, reports: PostgresReports) -> None:
        self._reports = reports

    async def ListReports(self, request: contract.ListReportsRequest, call: Call) -> contract.ListReportsResponse:
        size = page_size(request.page_size, default=REPORTS_MOST, most=REPORTS_MOST)
        place = read_page_token("reports", request.page_token)
        start = int(place[0]) if place else 0
        page = [
            contract.ReportDescription(
                name=each.name,
                summary=each.summary,
                required=each.required,
                optional=each.optional,
                max_days=0 if {"client_id", "actor_id", "seq"} & {*each.required} else MAX_DAYS,
            )
            for each in REPORTS[start : start + size]
        ]
        more = start + size < len(REPORTS)
        return contract.ListReportsResponse(
            reports=page, next_page_token=page_token("reports", start + size) if more else ""
        )

    async def RunReport(self, request: contract.RunReportRequest, call: Call) -> contract.RunReportResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        query = query_of(request)
        place = read_page_token(query, request.page_token)
        question = ReportQuestion(
            name=name_of(request.report),
            client_id=check_uuid(request.client_id, "client_id") if request.client_id else "",
            actor_id=request.actor_id,
            from_time=moment(request.from_time, is_set=request.HasField("from_time")),
            to_time=moment(request.to_time, is_set=request.HasField("to_time")),
            day=request.day,
            time_zone=request.time_zone,
            opens=request.opens,
            closes=request.closes,
            threshold=request.threshold,
            within_min=request.within_min,
            near_days=request.near_days,
            seq=request.seq if request.HasField("seq") else None,
            before_seq=int(place[0]) if place else SEQ_MAX,
            limit=size + 1,
        )
        found = await run_report(question, call, reports=self._reports, now=datetime.now(UTC))
        page = [shown(question.name, each) for each in found[:size]]
        if name := format_name(request.format):
            call.disclosure = {"what": f"report:{question.name}", "form": name, "purpose": "EXPORT"}
        form = FORMATS.get(format_name(request.format))
        lines = [form.write(each) for each in page] if form else []
        rows = [] if form else [row_message(each) for each in page]
        given = fitting([len(each.encode()) for each in lines] or [each.ByteSize() for each in rows])
        return contract.RunReportResponse(
            rows=rows[:given],
            lines=lines[:given],
            header=form.header if form else "",
            next_page_token=page_token(query, found[given - 1].seq) if given < len(found) else "",
        )

    async def ListClientAccesses(
        self, request: contract.ListClientAccessesRequest, call: Call
    ) -> contract.ListClientAccessesResponse:
        size = page_size(request.page_size, default=ACCESSES_DEFAULT, most=PAGE_MOST)
        query = f"{request.client_id}|{request.from_time}|{request.to_time}"
        place = read_page_token(query, request.page_token)
        question = ReportQuestion(
            name=CLIENT_ACCESSES,
            client_id=check_uuid(request.client_id, "client_id"),
            from_time=moment(request.from_time, is_set=request.HasField("from_time")),
            to_time=moment(request.to_time, is_set=request.HasField("to_time")),
            before_seq=int(place[0]) if place else SEQ_MAX,
            limit=size + 1,
        )
        found = await run_report(question, call, reports=self._reports, now=datetime.now(UTC))
        return contract.ListClientAccessesResponse(
            accesses=[access_message(shown(CLIENT_ACCESSES, each)) for each in found[:size]],
            next_page_token=page_token(query, found[size - 1].seq) if len(found) > size else "",
        )


def fitting(sizes: Sequence[int]) -> int:
    """Return how many of these fit into one message, at least one if there is any."""
    room, count = PAGE_BYTES_MAX, 0
    for each in sizes:
        room -= each
        if room < 0 and count:
            break
        count += 1
    return count
