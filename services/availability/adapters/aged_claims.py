"""Reads and changes claims of all practices whose instants come from other zone rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.availability.adapters.ledger import PostgresClaims
from services.availability.domain import facts
from services.availability.domain.claim import Claim
from services.chassis.context import Actor, Call
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Database

_AGED = "select practice_id::text, claim_id::text from claims_of_other_rules(%s, %s, %s, %s)"


class PostgresAgedClaims:
    """Is the store of claims, seen by nobody's call."""

    def __init__(self, database: Database, claims: PostgresClaims) -> None:
        self._database = database
        self._claims = claims

    async def of_other_rules(
        self, tzdata_version: str, *, after: tuple[str, str], limit: int
    ) -> Sequence[tuple[str, str]]:
        """Return practice and id of claims that lie ahead and were made by another release, those after a pair."""
        async with self._database.begin([]) as conn:
            found = await conn.execute(_AGED, (tzdata_version, *after, limit))
            return [(practice_id, claim_id) for practice_id, claim_id in await found.fetchall()]

    async def change(
        self, practice_id: str, claim_id: str, step: Callable[[Claim], tuple[Claim, list[facts.Fact]]]
    ) -> None:
        """Change a claim by one step, in a transaction of its own, with facts and record. Raises Unknown, SlotTaken."""
        actor = Actor("service:availability", "system", practice_id, frozenset({"system"}))
        async with self._database.begin([practice_id]) as conn:
            call = Call(actor=actor, method="availability.Rematerialise", practice_id=practice_id, conn=conn)
            before = await self._claims.lock(call, claim_id)
            after, told = step(before)
            if after is not before:
                await self._claims.save(call, before, after, told)
            if told:
                await call.authorize(client_ids=[before.client_id], resource_id=claim_id)
                await write_envelopes(conn, [call.seal(None)])
