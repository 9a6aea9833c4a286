"""Finds claims whose instants changed with the zone rules, and mends them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from services.availability.domain import errors, facts
from services.availability.domain.claim import Claim
from services.availability.domain.shift import Shift, Verdict, judge, mend
from services.availability.usecases.ports import AgedClaims

BATCH = 500
"""Claims asked for at once."""

_Changed = tuple[Claim, list[facts.Fact]]

_FIRST = "00000000-0000-0000-0000-000000000000"


async def rematerialise_claims(*, claims: AgedClaims, tzdata_version: str, is_mending: bool) -> AsyncIterator[Shift]:
    """
    Give a verdict on every claim that lies ahead and was made by other rules than the present ones.

    With *is_mending* each is mended in a transaction of its own: safe to stop and to run again at any moment.
    Without it nothing is written.
    """
    after = (_FIRST, _FIRST)
    while due := await claims.of_other_rules(tzdata_version, after=after, limit=BATCH):
        for practice_id, claim_id in due:
            found: list[Shift] = []

            def step(claim: Claim, practice_id: str = practice_id, found: list[Shift] = found) -> _Changed:
                found.append(judge(practice_id, claim))
                return mend(claim, found[-1], tzdata_version=tzdata_version) if is_mending else (claim, [])

            try:
                await claims.change(practice_id, claim_id, step)
            except errors.SlotTaken:
                found = [replace(found[-1], verdict=Verdict.TAKEN)]
            yield found[-1]
        after = due[-1]
