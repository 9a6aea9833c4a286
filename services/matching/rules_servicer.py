"""Serves the door to how a practice matches, and to whom it lacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from kept.matching.v1 import matching_pb2, rules_service_pb2

from services.chassis.context import Call
from services.matching.adapters import proto
from services.matching.domain import errors
from services.matching.usecases.ports import Clock, Matches, Rules
from services.matching.usecases.put_match_rules import put_match_rules

REPORT_DAYS_MAX = 400
"""Days a report covers at most: a year and some."""


class RulesServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(self, *, rules: Rules, matches: Matches, clock: Clock) -> None:
        self._rules = rules
        self._matches = matches
        self._clock = clock

    async def GetMatchRules(
        self, request: rules_service_pb2.GetMatchRulesRequest, call: Call
    ) -> matching_pb2.MatchRules:
        if not request.version:
            return proto.rules_to(await self._rules.in_force(call))
        found = await self._rules.find(call, request.version)
        if found is None:
            raise errors.RulesNotFound("There are no rules of this version.")
        return proto.rules_to(found)

    async def PutMatchRules(
        self, request: rules_service_pb2.PutMatchRulesRequest, call: Call
    ) -> matching_pb2.MatchRules:
        given = proto.rules_from(request.match_rules)
        return proto.rules_to(await put_match_rules(given, request.etag, call, rules=self._rules, clock=self._clock))

    async def GetHiringReport(
        self, request: rules_service_pb2.GetHiringReportRequest, call: Call
    ) -> rules_service_pb2.GetHiringReportResponse:
        from_time, to_time = interval(request.from_time, request.to_time)
        runs, unmatched, needs = await self._matches.hiring(call, from_time=from_time, to_time=to_time)
        return rules_service_pb2.GetHiringReportResponse(
            needs=[
                matching_pb2.HiringNeed(binding_rule=rule, facts=facts, count=count) for rule, facts, count in needs
            ],
            match_count=runs,
            unmatched_count=unmatched,
        )


def interval(start: Timestamp, end: Timestamp) -> tuple[datetime, datetime]:
    """Return an interval a report covers. Raises IntervalReversed."""
    from_time, to_time = start.ToDatetime(tzinfo=UTC), end.ToDatetime(tzinfo=UTC)
    if not from_time < to_time <= from_time + timedelta(days=REPORT_DAYS_MAX):
        raise errors.IntervalReversed("A report covers up to 400 days, from an earlier to a later instant.")
    return from_time, to_time
