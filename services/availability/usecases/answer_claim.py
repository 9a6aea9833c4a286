"""Takes the owner's word on a claim: yes, no, or no to its pending move."""

from __future__ import annotations

from collections.abc import Callable

from services.availability.domain import facts
from services.availability.domain.claim import Claim
from services.availability.usecases.ports import Claims
from services.chassis.context import Call

Step = Callable[[Claim], tuple[Claim, list[facts.Fact]]]


async def answer_claim(claim_id: str, step: Step, call: Call, *, claims: Claims) -> Claim:
    """
    Change a claim by one step of its life and store what it then blocks; a step that changes nothing writes nothing.

    Raises:
        Unknown: No such claim. (NOT_FOUND)
        ClaimReleased: A yes came after the time was given back. (FAILED_PRECONDITION)
    """
    before = await claims.lock(call, claim_id)
    after, told = step(before)
    if after is not before:
        await claims.save(call, before, after, told)
    return after
