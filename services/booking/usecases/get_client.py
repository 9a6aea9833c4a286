"""Returns a client."""

from __future__ import annotations

from services.booking.domain.client import Client
from services.booking.usecases.ports import Clients
from services.chassis.context import Call


async def get_client(client_id: str, call: Call, *, clients: Clients) -> Client:
    """Return a client, decrypted. Raises UnknownClient."""
    return await clients.find(call, client_id)
