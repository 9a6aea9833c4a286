"""Declines a proposal with a reason."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain.intake import DeclineReason, Proposal, Side
from services.matching.usecases.match_client import is_staff
from services.matching.usecases.settle_proposal import Desk, give_back


async def decline_proposal(proposal_id: str, reason: DeclineReason, etag: str, call: Call, *, desk: Desk) -> Proposal:
    """
    Settle a proposal with a reason; the client waits on, and is not proposed this therapist again.

    Raises:
        ProposalNotFound: There is no such proposal. (NOT_FOUND)
        ReasonMissing: A proposal is declined with a reason. (INVALID_ARGUMENT)
        ProposalSettled: It is answered, or its time is over. (FAILED_PRECONDITION)
        StaleVersion: The etag is not the current one. (ABORTED)
    """
    proposal = await desk.proposals.lock(call, proposal_id)
    is_theirs = bool(call.actor.therapist_id) and call.actor.therapist_id == proposal.therapist_id
    await call.authorize(
        client_ids=[proposal.client_id], relations={"proposed"} if is_theirs else (), resource_id=proposal_id
    )
    side = Side.THERAPIST if is_theirs else Side.DESK if is_staff(call) else Side.CLIENT
    after = proposal.declined(side, reason, at=desk.clock(), etag=etag)
    await desk.proposals.save(call, after)
    await give_back(after, call, desk=desk)
    return after
