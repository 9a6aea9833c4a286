"""Does what nobody asks for: ends proposals in time, solves rests of batches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from services.chassis.context import Actor, Call
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Database, DatabaseLost
from services.chassis.errors import ServiceError
from services.matching.adapters.ids import new_id
from services.matching.adapters.proposals import PostgresBatches, PostgresProposals
from services.matching.usecases.expire_proposal import expire_proposal
from services.matching.usecases.ports import Profiles, Rules
from services.matching.usecases.resolve_batch import resolve_batch
from services.matching.usecases.settle_proposal import Desk

ROUND_MAX = 500
"""Proposals ended in one round at most; the next one goes on."""

log = structlog.get_logger(__name__)


class Sweeps:
    """Runs each piece of work in a transaction of its own: one that fails is told and tried again, others go on."""

    def __init__(
        self,
        database: Database,
        *,
        proposals: PostgresProposals,
        batches: PostgresBatches,
        desk: Desk,
        profiles: Profiles,
        rules: Rules,
    ) -> None:
        self._database = database
        self._proposals = proposals
        self._batches = batches
        self._desk = desk
        self._profiles = profiles
        self._rules = rules

    async def expire(self) -> None:
        """End proposals whose time is over."""
        for practice_id, proposal_id in await self._proposals.due(limit=ROUND_MAX):
            await self._alone(
                practice_id,
                "ExpireProposal",
                lambda call, which=proposal_id: expire_proposal(which, call, desk=self._desk),  # type: ignore[misc]
            )

    async def resolve(self) -> None:
        """Solve the rest of batches of which something came back."""
        for practice_id, batch_id in await self._batches.stale(limit=ROUND_MAX):
            await self._alone(
                practice_id,
                "ResolveBatch",
                lambda call, which=batch_id: resolve_batch(  # type: ignore[misc]
                    which, call, desk=self._desk, profiles=self._profiles, rules=self._rules, new_id=new_id
                ),
            )

    async def _alone(self, practice_id: str, name: str, work: Callable[[Call], Awaitable[object]]) -> None:
        actor = Actor("system:matching", "system", practice_id, frozenset({"system"}))
        try:
            async with self._database.begin([practice_id]) as conn:
                call = Call(actor=actor, method=f"matching.{name}", database=self._database, conn=conn)
                await work(call)
                if call.is_authorized:
                    await write_envelopes(conn, [call.seal(None)])
        except DatabaseLost:
            raise
        except ServiceError as refusal:
            log.warning("sweep.postponed", sweep=name, reason=refusal.reason)
