"""What came of matches, and what would have come of others."""

from __future__ import annotations

from fastapi import APIRouter, Response
from kept.matching.v1 import feedback_service_pb2
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Id, Instant
from services.gateway.routes.describing import IdempotencyKey, PathId, SignedIn, answers, respond
from services.gateway.routes.match_rules import WeightsIn

router = APIRouter(prefix="/v1", tags=["matching"])


class FitIn(Body):
    """How well a therapist fits."""

    therapist_id: Id
    rating: int = Field(ge=1, le=5, description="From 1, not at all, to 5, very well.")


class SimulationIn(Body):
    """Which intakes are replayed, and under what."""

    from_time: Instant
    to_time: Instant
    weights: WeightsIn | None = Field(None, description="None keeps those in force.")
    load_weight: int = Field(5, ge=0, le=20)
    capacity_ratio: float = Field(1.0, ge=0.1, le=10)
    every_days: int = Field(7, ge=1, le=90)


@router.post(
    "/clients/{client_id}/fit",
    operation_id="answerFit",
    summary="Say how well a therapist fits",
    responses=answers(feedback_service_pb2.AnswerFitResponse.DESCRIPTOR, 409),
)
async def answer_fit(client_id: PathId, body: FitIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Records it after the third session; the last word counts."""
    request = filled(
        feedback_service_pb2.AnswerFitRequest,
        client_id=client_id,
        request_id=caller.request_id(key),
        **body.model_dump(),
    )
    return respond(await caller.matching("AnswerFit", request))


@router.get(
    "/reports/feedback",
    operation_id="getFeedbackReport",
    summary="See what came of matches",
    responses=answers(feedback_service_pb2.GetFeedbackReportResponse.DESCRIPTOR),
)
async def feedback(caller: SignedIn, from_time: Instant, to_time: Instant) -> Response:
    """Counts fit, dropout and changes of therapist; groups of fewer than 5 courses are not told."""
    request = filled(feedback_service_pb2.GetFeedbackReportRequest, from_time=from_time, to_time=to_time)
    return respond(await caller.matching("GetFeedbackReport", request))


@router.post(
    "/simulations/intakes",
    operation_id="simulateIntakes",
    summary="Replay intakes under other weights or capacity",
    responses=answers(feedback_service_pb2.SimulateIntakesResponse.DESCRIPTOR, 409),
)
async def simulate(body: SimulationIn, caller: SignedIn) -> Response:
    """Compares waits, fit and load with the rules in force; stores nothing."""
    request = filled(feedback_service_pb2.SimulateIntakesRequest, **body.model_dump())
    return respond(await caller.matching("SimulateIntakes", request))
