"""Calendar feeds: made and revoked by their owner, read by whoever knows the secret."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import Response
from kept.booking.v1 import feeds_pb2, feeds_service_pb2
from pydantic import Field

from services.gateway.calendars import calendar_of
from services.gateway.callers import Door, new_call, spent
from services.gateway.routes.bodies import Body
from services.gateway.routes.describing import Cursor, IdempotencyKey, Limit, PathId, SignedIn, answers, respond

router = APIRouter(tags=["feeds"])
FEED = feeds_pb2.CalendarFeed.DESCRIPTOR

FRESH_S = 300
"""Seconds a calendar app may keep what it read."""


class FeedIn(Body):
    """A feed of one's own sessions."""

    label: Literal["BUSY", "APPOINTMENT", "REFERENCE"] = Field("BUSY", description="What every entry is called.")
    expire_days: int = Field(0, ge=0, le=730, description="Days until it ends by itself; 0: when it is revoked.")


@router.post(
    "/v1/calendar-feeds",
    operation_id="createCalendarFeed",
    summary="Make a calendar feed",
    status_code=201,
    responses=answers(feeds_service_pb2.CreateCalendarFeedResponse.DESCRIPTOR, 409, status=201),
)
async def create(body: FeedIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Makes a feed of the person's own sessions. Its `secret` is said once; the address is `/cal/<secret>.ics`."""
    request = feeds_service_pb2.CreateCalendarFeedRequest(
        label=feeds_pb2.CalendarFeed.Label.Value(f"LABEL_{body.label}"),
        expire_days=body.expire_days,
        request_id=caller.request_id(key),
    )
    return respond(await caller.booking("CreateCalendarFeed", request), 201)


@router.get(
    "/v1/calendar-feeds",
    operation_id="listCalendarFeeds",
    summary="See one's calendar feeds",
    responses=answers(feeds_service_pb2.ListCalendarFeedsResponse.DESCRIPTOR),
)
async def list_feeds(caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists the person's own feeds that can still be read, with when each was last read."""
    request = feeds_service_pb2.ListCalendarFeedsRequest(page_size=limit, page_token=cursor)
    return respond(await caller.booking("ListCalendarFeeds", request))


@router.delete(
    "/v1/calendar-feeds/{feed_id}",
    operation_id="revokeCalendarFeed",
    summary="Revoke a calendar feed",
    responses=answers(FEED, 404),
)
async def revoke(feed_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Revokes one of the person's own feeds; its address leads nowhere from then on."""
    request = feeds_service_pb2.RevokeCalendarFeedRequest(feed_id=feed_id, request_id=caller.request_id(key))
    return respond(await caller.booking("RevokeCalendarFeed", request))


@router.api_route("/cal/{secret}.ics", methods=["GET", "HEAD"], include_in_schema=False)
async def read(
    secret: Annotated[str, Path(max_length=64)], request: Request, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """Answer a calendar app. Unknown, revoked and expired are one and the same: 404."""
    door: Door = request.app.state.door
    await spent(request, ("feed", hashlib.sha256(secret.encode()).hexdigest()))
    asked = feeds_service_pb2.ReadCalendarFeedRequest(secret=secret)
    body = calendar_of(await door.neighbours.booking.call("ReadCalendarFeed", asked, new_call(request)))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"private, max-age={FRESH_S}"}
    if etag in [each.strip().removeprefix("W/") for each in if_none_match.split(",")] or if_none_match.strip() == "*":
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")
