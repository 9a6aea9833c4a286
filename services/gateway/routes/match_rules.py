"""How the practice matches, by version, and whom it lacks."""

from __future__ import annotations

from fastapi import APIRouter, Query, Response
from kept.matching.v1 import matching_pb2, rules_service_pb2
from pydantic import Field

from services.gateway.callers import etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Code, Instant
from services.gateway.routes.describing import IdempotencyKey, IfMatch, SignedIn, answers, edited, edits, respond

router = APIRouter(prefix="/v1", tags=["matching"])
RULES = matching_pb2.MatchRules.DESCRIPTOR


class WeightsIn(Body):
    """Whole numbers that add up to 100."""

    specialty: int = Field(ge=0, le=100)
    approach: int = Field(ge=0, le=100)
    population: int = Field(ge=0, le=100)
    preference: int = Field(ge=0, le=100)
    availability: int = Field(ge=0, le=100)
    language: int = Field(ge=0, le=100)
    continuity: int = Field(ge=0, le=100)
    distance: int = Field(ge=0, le=100)
    experience: int = Field(ge=0, le=100)
    strength: int = Field(ge=0, le=100)
    room: int = Field(ge=0, le=100)


class CompactIn(Body):
    """An agreement between states that licences count among."""

    code: Code
    regions: list[Code] = Field(min_length=1, max_length=60)
    is_remote_only: bool = False


class MatchRulesIn(Body):
    """How the practice matches from the next run on."""

    weights: WeightsIn
    compacts: list[CompactIn] = Field(default_factory=list, max_length=20)
    load_weight: int = Field(5, ge=0, le=20, description="Points a fifth of a panel costs in a batch.")
    accept_window_h: int = Field(72, ge=1, le=336)
    ageing_weeks: int = Field(0, ge=0, le=52, description="Weeks after which routine counts as high; 0 never.")


@router.get(
    "/match-rules", operation_id="getMatchRules", summary="See how the practice matches", responses=answers(RULES, 404)
)
async def get_rules(caller: SignedIn, version: str = Query("", max_length=40)) -> Response:
    """Returns the rules in force, or those a run names."""
    return respond(await _rules(caller, version))


@router.put(
    "/match-rules", operation_id="putMatchRules", summary="Set how the practice matches", responses=edits(RULES)
)
async def put_rules(body: MatchRulesIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Sets the next version; runs keep naming the one they used."""
    request = filled(
        rules_service_pb2.PutMatchRulesRequest,
        match_rules=body.model_dump(),
        etag=etag_required(if_match, unquoted(if_match)),
        request_id=caller.request_id(key),
    )
    return await edited(caller.matching("PutMatchRules", request), lambda: _rules(caller))


@router.get(
    "/reports/hiring",
    operation_id="getHiringReport",
    summary="See for whom nobody suited",
    responses=answers(rules_service_pb2.GetHiringReportResponse.DESCRIPTOR),
)
async def hiring(caller: SignedIn, from_time: Instant, to_time: Instant) -> Response:
    """Counts runs in which nobody suited, by the rule that left out most and what was asked for."""
    request = filled(rules_service_pb2.GetHiringReportRequest, from_time=from_time, to_time=to_time)
    return respond(await caller.matching("GetHiringReport", request))


async def _rules(caller: SignedIn, version: str = "") -> matching_pb2.MatchRules:
    found: matching_pb2.MatchRules = await caller.matching(
        "GetMatchRules", rules_service_pb2.GetMatchRulesRequest(version=version)
    )
    return found
