"""Settles proposals, and lets their clients wait on or be placed."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.context import Call
from services.matching.domain.intake import IntakeState, Proposal, ProposalState
from services.matching.usecases.intake_ports import Batches, Intakes, Proposals
from services.matching.usecases.ports import Clock


@dataclass(frozen=True, slots=True)
class Desk:
    """What answers to proposals are worked with."""

    intakes: Intakes
    proposals: Proposals
    batches: Batches
    clock: Clock


async def give_back(proposal: Proposal, call: Call, *, desk: Desk) -> None:
    """Let the client of a proposal that came to nothing wait on, and have the rest of its batch solved again."""
    if not proposal.intake_id:
        return
    await desk.intakes.refuse(call, proposal.intake_id, proposal.therapist_id)
    intake = await desk.intakes.lock(call, proposal.intake_id)
    if intake.state is IntakeState.PROPOSED:
        await desk.intakes.save(call, intake.moved(IntakeState.WAITING, at=desk.clock()))
    if proposal.batch_id:
        await desk.batches.set_stale(call, proposal.batch_id, is_stale=True)


async def settle_accepted(proposal: Proposal, appointment_id: str, call: Call, desk: Desk) -> Proposal:
    """Settle a proposal whose appointment exists; other proposals of the client end with it."""
    now = desk.clock()
    after = proposal.accepted(appointment_id, at=now)
    await desk.proposals.save(call, after)
    if not proposal.intake_id:
        return after
    intake = await desk.intakes.lock(call, proposal.intake_id)
    if intake.settle_time is None:
        await desk.intakes.save(call, intake.moved(IntakeState.PLACED, at=now))
    for other in await desk.proposals.lock_open(call, proposal.client_id):
        if other.intake_id:
            await desk.proposals.save(call, other.ended(ProposalState.WITHDRAWN, at=now))
    return after
