"""Solves a stored batch again, from what it was solved from."""

from __future__ import annotations

import asyncio

from services.chassis.context import Call
from services.matching.domain.assignment import Assignment
from services.matching.domain.batch import solve
from services.matching.usecases.intake_ports import Batches


async def replay_batch(batch_id: str, call: Call, *, batches: Batches) -> tuple[Assignment, bool]:
    """Return the assignment, and whether everybody was given to the same therapist again. Raises BatchNotFound."""
    batch = await batches.find(call, batch_id)
    found = await asyncio.to_thread(solve, batch.inputs)
    return found, dict(found.pairs) == dict(batch.pairs)
