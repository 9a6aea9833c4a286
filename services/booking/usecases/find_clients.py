"""Finds clients by exact e-mail address or phone number."""

from __future__ import annotations

from collections.abc import Sequence

from services.booking.domain import errors
from services.booking.domain.client import Client
from services.booking.usecases.ports import Clients
from services.chassis.context import Call
from services.chassis.crypto import normalize_email, normalize_phone

FOUND_MAX = 20
"""Clients returned at most: families share a phone, but not a village."""


async def find_clients(email: str, phone: str, call: Call, *, clients: Clients) -> Sequence[Client]:
    """
    Return the clients who have exactly this address or number.

    Raises:
        Malformed: Not exactly one of the two is given, or it can't be read. (INVALID_ARGUMENT)
    """
    if bool(email) == bool(phone):
        raise errors.Malformed("Give an e-mail address or a phone number.", field="phone" if email else "email")
    return await clients.search(
        call,
        email=normalize_email(email) if email else "",
        phone=normalize_phone(phone) if phone else "",
        limit=FOUND_MAX,
    )
