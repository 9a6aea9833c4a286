"""Serves the door to accounts: invitations, links, and whose sign-in is whose."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from kept.booking.v1 import accounts_service_pb2 as contract

from services.booking.adapters import proto
from services.booking.domain.account import Account
from services.booking.usecases.invite_client import invite_client
from services.booking.usecases.link_account import link_account
from services.booking.usecases.ports import Accounts, Clients, Clock
from services.chassis.context import Call
from services.chassis.rpc import pages


class AccountServicer:
    """Turns each request into domain words and back."""

    def __init__(self, *, accounts: Accounts, clients: Clients, clock: Clock) -> None:
        self._accounts = accounts
        self._clients = clients
        self._clock = clock

    async def InviteClient(self, request: contract.InviteClientRequest, call: Call) -> contract.Invitation:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        made, code = await invite_client(
            client_id, call, accounts=self._accounts, clients=self._clients, clock=self._clock
        )
        return contract.Invitation(
            invitation_id=made.invitation_id,
            client_id=made.client_id,
            code=code,
            expire_time=_stamp(made.expire_time),
        )

    async def LinkAccount(self, request: contract.LinkAccountRequest, call: Call) -> contract.Account:
        linked = await link_account(
            request.code,
            request.birth_date,
            call,
            accounts=self._accounts,
            clients=self._clients,
            clock=self._clock,
        )
        return message_of(linked)

    async def GetOwnAccount(self, request: contract.GetOwnAccountRequest, call: Call) -> contract.Account:
        await call.authorize()
        found = await self._accounts.of_actor(call, call.actor.actor_id)
        await call.authorize(client_ids=[found.client_id], relations={"self"}, resource_id=found.account_id)
        return message_of(found)

    async def ListAccounts(self, request: contract.ListAccountsRequest, call: Call) -> contract.ListAccountsResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        query = f"accounts|{client_id}"
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        after = ""
        match pages.read_page_token(query, request.page_token):
            case [str(last)]:
                after = proto.uuid_of(last, field="page_token")
        found = [each for each in await self._accounts.of_client(call, client_id) if each.account_id > after]
        return contract.ListAccountsResponse(
            accounts=[message_of(each) for each in found[:size]],
            next_page_token=pages.page_token(query, found[size - 1].account_id) if len(found) > size else "",
        )

    async def UnlinkAccount(self, request: contract.UnlinkAccountRequest, call: Call) -> contract.Account:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        account_id = call.resource_id = proto.uuid_of(request.account_id, field="account_id")
        return message_of(await self._accounts.unlink(call, client_id, account_id))


def message_of(account: Account) -> contract.Account:
    """Write an account."""
    return contract.Account(
        account_id=account.account_id,
        client_id=account.client_id,
        actor_id=account.actor_id,
        link_time=_stamp(account.link_time),
    )


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
