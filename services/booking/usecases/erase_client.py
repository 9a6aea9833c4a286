"""Destroys what a client's particulars could be read with, and tells so."""

from __future__ import annotations

from typing import Protocol

from kept.audit.v1 import retention_events_pb2
from kept.booking.v1 import erasure_events_pb2

from services.booking.domain import errors
from services.booking.usecases.ports import Clock
from services.chassis.context import Call


class Registry(Protocol):
    """Holds the clients' keys."""

    async def forget(self, call: Call, client_id: str) -> int:
        """Destroy a client's key, and what they were found by; return how many keys there were."""


async def erase_client(
    order: retention_events_pb2.ClientErasureOrdered, call: Call, *, registry: Registry, clock: Clock
) -> None:
    """
    Follow an order two persons agreed on; a second time there is nothing left, and that is told too.

    Raises:
        Malformed: The event is of another practice. (INVALID_ARGUMENT)
    """
    if order.practice_id != call.practice_id:
        raise errors.Malformed("The event is of another practice.", field="practice_id")
    await call.authorize(client_ids=[order.client_id], resource_id=order.erasure_id)
    destroyed = await registry.forget(call, order.client_id)
    erased = erasure_events_pb2.ClientErased(
        practice_id=order.practice_id,
        erasure_id=order.erasure_id,
        client_id=order.client_id,
        keys_destroyed=destroyed,
        version=1,
    )
    erased.erase_time.FromDatetime(clock())
    call.publish(erased, aggregate_id=order.erasure_id, version=1)
