"""Ends a proposal whose time is over."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain.intake import ProposalState
from services.matching.usecases.settle_proposal import Desk, give_back


async def expire_proposal(proposal_id: str, call: Call, *, desk: Desk) -> None:
    """End a proposal whose time is over; one that was answered meanwhile stays as it is."""
    proposal = await desk.proposals.lock(call, proposal_id)
    if proposal.state is not ProposalState.OPEN or desk.clock() < proposal.expire_time:
        return
    await call.authorize(client_ids=[proposal.client_id], resource_id=proposal_id)
    after = proposal.ended(ProposalState.EXPIRED, at=desk.clock())
    await desk.proposals.save(call, after)
    await give_back(after, call, desk=desk)
