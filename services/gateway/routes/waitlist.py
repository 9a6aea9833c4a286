"""The waitlist: wishes, offers, and what the desk sees of slots being refilled."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from kept.booking.v1 import booking_pb2, waitlist_pb2, waitlist_service_pb2
from pydantic import Field

from services.gateway.callers import Caller, etag_required
from services.gateway.conversion import filled, unquoted
from services.gateway.routes.bodies import Body, Clock, Day, Id, Instant, Modality, Zone
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    PathId,
    QueryId,
    SignedIn,
    answers,
    edited,
    edits,
    respond,
)

router = APIRouter(prefix="/v1", tags=["waitlist"])
WISH = waitlist_pb2.Wish.DESCRIPTOR
OFFER = waitlist_pb2.Offer.DESCRIPTOR
OPENING = waitlist_pb2.Opening.DESCRIPTOR


class WindowIn(Body):
    """A stretch of the week."""

    weekday: int = Field(ge=1, le=7, description="1 Monday to 7 Sunday.")
    from_local: Clock
    to_local: Clock


class WishWantedIn(Body):
    """What somebody waits for."""

    therapist_ids: list[Id] = Field(default_factory=list, max_length=20, description="None means any.")
    session_type_ids: list[Id] = Field(min_length=1, max_length=10)
    windows: list[WindowIn] = Field(default_factory=list, max_length=21, description="None means any time.")
    time_zone: Zone
    modalities: list[Modality] = Field(default_factory=list, max_length=3)
    site_ids: list[Id] = Field(default_factory=list, max_length=10)
    notice_min: int | None = Field(None, ge=0, le=20160, description="Minutes before a start; none means 120.")
    from_date: Day | None = None
    to_date: Day | None = Field(None, description="At most 366 days ahead; none means 184.")
    urgency: Literal["ROUTINE", "SOON", "URGENT"] | None = Field(None, description="Heeded from staff only.")
    is_confidential: bool = False

    def wish(self) -> dict[str, Any]:
        """Return the fields of a wish."""
        windows = [waitlist_pb2.WishWindow(**each.model_dump()) for each in self.windows]
        return {**self.model_dump(exclude={"windows"}), "windows": windows}


class WishIn(WishWantedIn):
    """A wish of a client."""

    client_id: Id


class SkipIn(Body):
    """Whom to pass over for one slot, and why."""

    wish_id: Id
    reason: Literal["CLIENT_CANNOT", "NOT_REACHABLE", "NOT_SUITABLE", "GREATER_NEED"]


@router.post(
    "/wishes",
    operation_id="createWish",
    summary="Wait for a slot",
    status_code=201,
    responses=answers(WISH, 404, 409, status=201),
)
async def create(body: WishIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Lets a client wait; what comes free is offered to them in turn, held for them alone."""
    wish = filled(waitlist_pb2.Wish, **body.wish())
    request = waitlist_service_pb2.CreateWishRequest(wish=wish, request_id=caller.request_id(key))
    made = await caller.booking("CreateWish", request)
    return respond(made, 201, location=f"/v1/wishes/{made.wish_id}")


@router.get("/wishes/{wish_id}", operation_id="getWish", summary="See a wish", responses=answers(WISH, 404))
async def get(wish_id: PathId, caller: SignedIn) -> Response:
    """Returns the wish with its ETag."""
    return respond(await current_wish(caller, wish_id))


@router.get(
    "/wishes",
    operation_id="listWishes",
    summary="List wishes",
    responses=answers(waitlist_service_pb2.ListWishesResponse.DESCRIPTOR),
)
async def list_wishes(
    caller: SignedIn,
    client_id: QueryId = "",
    therapist_id: QueryId = "",
    session_type_id: QueryId = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists wishes of a client, or, for staff, of all who wait, longest waiting first."""
    request = waitlist_service_pb2.ListWishesRequest(
        client_id=client_id,
        therapist_id=therapist_id,
        session_type_id=session_type_id,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.booking("ListWishes", request))


@router.put("/wishes/{wish_id}", operation_id="updateWish", summary="Change a wish", responses=edits(WISH))
async def update(
    wish_id: PathId, body: WishWantedIn, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = ""
) -> Response:
    """Changes what a client waits for; the place in line stays."""
    etag = etag_required(if_match, unquoted(if_match))
    wish = filled(waitlist_pb2.Wish, wish_id=wish_id, etag=etag, **body.wish())
    request = waitlist_service_pb2.UpdateWishRequest(wish=wish, request_id=caller.request_id(key))
    return await edited(caller.booking("UpdateWish", request), lambda: current_wish(caller, wish_id))


@router.post(
    "/wishes/{wish_id}/withdrawals", operation_id="withdrawWish", summary="Stop waiting", responses=edits(WISH)
)
async def withdraw(wish_id: PathId, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Takes a wish back, and declines what is offered for it."""
    request = waitlist_service_pb2.WithdrawWishRequest(
        wish_id=wish_id, etag=etag_required(if_match, unquoted(if_match)), request_id=caller.request_id(key)
    )
    return await edited(caller.booking("WithdrawWish", request), lambda: current_wish(caller, wish_id))


@router.get(
    "/clients/{client_id}/offers",
    operation_id="listOffers",
    summary="List a client's offers",
    responses=answers(waitlist_service_pb2.ListOffersResponse.DESCRIPTOR, 404),
)
async def offers(
    client_id: PathId,
    caller: SignedIn,
    is_open_only: Annotated[bool, Query(description="Only those that wait for an answer.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists offers, newest first."""
    request = waitlist_service_pb2.ListOffersRequest(
        client_id=client_id, is_open_only=is_open_only, page_size=limit, page_token=cursor
    )
    return respond(await caller.booking("ListOffers", request))


@router.get("/offers/{offer_id}", operation_id="getOffer", summary="See an offer", responses=answers(OFFER, 404))
async def offer(offer_id: PathId, caller: SignedIn) -> Response:
    """Returns the offer; staff see why this client was asked."""
    return respond(await caller.booking("GetOffer", waitlist_service_pb2.GetOfferRequest(offer_id=offer_id)))


@router.post(
    "/offers/{offer_id}/acceptances",
    operation_id="acceptOffer",
    summary="Take an offer",
    status_code=201,
    responses=answers(booking_pb2.Appointment.DESCRIPTOR, 404, 409, status=201),
)
async def accept(offer_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Books the slot held for the client; whoever comes too late keeps their place in line, and is told so."""
    request = waitlist_service_pb2.AcceptOfferRequest(offer_id=offer_id, request_id=caller.request_id(key))
    booked = await caller.booking("AcceptOffer", request)
    return respond(booked, 201, location=f"/v1/appointments/{booked.appointment_id}")


@router.post(
    "/offers/{offer_id}/refusals",
    operation_id="declineOffer",
    summary="Decline an offer",
    responses=answers(OFFER, 404, 409),
)
async def decline(offer_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Says no; the next one is asked at once, and the place in line stays."""
    request = waitlist_service_pb2.DeclineOfferRequest(offer_id=offer_id, request_id=caller.request_id(key))
    return respond(await caller.booking("DeclineOffer", request))


@router.get(
    "/openings",
    operation_id="listOpenings",
    summary="List freed slots",
    responses=answers(waitlist_service_pb2.ListOpeningsResponse.DESCRIPTOR),
)
async def openings(
    caller: SignedIn,
    therapist_id: QueryId = "",
    has_closed: Annotated[bool, Query(description="Those that ended too.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists slots that are offered to those who wait, newest first."""
    request = waitlist_service_pb2.ListOpeningsRequest(
        therapist_id=therapist_id, has_closed=has_closed, page_size=limit, page_token=cursor
    )
    return respond(await caller.booking("ListOpenings", request))


@router.get(
    "/openings/{opening_id}",
    operation_id="getOpening",
    summary="See a freed slot",
    responses=answers(waitlist_service_pb2.GetOpeningResponse.DESCRIPTOR, 404),
)
async def opening(opening_id: PathId, caller: SignedIn) -> Response:
    """Returns who was asked, who would be next, and why, in days of waiting."""
    request = waitlist_service_pb2.GetOpeningRequest(opening_id=opening_id)
    return respond(await caller.booking("GetOpening", request))


@router.post(
    "/openings/{opening_id}/skips",
    operation_id="skipWaiter",
    summary="Pass a client over for one slot",
    responses=answers(OFFER, 404, 409),
)
async def skip(opening_id: PathId, body: SkipIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Withdraws what is offered to them; they keep their place in line."""
    request = filled(
        waitlist_service_pb2.SkipWaiterRequest,
        opening_id=opening_id,
        **body.model_dump(),
        request_id=caller.request_id(key),
    )
    return respond(await caller.booking("SkipWaiter", request))


@router.post(
    "/openings/{opening_id}/closings",
    operation_id="closeOpening",
    summary="Give a freed slot back to everybody",
    responses=edits(OPENING),
)
async def close(opening_id: PathId, caller: SignedIn, key: IdempotencyKey = "", if_match: IfMatch = "") -> Response:
    """Withdraws its offers; everybody can book it."""
    request = waitlist_service_pb2.CloseOpeningRequest(
        opening_id=opening_id, etag=etag_required(if_match, unquoted(if_match)), request_id=caller.request_id(key)
    )

    async def now() -> waitlist_pb2.Opening:
        seen = await caller.booking("GetOpening", waitlist_service_pb2.GetOpeningRequest(opening_id=opening_id))
        found: waitlist_pb2.Opening = seen.opening
        return found

    return await edited(caller.booking("CloseOpening", request), now)


@router.get(
    "/reports/refills",
    operation_id="getRefillReport",
    summary="Count what came free and was filled",
    responses=answers(waitlist_service_pb2.RefillReport.DESCRIPTOR),
)
async def report(
    caller: SignedIn,
    from_time: Annotated[Instant, Query(description="First instant a slot came free (RFC 3339).")],
    to_time: Annotated[Instant, Query(description="The instant after; at most 366 days later.")],
    therapist_id: QueryId = "",
) -> Response:
    """Counts slots by how long before their start they came free."""
    request = filled(
        waitlist_service_pb2.GetRefillReportRequest, from_time=from_time, to_time=to_time, therapist_id=therapist_id
    )
    return respond(await caller.booking("GetRefillReport", request))


async def current_wish(caller: Caller, wish_id: str) -> waitlist_pb2.Wish:
    """Read a wish as it is now."""
    found: waitlist_pb2.Wish = await caller.booking("GetWish", waitlist_service_pb2.GetWishRequest(wish_id=wish_id))
    return found
