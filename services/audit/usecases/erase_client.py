"""Destroys every key of a client on the word of two persons, and certifies it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kept.audit.v1 import retention_events_pb2

from services.audit.domain import errors
from services.audit.domain.retention import Erasure, ErasurePart, ErasureState
from services.audit.usecases.retention_ports import RetentionStore
from services.chassis.context import Call


async def request_erasure(
    erasure_id: str, client_id: str, call: Call, *, store: RetentionStore, at: datetime
) -> Erasure:
    """
    Ask for it; nothing happens before a second person agrees.

    Raises:
        Held: A legal hold names the client or the practice. (FAILED_PRECONDITION)
        ErasureOpen: One of this client is open. (FAILED_PRECONDITION)
    """
    call.resource_id = erasure_id
    await _check_held(client_id, call, store)
    erasure = Erasure(erasure_id, client_id, ErasureState.REQUESTED, call.actor.actor_id, at)
    await store.add_erasure(call, erasure)
    return erasure


async def approve_erasure(erasure_id: str, call: Call, *, store: RetentionStore, at: datetime) -> Erasure:
    """
    Agree, and order every service to destroy its keys.

    Raises:
        Missing: No such erasure. (NOT_FOUND)
        SamePerson: Whoever asked can't agree. (PERMISSION_DENIED)
        StateForbids, Held: It is settled, or a hold was set meanwhile. (FAILED_PRECONDITION)
    """
    erasure = await store.find_erasure(call, erasure_id, is_locked=True)
    await call.authorize(client_ids=[erasure.client_id], resource_id=erasure_id)
    ordered = erasure.approve(actor_id=call.actor.actor_id, at=at)
    await _check_held(erasure.client_id, call, store)
    await store.save_erasure(call, ordered)
    event = retention_events_pb2.ClientErasureOrdered(
        practice_id=call.practice_id, erasure_id=erasure_id, client_id=erasure.client_id, version=ordered.version
    )
    event.order_time.FromDatetime(at)
    call.publish(event, aggregate_id=erasure_id, version=ordered.version)
    return ordered


async def cancel_erasure(erasure_id: str, call: Call, *, store: RetentionStore) -> Erasure:
    """
    Call it off.

    Raises:
        Missing: No such erasure. (NOT_FOUND)
        StateForbids: It was agreed to. (FAILED_PRECONDITION)
    """
    erasure = await store.find_erasure(call, erasure_id, is_locked=True)
    await call.authorize(client_ids=[erasure.client_id], resource_id=erasure_id)
    cancelled = erasure.cancel()
    await store.save_erasure(call, cancelled)
    return cancelled


async def note_erased(
    erasure_id: str, part: ErasurePart, call: Call, *, store: RetentionStore, sign: Callable[[str], str]
) -> Erasure:
    """
    Note what a service told; the last of them makes the certificate.

    Raises:
        Missing: Nobody ordered this here. (NOT_FOUND)
    """
    await store.find_erasure(call, erasure_id, is_locked=True)
    await store.add_part(call, erasure_id, part)
    erasure = await store.find_erasure(call, erasure_id, is_locked=True)
    await call.authorize(client_ids=[erasure.client_id], resource_id=erasure_id)
    if not erasure.is_told_by_all:
        return erasure
    erased = erasure.certify(sign(erasure.certificate_text(call.practice_id)))
    await store.save_erasure(call, erased)
    return erased


async def _check_held(client_id: str, call: Call, store: RetentionStore) -> None:
    if await store.is_held(call, client_id):
        raise errors.Held("A legal hold keeps the client from being erased.")
