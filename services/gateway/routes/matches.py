"""Therapist profiles, and who suits whom."""

from __future__ import annotations

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from kept.matching.v1 import matching_pb2, matching_service_pb2

from services.gateway.conversion import filled, plain
from services.gateway.routes.bodies import MatchIn, ProfileIn, ProfilesIn, VerificationIn
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, Locale, PathId, SignedIn, answers

router = APIRouter(prefix="/v1", tags=["matching"])
PROFILE = matching_pb2.TherapistProfile.DESCRIPTOR
MATCH = matching_pb2.Match.DESCRIPTOR


@router.put(
    "/therapists/{therapist_id}",
    operation_id="putTherapist",
    summary="Create or replace a therapist's profile",
    responses=answers(PROFILE),
)
async def put(therapist_id: PathId, body: ProfileIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Creates the profile under your id, or replaces it."""
    profile = filled(matching_pb2.TherapistProfile, therapist_id=therapist_id, **body.model_dump())
    request = matching_service_pb2.PutTherapistProfileRequest(
        therapist_profile=profile, request_id=caller.request_id(key)
    )
    return JSONResponse(plain(await caller.matching("PutTherapistProfile", request)))


@router.post(
    "/imports/therapists",
    operation_id="importTherapists",
    summary="Create or replace many profiles",
    responses=answers(matching_service_pb2.ImportTherapistProfilesResponse.DESCRIPTOR),
)
async def import_therapists(body: ProfilesIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Stores all of them, or none: then each row says why."""
    request = filled(
        matching_service_pb2.ImportTherapistProfilesRequest, request_id=caller.request_id(key), **body.model_dump()
    )
    return JSONResponse(plain(await caller.matching("ImportTherapistProfiles", request)))


@router.post(
    "/therapists/{therapist_id}/licences/{region}/verify",
    operation_id="verifyLicence",
    summary="Say that a licence was looked up",
    responses=answers(PROFILE, 404),
)
async def verify(
    therapist_id: PathId, region: str, body: VerificationIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Keeps your name and the time with the licence, if its last day is still the one you found."""
    request = matching_service_pb2.VerifyLicenceRequest(
        therapist_id=therapist_id,
        region=region[:6],
        expire_date=body.expire_date,
        request_id=caller.request_id(key),
    )
    return JSONResponse(plain(await caller.matching("VerifyLicence", request)))


@router.get(
    "/expiring-licences",
    operation_id="listExpiringLicences",
    summary="See which licences end",
    responses=answers(matching_service_pb2.ListExpiringLicencesResponse.DESCRIPTOR),
)
async def list_expiring(
    caller: SignedIn,
    within_days: int = Query(60, ge=1, le=366, description="Days ahead; licences that have ended are there too."),
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists the first to end first."""
    request = matching_service_pb2.ListExpiringLicencesRequest(
        within_days=within_days, page_size=limit, page_token=cursor
    )
    return JSONResponse(plain(await caller.matching("ListExpiringLicences", request)))


@router.get(
    "/therapists/{therapist_id}",
    operation_id="getTherapist",
    summary="See a therapist's profile",
    responses=answers(PROFILE, 404),
)
async def get(therapist_id: PathId, caller: SignedIn) -> Response:
    """Returns the profile."""
    request = matching_service_pb2.GetTherapistProfileRequest(therapist_id=therapist_id)
    return JSONResponse(plain(await caller.matching("GetTherapistProfile", request)))


@router.get(
    "/therapists",
    operation_id="listTherapists",
    summary="List therapists",
    responses=answers(matching_service_pb2.ListTherapistProfilesResponse.DESCRIPTOR),
)
async def list_therapists(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists profiles by name."""
    request = matching_service_pb2.ListTherapistProfilesRequest(page_size=limit, page_token=cursor)
    return JSONResponse(plain(await caller.matching("ListTherapistProfiles", request)))


@router.post(
    "/matches",
    operation_id="matchClient",
    summary="Find who suits a client",
    status_code=201,
    responses=answers(MATCH, 404, 409, status=201),
)
async def match(body: MatchIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """
    Filters by hard rules and ranks the rest, with reasons; everybody left out is named with the rule.

    With `previous_match_id` it contests that run: `changes` says what became of each therapist since.
    """
    request = filled(
        matching_service_pb2.MatchClientRequest,
        need=filled(matching_pb2.Need, **body.model_dump(exclude={"previous_match_id", "locale"})),
        previous_match_id=body.previous_match_id,
        locale=body.locale,
        request_id=caller.request_id(key),
    )
    found = await caller.matching("MatchClient", request)
    return JSONResponse(plain(found), 201, {"Location": f"/v1/matches/{found.match_id}"})


@router.get("/matches/{match_id}", operation_id="getMatch", summary="See a match again", responses=answers(MATCH, 404))
async def get_match(match_id: PathId, caller: SignedIn, locale: Locale = "en") -> Response:
    """Returns the run as it was answered."""
    request = matching_service_pb2.GetMatchRequest(match_id=match_id, locale=locale)
    return JSONResponse(plain(await caller.matching("GetMatch", request)))
