"""Writes alarms, cases, findings and digests as the contract has them."""

from __future__ import annotations

from kept.audit.v1 import watch_pb2

from services.audit.adapters.case_rows import Found
from services.audit.adapters.detection import Settings
from services.audit.adapters.digests import Digest
from services.audit.domain.alarms import KINDS, Alarm
from services.audit.domain.cases import Case
from services.audit.domain.errors import ReportParameterWrong
from services.audit.domain.rules import Rule
from services.audit.usecases.run_report import RANGES, check_clock
from services.chassis.context import NO_PRACTICE


def alarm_message(alarm: Alarm) -> watch_pb2.Alarm:
    """Write an alarm."""
    message = watch_pb2.Alarm(
        alarm_id=alarm.alarm_id,
        kind=alarm.kind,
        severity=alarm.severity,
        summary=KINDS[alarm.kind].summary,
        subject=alarm.subject,
        evidence=[watch_pb2.Exhibit(name=name, value=str(value)) for name, value in sorted(alarm.evidence.items())],
        sightings=alarm.sightings,
        acknowledged_by=alarm.acknowledged_by,
        resolution=alarm.resolution,
        resolved_by=alarm.resolved_by,
        is_shared=alarm.practice_id == NO_PRACTICE,
    )
    message.first_time.FromDatetime(alarm.first_time)
    message.last_time.FromDatetime(alarm.last_time)
    if alarm.acknowledge_time:
        message.acknowledge_time.FromDatetime(alarm.acknowledge_time)
    if alarm.resolve_time:
        message.resolve_time.FromDatetime(alarm.resolve_time)
    return message


def rule_message(rule: Rule) -> watch_pb2.DetectionRule:
    """Write a rule."""
    return watch_pb2.DetectionRule(
        name=rule.name, severity=rule.severity, summary=rule.summary, explained_by=rule.explained_by
    )


def case_message(case: Case) -> watch_pb2.Case:
    """Write a case."""
    message = watch_pb2.Case(
        case_id=case.case_id,
        rule=case.rule,
        severity=case.severity,
        state=watch_pb2.Case.State.Value(f"STATE_{case.state}"),
        actor_id=case.actor_id,
        client_id=case.client_id,
        subject_id=case.subject_id,
        findings=case.findings,
        first_seq=case.first_seq,
        last_seq=case.last_seq,
        assignee_id=case.assignee_id,
        outcome=watch_pb2.Case.Outcome.Value(f"OUTCOME_{case.outcome or 'UNSPECIFIED'}"),
        decided_by=case.decided_by,
        signed_off_by=case.signed_off_by,
        etag=str(case.version),
    )
    message.due_time.FromDatetime(case.due_time)
    message.create_time.FromDatetime(case.create_time)
    if case.close_time:
        message.close_time.FromDatetime(case.close_time)
    return message


def outcome_name(value: watch_pb2.Case.Outcome.ValueType) -> str:
    """Return an outcome's name, or an empty text for one this version does not know."""
    return (
        watch_pb2.Case.Outcome.Name(value).removeprefix("OUTCOME_") if value in watch_pb2.Case.Outcome.values() else ""
    )


def finding_message(found: Found) -> watch_pb2.Finding:
    """Write a finding."""
    message = watch_pb2.Finding(
        seq=found.seq,
        rule=found.rule,
        actor_id=found.actor_id,
        client_id=found.client_id,
        explanation=found.explanation,
        evidence_seq=found.evidence_seq,
        evidence_id=found.evidence_id,
        case_id=found.case_id,
    )
    message.occur_time.FromDatetime(found.occur_time)
    return message


def digest_message(digest: Digest) -> watch_pb2.Digest:
    """Write a digest."""
    message = watch_pb2.Digest(
        digest_id=digest.digest_id,
        week=digest.week,
        lines=[watch_pb2.DigestLine(name=name, count=count) for name, count in sorted(digest.lines.items())],
    )
    message.from_time.FromDatetime(digest.from_time)
    message.to_time.FromDatetime(digest.to_time)
    message.create_time.FromDatetime(digest.create_time)
    return message


def settings_message(settings: Settings) -> watch_pb2.WatchSettings:
    """Write how a practice is watched."""
    return watch_pb2.WatchSettings(
        time_zone=settings.time_zone,
        opens=settings.opens,
        closes=settings.closes,
        bulk_clients=settings.bulk_clients,
    )


def settings_of(message: watch_pb2.WatchSettings) -> Settings:
    """Read how a practice is to be watched. Raises ReportParameterWrong."""
    check_clock(message.time_zone, message.opens, message.closes)
    least, most = RANGES["threshold"]
    if message.bulk_clients and not least <= message.bulk_clients <= most:
        raise ReportParameterWrong("The number is out of range.", field="bulk_clients", limit=f"{least}-{most}")
    plain = Settings()
    return Settings(
        message.time_zone,
        message.opens or plain.opens,
        message.closes or plain.closes,
        message.bulk_clients or plain.bulk_clients,
    )
