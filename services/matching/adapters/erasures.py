"""Destroys what a client's intake could be read with, and tells so."""

from __future__ import annotations

from datetime import UTC, datetime

from kept.audit.v1 import retention_events_pb2
from kept.matching.v1 import erasure_events_pb2

from services.chassis import errors
from services.chassis.context import Call
from services.chassis.keys import destroy_client_keys

# A client who never had a key here gets none later either.
_BAR = """
    insert into client_keys (practice_id, client_id, wrapped_key) values (%s, %s, '') on conflict do nothing
"""


async def erase_client(order: retention_events_pb2.ClientErasureOrdered, call: Call) -> None:
    """
    Follow an order two persons agreed on; a second time there is nothing left, and that is told too.

    Raises:
        InvalidRequest: The event is of another practice. (INVALID_ARGUMENT)
    """
    if order.practice_id != call.practice_id:
        raise errors.InvalidRequest("The event is of another practice.", field="practice_id")
    await call.authorize(client_ids=[order.client_id], resource_id=order.erasure_id)
    async with call.tx() as conn:
        destroyed = await destroy_client_keys(conn, call.practice_id, order.client_id)
        await conn.execute(_BAR, (call.practice_id, order.client_id))
    erased = erasure_events_pb2.ClientErased(
        practice_id=order.practice_id,
        erasure_id=order.erasure_id,
        client_id=order.client_id,
        keys_destroyed=destroyed,
        version=1,
    )
    erased.erase_time.FromDatetime(datetime.now(UTC))
    call.publish(erased, aggregate_id=order.erasure_id, version=1)
