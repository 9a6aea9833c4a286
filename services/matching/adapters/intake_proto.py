"""Turns intakes, batches and proposals into messages."""

from __future__ import annotations

from collections.abc import Sequence

from kept.matching.v1 import intake_pb2, triage_pb2

from services.chassis.errors import InvalidRequest
from services.matching.adapters.proto import need_to, reason_to, stamp_of
from services.matching.domain import errors
from services.matching.domain.batch import Policy
from services.matching.domain.fairness import LoadReport
from services.matching.domain.intake import DeclineReason, Intake, Proposal
from services.matching.domain.operations import Operation
from services.matching.domain.ranking import Reason
from services.matching.domain.triage import Priority
from services.matching.usecases.report_fairness import GroupWait
from services.matching.usecases.run_batch import POINT, BatchRun


def intake_to(intake: Intake) -> intake_pb2.Intake:
    """Write an intake, with its need where it was read."""
    return intake_pb2.Intake(
        intake_id=intake.intake_id,
        client_id=intake.client_id,
        need=need_to(intake.need) if intake.need else None,
        priority=triage_pb2.Priority.ValueType(intake.priority),
        state=intake_pb2.Intake.State.ValueType(intake.state),
        create_time=stamp_of(intake.create_time),
        etag=intake.etag,
    )


def proposal_to(proposal: Proposal, reasons: Sequence[Reason] = (), locale: str = "en") -> intake_pb2.Proposal:
    """Write a proposal."""
    return intake_pb2.Proposal(
        proposal_id=proposal.proposal_id,
        client_id=proposal.client_id,
        therapist_id=proposal.therapist_id,
        intake_id=proposal.intake_id,
        batch_id=proposal.batch_id,
        match_id=proposal.match_id,
        fit_ratio=proposal.fit_ratio,
        state=intake_pb2.Proposal.State.ValueType(proposal.state),
        expire_time=stamp_of(proposal.expire_time),
        create_time=stamp_of(proposal.create_time),
        appointment_id=proposal.appointment_id,
        declined_by=intake_pb2.Proposal.Side.ValueType(proposal.declined_by),
        reason=intake_pb2.Proposal.Reason.ValueType(proposal.reason),
        etag=proposal.etag,
        reasons=[reason_to(each, locale) for each in reasons],
    )


def batch_to(run: BatchRun) -> intake_pb2.Batch:
    """Write a batch with who was given to whom."""
    urgent, high, served, points = run.found.value
    return intake_pb2.Batch(
        batch_id=run.stored.batch_id,
        policy=intake_pb2.Batch.Policy.ValueType(run.stored.inputs.policy),
        weights_version=run.stored.weights_version,
        seed=run.stored.inputs.seed,
        placements=[
            intake_pb2.Placement(
                client_id=each.client_id,
                therapist_id=each.therapist_id,
                fit_ratio=each.points / POINT,
                proposal_id=each.proposal_id,
                best_therapist_id=each.best_therapist_id,
                lost_fit_ratio=each.lost_points / POINT,
                binding_rule=each.binding_rule,
            )
            for each in run.placements
        ],
        urgent_count=urgent,
        high_count=high,
        served_count=served,
        points=points / 100,
        spread=spread_to(run.spread),
        held_count=run.held_count,
        create_time=stamp_of(run.stored.create_time),
    )


def operation_to(operation: Operation, batch: intake_pb2.Batch | None = None) -> intake_pb2.BatchOperation:
    """Write a batch that was started, with what it came to but for its placements."""
    message = intake_pb2.BatchOperation(
        operation_id=operation.operation_id,
        state=intake_pb2.BatchOperation.State.ValueType(operation.state),
        stage=intake_pb2.BatchOperation.Stage.ValueType(operation.stage),
        done_ratio=operation.done_ratio,
        policy=intake_pb2.Batch.Policy.ValueType(operation.policy),
        is_dry_run=operation.is_dry_run,
        attempt_count=operation.attempt_count,
        reason=operation.reason,
        batch=batch,
        create_time=stamp_of(operation.create_time),
        end_time=stamp_of(operation.end_time) if operation.end_time else None,
        etag=operation.etag,
    )
    if batch is not None:
        del message.batch.placements[:]
    return message


def spread_to(report: LoadReport) -> intake_pb2.LoadSpread:
    """Write how evenly clients are spread."""
    return intake_pb2.LoadSpread(
        gini_ratio=report.gini_ratio,
        jain_ratio=report.jain_ratio,
        idle_therapist_ids=report.idle_therapist_ids,
        most_count=report.most,
    )


def wait_to(wait: GroupWait) -> intake_pb2.GroupWait:
    """Write how long a group waited."""
    return intake_pb2.GroupWait(
        group=wait.group,
        client_count=wait.client_count,
        placed_count=wait.placed_count,
        mean_wait_days=wait.mean_wait_days,
    )


def policy_of(number: int) -> Policy:
    """Return how a batch is solved; the flow when nobody says. Raises InvalidRequest."""
    try:
        return Policy(number or Policy.FLOW)
    except ValueError:
        raise InvalidRequest("There is no such policy.", field="policy") from None


def priority_of(number: int, *, is_needed: bool = False) -> Priority:
    """Return how soon care should come. Raises InvalidRequest."""
    try:
        found = Priority(number)
    except ValueError:
        found = Priority.UNSAID
        is_needed = True
    if is_needed and found is Priority.UNSAID:
        raise InvalidRequest("Say how soon.", field="priority")
    return found


def reason_of(number: int) -> DeclineReason:
    """Return why a proposal is declined. Raises ReasonMissing when it is no reason of the contract."""
    try:
        return DeclineReason(number)
    except ValueError:
        raise errors.ReasonMissing("Say why the proposal is declined.", field="reason") from None
