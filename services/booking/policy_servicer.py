"""Serves the door to policies, fees, requirements and authorised visits."""

from __future__ import annotations

from functools import partial

from kept.booking.v1 import policy_pb2, policy_service_pb2

from services.booking.adapters import policy_proto, proto
from services.booking.adapters.etags import require_current
from services.booking.adapters.policies import PostgresPolicies
from services.booking.adapters.rules import PostgresRules
from services.booking.adapters.short_lists import page_of
from services.booking.domain import errors
from services.booking.domain.policy import AUTHORISATIONS_MAX, POLICIES_MAX, FeeState
from services.booking.usecases.decide_fee import decide_fee
from services.booking.usecases.list_appointments import WHOLE_PRACTICE_ROLES
from services.booking.usecases.ports import Clock
from services.chassis.context import Call
from services.chassis.rpc import pages

_MICRO = 1_000_000

REQUIREMENTS_MAX = 10
"""Kinds of requirement on a page; there are fewer."""


class PolicyServicer:
    """Turns each request into domain words and back."""

    def __init__(self, *, policies: PostgresPolicies, rules: PostgresRules, clock: Clock) -> None:
        self._policies = policies
        self._rules = rules
        self._clock = clock

    async def PutPolicy(self, request: policy_service_pb2.PutPolicyRequest, call: Call) -> policy_pb2.Policy:
        policy = policy_proto.policy_of(request.policy)
        now = partial(self._policies.policy_now, call, policy.session_type_id)
        await require_current(request.policy.etag, now, policy_proto.policy_message)
        await self._policies.put_policy(call, policy)
        return policy_proto.policy_message(policy)

    async def ListPolicies(
        self, request: policy_service_pb2.ListPoliciesRequest, call: Call
    ) -> policy_service_pb2.ListPoliciesResponse:
        known = (await self._rules.of_call(call)).policies
        page, token = page_of(
            "policies",
            [known[each] for each in sorted(known)],
            lambda one: one.session_type_id,
            request.page_size,
            request.page_token,
            most=POLICIES_MAX,
        )
        return policy_service_pb2.ListPoliciesResponse(
            policies=[policy_proto.policy_message(each) for each in page], next_page_token=token
        )

    async def ListFees(
        self, request: policy_service_pb2.ListFeesRequest, call: Call
    ) -> policy_service_pb2.ListFeesResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id") if request.client_id else ""
        if not client_id and WHOLE_PRACTICE_ROLES.isdisjoint(call.actor.roles):
            raise errors.Malformed("Name the client whose fees you want.", field="client_id")
        state = policy_proto.state_of(request.state)
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        query = f"fees|{client_id}|{state or ''}"
        after = None
        match pages.read_page_token(query, request.page_token):
            case [int(micros), str(fee_id)]:
                after = policy_proto.utc_of(micros), proto.uuid_of(fee_id, field="page_token")
        if client_id:
            await call.authorize(client_ids=[client_id])
        found = await self._policies.page_of_fees(call, client_id, state, after=after, limit=size + 1)
        page = found[:size]
        if not client_id:
            await call.authorize(client_ids=sorted({fee.client_id for fee in page}))
        token = ""
        if len(found) > size:
            token = pages.page_token(query, round(page[-1].create_time.timestamp() * _MICRO), page[-1].fee_id)
        return policy_service_pb2.ListFeesResponse(
            fees=[policy_proto.fee_message(fee) for fee in page], next_page_token=token
        )

    async def GetFee(self, request: policy_service_pb2.GetFeeRequest, call: Call) -> policy_pb2.Fee:
        fee = await self._policies.fee(call, proto.uuid_of(request.fee_id, field="fee_id"))
        await call.authorize(client_ids=[fee.client_id], resource_id=fee.fee_id)
        return policy_proto.fee_message(fee)

    async def WaiveFee(self, request: policy_service_pb2.WaiveFeeRequest, call: Call) -> policy_pb2.Fee:
        reason = policy_proto.clemency_of(request.reason)
        return await self._decide(request.fee_id, FeeState.WAIVED, reason.value, request.etag, call)

    async def AcceptFee(self, request: policy_service_pb2.AcceptFeeRequest, call: Call) -> policy_pb2.Fee:
        return await self._decide(request.fee_id, FeeState.ACCEPTED, "", request.etag, call)

    async def RecordRequirement(
        self, request: policy_service_pb2.RecordRequirementRequest, call: Call
    ) -> policy_pb2.Requirement:
        client_id, kind, until = policy_proto.requirement_of(request.requirement)
        await self._policies.record(call, client_id, kind, at=self._clock(), until=until)
        return request.requirement

    async def ListRequirements(
        self, request: policy_service_pb2.ListRequirementsRequest, call: Call
    ) -> policy_service_pb2.ListRequirementsResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        page, token = page_of(
            f"requirements|{client_id}",
            await self._policies.requirements(call, client_id),
            lambda one: one[0],
            request.page_size,
            request.page_token,
            most=REQUIREMENTS_MAX,
        )
        return policy_service_pb2.ListRequirementsResponse(
            requirements=[policy_proto.requirement_message(client_id, *each) for each in page], next_page_token=token
        )

    async def PutAuthorisation(
        self, request: policy_service_pb2.PutAuthorisationRequest, call: Call
    ) -> policy_pb2.Authorisation:
        wanted = policy_proto.authorisation_of(request.authorisation)
        now = partial(self._policies.authorisation_now, call, wanted.client_id, wanted.authorisation_id)
        await require_current(request.authorisation.etag, now, policy_proto.authorisation_message)
        return policy_proto.authorisation_message(await self._policies.put_authorisation(call, wanted))

    async def ListAuthorisations(
        self, request: policy_service_pb2.ListAuthorisationsRequest, call: Call
    ) -> policy_service_pb2.ListAuthorisationsResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        found = await self._policies.authorisations(call, client_id)
        page, token = page_of(
            f"authorisations|{client_id}",
            found,
            lambda one: one.authorisation_id,
            request.page_size,
            request.page_token,
            most=AUTHORISATIONS_MAX,
        )
        return policy_service_pb2.ListAuthorisationsResponse(
            authorisations=[policy_proto.authorisation_message(each) for each in page], next_page_token=token
        )

    async def _decide(self, fee_id: str, state: FeeState, reason: str, etag: str, call: Call) -> policy_pb2.Fee:
        fee_id, etag = proto.uuid_of(fee_id, field="fee_id"), proto.etag_of(etag)
        return policy_proto.fee_message(await decide_fee(fee_id, state, reason, etag, call, fees=self._policies))
