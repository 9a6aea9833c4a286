"""Registers a client."""

from __future__ import annotations

from dataclasses import replace

import uuid_utils

from services.booking.domain.client import Client, check_birth_date, check_name, check_time_zone
from services.booking.usecases.ports import Clients, Clock
from services.chassis.context import Call
from services.chassis.crypto import normalize_email, normalize_phone


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
    client = replace(
        draft,
        client_id=draft.client_id or str(uuid_utils.uuid7()),
        given_name=check_name(draft.given_name, field="given_name"),
        family_name=check_name(draft.family_name, field="family_name"),
        birth_date=check_birth_date(draft.birth_date, today=now.date()),
        email=normalize_email(draft.email) if draft.email else "",
        phone=normalize_phone(draft.phone) if draft.phone else "",
        time_zone=check_time_zone(draft.time_zone),
        version=1,
        create_time=now,
    )
    await clients.add(call, client)
    return client
