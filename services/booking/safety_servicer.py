"""Serves the door to protection: proxies, confidentiality of minors, fences."""

from __future__ import annotations

from functools import partial

import uuid_utils
from kept.booking.v1 import safety_pb2, safety_service_pb2

from services.booking.adapters import proto, safety_proto
from services.booking.adapters.care_team import PostgresCareTeam
from services.booking.adapters.etags import require_current
from services.booking.adapters.safety import FENCES_MAX, PostgresSafety
from services.booking.adapters.short_lists import page_of
from services.booking.domain.proxy import PROXIES_MAX
from services.booking.usecases.ports import Clock
from services.chassis.context import Call
from services.chassis.rpc import pages


class SafetyServicer:
    """Turns each request into domain words and back."""

    def __init__(self, *, safety: PostgresSafety, care_team: PostgresCareTeam, clock: Clock) -> None:
        self._safety = safety
        self._care_team = care_team
        self._clock = clock

    async def PutProxy(self, request: safety_service_pb2.PutProxyRequest, call: Call) -> safety_pb2.Proxy:
        proxy = safety_proto.proxy_of(request.proxy, now=self._clock())
        now = partial(self._safety.proxy_now, call, proxy.client_id, proxy.proxy_client_id)
        await require_current(request.proxy.etag, now, safety_proto.proxy_message)
        await self._safety.put_proxy(call, proxy)
        return safety_proto.proxy_message(proxy)

    async def RemoveProxy(
        self, request: safety_service_pb2.RemoveProxyRequest, call: Call
    ) -> safety_service_pb2.RemoveProxyResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        await self._safety.remove_proxy(
            call, client_id, proto.uuid_of(request.proxy_client_id, field="proxy_client_id")
        )
        return safety_service_pb2.RemoveProxyResponse()

    async def ListProxies(
        self, request: safety_service_pb2.ListProxiesRequest, call: Call
    ) -> safety_service_pb2.ListProxiesResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        found = await self._safety.proxies(call, client_id)
        page, token = page_of(
            f"proxies|{client_id}",
            found,
            lambda one: one.proxy_client_id,
            request.page_size,
            request.page_token,
            most=PROXIES_MAX,
        )
        return safety_service_pb2.ListProxiesResponse(
            proxies=[safety_proto.proxy_message(each) for each in page],
            next_page_token=token,
            is_confidential=await self._safety.is_confidential(call, client_id),
        )

    async def SetConfidential(
        self, request: safety_service_pb2.SetConfidentialRequest, call: Call
    ) -> safety_service_pb2.SetConfidentialResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        appointment_id = ""
        if request.appointment_id:
            appointment_id = proto.uuid_of(request.appointment_id, field="appointment_id")
        call.resource_id = appointment_id
        await self._safety.set_confidential(call, client_id, appointment_id, is_hidden=request.is_confidential)
        return safety_service_pb2.SetConfidentialResponse()

    async def PutFence(
        self, request: safety_service_pb2.PutFenceRequest, call: Call
    ) -> safety_service_pb2.PutFenceResponse:
        fence = safety_proto.fence_of(request.fence, new_id=str(uuid_utils.uuid7()))
        now = partial(self._safety.fence_now, call, fence)
        await require_current(request.fence.etag, now, safety_proto.fence_message)
        stored, broken = await self._safety.put_fence(call, fence, at=self._clock())
        return safety_service_pb2.PutFenceResponse(
            fence=safety_proto.fence_message(stored), conflicting_appointment_ids=broken
        )

    async def RemoveFence(
        self, request: safety_service_pb2.RemoveFenceRequest, call: Call
    ) -> safety_service_pb2.RemoveFenceResponse:
        fence_id = proto.uuid_of(request.fence_id, field="fence_id")
        removed = await self._safety.remove_fence(call, fence_id)
        await call.authorize(client_ids=[removed.client_id, removed.other_client_id], resource_id=fence_id)
        return safety_service_pb2.RemoveFenceResponse()

    async def GetFence(self, request: safety_service_pb2.GetFenceRequest, call: Call) -> safety_pb2.Fence:
        found = await self._safety.fence(call, proto.uuid_of(request.fence_id, field="fence_id"))
        await call.authorize(client_ids=[found.client_id, found.other_client_id], resource_id=found.fence_id)
        return safety_proto.fence_message(found)

    async def ListFences(
        self, request: safety_service_pb2.ListFencesRequest, call: Call
    ) -> safety_service_pb2.ListFencesResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id") if request.client_id else ""
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        query = f"fences|{client_id}"
        after = ""
        match pages.read_page_token(query, request.page_token):
            case [str(last)]:
                after = proto.uuid_of(last, field="page_token")
        found = await self._safety.fences(call, client_id, after=after, limit=size + 1)
        page = found[:size]
        return safety_service_pb2.ListFencesResponse(
            fences=[safety_proto.fence_message(each) for each in page],
            next_page_token=pages.page_token(query, page[-1].fence_id) if len(found) > size else "",
        )

    async def CheckProxy(
        self, request: safety_service_pb2.CheckProxyRequest, call: Call
    ) -> safety_service_pb2.CheckProxyResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        found = await self._care_team.acts_for(call.actor, client_id, request.action)
        return safety_service_pb2.CheckProxyResponse(is_proxy=found)

    async def CheckFences(
        self, request: safety_service_pb2.CheckFencesRequest, call: Call
    ) -> safety_service_pb2.CheckFencesResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id") if request.client_id else ""
        found = await self._safety.fences(call, client_id, after="", limit=FENCES_MAX)
        pairs = [safety_service_pb2.FencedPair(client_ids=[each.client_id, each.other_client_id]) for each in found]
        return safety_service_pb2.CheckFencesResponse(pairs=pairs)
