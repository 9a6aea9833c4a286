"""Tells a practice's own system of facts, signed as Standard Webhooks; ids and times only."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import structlog
from standardwebhooks import Webhook

from services.notifications.adapters.sms import retry_after
from services.notifications.domain.delivery import Delivered
from services.notifications.domain.message import Outcome, Reason

log = structlog.get_logger(__name__)

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
"""Source: Standard Webhooks 1.0.0, "Delivery": 15 to 30 s."""

GONE = 410
"""The receiver wants no more. Source: as above."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One fact for one receiver; the id stays the same for every try, so that a receiver can tell a repeat."""

    url: str
    secret: str
    event_id: str
    payload: str


class WebhookProvider:
    """
    Posts facts to addresses that practices name.

    Unknown is no danger here, since the receiver knows a repeat by its id: silence is tried again.
    """

    name = "webhook"

    def __init__(self, *, client: httpx.AsyncClient | None = None, may_be_local: bool = False) -> None:
        """Refuse addresses of our own network unless *may_be_local*: a practice must not reach our servers by us."""
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)
        self._may_be_local = may_be_local

    async def close(self) -> None:
        """Close what is open."""
        await self._client.aclose()

    async def deliver(self, cargo: Hook) -> Delivered:
        """Post it; whatever happens is an outcome."""
        if not self._may_be_local and not await _is_public(cargo.url):
            return Delivered(Outcome.REFUSED, Reason.ADDRESS_REFUSED, self.name, code="not-public")
        at = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": cargo.event_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(cargo.secret).sign(cargo.event_id, at, cargo.payload),
        }
        try:
            answer = await self._client.post(cargo.url, content=cargo.payload.encode(), headers=headers)
        except httpx.HTTPError as error:
            log.warning("webhook.failed", error_type=type(error).__name__)
            return Delivered(Outcome.PUT_OFF, Reason.SERVER_AWAY, self.name)
        if answer.is_success:
            return Delivered(Outcome.ACCEPTED, None, self.name, cargo.event_id)
        code = str(answer.status_code)
        if answer.status_code == GONE:
            return Delivered(Outcome.REFUSED, Reason.ADDRESS_REFUSED, self.name, code=code)
        return Delivered(
            Outcome.PUT_OFF, Reason.PUT_OFF, self.name, code=code, retry_after_s=retry_after(answer.headers, at=at)
        )


async def _is_public(url: str) -> bool:
    """Tell whether every address behind a name is one of the open internet."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return False
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(each[4][0]).is_global for each in found)
