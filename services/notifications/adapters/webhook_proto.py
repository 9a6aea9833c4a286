"""Reads requests about webhooks and writes receivers and deliveries to the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from kept.notifications.v1 import webhooks_service_pb2

from services.chassis.rpc.pages import page_size, page_token, read_page_token
from services.chassis.told import catalogue
from services.notifications.adapters import proto
from services.notifications.domain import errors
from services.notifications.domain.webhook import MESSAGE_DUE, Delivery, Webhook

_STATES = webhooks_service_pb2.WebhookDelivery.State


def event_types(names: Any) -> tuple[str, ...]:
    """Read what a receiver is told of. Raises Malformed for what never happens."""
    wanted = sorted(set(names))
    if not set(wanted) <= catalogue().keys() | {MESSAGE_DUE}:
        raise errors.Malformed("There is no such kind of event.", field="event_types")
    return tuple(wanted)


def place(request: Any, query: str) -> tuple[int, str | None]:
    """Return how many entries are asked for, and the id the page comes after."""
    size = page_size(request.page_size, default=proto.DEFAULT_PAGE, most=proto.LARGEST_PAGE)
    read = read_page_token(query, request.page_token)
    return size, proto.uuid(str(read[0]), field="page_token") if read else None


def webhook_resource(webhook: Webhook) -> webhooks_service_pb2.Webhook:
    """Write a receiver."""
    return webhooks_service_pb2.Webhook(
        webhook_id=webhook.webhook_id,
        url=webhook.url,
        event_types=webhook.event_types,
        is_active=webhook.is_active,
        stop_reason=webhook.stop_reason,
        create_time=_stamp(webhook.create_time),
        etag=webhook.etag,
    )


def delivery_resource(delivery: Delivery) -> webhooks_service_pb2.WebhookDelivery:
    """Write a delivery."""
    return webhooks_service_pb2.WebhookDelivery(
        delivery_id=delivery.delivery_id,
        webhook_id=delivery.webhook_id,
        event_type=delivery.event_type,
        resource_id=delivery.resource_id,
        resource_version=delivery.resource_version,
        state=_STATES.Value(f"STATE_{delivery.state.value}"),
        attempts=delivery.attempts,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
        last_attempt_time=_stamp(delivery.last_attempt_time),
        next_attempt_time=_stamp(delivery.next_attempt_time),
        occur_time=_stamp(delivery.occur_time),
    )


def webhooks_page(found: list[Webhook], size: int, query: str) -> webhooks_service_pb2.ListWebhooksResponse:
    """Write a page of receivers."""
    return webhooks_service_pb2.ListWebhooksResponse(
        webhooks=[webhook_resource(each) for each in found[:size]],
        next_page_token=page_token(query, found[size - 1].webhook_id) if len(found) > size else "",
    )


def deliveries_page(found: list[Delivery], size: int, query: str) -> webhooks_service_pb2.ListWebhookDeliveriesResponse:
    """Write a page of deliveries."""
    return webhooks_service_pb2.ListWebhookDeliveriesResponse(
        deliveries=[delivery_resource(each) for each in found[:size]],
        next_page_token=page_token(query, found[size - 1].delivery_id) if len(found) > size else "",
    )


def _stamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
