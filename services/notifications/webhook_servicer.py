"""The door to outgoing webhooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import uuid_utils
from kept.notifications.v1 import webhooks_service_pb2 as contract

from services.chassis.context import Call
from services.notifications.adapters import proto, webhooks
from services.notifications.adapters import webhook_proto as wire
from services.notifications.adapters.outbound import check_url
from services.notifications.adapters.webhooks import Webhooks
from services.notifications.domain import errors
from services.notifications.domain.webhook import State, Webhook

SERVICE = contract.DESCRIPTOR.services_by_name["WebhookService"]
RECEIVERS = "webhooks"


class WebhookServicer:
    """Keeps receivers; what is said to them comes from events alone."""

    def __init__(self, *, store: Webhooks, has_trusted: bool, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._has_trusted = has_trusted
        self._clock = clock

    async def CreateWebhook(self, request: contract.CreateWebhookRequest, call: Call) -> contract.CreateWebhookResponse:
        """Add a receiver."""
        url = check_url(request.url, has_trusted=self._has_trusted)
        types = wire.event_types(request.event_types)
        made = Webhook(str(uuid_utils.uuid7()), url, types, True, "", 1, self._clock())
        call.resource_id = made.webhook_id
        async with call.tx() as conn:
            secret = await self._store.add(conn, call.practice_id, made)
        return contract.CreateWebhookResponse(webhook=wire.webhook_resource(made), secret=secret)

    async def UpdateWebhook(self, request: contract.UpdateWebhookRequest, call: Call) -> contract.Webhook:
        """Change a receiver."""
        webhook_id = call.resource_id = proto.uuid(request.webhook_id, field="webhook_id")
        url = check_url(request.url, has_trusted=self._has_trusted)
        types = wire.event_types(request.event_types)
        wanted = Webhook(webhook_id, url, types, request.is_active, "", 0, self._clock())
        async with call.tx() as conn:
            return wire.webhook_resource(await webhooks.save(conn, call.practice_id, wanted, seen=request.etag))

    async def GetWebhook(self, request: contract.GetWebhookRequest, call: Call) -> contract.Webhook:
        """Return a receiver."""
        async with call.tx() as conn:
            webhook_id = proto.uuid(request.webhook_id, field="webhook_id")
            return wire.webhook_resource(await webhooks.get(conn, call.practice_id, webhook_id))

    async def ListWebhooks(self, request: contract.ListWebhooksRequest, call: Call) -> contract.ListWebhooksResponse:
        """List receivers."""
        size, after = wire.place(request, RECEIVERS)
        async with call.tx() as conn:
            found = await webhooks.list_all(conn, call.practice_id, after=after, limit=size + 1)
        return wire.webhooks_page(found, size, RECEIVERS)

    async def DeleteWebhook(self, request: contract.DeleteWebhookRequest, call: Call) -> contract.Webhook:
        """Remove a receiver."""
        webhook_id = call.resource_id = proto.uuid(request.webhook_id, field="webhook_id")
        async with call.tx() as conn:
            return wire.webhook_resource(await webhooks.delete(conn, call.practice_id, webhook_id))

    async def RotateWebhookSecret(
        self, request: contract.RotateWebhookSecretRequest, call: Call
    ) -> contract.CreateWebhookResponse:
        """Give a receiver a new secret."""
        webhook_id = call.resource_id = proto.uuid(request.webhook_id, field="webhook_id")
        async with call.tx() as conn:
            secret = await self._store.rotate(conn, call.practice_id, webhook_id, at=self._clock())
            found = await webhooks.get(conn, call.practice_id, webhook_id)
        return contract.CreateWebhookResponse(webhook=wire.webhook_resource(found), secret=secret)

    async def ListWebhookDeliveries(
        self, request: contract.ListWebhookDeliveriesRequest, call: Call
    ) -> contract.ListWebhookDeliveriesResponse:
        """List what was said to a receiver."""
        webhook_id = proto.uuid(request.webhook_id, field="webhook_id")
        query = f"webhook_deliveries|{webhook_id}"
        size, before = wire.place(request, query)
        async with call.tx() as conn:
            await webhooks.get(conn, call.practice_id, webhook_id)
            found = await webhooks.deliveries(conn, call.practice_id, webhook_id, before=before, limit=size + 1)
        return wire.deliveries_page(found, size, query)

    async def ReplayWebhookDelivery(
        self, request: contract.ReplayWebhookDeliveryRequest, call: Call
    ) -> contract.WebhookDelivery:
        """Say something again."""
        delivery_id = call.resource_id = proto.uuid(request.delivery_id, field="delivery_id")
        async with call.tx() as conn:
            found = await webhooks.lock_delivery(conn, call.practice_id, delivery_id)
            if found.state is State.PENDING:
                raise errors.StateForbids("It is being sent still.", delivery_id=delivery_id)
            again = found.replayed(at=self._clock())
            await webhooks.settle(conn, call.practice_id, again)
        return wire.delivery_resource(again)
