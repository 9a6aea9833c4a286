"""Turns proxies and fences into messages and back."""

from __future__ import annotations

from datetime import datetime, timedelta

from kept.booking.v1 import safety_pb2

from services.booking.adapters.policy_proto import number_of
from services.booking.adapters.proto import instant_of, timestamp_of, uuid_of
from services.booking.domain import errors
from services.booking.domain.policy import Fence
from services.booking.domain.proxy import PROXY_YEARS_MAX, Proxy, Scope
from services.chassis.rpc.etags import tagged

GAP_MIN = 60
"""Minutes between the sessions of a fenced pair when the caller does not say."""

GAP_MIN_MAX = 720
"""Minutes between the sessions of a fenced pair at most; the contract says so."""


def proxy_of(message: safety_pb2.Proxy, *, now: datetime) -> Proxy:
    """Return a proxy within its limits. Raises Malformed."""
    client_id = uuid_of(message.client_id, field="proxy.client_id")
    proxy_client_id = uuid_of(message.proxy_client_id, field="proxy.proxy_client_id")
    if client_id == proxy_client_id:
        raise errors.Malformed("Nobody is their own proxy.", field="proxy.proxy_client_id")
    known = {number: name for name, number in safety_pb2.Proxy.Scope.items() if number}
    if not message.scopes or not set(message.scopes) <= set(known):
        raise errors.Malformed("Say what they may do.", field="proxy.scopes")
    scopes = sorted({Scope(known[number].removeprefix("SCOPE_")) for number in message.scopes})
    if not message.HasField("expire_time"):
        raise errors.Malformed("Say until when.", field="proxy.expire_time")
    expire_time = instant_of(message.expire_time, field="proxy.expire_time")
    if not now < expire_time <= now + timedelta(days=366 * PROXY_YEARS_MAX):
        raise errors.Malformed("The end is out of range.", field="proxy.expire_time", max_years=str(PROXY_YEARS_MAX))
    return Proxy(client_id, proxy_client_id, tuple(scopes), expire_time)


def proxy_message(proxy: Proxy) -> safety_pb2.Proxy:
    """Return a proxy as the contract says it."""
    message = safety_pb2.Proxy(
        client_id=proxy.client_id,
        proxy_client_id=proxy.proxy_client_id,
        scopes=[safety_pb2.Proxy.Scope.Value(f"SCOPE_{scope.value}") for scope in proxy.scopes],
        expire_time=timestamp_of(proxy.expire_time),
    )
    return tagged(message)


def fence_of(message: safety_pb2.Fence, *, new_id: str) -> Fence:
    """Return a fence within its limits; *new_id* when it has none. Raises Malformed."""
    pair = sorted({uuid_of(each, field="fence.client_ids") for each in message.client_ids})
    if len(message.client_ids) != 2 or len(pair) != 2:
        raise errors.Malformed("A fence stands between two clients.", field="fence.client_ids")
    if not message.reason or message.reason not in safety_pb2.Fence.Reason.values():
        raise errors.Malformed("Say why.", field="fence.reason")
    gap_min = number_of(message.gap_min, field="fence.gap_min", most=GAP_MIN_MAX)
    return Fence(
        fence_id=uuid_of(message.fence_id, field="fence.fence_id") if message.fence_id else new_id,
        client_id=pair[0],
        other_client_id=pair[1],
        site_id=uuid_of(message.site_id, field="fence.site_id") if message.site_id else "",
        gap_min=gap_min or GAP_MIN,
        reason=safety_pb2.Fence.Reason.Name(message.reason).removeprefix("REASON_"),
    )


def fence_message(fence: Fence) -> safety_pb2.Fence:
    """Return a fence as the contract says it."""
    message = safety_pb2.Fence(
        fence_id=fence.fence_id,
        client_ids=[fence.client_id, fence.other_client_id],
        site_id=fence.site_id,
        gap_min=fence.gap_min,
        reason=safety_pb2.Fence.Reason.Value(f"REASON_{fence.reason}"),
    )
    return tagged(message)
