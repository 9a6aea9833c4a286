"""Changes who a client is, and where the registry finds them."""

from __future__ import annotations

from dataclasses import replace

from services.booking.domain import errors
from services.booking.domain.client import Client
from services.booking.usecases.check_client import check_client
from services.booking.usecases.list_appointments import WHOLE_PRACTICE_ROLES
from services.booking.usecases.ports import Clients, Clock
from services.chassis.context import Call


async def update_client(wanted: Client, etag: str, call: Call, *, clients: Clients, clock: Clock) -> Client:
    """
    Replace a client's particulars, checked and in their normal form; what is as it was costs no version.

    Args:
        wanted: As the caller sent it, under the client's own id; version and create_time are ignored.
        etag: What the caller read.

    Raises:
        UnknownClient: No such client. (NOT_FOUND)
        StaleVersion: The etag is not the current one. (ABORTED)
        StaffOnly: A client changes their own name or birth date. (PERMISSION_DENIED)
        Malformed, UnknownTimeZone: Something can't be read. (INVALID_ARGUMENT)
        ClientExists: Another client has this address. (ALREADY_EXISTS)
    """
    now = clock()
    before = await clients.find(call, wanted.client_id, is_locked=True)
    if etag != before.etag:
        raise errors.StaleVersion("The client has changed since you looked.", client_id=before.client_id)
    after = replace(check_client(wanted, today=now.date()), version=before.version, create_time=before.create_time)
    if WHOLE_PRACTICE_ROLES.isdisjoint(call.actor.roles) and after.identity != before.identity:
        raise errors.StaffOnly("The desk changes names and birth dates.", client_id=before.client_id)
    if after == before:
        return before
    after = replace(after, version=before.version + 1)
    await clients.save(call, after, at=now)
    return after
