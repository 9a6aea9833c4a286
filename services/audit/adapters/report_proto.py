"""Between the messages of the reports and the trail's values."""

from __future__ import annotations

from kept.audit.v1 import report_service_pb2 as contract

from services.audit.domain.reports import Row
from services.chassis import errors


def name_of(report: contract.Report.ValueType) -> str:
    """Return a report's name. Raises InvalidRequest when none is named, or one this version does not know."""
    if report not in contract.Report.values() or report == contract.REPORT_UNSPECIFIED:
        raise errors.InvalidRequest("There is no such report.", field="report")
    return contract.Report.Name(report).removeprefix("REPORT_").lower().replace("_", "-")


def report_of(name: str) -> contract.Report.ValueType:
    """Return the report of a name. Raises ValueError."""
    return contract.Report.Value(f"REPORT_{name.upper().replace('-', '_')}")


def format_name(value: contract.ExportFormat.ValueType) -> str:
    """Return a form's name, or an empty text for rows. Raises InvalidRequest."""
    if value not in contract.ExportFormat.values():
        raise errors.InvalidRequest("There is no such form.", field="format")
    return contract.ExportFormat.Name(value).removeprefix("EXPORT_FORMAT_").removesuffix("UNSPECIFIED").lower()


def query_of(request: contract.RunReportRequest) -> str:
    """Return what a page token is bound to: everything that is asked but the page itself."""
    asked = contract.RunReportRequest()
    asked.CopyFrom(request)
    asked.ClearField("page_token")
    return asked.SerializeToString(deterministic=True).hex()


def row_message(row: Row) -> contract.ReportRow:
    """Write a row."""
    message = contract.ReportRow(
        seq=row.seq,
        actor_id=row.actor_id,
        actor_role=row.actor_role,
        relation=row.relation,
        via=row.via,
        client_id=row.client_id,
        operation=row.operation,
        action=row.action,
        stage=row.stage,
        reason=row.reason,
        object_class=row.object_class,
        object_id=row.object_id,
        purpose=row.purpose,
        policies=row.policies,
        break_glass_id=row.break_glass_id,
        cause_id=row.request_id,
        finding=row.finding,
        evidence_seq=row.evidence_seq,
        evidence_id=row.evidence_id,
        count=row.count,
    )
    message.occur_time.FromDatetime(row.occur_time)
    return message


def access_message(row: Row) -> contract.ClientAccess:
    """Write an access for the client."""
    message = contract.ClientAccess(
        actor_role=row.actor_role,
        action=row.action,
        object_class=row.object_class,
        purpose=row.purpose,
        finding=row.finding,
    )
    message.occur_time.FromDatetime(row.occur_time)
    return message
