"""From an invitation to a sign-in that is a client's, and what keeps others out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kept.booking.v1 import accounts_service_pb2 as contract

from services.booking.domain.account import TRIES, code_hash
from services.chassis.errors import AlreadyExists, Forbidden, NotFound, RuleViolated
from tests.integration.booking.desk import Desk
from tests.support.postgres import FreshDatabase

Rows = Callable[..., list[tuple[Any, ...]]]
BORN = "1990-04-01"


def newcomer(desk: Desk) -> Desk:
    """Somebody who can sign in and is nobody's client yet."""
    return desk.like(actor_id=f"user:{uuid4()}", roles=frozenset({"client"}), client_id="")


async def invited(desk: Desk, client_id: str) -> contract.Invitation:
    """Invite a client."""
    request = contract.InviteClientRequest(client_id=client_id, request_id=str(uuid4()))
    made: contract.Invitation = await desk.ask("InviteClient", request)
    return made


async def link(who: Desk, code: str, birth_date: str = BORN) -> contract.Account:
    """Try a code."""
    request = contract.LinkAccountRequest(code=code, birth_date=birth_date, request_id=str(uuid4()))
    made: contract.Account = await who.ask("LinkAccount", request)
    return made


async def test_somebody_invited_proves_it_and_is_the_client_from_then_on(desk: Desk, rows: Rows) -> None:
    """Code and birth date; the code is nowhere in the rows, and is good once."""
    client_id = await desk.register(birth_date=BORN)
    made = await invited(desk, client_id)
    who = newcomer(desk)
    with pytest.raises(NotFound):
        await who.ask("GetOwnAccount", contract.GetOwnAccountRequest())
    linked = await link(who, made.code.lower().replace("-", " "))
    own = await who.ask("GetOwnAccount", contract.GetOwnAccountRequest())
    with pytest.raises(NotFound):
        await link(newcomer(desk), made.code)
    listed = await desk.ask("ListAccounts", contract.ListAccountsRequest(client_id=client_id))

    assert (linked.client_id, own.account_id, [each.actor_id for each in listed.accounts]) == (
        client_id,
        linked.account_id,
        [who.actor.actor_id],
    )
    stored = rows("select code_hash from account_invitations where invitation_id = %s", made.invitation_id)
    assert stored == [(code_hash(desk.actor.practice_id, made.code),)]


async def test_a_code_without_the_birth_date_is_over_after_five_tries(desk: Desk) -> None:
    """Whoever found the letter guesses; then the right date opens nothing either, whoever says it."""
    made = await invited(desk, await desk.register(birth_date=BORN))
    guesses = await asyncio.gather(
        *(link(newcomer(desk), made.code, f"1990-05-{day:02}") for day in range(1, TRIES + 1)), return_exceptions=True
    )
    with pytest.raises(NotFound) as refused:
        await link(newcomer(desk), made.code)

    assert {getattr(each, "reason", "") for each in guesses} == {"INVITATION_WRONG"}
    assert refused.value.reason == "INVITATION_WRONG"


async def test_an_invitation_ends_by_time_and_by_a_newer_one(desk: Desk, booking_database: FreshDatabase) -> None:
    """Neither opens anything any more."""
    client_id = await desk.register(birth_date=BORN)
    older = await invited(desk, client_id)
    newer = await invited(desk, client_id)
    with pytest.raises(NotFound):
        await link(newcomer(desk), older.code)
    with psycopg.connect(booking_database.owner_url) as conn:
        conn.execute(
            "update account_invitations set expire_time = now() where invitation_id = %s", (newer.invitation_id,)
        )
    with pytest.raises(NotFound):
        await link(newcomer(desk), newer.code)


async def test_a_sign_in_is_one_client_s_and_can_be_taken_away(desk: Desk) -> None:
    """A second link is refused, also at once; unlinked it is nobody's."""
    first, second = await desk.register(birth_date=BORN), await desk.register(birth_date=BORN)
    who = newcomer(desk)
    codes = [(await invited(desk, each)).code for each in (first, second)]
    tried = await asyncio.gather(*(link(who, code) for code in codes), return_exceptions=True)
    [account] = [each for each in tried if isinstance(each, contract.Account)]
    [refused] = [each for each in tried if isinstance(each, Exception)]
    request = contract.UnlinkAccountRequest(
        client_id=account.client_id, account_id=account.account_id, request_id=str(uuid4())
    )
    await desk.ask("UnlinkAccount", request)

    assert isinstance(refused, AlreadyExists)
    with pytest.raises(NotFound):
        await who.ask("GetOwnAccount", contract.GetOwnAccountRequest())


async def test_who_can_t_be_verified_is_not_invited_and_clients_invite_nobody(desk: Desk) -> None:
    """No birth date, no invitation; another practice's code is unknown here."""
    client_id = await desk.register()
    with pytest.raises(RuleViolated) as refused:
        await invited(desk, client_id)
    with pytest.raises(Forbidden):
        await invited(newcomer(desk), client_id)
    elsewhere = desk.like(practice_id=str(uuid4()))
    made = await invited(desk, await desk.register(birth_date=BORN))
    with pytest.raises(NotFound):
        await link(newcomer(elsewhere), made.code)

    assert refused.value.reason == "BIRTH_DATE_MISSING"
