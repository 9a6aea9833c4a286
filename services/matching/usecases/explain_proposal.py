"""Reads a proposal, and says what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.context import Call
from services.matching.domain.hard_rules import Setting
from services.matching.domain.intake import Proposal
from services.matching.domain.ranking import Reason, reasons_for
from services.matching.domain.rules import MatchRules
from services.matching.usecases.ports import Matches, Profiles, Rules
from services.matching.usecases.settle_proposal import Desk


async def explain_proposal(
    proposal_id: str, call: Call, *, desk: Desk, matches: Matches, profiles: Profiles, rules: Rules
) -> tuple[Proposal, Sequence[Reason]]:
    """
    Return a proposal with reasons a client can read.

    They are worked out from the client's need and the therapist's profile as they are now, by the rules of then; so no
    reason is stored that would outlive the client's key. First slots, which pass, are no part of them.

    Raises:
        ProposalNotFound: There is no such proposal. (NOT_FOUND)
    """
    proposal = await desk.proposals.find(call, proposal_id)
    is_theirs = bool(call.actor.therapist_id) and call.actor.therapist_id == proposal.therapist_id
    await call.authorize(
        client_ids=[proposal.client_id], relations={"proposed"} if is_theirs else (), resource_id=proposal_id
    )
    if proposal.intake_id:
        need = (await desk.intakes.find(call, proposal.intake_id)).need
    else:
        need = await matches.need_of(call, proposal.match_id)
    profile = await profiles.find(call, proposal.therapist_id)
    if need is None or profile is None:
        return proposal, ()
    found = await rules.find(call, proposal.weights_version) or MatchRules()
    return proposal, reasons_for(need, profile, Setting(now=desk.clock(), rules=found))
