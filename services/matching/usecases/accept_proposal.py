"""Accepts a proposal with a first appointment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import uuid_utils

from services.chassis.context import Call
from services.matching.domain.intake import Proposal
from services.matching.usecases.settle_proposal import Desk, settle_accepted


@dataclass(frozen=True, slots=True)
class FirstAppointment:
    """When and how a first appointment is wanted."""

    session_type_id: str
    local: str
    time_zone: str
    fold: int
    modality: int


class Promises(Protocol):
    """Books appointments; booking holds the slot."""

    async def book(self, call: Call, proposal: Proposal, wanted: FirstAppointment, *, request_id: str) -> str:
        """Book in the caller's name and return the appointment's id. Raises whatever booking refuses."""


async def accept_proposal(
    proposal_id: str, wanted: FirstAppointment, etag: str, call: Call, *, desk: Desk, promises: Promises
) -> Proposal:
    """
    Book the first appointment, then settle the proposal with it.

    The proposal is locked meanwhile: of two who accept at once one books. The request to booking is derived from the
    proposal, so that a retry after a crash finds the appointment that was booked instead of booking another one; and
    `hear_of_appointment` settles what a crash left open.

    Raises:
        ProposalNotFound: There is no such proposal. (NOT_FOUND)
        ProposalSettled: It is answered, or its time is over. (FAILED_PRECONDITION)
        StaleVersion: The etag is not the current one. (ABORTED)
        ServiceError: Whatever booking refuses; the proposal stays open.
    """
    proposal = await desk.proposals.lock(call, proposal_id)
    await call.authorize(client_ids=[proposal.client_id], resource_id=proposal_id)
    proposal.expect_open(at=desk.clock(), etag=etag)
    request_id = str(uuid_utils.uuid5(uuid_utils.UUID(str(UUID(proposal_id))), "first appointment"))
    appointment_id = await promises.book(call, proposal, wanted, request_id=request_id)
    return await settle_accepted(proposal, appointment_id, call, desk)
