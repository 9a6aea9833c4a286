"""Serves the door of priority."""

from __future__ import annotations

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
from services.booking.usecases.ports import Clock
from services.chassis.context import Call
from services.chassis.rpc.etags import tagged


class PriorityServicer:
    """Turns each request into domain words, and back."""

    def __init__(self, *, priorities: PostgresPriorities, ledger: AvailabilityAbsenceLedger, clock: Clock) -> None:
        self._priorities = priorities
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
