"""Takes a client off the waitlist."""

from __future__ import annotations

from services.chassis.context import Call
from services.matching.domain.intake import Intake, IntakeState, ProposalState
from services.matching.usecases.intake_ports import Intakes, Proposals
from services.matching.usecases.ports import Clock


async def withdraw_intake(
    intake_id: str, etag: str, call: Call, *, intakes: Intakes, proposals: Proposals, clock: Clock
) -> Intake:
    """Take a client off; their open proposals end. Raises IntakeNotFound, IntakeSettled, StaleVersion."""
    before, now = await intakes.lock(call, intake_id), clock()
    after = before.moved(IntakeState.WITHDRAWN, at=now, etag=etag)
    for proposal in await proposals.lock_open(call, before.client_id):
        await proposals.save(call, proposal.ended(ProposalState.WITHDRAWN, at=now))
    await intakes.save(call, after)
    return after
