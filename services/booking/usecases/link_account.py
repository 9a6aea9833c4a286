"""Links the caller's own sign-in to a client, once they have proved who they are."""

from __future__ import annotations

import uuid_utils

from services.booking.domain import errors
from services.booking.domain.account import Account, code_hash, is_same_day
from services.booking.usecases.ports import Accounts, Clients, Clock
from services.chassis.context import Call


async def link_account(
    code: str, birth_date: str, call: Call, *, accounts: Accounts, clients: Clients, clock: Clock
) -> Account:
    """
    Return the link of the caller's sign-in to the client the invitation is for.

    Whoever has the code alone is told nothing: neither whose it is, nor which of the two was wrong.

    Raises:
        InvitationWrong: The code, the birth date, or the time. (NOT_FOUND)
        AccountLinked: The sign-in is a client's already. (ALREADY_EXISTS)
        LimitReached: The client has ACCOUNTS_MAX sign-ins. (FAILED_PRECONDITION)
    """
    at = clock()
    await call.authorize()
    invitation = await accounts.try_code(call.practice_id, code_hash(call.practice_id, code), at=at)
    if invitation is None:
        raise errors.InvitationWrong("The invitation opens nothing.")
    client = await clients.find(call, invitation.client_id)
    if not is_same_day(birth_date, client.birth_date):
        raise errors.InvitationWrong("The invitation opens nothing.")
    await call.authorize(client_ids=[client.client_id], relations={"self"}, resource_id=invitation.invitation_id)
    account = Account(str(uuid_utils.uuid7()), client.client_id, call.actor.actor_id, at)
    await accounts.link(call, invitation, account)
    return account
