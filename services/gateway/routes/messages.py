"""What went out and what came back: the delivery log, the staff's inbox, a client's inbox."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from kept.notifications.v1 import inbox_service_pb2, notifications_pb2
from pydantic import Field

from services.gateway.conversion import filled
from services.gateway.routes.bodies import Body, Instant
from services.gateway.routes.describing import (
    Cursor,
    IdempotencyKey,
    Limit,
    PathId,
    QueryId,
    SignedIn,
    answers,
    respond,
)

router = APIRouter(prefix="/v1", tags=["messages"])
MESSAGE = notifications_pb2.Message.DESCRIPTOR

State = Literal["PLANNED", "SENDING", "SENT", "SUPPRESSED", "FAILED"]
Channel = Literal["EMAIL", "SMS", "INBOX", "WEBHOOK"]
Code = Annotated[str, Query(max_length=40, pattern=r"^[A-Z_]*$")]


class ReplayIn(Body):
    """Which failed messages to say once more."""

    reason: str = Field(max_length=40, pattern=r"^[A-Z_]+$", description="Why they failed.")
    from_time: Instant
    to_time: Instant = Field(description="At most 92 days later.")


@router.get(
    "/messages",
    operation_id="searchMessages",
    summary="Search the delivery log",
    responses=answers(inbox_service_pb2.SearchMessagesResponse.DESCRIPTOR),
)
async def search(
    caller: SignedIn,
    client_id: QueryId = "",
    state: Annotated[State | None, Query(description="Where they stand.")] = None,
    reason: Code = "",
    kind: Code = "",
    channel: Annotated[Channel | None, Query(description="The way they were last begun by.")] = None,
    from_time: Annotated[Instant | None, Query(description="First instant they were due.")] = None,
    to_time: Annotated[Instant | None, Query(description="The instant after the last.")] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Finds messages of the practice, newest first, each with the reason it was not sent, if it was not."""
    request = filled(
        inbox_service_pb2.SearchMessagesRequest,
        client_id=client_id,
        state=state,
        reason=reason,
        kind=kind or None,
        channel=channel,
        from_time=from_time,
        to_time=to_time,
        page_size=limit,
        page_token=cursor,
    )
    return respond(await caller.notifications("SearchMessages", request))


@router.get(
    "/messages/{message_id}",
    operation_id="getMessage",
    summary="Look at a message",
    responses=answers(MESSAGE, 404),
)
async def get_message(message_id: PathId, caller: SignedIn) -> Response:
    """Says whom and what it is about, when, and what became of it; never its words."""
    request = inbox_service_pb2.GetMessageRequest(message_id=message_id)
    return respond(await caller.notifications("GetMessage", request))


@router.get(
    "/messages/{message_id}/deliveries",
    operation_id="listDeliveries",
    summary="See every try of a message",
    responses=answers(inbox_service_pb2.ListDeliveriesResponse.DESCRIPTOR, 404),
)
async def list_deliveries(message_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists tries, oldest first, with what the provider said later."""
    request = inbox_service_pb2.ListDeliveriesRequest(message_id=message_id, page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListDeliveries", request))


@router.post(
    "/messages/{message_id}/resends",
    operation_id="resendMessage",
    summary="Say a message once more",
    status_code=201,
    responses=answers(MESSAGE, 404, 409, status=201),
)
async def resend(message_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Plans it anew; it is gated and worded as things stand when it goes out."""
    request = inbox_service_pb2.ResendMessageRequest(message_id=message_id, request_id=caller.request_id(key))
    return respond(await caller.notifications("ResendMessage", request), 201)


@router.post(
    "/messages/replays",
    operation_id="replayMessages",
    summary="Say failed messages once more",
    responses=answers(inbox_service_pb2.ReplayMessagesResponse.DESCRIPTOR),
)
async def replay(body: ReplayIn, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Plans up to 500 anew, oldest first, each once."""
    request = filled(inbox_service_pb2.ReplayMessagesRequest, **body.model_dump(), request_id=caller.request_id(key))
    return respond(await caller.notifications("ReplayMessages", request))


@router.get(
    "/reports/messages",
    operation_id="getMessageReport",
    summary="Count messages and their answers",
    responses=answers(inbox_service_pb2.MessageReport.DESCRIPTOR),
)
async def message_report(
    caller: SignedIn,
    from_time: Annotated[Instant, Query(description="First instant messages were due.")],
    to_time: Annotated[Instant, Query(description="The instant after; at most 92 days later.")],
) -> Response:
    """Counts by step what was sent, delivered, answered and confirmed, and why the rest was not sent."""
    request = filled(inbox_service_pb2.GetMessageReportRequest, from_time=from_time, to_time=to_time)
    return respond(await caller.notifications("GetMessageReport", request))


@router.get(
    "/replies",
    operation_id="listReplies",
    summary="See what people texted back",
    responses=answers(inbox_service_pb2.ListRepliesResponse.DESCRIPTOR),
)
async def list_replies(
    caller: SignedIn,
    is_open_only: Annotated[bool, Query(description="Only those that wait for a human.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """Lists replies, newest first; what no machine could read waits here."""
    request = inbox_service_pb2.ListRepliesRequest(is_open_only=is_open_only, page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListReplies", request))


@router.post(
    "/replies/{reply_id}/closings",
    operation_id="closeReply",
    summary="Say that a reply was seen to",
    responses=answers(inbox_service_pb2.Reply.DESCRIPTOR, 404),
)
async def close_reply(reply_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Takes it off the list of what waits."""
    request = inbox_service_pb2.CloseReplyRequest(reply_id=reply_id, request_id=caller.request_id(key))
    return respond(await caller.notifications("CloseReply", request))


@router.get(
    "/clients/{client_id}/inbox",
    operation_id="listInbox",
    summary="Read a client's inbox",
    responses=answers(inbox_service_pb2.ListInboxResponse.DESCRIPTOR, 404),
)
async def list_inbox(client_id: PathId, caller: SignedIn, limit: Limit = 50, cursor: Cursor = "") -> Response:
    """Lists notices, newest first; new ones are told of on the event stream as notifications.MessageSent."""
    request = inbox_service_pb2.ListInboxRequest(client_id=client_id, page_size=limit, page_token=cursor)
    return respond(await caller.notifications("ListInbox", request))


@router.post(
    "/inbox/{message_id}/readings",
    operation_id="markInboxRead",
    summary="Say that a notice was seen",
    responses=answers(inbox_service_pb2.InboxEntry.DESCRIPTOR, 404),
)
async def mark_inbox_read(message_id: PathId, caller: SignedIn, key: IdempotencyKey = "") -> Response:
    """Marks one entry as seen; the first time stays."""
    request = inbox_service_pb2.MarkInboxReadRequest(message_id=message_id, request_id=caller.request_id(key))
    return respond(await caller.notifications("MarkInboxRead", request))
