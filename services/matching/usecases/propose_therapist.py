"""Proposes a candidate of a match to its client."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.context import Call
from services.matching.domain import errors
from services.matching.domain.intake import Proposal
from services.matching.usecases.intake_ports import Proposals
from services.matching.usecases.ports import Clock, Matches, NewId, Rules


async def propose_therapist(
    match_id: str,
    therapist_id: str,
    call: Call,
    *,
    matches: Matches,
    proposals: Proposals,
    rules: Rules,
    clock: Clock,
    new_id: NewId,
) -> Proposal:
    """
    Store an open proposal, to be answered within the practice's window.

    Raises:
        MatchNotFound: There is no such match. (NOT_FOUND)
        NotACandidate: The match did not propose this therapist. (FAILED_PRECONDITION)
        AlreadyProposed: They are proposed to the client already. (FAILED_PRECONDITION)
    """
    match = await matches.find(call, match_id)
    if match is None:
        raise errors.MatchNotFound("There is no such match.", match_id=match_id)
    candidate = next((each for each in match.candidates if each.therapist_id == therapist_id), None)
    if candidate is None:
        raise errors.NotACandidate("The match did not propose this therapist.", therapist_id=therapist_id)
    now = clock()
    proposal = Proposal(
        proposal_id=new_id(),
        client_id=match.client_id,
        therapist_id=therapist_id,
        fit_ratio=candidate.fit_ratio,
        weights_version=match.weights_version,
        create_time=now,
        expire_time=now + timedelta(hours=(await rules.in_force(call)).accept_window_h),
        match_id=match_id,
    )
    await proposals.add(call, [proposal])
    return proposal
