"""Keeps invitations and clients' sign-ins in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from services.booking.domain import errors
from services.booking.domain.account import ACCOUNTS_MAX, TRIES, Account, Invitation
from services.chassis.context import Call
from services.chassis.db.pool import Database

_ACCOUNT = "account_id::text, client_id::text, actor_id, link_time"

# A try counts whether it succeeds or not, and is committed before anything is compared.
_TRY = """
    update account_invitations set attempts = attempts + 1
    where practice_id = %s and code_hash = %s and use_time is null and expire_time > %s and attempts < %s
    returning invitation_id::text, client_id::text, expire_time
"""


class PostgresAccounts:
    """Is the store of sign-ins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def invite(self, call: Call, invitation: Invitation, hash_: bytes, *, at: datetime) -> None:
        """Store an invitation; earlier ones of the client end."""
        async with call.tx() as conn:
            await conn.execute(
                "update account_invitations set expire_time = %s"
                " where practice_id = %s and client_id = %s and use_time is null and expire_time > %s",
                (at, call.practice_id, invitation.client_id, at),
            )
            await conn.execute(
                "insert into account_invitations"
                " (practice_id, invitation_id, client_id, code_hash, create_time, expire_time)"
                " values (%s, %s, %s, %s, %s, %s)",
                (call.practice_id, invitation.invitation_id, invitation.client_id, hash_, at, invitation.expire_time),
            )

    async def try_code(self, practice_id: str, hash_: bytes, *, at: datetime) -> Invitation | None:
        """Return the invitation of a code, and count the try; None when there is none that can be tried."""
        async with self._database.begin([practice_id]) as conn:
            row = await (await conn.execute(_TRY, (practice_id, hash_, at, TRIES))).fetchone()
        return Invitation(*row) if row else None

    async def link(self, call: Call, invitation: Invitation, account: Account) -> None:
        """Use an invitation up and link a sign-in. Raises InvitationWrong, AccountLinked, LimitReached."""
        async with call.tx() as conn:
            used = await conn.execute(
                "update account_invitations set use_time = %s"
                " where practice_id = %s and invitation_id = %s and use_time is null",
                (account.link_time, call.practice_id, invitation.invitation_id),
            )
            if used.rowcount != 1:
                raise errors.InvitationWrong("The invitation opens nothing.")
            if len(await self.of_client(call, account.client_id)) >= ACCOUNTS_MAX:
                raise errors.LimitReached("The client has as many sign-ins as there may be.", limit=str(ACCOUNTS_MAX))
            try:
                await conn.execute(
                    "insert into accounts (practice_id, account_id, client_id, actor_id, link_time)"
                    " values (%s, %s, %s, %s, %s)",
                    (call.practice_id, account.account_id, account.client_id, account.actor_id, account.link_time),
                )
            except psycopg.errors.UniqueViolation:
                raise errors.AccountLinked("This sign-in is a client's already.") from None

    async def of_client(self, call: Call, client_id: str) -> Sequence[Account]:
        """Return a client's sign-ins, oldest first: their ids grow with time."""
        query = f"select {_ACCOUNT} from accounts where practice_id = %s and client_id = %s order by account_id"  # noqa: S608
        async with call.tx() as conn:
            return [_of(row) for row in await (await conn.execute(query, (call.practice_id, client_id))).fetchall()]

    async def of_actor(self, call: Call, actor_id: str) -> Account:
        """Return which client a sign-in is. Raises Unknown."""
        query = f"select {_ACCOUNT} from accounts where practice_id = %s and actor_id = %s"  # noqa: S608 - literals
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id, actor_id))).fetchone()
        if row is None:
            raise errors.Unknown("This sign-in is no client's.")
        return _of(row)

    async def unlink(self, call: Call, client_id: str, account_id: str) -> Account:
        """Take a sign-in from a client. Raises Unknown."""
        query = (
            f"delete from accounts where practice_id = %s and client_id = %s and account_id = %s returning {_ACCOUNT}"  # noqa: S608
        )
        async with call.tx() as conn:
            row = await (await conn.execute(query, (call.practice_id, client_id, account_id))).fetchone()
        if row is None:
            raise errors.Unknown("The client has no such sign-in.", account_id=account_id)
        return _of(row)


def _of(row: tuple[Any, ...]) -> Account:
    return Account(*row)
