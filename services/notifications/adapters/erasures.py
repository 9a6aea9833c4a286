"""Destroys what a client could be reached with, and tells so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kept.audit.v1 import retention_events_pb2
from kept.notifications.v1 import erasure_events_pb2

from services.chassis.context import Call
from services.chassis.keys import destroy_client_keys
from services.notifications.domain import errors

# What is planned for them has nowhere to go any more; the hashes could still tell who has this address.
_FORGET = """
    with texted as (
        delete from texted_numbers where practice_id = %(practice_id)s and client_id = %(client_id)s
    ), told as (
        -- Replies that older rows keep under a copy of the client's key would undo the erasure.
        delete from replies where practice_id = %(practice_id)s and client_id = %(client_id)s
    )
    update contact_addresses set state = 'ENDED', address_hash = null, code_hash = null, code_sealed = null,
        invitation_sealed = null, version = version + 1, update_time = now()
     where practice_id = %(practice_id)s and client_id = %(client_id)s
"""

# A client who never had a key here gets none later either.
_BARS = (
    "insert into contact_points (practice_id, client_id, wrapped_dek, time_zone, locale, has_consent)"
    " values (%(practice_id)s, %(client_id)s, '', 'Etc/UTC', 'en', false) on conflict on constraint contact_points_pkey"
    " do update set has_consent = false, update_time = now()",
    "insert into thread_keys (practice_id, client_id, wrapped_dek) values (%(practice_id)s, %(client_id)s, '')"
    " on conflict do nothing",
)


async def erase_client(
    order: retention_events_pb2.ClientErasureOrdered, call: Call, *, clock: Callable[[], datetime]
) -> None:
    """
    Follow an order two persons agreed on; a second time there is nothing left, and that is told too.

    Raises:
        Malformed: The event is of another practice. (INVALID_ARGUMENT)
    """
    if order.practice_id != call.practice_id:
        raise errors.Malformed("The event is of another practice.", field="practice_id")
    await call.authorize(client_ids=[order.client_id], resource_id=order.erasure_id)
    async with call.tx() as conn:
        destroyed = await destroy_client_keys(conn, call.practice_id, order.client_id)
        for statement in (_FORGET, *_BARS):
            await conn.execute(statement, {"practice_id": call.practice_id, "client_id": order.client_id})
    erased = erasure_events_pb2.ClientErased(
        practice_id=order.practice_id,
        erasure_id=order.erasure_id,
        client_id=order.client_id,
        keys_destroyed=destroyed,
        version=1,
    )
    erased.erase_time.FromDatetime(clock())
    call.publish(erased, aggregate_id=order.erasure_id, version=1)
