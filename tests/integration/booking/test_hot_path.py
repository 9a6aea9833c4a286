"""A booking that no rule concerns costs no more round trips than one of a practice without rules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.booking.adapters.policies import PostgresPolicies
from services.booking.adapters.promises import BatchedPromises
from services.booking.adapters.rules import PostgresRules
from services.booking.domain import errors
from services.booking.domain.appointment import book
from services.booking.domain.policy import Demand, Policy
from services.booking.usecases.book_appointment import claim_id
from services.chassis.db.pool import Database
from tests.integration.booking.conftest import MakeCall, Practice
from tests.unit.booking.states import NOW, SESSION_TYPE_ID, slot

pytestmark = pytest.mark.integration


class Counting:
    """Is a database that counts the statements of its transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.count = 0

    @asynccontextmanager
    async def begin_piped(self, practice_ids: Collection[str]) -> AsyncIterator[Any]:
        """Lend a connection whose `execute` is counted."""
        async with self._database.begin_piped(practice_ids) as conn:
            plain = conn.execute

            async def counted(*arguments: Any, **named: Any) -> Any:
                self.count += 1
                return await plain(*arguments, **named)

            conn.execute = counted  # type: ignore[method-assign,assignment]
            try:
                yield conn
            finally:
                conn.execute = plain  # type: ignore[method-assign]


async def _put(database: Database, make_call: MakeCall, practice: Practice, policy: Policy) -> None:
    call = make_call(practice.practice_id)
    await PostgresPolicies().put_policy(call, policy)
    await call.close()


async def test_only_bookings_that_a_rule_concerns_cost_more(
    database: Database, make_call: MakeCall, practice: Practice
) -> None:
    """One reading when rules change, nothing after it; a gated session type pays for its own looks alone."""
    counting = Counting(database)
    promises = BatchedPromises(counting, PostgresRules())  # type: ignore[arg-type]
    days = iter(range(3, 300))

    async def cost() -> int:
        call, before = make_call(practice.practice_id), counting.count
        at = replace(slot(start_time=NOW + timedelta(days=next(days))), therapist_id=practice.therapist_id)
        booked, fact = book(
            practice_id=practice.practice_id,
            appointment_id=claim_id(practice.practice_id, call.request_id),
            client_id=practice.client_id,
            slot=at,
            actor_id="user:desk",
            at=datetime.now(UTC),
        )
        await call.authorize(client_ids=[practice.client_id])
        await promises.record(booked, fact, call)
        return counting.count - before

    # The first booking of a process also begins its chain of audit records.
    await cost()
    plain = await cost()
    await _put(database, make_call, practice, Policy(late_cancel_fee_minor=1, currency="EUR", confirm_by_h=24))
    costs = [await cost() for _ in range(3)]
    await _put(database, make_call, practice, Policy(SESSION_TYPE_ID, card=Demand.FLAG))
    await cost()
    gated = await cost()
    await _put(database, make_call, practice, Policy(SESSION_TYPE_ID, card=Demand.REFUSE))
    with pytest.raises(errors.CardRequired):
        await cost()

    assert costs[0] > plain
    assert costs[1:] == [plain, plain]
    assert gated > plain
