"""Where people may be reached, what they agreed to, and what is said to them regularly."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Query, Response
from kept.notifications.v1 import contact_pb2, contact_service_pb2
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Clock, Day, Id
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, PathId, SignedIn, answers, respond

router = APIRouter(prefix="/v1", tags=["contact"])
ADDRESS = contact_pb2.ContactAddress.DESCRIPTOR
CONSENT = contact_pb2.Consent.DESCRIPTOR
NUDGE = contact_pb2.Nudge.DESCRIPTOR


class AddressIn(Body):
    """An e-mail address or a telephone number."""

    channel: Literal["EMAIL", "SMS"]
    address: str = Field(min_length=3, max_length=254)
    guardian_id: Id | None = Field(None, description="None when it is the client's own.")
    is_alternative: bool = Field(False, description="Used instead of all others of its channel; why is not asked.")
    is_unsafe: bool = Field(False, description="No message may be left there: others may see it.")
    time_zone: str = Field("", max_length=64, description="Empty means the client's.")
    locale: Literal["", "en", "es"] = ""


class ContactCodeIn(Body):
    """The code that was sent to an address."""

    code: str = Field(pattern=r"^[0-9]{6}$", examples=["123456"])


class SuppressionIn(Body):
    """Whether anything may be sent to an address."""

    is_suppressed: bool


class ConsentIn(Body):
    """What somebody agreed to, or took back."""

    is_granted: bool
    purpose: Literal["UNSPECIFIED", "APPOINTMENTS", "OFFERS", "CARE", "MESSAGES"] = Field(
        "UNSPECIFIED", description="UNSPECIFIED means every purpose."
    )
    channel: Literal["UNSPECIFIED", "EMAIL", "SMS", "INBOX", "WEBHOOK"] = Field(
        "UNSPECIFIED", description="UNSPECIFIED means every channel."
    )
    guardian_id: Id | None = None
    evidence: str = Field("", max_length=64, pattern=r"^[A-Za-z0-9-]*$", description="A code of the proof, no words.")


class NudgeIn(Body):
    """What is said again and again until it ends."""

    trigger: Literal["MEDICATION", "CHECK_IN", "FORM_DUE"]
    wall_time: Clock
    every_days: int = Field(ge=1, le=366)
    from_date: Day
    until_date: Day


@router.post(
    "/clients/{client_id}/addresses",
    operation_id="putContactAddress",
    summary="Add an address",
    responses=answers(ADDRESS, 404, 409),
)
async def put_address(client_id: PathId, body: AddressIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Takes the place of the one of the same person and channel; a client's own counts once its code came back."""
    values = {name: value for name, value in body.model_dump().items() if value is not None}
    request = filled(
        contact_service_pb2.PutContactAddressRequest,
        client_id=client_id,
        address=values,
        request_id=caller.request_id(key),
    )
    return respond(await caller.notifications("PutContactAddress", request))


@router.get(
    "/clients/{client_id}/addresses",
    operation_id="listContactAddresses",
    summary="See where a client may be reached",
    responses=answers(contact_service_pb2.ListContactAddressesResponse.DESCRIPTOR, 404),
)
async def list_addresses(
    client_id: PathId, caller: SignedIn, with_ended: bool = Query(False), limit: Limit = 50, cursor: Cursor = ""
) -> Response:
    """Lists the client's, and those of who acts for them."""
    request = contact_service_pb2.ListContactAddressesRequest(
        client_id=client_id, with_ended=with_ended, page_size=limit, page_token=cursor
    )
    return respond(await caller.notifications("ListContactAddresses", request))


@router.delete(
    "/clients/{client_id}/addresses/{contact_point_id}",
    operation_id="endContactAddress",
    summary="End an address",
    responses=answers(ADDRESS, 404, 409),
)
async def end_address(
    client_id: PathId, contact_point_id: PathId, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Uses it no more, and tells it so."""
    request = contact_service_pb2.EndContactAddressRequest(
        client_id=client_id, contact_point_id=contact_point_id, request_id=caller.request_id(key)
    )
    return respond(await caller.notifications("EndContactAddress", request))


@router.post(
    "/clients/{client_id}/addresses/{contact_point_id}/codes",
    operation_id="sendContactCode",
    summary="Send a code to an address",
    responses=answers(ADDRESS, 404, 409),
)
async def send_code(
    client_id: PathId, contact_point_id: PathId, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Sends one, at most once a minute; it is good for 15 minutes and five tries."""
    request = contact_service_pb2.SendContactCodeRequest(
        client_id=client_id, contact_point_id=contact_point_id, request_id=caller.request_id(key)
    )
    return respond(await caller.notifications("SendContactCode", request))


@router.post(
    "/clients/{client_id}/addresses/{contact_point_id}/verifications",
    operation_id="verifyContactAddress",
    summary="Prove an address by its code",
    responses=answers(ADDRESS, 404, 409),
)
async def verify(
    client_id: PathId, contact_point_id: PathId, body: ContactCodeIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Makes it count; the one before is told."""
    request = contact_service_pb2.VerifyContactAddressRequest(
        client_id=client_id, contact_point_id=contact_point_id, code=body.code, request_id=caller.request_id(key)
    )
    return respond(await caller.notifications("VerifyContactAddress", request))


@router.put(
    "/clients/{client_id}/addresses/{contact_point_id}/suppression",
    operation_id="setSuppression",
    summary="Say whether anything may be sent to an address",
    responses=answers(ADDRESS, 404, 409),
)
async def set_suppression(
    client_id: PathId, contact_point_id: PathId, body: SuppressionIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Suppresses it, or lifts a bounce or a complaint; what its owner asked for only they take back."""
    request = contact_service_pb2.SetSuppressionRequest(
        client_id=client_id,
        contact_point_id=contact_point_id,
        is_suppressed=body.is_suppressed,
        request_id=caller.request_id(key),
    )
    return respond(await caller.notifications("SetSuppression", request))


@router.post(
    "/clients/{client_id}/consents",
    operation_id="recordConsent",
    summary="Record what somebody agreed to",
    responses=answers(CONSENT, 404, 409),
)
async def record_consent(client_id: PathId, body: ConsentIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Adds to the record; the latest entry that covers purpose and channel counts."""
    values = {name: value for name, value in body.model_dump().items() if value is not None}
    request = filled(
        contact_service_pb2.RecordConsentRequest,
        client_id=client_id,
        consent=values,
        request_id=caller.request_id(key),
    )
    return respond(await caller.notifications("RecordConsent", request))


@router.get(
    "/clients/{client_id}/consents",
    operation_id="listConsents",
    summary="See what was agreed to",
    responses=answers(contact_service_pb2.ListConsentsResponse.DESCRIPTOR, 404),
)
async def list_consents(client_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists the record, oldest first."""
    request = contact_service_pb2.ListConsentsRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListConsents", request))


@router.put(
    "/clients/{client_id}/nudges/{nudge_id}",
    operation_id="putNudge",
    summary="Say something again and again",
    responses=answers(NUDGE, 404, 409),
)
async def put_nudge(
    client_id: PathId, nudge_id: PathId, body: NudgeIn, caller: SignedIn, key: IdempotencyKey = ""
) -> Response:
    """Creates it under your id, or replaces it; the words name nothing of what it is about."""
    request = filled(
        contact_service_pb2.PutNudgeRequest,
        nudge={"nudge_id": nudge_id, "client_id": client_id, **body.model_dump()},
        request_id=caller.request_id(key),
    )
    return respond(await caller.notifications("PutNudge", request))


@router.delete(
    "/clients/{client_id}/nudges/{nudge_id}",
    operation_id="endNudge",
    summary="Say it no more",
    responses=answers(NUDGE, 404, 409),
)
async def end_nudge(client_id: PathId, nudge_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Ends it, and keeps back what of it waits."""
    request = contact_service_pb2.EndNudgeRequest(
        client_id=client_id, nudge_id=nudge_id, request_id=caller.request_id(key)
    )
    return respond(await caller.notifications("EndNudge", request))


@router.get(
    "/clients/{client_id}/nudges",
    operation_id="listNudges",
    summary="See what is said again and again",
    responses=answers(contact_service_pb2.ListNudgesResponse.DESCRIPTOR, 404),
)
async def list_nudges(client_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists what has not ended, newest first."""
    request = contact_service_pb2.ListNudgesRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListNudges", request))
