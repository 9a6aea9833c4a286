"""Sets how a practice matches from the next run on."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.rules import MatchRules
from services.matching.usecases.ports import Clock, Rules


async def put_match_rules(given: MatchRules, etag: str, call: Call, *, rules: Rules, clock: Clock) -> MatchRules:
    """
    Store the rules as the next version; earlier ones stay for the runs that name them.

    Raises:
        Unbalanced, RegionMalformed, TooMany: They make no sense. (INVALID_ARGUMENT)
        StaleVersion: Somebody else has set rules since. (ABORTED)
    """
    after = (await rules.in_force(call)).followed_by(given, actor_id=call.actor.actor_id, etag=etag)
    if not await rules.add(call, after, at=clock()):
        raise errors.StaleVersion("Somebody else has just set rules; look again.")
    return after
