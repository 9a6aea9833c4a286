"""Serves the doors to the intake waitlist and to proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kept.matching.v1 import intake_pb2, intake_service_pb2, proposal_service_pb2

from services.chassis.context import Call
from services.chassis.errors import InvalidRequest
from services.chassis.rpc import pages
from services.chassis.rpc.callers import check_uuid
from services.matching.adapters import intake_proto as to
from services.matching.adapters.ids import new_id
from services.matching.adapters.proto import need_from
from services.matching.domain.intake import IntakeState
from services.matching.rules_servicer import interval
from services.matching.usecases.accept_proposal import FirstAppointment, Promises, accept_proposal
from services.matching.usecases.decline_proposal import decline_proposal
from services.matching.usecases.explain_proposal import explain_proposal
from services.matching.usecases.open_intake import open_intake
from services.matching.usecases.ports import Holds, Matches, Profiles, Rules, Slots, Standing
from services.matching.usecases.propose_therapist import propose_therapist
from services.matching.usecases.replay_batch import replay_batch
from services.matching.usecases.report_fairness import report_fairness
from services.matching.usecases.run_batch import Hall, run_batch
from services.matching.usecases.settle_proposal import Desk
from services.matching.usecases.triage_ports import Triage
from services.matching.usecases.withdraw_intake import withdraw_intake

PAGE_DEFAULT, PAGE_MOST = 50, 200
LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the two doors are worked with."""

    desk: Desk
    profiles: Profiles
    matches: Matches
    rules: Rules
    standing: Standing
    promises: Promises
    slots: Slots
    triage: Triage
    holds: Holds
    hall: Hall


class IntakeServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._desk = around.desk

    async def OpenIntake(self, request: intake_service_pb2.OpenIntakeRequest, call: Call) -> intake_pb2.Intake:
        check_uuid(request.need.client_id, "need.client_id")
        if request.need.session_type_id:
            check_uuid(request.need.session_type_id, "need.session_type_id")
        found = await open_intake(
            need_from(request.need),
            to.priority_of(request.priority),
            call,
            intakes=self._desk.intakes,
            triage=self._around.triage,
            holds=self._around.holds,
            clock=self._desk.clock,
            new_id=new_id,
        )
        return to.intake_to(found)

    async def GetIntake(self, request: intake_service_pb2.GetIntakeRequest, call: Call) -> intake_pb2.Intake:
        return to.intake_to(await self._desk.intakes.find(call, check_uuid(request.intake_id, "intake_id")))

    async def ListIntakes(
        self, request: intake_service_pb2.ListIntakesRequest, call: Call
    ) -> intake_service_pb2.ListIntakesResponse:
        size = pages.page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        state = request.state or IntakeState.WAITING
        query = f"intakes|{int(state)}"
        place = pages.read_page_token(query, request.page_token)
        after = (_instant(str(place[0])), check_uuid(str(place[1]), "page_token")) if place else None
        found = await self._desk.intakes.page(call, state, after=after, limit=size + 1)
        last = found[size - 1] if found[size:] else None
        token = pages.page_token(query, last.create_time.isoformat(), last.intake_id) if last else ""
        return intake_service_pb2.ListIntakesResponse(
            intakes=[to.intake_to(each) for each in found[:size]], next_page_token=token
        )

    async def SetIntakePriority(
        self, request: intake_service_pb2.SetIntakePriorityRequest, call: Call
    ) -> intake_pb2.Intake:
        priority = to.priority_of(request.priority, is_needed=True)
        before = await self._desk.intakes.lock(call, check_uuid(request.intake_id, "intake_id"))
        after = before.prioritised(priority, etag=request.etag)
        await self._desk.intakes.save(call, after)
        return to.intake_to(after)

    async def WithdrawIntake(self, request: intake_service_pb2.WithdrawIntakeRequest, call: Call) -> intake_pb2.Intake:
        intake_id, desk = check_uuid(request.intake_id, "intake_id"), self._desk
        found = await withdraw_intake(
            intake_id, request.etag, call, intakes=desk.intakes, proposals=desk.proposals, clock=desk.clock
        )
        return to.intake_to(found)

    async def RunBatch(self, request: intake_service_pb2.RunBatchRequest, call: Call) -> intake_pb2.Batch:
        policy = to.policy_of(request.policy)
        run = await run_batch(policy, call, is_dry_run=request.is_dry_run, hall=self._around.hall)
        return to.batch_to(run)

    async def ReplayBatch(
        self, request: intake_service_pb2.ReplayBatchRequest, call: Call
    ) -> intake_service_pb2.ReplayBatchResponse:
        batch_id = check_uuid(request.batch_id, "batch_id")
        found, is_identical = await replay_batch(batch_id, call, batches=self._desk.batches)
        return intake_service_pb2.ReplayBatchResponse(
            is_identical=is_identical, served_count=found.value[2], points=found.value[3] / 100
        )

    async def GetFairnessReport(
        self, request: intake_service_pb2.GetFairnessReportRequest, call: Call
    ) -> intake_service_pb2.GetFairnessReportResponse:
        from_time, to_time = interval(request.from_time, request.to_time)
        spread, waits = await report_fairness(
            call,
            from_time=from_time,
            to_time=to_time,
            intakes=self._desk.intakes,
            proposals=self._desk.proposals,
            profiles=self._around.profiles,
            clock=self._desk.clock,
        )
        return intake_service_pb2.GetFairnessReportResponse(
            spread=to.spread_to(spread), groups=[to.wait_to(each) for each in waits]
        )


class ProposalServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._desk = around.desk

    async def ProposeTherapist(
        self, request: proposal_service_pb2.ProposeTherapistRequest, call: Call
    ) -> intake_pb2.Proposal:
        found = await propose_therapist(
            check_uuid(request.match_id, "match_id"),
            check_uuid(request.therapist_id, "therapist_id"),
            call,
            matches=self._around.matches,
            proposals=self._desk.proposals,
            rules=self._around.rules,
            clock=self._desk.clock,
            new_id=new_id,
        )
        return to.proposal_to(found)

    async def GetProposal(self, request: proposal_service_pb2.GetProposalRequest, call: Call) -> intake_pb2.Proposal:
        around = self._around
        found, reasons = await explain_proposal(
            check_uuid(request.proposal_id, "proposal_id"),
            call,
            desk=self._desk,
            matches=around.matches,
            profiles=around.profiles,
            rules=around.rules,
        )
        return to.proposal_to(found, reasons, request.locale)

    async def ListProposals(
        self, request: proposal_service_pb2.ListProposalsRequest, call: Call
    ) -> proposal_service_pb2.ListProposalsResponse:
        if bool(request.client_id) == bool(request.therapist_id):
            raise InvalidRequest("Name a client or a therapist.", field="client_id")
        who = check_uuid(request.client_id or request.therapist_id, "client_id")
        size = pages.page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        query = f"proposals|{who}|{request.state}"
        (before,) = pages.read_page_token(query, request.page_token) or (LAST_ID,)
        found = await self._desk.proposals.page(
            call,
            client_id=who if request.client_id else "",
            therapist_id=who if request.therapist_id else "",
            state=request.state,
            before=check_uuid(str(before), "page_token"),
            limit=size + 1,
        )
        token = pages.page_token(query, found[size - 1].proposal_id) if found[size:] else ""
        if not found:
            await call.authorize(client_ids=[who] if request.client_id else [])
        is_own = bool(request.therapist_id) and call.actor.therapist_id == who
        relations = {"proposed"} if is_own else ()
        await call.authorize(client_ids=[each.client_id for each in found[:size]], relations=relations)
        return proposal_service_pb2.ListProposalsResponse(
            proposals=[to.proposal_to(each) for each in found[:size]], next_page_token=token
        )

    async def AcceptProposal(
        self, request: proposal_service_pb2.AcceptProposalRequest, call: Call
    ) -> intake_pb2.Proposal:
        wall = request.start_wall
        wanted = FirstAppointment(
            check_uuid(request.session_type_id, "session_type_id"),
            wall.local,
            wall.time_zone,
            wall.fold,
            request.modality,
        )
        proposal_id = check_uuid(request.proposal_id, "proposal_id")
        found = await accept_proposal(
            proposal_id, wanted, request.etag, call, desk=self._desk, promises=self._around.promises
        )
        return to.proposal_to(found)

    async def DeclineProposal(
        self, request: proposal_service_pb2.DeclineProposalRequest, call: Call
    ) -> intake_pb2.Proposal:
        proposal_id, reason = check_uuid(request.proposal_id, "proposal_id"), to.reason_of(request.reason)
        return to.proposal_to(await decline_proposal(proposal_id, reason, request.etag, call, desk=self._desk))


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest("This is no page token of ours.", field="page_token") from None
