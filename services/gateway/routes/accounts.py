"""Accounts: a client, or a guardian, is invited, proves who they are, and signs in."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from kept.booking.v1 import accounts_service_pb2 as contract
from kept.notifications.v1 import contact_service_pb2
from pydantic import Field

from services.gateway.callers import Door
from services.gateway.routes.bodies import Body, Day
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, PathId, SignedIn, answers, respond

router = APIRouter(prefix="/v1", tags=["accounts"])
ACCOUNT = contract.Account.DESCRIPTOR


class AccountLinkIn(Body):
    """What somebody who was invited proves it by."""

    code: str = Field(min_length=12, max_length=24, examples=["7KQ2-M4XZ-90TD"])
    birth_date: Day


class InvitationIn(Body):
    """How an invitation reaches whom it is for."""

    channel: Literal["EMAIL"] | None = Field(None, description="None: the code is in the answer, to be handed over.")


@router.post(
    "/clients/{client_id}/invitations",
    operation_id="inviteClient",
    summary="Invite a client to sign in",
    status_code=201,
    responses=answers(contract.Invitation.DESCRIPTOR, 404, 409, status=201),
)
async def invite(
    client_id: PathId, caller: SignedIn, body: InvitationIn | None = None, key: IdempotencyKey = ""
) -> Response:
    """
    Invites a client, or a guardian, to link a sign-in; earlier invitations end. It holds for 14 days.

    The `code` is said once, here: hand it over in person, by phone or by letter. With `channel` EMAIL it goes to the
    client's own address instead, with a link to the page that says what to do, and is empty here.
    """
    request = contract.InviteClientRequest(client_id=client_id, request_id=caller.request_id(key))
    made: contract.Invitation = await caller.booking("InviteClient", request)
    if body is not None and body.channel == "EMAIL":
        sent = contact_service_pb2.SendInvitationRequest(
            client_id=client_id,
            code=made.code,
            expire_time=made.expire_time,
            request_id=caller.request_id(key, "mail"),
        )
        await caller.notifications("SendInvitation", sent)
        made.code = ""
    return respond(made, 201)


@router.post(
    "/account",
    operation_id="linkAccount",
    summary="Link one's own sign-in",
    status_code=201,
    responses=answers(ACCOUNT, 404, 409, status=201),
)
async def link(body: AccountLinkIn, caller: SignedIn, request: Request, key: IdempotencyKey = "") -> Response:
    """Links the sign-in that asks to the client the code was made for, once the birth date is right; five tries."""
    asked = contract.LinkAccountRequest(code=body.code, birth_date=body.birth_date, request_id=caller.request_id(key))
    linked = await caller.booking("LinkAccount", asked)
    door: Door = request.app.state.door
    door.accounts.forget(caller.actor)
    return respond(linked, 201)


@router.get(
    "/account", operation_id="getOwnAccount", summary="See which client one is", responses=answers(ACCOUNT, 404)
)
async def own(caller: SignedIn) -> Response:
    """Returns the link of the sign-in that asks."""
    return respond(await caller.booking("GetOwnAccount", contract.GetOwnAccountRequest()))


@router.get(
    "/clients/{client_id}/accounts",
    operation_id="listAccounts",
    summary="See a client's sign-ins",
    responses=answers(contract.ListAccountsResponse.DESCRIPTOR, 404),
)
async def list_accounts(client_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists the sign-ins of a client, oldest first."""
    request = contract.ListAccountsRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListAccounts", request))


@router.delete(
    "/clients/{client_id}/accounts/{account_id}",
    operation_id="unlinkAccount",
    summary="Take a sign-in from a client",
    responses=answers(ACCOUNT, 404),
)
async def unlink(client_id: PathId, account_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Takes it away; whoever has it is nobody's client within a minute."""
    request = contract.UnlinkAccountRequest(
        client_id=client_id, account_id=account_id, request_id=caller.request_id(key)
    )
    return respond(await caller.booking("UnlinkAccount", request))
