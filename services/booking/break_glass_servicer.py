"""Serves the door for emergencies: breaking the glass, ending it, reviewing it."""

from __future__ import annotations

from datetime import UTC, datetime

import uuid_utils
from kept.booking.v1 import break_glass_events_pb2, break_glass_pb2, break_glass_service_pb2

from services.booking.adapters import break_glass_proto, proto
from services.booking.adapters.break_glasses import PostgresBreakGlasses
from services.booking.domain.break_glass import begin
from services.booking.usecases.ports import Clock
from services.chassis.context import Call
from services.chassis.rpc import pages


class BreakGlassServicer:
    """Turns each request into domain words and back."""

    def __init__(self, *, glasses: PostgresBreakGlasses, clock: Clock) -> None:
        self._glasses = glasses
        self._clock = clock

    async def StartBreakGlass(
        self, request: break_glass_service_pb2.StartBreakGlassRequest, call: Call
    ) -> break_glass_pb2.BreakGlass:
        begun = begin(
            str(uuid_utils.uuid7()),
            proto.uuid_of(request.client_id, field="client_id"),
            actor_id=call.actor.actor_id,
            sign_in_time=datetime.fromtimestamp(call.actor.auth_time, UTC),
            is_strong=call.actor.strength == "mfa",
            reason=break_glass_proto.reason_of(request.reason),
            scopes=break_glass_proto.scopes_of(list(request.scopes)),
            length_min=break_glass_proto.length_of(request),
            at=self._clock(),
        )
        call.resource_id = begun.break_glass_id
        await self._glasses.add(call, begun, break_glass_proto.explanation_of(request.explanation))
        return break_glass_proto.message_of(begun)

    async def EndBreakGlass(
        self, request: break_glass_service_pb2.EndBreakGlassRequest, call: Call
    ) -> break_glass_pb2.BreakGlass:
        glass = await self._glasses.lock(call, proto.uuid_of(request.break_glass_id, field="break_glass_id"))
        await call.authorize(client_ids=[glass.client_id], resource_id=glass.break_glass_id)
        ended = glass.end(actor_id=call.actor.actor_id, at=self._clock())
        facts = break_glass_proto.facts_of(call.practice_id, ended)
        await self._glasses.save(call, ended, break_glass_events_pb2.BreakGlassEnded(break_glass=facts))
        return break_glass_proto.message_of(ended)

    async def ListBreakGlasses(
        self, request: break_glass_service_pb2.ListBreakGlassesRequest, call: Call
    ) -> break_glass_service_pb2.ListBreakGlassesResponse:
        await call.authorize()
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        query = f"break_glasses|{request.only_unreviewed}"
        after = None
        match pages.read_page_token(query, request.page_token):
            case [str(last)]:
                after = proto.uuid_of(last, field="page_token")
        found = await self._glasses.page(call, is_unreviewed=request.only_unreviewed, after=after, limit=size + 1)
        page = found[:size]
        return break_glass_service_pb2.ListBreakGlassesResponse(
            break_glasses=[break_glass_proto.message_of(each) for each in page],
            next_page_token=pages.page_token(query, page[-1].break_glass_id) if len(found) > size else "",
        )

    async def ReviewBreakGlass(
        self, request: break_glass_service_pb2.ReviewBreakGlassRequest, call: Call
    ) -> break_glass_pb2.BreakGlass:
        finding = break_glass_proto.finding_of(request.finding)
        glass = await self._glasses.lock(call, proto.uuid_of(request.break_glass_id, field="break_glass_id"))
        await call.authorize(client_ids=[glass.client_id], resource_id=glass.break_glass_id)
        reviewed = glass.review(finding, reviewer_id=call.actor.actor_id)
        facts = break_glass_proto.facts_of(call.practice_id, reviewed)
        event = break_glass_events_pb2.BreakGlassReviewed(
            break_glass=facts, finding=break_glass_proto.message_of(reviewed).finding
        )
        await self._glasses.save(call, reviewed, event)
        return break_glass_proto.message_of(reviewed)
