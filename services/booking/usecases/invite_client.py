"""Invites a client to link a sign-in."""

from __future__ import annotations

import uuid_utils

from services.booking.domain import errors
from services.booking.domain.account import VALID, Invitation, code_hash, new_code
from services.booking.usecases.ports import Accounts, Clients, Clock
from services.chassis.context import Call


async def invite_client(
    client_id: str, call: Call, *, accounts: Accounts, clients: Clients, clock: Clock
) -> tuple[Invitation, str]:
    """
    Return an invitation and its code, which is kept nowhere.

    Raises:
        UnknownClient: There is no such client. (NOT_FOUND)
        BirthDateMissing: Nothing is known that its receiver could be verified by. (FAILED_PRECONDITION)
    """
    client = await clients.find(call, client_id)
    if not client.birth_date:
        raise errors.BirthDateMissing("Without a birth date nobody can be verified.", client_id=client_id)
    at, code = clock(), new_code()
    invitation = Invitation(str(uuid_utils.uuid7()), client_id, at + VALID)
    await accounts.invite(call, invitation, code_hash(call.practice_id, code), at=at)
    return invitation, code
