"""Serves the door of priority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from kept.booking.v1 import priority_service_pb2

from services.booking.adapters import policy_proto, proto
from services.booking.adapters.absence_ledger import AvailabilityAbsenceLedger
from services.booking.adapters.etags import require_current
from services.booking.adapters.priorities import PostgresPriorities
from services.booking.domain import errors
from services.booking.domain.priority import Priority
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.explain_wish import Explains, explain_wish
from services.booking.usecases.ports import Clock, Rules
from services.chassis.context import Call
from services.chassis.rpc.etags import tagged


class PriorityServicer:
    """Turns each request into domain words, and back."""

    def __init__(
        self,
        *,
        priorities: PostgresPriorities,
        ledger: AvailabilityAbsenceLedger,
        gates: Explains,
        rules: Rules,
        clock: Clock,
    ) -> None:
        self._priorities = priorities
        self._gates = gates
        self._rules = rules
        self._ledger = ledger
        self._clock = clock

    async def PutClientPriority(
        self, request: priority_service_pb2.PutClientPriorityRequest, call: Call
    ) -> priority_service_pb2.ClientPriority:
        at = self._clock()
        until = date.fromisoformat(_day(request.until_date)) if request.until_date else None
        if until is not None and until < at.date():
            raise errors.Malformed("The last day has passed.", field="until_date")
        client_id = proto.uuid_of(request.client_id, field="client_id")
        priority = Priority(client_id, request.is_high_need, until if request.is_high_need else None)
        now = partial(self._priorities.now, call, client_id)
        await require_current(request.etag, now, partial(_message, audiences=()))
        await self._priorities.put(call, priority, at=at)
        return _message(priority, ())

    async def GetClientPriority(
        self, request: priority_service_pb2.GetClientPriorityRequest, call: Call
    ) -> priority_service_pb2.ClientPriority:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        audiences = await self._priorities.audiences(call.practice_id, client_id, "", at=self._clock())
        return _message(await self._priorities.get(call, client_id), audiences)

    async def FindClientSlots(
        self, request: priority_service_pb2.FindClientSlotsRequest, call: Call
    ) -> priority_service_pb2.FindClientSlotsResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        named = request.search.therapist_ids
        audiences = await self._priorities.audiences(
            call.practice_id, client_id, named[0] if len(named) == 1 else "", at=self._clock()
        )
        found = await self._ledger.search_as(request.search, audiences, call, is_staff=is_staff(call.actor))
        return priority_service_pb2.FindClientSlotsResponse(slots=found.slots, next_page_token=found.next_page_token)

    async def ExplainClientSlot(
        self, request: priority_service_pb2.ExplainClientSlotRequest, call: Call
    ) -> priority_service_pb2.ExplainClientSlotResponse:
        client_id, asked = proto.uuid_of(request.client_id, field="client_id"), request.slot
        at, by_staff = self._clock(), is_staff(call.actor)
        audiences = await self._priorities.audiences(call.practice_id, client_id, asked.therapist_id, at=at)
        told = await self._ledger.explain_as(asked, audiences, call, is_staff=by_staff)
        refusals: Sequence[str] = ()
        warnings: Sequence[str] = ()
        if told.is_offered:
            wish = replace(
                proto.wish_at(
                    asked.start_wall,
                    client_id=client_id,
                    therapist_id=asked.therapist_id,
                    session_type_id=asked.session_type_id,
                    modality=asked.modality,
                ),
                audiences=audiences,
            )
            refusals, warnings = await explain_wish(
                wish, call, ledger=self._ledger, gates=self._gates, rules=self._rules, at=at
            )
        return priority_service_pb2.ExplainClientSlotResponse(
            is_offered=told.is_offered and not refusals, rules=told.rules, refusals=refusals, warnings=warnings
        )


def _day(text: str) -> str:
    return policy_proto.date_of(text, field="until_date")


def _message(priority: Priority, audiences: tuple[int, ...]) -> priority_service_pb2.ClientPriority:
    message = priority_service_pb2.ClientPriority(
        client_id=priority.client_id,
        is_high_need=priority.is_high_need,
        until_date=priority.until_date.isoformat() if priority.until_date else "",
    )
    message = tagged(message)  # Who they are is found out, not said: it is no part of what is replaced.
    message.audiences.extend(audiences)  # type: ignore[arg-type]
    return message
