"""The officer's desk: alarms, cases and digests."""

from __future__ import annotations

from datetime import UTC, datetime

from kept.audit.v1 import watch_pb2
from kept.audit.v1 import watch_service_pb2 as contract

from services.audit.adapters import alarm_rows, case_rows, detection, digests, watch_proto
from services.audit.domain.rules import Rule
from services.audit.usecases.answer_alarm import acknowledge_alarm, resolve_alarm
from services.audit.usecases.work_case import assign_case, decide_case, get_case, sign_off_case
from services.chassis.context import Call
from services.chassis.rpc.callers import check_uuid
from services.chassis.rpc.pages import page_size, page_token, read_page_token

PAGE_DEFAULT, PAGE_MOST = 50, 200
RULES_MOST = 100


class WatchServicer:
    """Answers officers."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules

    async def ListAlarms(self, request: contract.ListAlarmsRequest, call: Call) -> contract.ListAlarmsResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        query = f"alarms|{request.only_open}|{request.kind}"
        place = read_page_token(query, request.page_token)
        before = str(place[0]) if place else None
        found = await alarm_rows.list_(
            call, only_open=request.only_open, kind=request.kind, before=before, limit=size + 1
        )
        return contract.ListAlarmsResponse(
            alarms=[watch_proto.alarm_message(each) for each in found[:size]],
            next_page_token=page_token(query, found[size - 1].alarm_id) if len(found) > size else "",
        )

    async def AcknowledgeAlarm(self, request: contract.AcknowledgeAlarmRequest, call: Call) -> watch_pb2.Alarm:
        alarm_id = check_uuid(request.alarm_id, "alarm_id")
        return watch_proto.alarm_message(await acknowledge_alarm(alarm_id, call, alarms=alarm_rows, at=_now()))

    async def ResolveAlarm(self, request: contract.ResolveAlarmRequest, call: Call) -> watch_pb2.Alarm:
        alarm_id = check_uuid(request.alarm_id, "alarm_id")
        resolved = await resolve_alarm(alarm_id, request.resolution, call, alarms=alarm_rows, at=_now())
        return watch_proto.alarm_message(resolved)

    async def ListDetectionRules(
        self, request: contract.ListDetectionRulesRequest, call: Call
    ) -> contract.ListDetectionRulesResponse:
        size = page_size(request.page_size, default=RULES_MOST, most=RULES_MOST)
        place = read_page_token("rules", request.page_token)
        start = int(place[0]) if place else 0
        more = start + size < len(self._rules)
        return contract.ListDetectionRulesResponse(
            rules=[watch_proto.rule_message(each) for each in self._rules[start : start + size]],
            next_page_token=page_token("rules", start + size) if more else "",
        )

    async def ListCases(self, request: contract.ListCasesRequest, call: Call) -> contract.ListCasesResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        query = f"cases|{request.only_open}|{request.only_overdue}|{request.rule}|{request.assignee_id}"
        place = read_page_token(query, request.page_token)
        found = await case_rows.list_(
            call,
            only_open=request.only_open,
            only_overdue=request.only_overdue,
            rule=request.rule,
            assignee_id=request.assignee_id,
            after=(datetime.fromisoformat(str(place[0])), str(place[1])) if place else None,
            limit=size + 1,
            now=_now(),
        )
        last = found[size - 1] if len(found) > size else None
        return contract.ListCasesResponse(
            cases=[watch_proto.case_message(each) for each in found[:size]],
            next_page_token=page_token(query, last.due_time.isoformat(), last.case_id) if last else "",
        )

    async def GetCase(self, request: contract.GetCaseRequest, call: Call) -> watch_pb2.Case:
        case_id = check_uuid(request.case_id, "case_id")
        return watch_proto.case_message(await get_case(case_id, call, cases=case_rows))

    async def ListFindings(self, request: contract.ListFindingsRequest, call: Call) -> contract.ListFindingsResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        query = f"findings|{request.case_id}|{request.rule}|{request.only_explained}"
        place = read_page_token(query, request.page_token)
        found = await case_rows.list_findings(
            call,
            case_id=check_uuid(request.case_id, "case_id") if request.case_id else "",
            rule=request.rule,
            only_explained=request.only_explained,
            before=(int(place[0]), str(place[1]), str(place[2])) if place else None,
            limit=size + 1,
        )
        last = found[size - 1] if len(found) > size else None
        return contract.ListFindingsResponse(
            findings=[watch_proto.finding_message(each) for each in found[:size]],
            next_page_token=page_token(query, last.seq, last.rule, last.key) if last else "",
        )

    async def AssignCase(self, request: contract.AssignCaseRequest, call: Call) -> watch_pb2.Case:
        case_id = check_uuid(request.case_id, "case_id")
        case = await assign_case(case_id, request.assignee_id, request.etag, call, cases=case_rows, at=_now())
        return watch_proto.case_message(case)

    async def DecideCase(self, request: contract.DecideCaseRequest, call: Call) -> watch_pb2.Case:
        case_id, outcome = check_uuid(request.case_id, "case_id"), watch_proto.outcome_name(request.outcome)
        return watch_proto.case_message(
            await decide_case(case_id, outcome, request.etag, call, cases=case_rows, at=_now())
        )

    async def SignOffCase(self, request: contract.SignOffCaseRequest, call: Call) -> watch_pb2.Case:
        case_id = check_uuid(request.case_id, "case_id")
        case = await sign_off_case(
            case_id, request.etag, call, is_sent_back=request.is_sent_back, cases=case_rows, at=_now()
        )
        return watch_proto.case_message(case)

    async def ListDigests(self, request: contract.ListDigestsRequest, call: Call) -> contract.ListDigestsResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        place = read_page_token("digests", request.page_token)
        found = await digests.list_(call, before=str(place[0]) if place else None, limit=size + 1)
        return contract.ListDigestsResponse(
            digests=[watch_proto.digest_message(each) for each in found[:size]],
            next_page_token=page_token("digests", found[size - 1].week) if len(found) > size else "",
        )

    async def GetWatchSettings(self, request: contract.GetWatchSettingsRequest, call: Call) -> watch_pb2.WatchSettings:
        async with call.tx() as conn:
            return watch_proto.settings_message(await detection.read_settings(conn, call.practice_id))

    async def PutWatchSettings(self, request: contract.PutWatchSettingsRequest, call: Call) -> watch_pb2.WatchSettings:
        settings = watch_proto.settings_of(request.settings)
        async with call.tx() as conn:
            return watch_proto.settings_message(await detection.save_settings(conn, call.practice_id, settings))


def _now() -> datetime:
    return datetime.now(UTC)
