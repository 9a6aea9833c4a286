"""Registers a client."""

from __future__ import annotations

from dataclasses import replace

import uuid_utils

from services.booking.domain.client import Client
from services.booking.usecases.check_client import check_client
from services.booking.usecases.ports import Clients, Clock
from services.chassis.context import Call


async def register_client(draft: Client, call: Call, *, clients: Clients, clock: Clock) -> Client:
    """
    Check a client's particulars, bring them to their normal form and store them encrypted.

    Args:
        draft: As the caller sent it. An empty client_id gets one; version and create_time are ignored.

    Raises:
        Malformed: A name, the birth date, the address or the number can't be read. (INVALID_ARGUMENT)
        UnknownTimeZone: No such zone. (INVALID_ARGUMENT)
        ClientExists: The practice has a client with this address or id. (ALREADY_EXISTS)
    """
    now = clock()
    client_id = draft.client_id or str(uuid_utils.uuid7())
    client = replace(check_client(draft, today=now.date()), client_id=client_id, version=1, create_time=now)
    await clients.add(call, client)
    return client
