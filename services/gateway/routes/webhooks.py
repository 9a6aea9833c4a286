"""Webhooks: who is told over HTTP that something happened, and what became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from kept.notifications.v1 import webhooks_service_pb2 as contract
from pydantic import Field

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import unquoted
from services.gateway.routes.bodies import Body
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    PathId,
    SignedIn,
    answers,
    edited,
    edits,
    respond,
)
from services.gateway.routes.patching import add_patch

router = APIRouter(prefix="/v1", tags=["webhooks"])
WEBHOOK = contract.Webhook.DESCRIPTOR
GIVEN = contract.CreateWebhookResponse.DESCRIPTOR

Url = Annotated[str, Field(min_length=8, max_length=1000, examples=["https://partner.example/kept"])]
Types = Annotated[
    list[Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z]+$", examples=["appointment.booked"])]],
    Field(
        default_factory=list,
        max_length=100,
        description="What it is told of, of the kinds that `webhooks` of this document lists; empty: everything.",
        examples=[["appointment.booked"]],
    ),
]


class WebhookIn(Body):
    """A receiver of webhooks."""

    url: Url
    event_types: Types


class WebhookChangeIn(WebhookIn):
    """A receiver as it is to be."""

    is_active: bool = True


@router.post(
    "/webhooks",
    operation_id="createWebhook",
    summary="Add a webhook",
    status_code=201,
    responses=answers(GIVEN, 409, status=201),
)
async def create(body: WebhookIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Adds a receiver. The `secret` that its messages are signed with (Standard Webhooks) is said once, here."""
    request = contract.CreateWebhookRequest(
        url=body.url, event_types=body.event_types, request_id=caller.request_id(key)
    )
    made = await caller.notifications("CreateWebhook", request)
    return respond(made, 201, location=f"/v1/webhooks/{made.webhook.webhook_id}")


@router.get(
    "/webhooks",
    operation_id="listWebhooks",
    summary="See the webhooks",
    responses=answers(contract.ListWebhooksResponse.DESCRIPTOR),
)
async def list_webhooks(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists receivers, oldest first."""
    request = contract.ListWebhooksRequest(page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListWebhooks", request))


@router.get(
    "/webhooks/{webhook_id}", operation_id="getWebhook", summary="See a webhook", responses=answers(WEBHOOK, 404)
)
async def get(webhook_id: PathId, caller: SignedIn) -> Response:
    """Returns a receiver with its ETag, never its secret."""
    return respond(await _current(caller, webhook_id))


@router.put(
    "/webhooks/{webhook_id}", operation_id="updateWebhook", summary="Change a webhook", responses=edits(WEBHOOK)
)
async def update(
    webhook_id: PathId, body: WebhookChangeIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Changes where to, about what, and whether messages are sent at all; needs the ETag that was read."""
    request = contract.UpdateWebhookRequest(
        webhook_id=webhook_id,
        url=body.url,
        event_types=body.event_types,
        is_active=body.is_active,
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.notifications("UpdateWebhook", request), lambda: _current(caller, webhook_id))


@router.delete(
    "/webhooks/{webhook_id}",
    operation_id="deleteWebhook",
    summary="Remove a webhook",
    responses=answers(WEBHOOK, 404),
)
async def delete(webhook_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Removes a receiver with its log; nothing more is sent to it."""
    request = contract.DeleteWebhookRequest(webhook_id=webhook_id, request_id=caller.request_id(key))
    return respond(await caller.notifications("DeleteWebhook", request))


@router.post(
    "/webhooks/{webhook_id}/secrets",
    operation_id="rotateWebhookSecret",
    summary="Give a webhook a new secret",
    status_code=201,
    responses=answers(GIVEN, 404, status=201),
)
async def rotate(webhook_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Gives a new secret; for 24 hours messages are signed with both, so that no receiver misses one."""
    request = contract.RotateWebhookSecretRequest(webhook_id=webhook_id, request_id=caller.request_id(key))
    return respond(await caller.notifications("RotateWebhookSecret", request), 201)


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    operation_id="listWebhookDeliveries",
    summary="See what was said to a webhook",
    responses=answers(contract.ListWebhookDeliveriesResponse.DESCRIPTOR, 404),
)
async def deliveries(webhook_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists deliveries, newest first: tries, the last answer, when the next try is due."""
    request = contract.ListWebhookDeliveriesRequest(webhook_id=webhook_id, page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListWebhookDeliveries", request))


@router.post(
    "/webhook-deliveries/{delivery_id}/replays",
    operation_id="replayWebhookDelivery",
    summary="Say something to a webhook again",
    responses=answers(contract.WebhookDelivery.DESCRIPTOR, 404, 409),
)
async def replay(delivery_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Says it again under the `webhook-id` it had, with three days of tries."""
    request = contract.ReplayWebhookDeliveryRequest(delivery_id=delivery_id, request_id=caller.request_id(key))
    return respond(await caller.notifications("ReplayWebhookDelivery", request))


async def _current(caller: Caller, webhook_id: str) -> contract.Webhook:
    found: contract.Webhook = await caller.notifications(
        "GetWebhook", contract.GetWebhookRequest(webhook_id=webhook_id)
    )
    return found


add_patch(router, "/webhooks/{webhook_id}", WebhookChangeIn, put=update, get=_current, message=WEBHOOK)
