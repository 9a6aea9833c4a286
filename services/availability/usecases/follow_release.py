"""Gives time back that an appointment left, or keeps it for the opening it was left to."""

from __future__ import annotations

from collections.abc import Callable

from services.availability.domain import facts
from services.availability.domain.claim import Claim
from services.availability.usecases.ports import Claims, Clock
from services.chassis.context import Call


async def follow_release(
    claim_id: str,
    step: Callable[[Claim], tuple[Claim, list[facts.Fact]]],
    opening_id: str,
    call: Call,
    *,
    claims: Claims,
    clock: Clock,
) -> None:
    """
    Take the step; the time it frees is blocked on for an opening, if one is named, with nobody between.

    Late or doubled word changes nothing. Time that staff booked over somebody else's is not kept: it is not free.

    Raises:
        Unknown: No such claim. (NOT_FOUND)
    """
    before = await claims.lock(call, claim_id)
    after, told = step(before)
    if after is before:
        return
    await claims.save(call, before, after, told)
    if opening_id and not before.placement.overbooked_ids:
        kept = before.kept_as(opening_id, now_s=clock(), placement=before.placement)
        await claims.add(call, kept, before.placement)
