"""Serves the door to continuity: care teams, follow-ups, agreed cadence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import uuid_utils
from kept.booking.v1 import care_pb2, care_service_pb2

from services.booking.adapters import care_proto, policy_proto, proto
from services.booking.adapters.care_team import PostgresCareTeam
from services.booking.adapters.etags import require_current
from services.booking.adapters.follow_ups import PostgresFollowUps
from services.booking.adapters.short_lists import page_of
from services.booking.domain import errors
from services.booking.domain.follow_up import RULES_MAX, TEAM_MAX, Standing
from services.booking.usecases.dismiss_follow_up import dismiss_follow_up
from services.booking.usecases.list_cadences import CadenceFilter, CadencePlace, Cadences, list_cadences
from services.booking.usecases.list_follow_ups import list_follow_ups
from services.booking.usecases.ports import Clock, FollowUpFilter
from services.chassis.context import Call
from services.chassis.rpc import pages

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CareServicer:
    """Turns each request into domain words and back."""

    def __init__(
        self, *, follow_ups: PostgresFollowUps, cadences: Cadences, care_team: PostgresCareTeam, clock: Clock
    ) -> None:
        self._cadences = cadences
        self._follow_ups = follow_ups
        self._care_team = care_team
        self._clock = clock

    async def PutCareTeamMember(
        self, request: care_service_pb2.PutCareTeamMemberRequest, call: Call
    ) -> care_pb2.CareTeamMember:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        therapist_id = proto.uuid_of(request.therapist_id, field="therapist_id")
        at = self._clock()
        until = care_proto.cover_of(request, now=at)
        since_time = await self._care_team.put(call, client_id, therapist_id, at=at, cover_until=until)
        return care_proto.member_message(client_id, therapist_id, since_time, until)

    async def RemoveCareTeamMember(
        self, request: care_service_pb2.RemoveCareTeamMemberRequest, call: Call
    ) -> care_service_pb2.RemoveCareTeamMemberResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        await self._care_team.remove(call, client_id, proto.uuid_of(request.therapist_id, field="therapist_id"))
        return care_service_pb2.RemoveCareTeamMemberResponse()

    async def ListCareTeam(
        self, request: care_service_pb2.ListCareTeamRequest, call: Call
    ) -> care_service_pb2.ListCareTeamResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        members = await self._care_team.members(call, client_id)
        page, token = page_of(
            f"care_team|{client_id}", members, lambda one: one[0], request.page_size, request.page_token, most=TEAM_MAX
        )
        return care_service_pb2.ListCareTeamResponse(
            members=[care_proto.member_message(client_id, *each) for each in page], next_page_token=token
        )

    async def ListFollowUps(
        self, request: care_service_pb2.ListFollowUpsRequest, call: Call
    ) -> care_service_pb2.ListFollowUpsResponse:
        wanted = FollowUpFilter(
            client_id=proto.uuid_of(request.client_id, field="client_id") if request.client_id else "",
            therapist_id=proto.uuid_of(request.therapist_id, field="therapist_id") if request.therapist_id else "",
            state=care_proto.state_of(request.state),
            due_by_date=policy_proto.date_of(request.due_by_date, field="due_by_date") if request.due_by_date else "",
        )
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        query = f"follow_ups|{wanted}"
        after = None
        match pages.read_page_token(query, request.page_token):
            case [str(due_date), str(follow_up_id)]:
                after = due_date, follow_up_id
        page, last = await list_follow_ups(
            wanted, call, follow_ups=self._follow_ups, care_team=self._care_team, after=after, page_size=size
        )
        token = pages.page_token(query, *last) if last else ""
        return care_service_pb2.ListFollowUpsResponse(
            follow_ups=[care_proto.follow_up_message(each) for each in page], next_page_token=token
        )

    async def GetFollowUp(self, request: care_service_pb2.GetFollowUpRequest, call: Call) -> care_pb2.FollowUp:
        found = await self._follow_ups.find(call, proto.uuid_of(request.follow_up_id, field="follow_up_id"))
        await call.authorize(client_ids=[found.client_id], resource_id=found.follow_up_id)
        return care_proto.follow_up_message(found)

    async def DismissFollowUp(self, request: care_service_pb2.DismissFollowUpRequest, call: Call) -> care_pb2.FollowUp:
        follow_up_id = proto.uuid_of(request.follow_up_id, field="follow_up_id")
        reason, etag = care_proto.dismiss_reason_of(request.reason), proto.etag_of(request.etag)
        return care_proto.follow_up_message(
            await dismiss_follow_up(follow_up_id, reason, etag, call, follow_ups=self._follow_ups)
        )

    async def PutFollowUpRule(
        self, request: care_service_pb2.PutFollowUpRuleRequest, call: Call
    ) -> care_pb2.FollowUpRule:
        rule = care_proto.rule_of(request.rule, new_id=str(uuid_utils.uuid7()))
        now = partial(self._follow_ups.rule_now, call, rule.rule_id)
        await require_current(request.rule.etag, now, care_proto.rule_message)
        await self._follow_ups.put_rule(call, rule)
        return care_proto.rule_message(rule)

    async def RemoveFollowUpRule(
        self, request: care_service_pb2.RemoveFollowUpRuleRequest, call: Call
    ) -> care_service_pb2.RemoveFollowUpRuleResponse:
        await self._follow_ups.remove_rule(call, proto.uuid_of(request.rule_id, field="rule_id"))
        return care_service_pb2.RemoveFollowUpRuleResponse()

    async def ListFollowUpRules(
        self, request: care_service_pb2.ListFollowUpRulesRequest, call: Call
    ) -> care_service_pb2.ListFollowUpRulesResponse:
        rules = await self._follow_ups.rules(call)
        page, token = page_of(
            "follow_up_rules", rules, lambda one: one.rule_id, request.page_size, request.page_token, most=RULES_MAX
        )
        return care_service_pb2.ListFollowUpRulesResponse(
            rules=[care_proto.rule_message(each) for each in page], next_page_token=token
        )

    async def CompareCadences(
        self, request: care_service_pb2.CompareCadencesRequest, call: Call
    ) -> care_service_pb2.CompareCadencesResponse:
        wanted = CadenceFilter(
            client_id=proto.uuid_of(request.client_id, field="client_id") if request.client_id else "",
            therapist_id=proto.uuid_of(request.therapist_id, field="therapist_id") if request.therapist_id else "",
            standing=care_proto.standing_of(request.standing),
        )
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        query = f"cadences|{wanted}"
        page, last, counts = await list_cadences(
            wanted,
            call,
            cadences=self._cadences,
            care_team=self._care_team,
            at=self._clock(),
            after=_place_of(query, request.page_token),
            page_size=size,
        )
        token = ""
        if last is not None and last[0] is not None:
            token = pages.page_token(query, (last[0] - _EPOCH) // timedelta(microseconds=1), *last[1:])
        return care_service_pb2.CompareCadencesResponse(
            cadences=[care_proto.reality_message(each) for each in page],
            next_page_token=token,
            on_track_count=counts.get(Standing.ON_TRACK, 0),
            gap_ahead_count=counts.get(Standing.GAP_AHEAD, 0),
            overdue_count=counts.get(Standing.OVERDUE, 0),
        )

    async def PutCadence(self, request: care_service_pb2.PutCadenceRequest, call: Call) -> care_pb2.Cadence:
        cadence = care_proto.cadence_of(request.cadence)
        now = partial(self._follow_ups.cadence_now, call, cadence.client_id, cadence.therapist_id)
        await require_current(request.cadence.etag, now, care_proto.cadence_message)
        await self._follow_ups.put_cadence(call, cadence, at=self._clock())
        return care_proto.cadence_message(cadence)

    async def ListCadences(
        self, request: care_service_pb2.ListCadencesRequest, call: Call
    ) -> care_service_pb2.ListCadencesResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        found = await self._follow_ups.cadences(call, client_id)
        page, token = page_of(
            f"cadences|{client_id}",
            found,
            lambda one: one.therapist_id,
            request.page_size,
            request.page_token,
            most=TEAM_MAX,
        )
        return care_service_pb2.ListCadencesResponse(
            cadences=[care_proto.cadence_message(each) for each in page], next_page_token=token
        )


def _place_of(query: str, token: str) -> CadencePlace | None:
    match pages.read_page_token(query, token):
        case None:
            return None
        case [int(micros), str(client_id), str(therapist_id)] if 0 <= micros < 2**57:
            return _EPOCH + timedelta(microseconds=micros), client_id, therapist_id
    raise errors.Malformed("The page token is not one of ours.", field="page_token")
