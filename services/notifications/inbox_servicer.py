"""The door to what went out and what came back: log, staff's inbox, client's inbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import uuid_utils
from kept.notifications.v1 import inbox_service_pb2, notifications_pb2

from services.chassis.context import Call
from services.chassis.crypto import ClientCipher
from services.chassis.rpc.pages import page_token, read_page_token
from services.notifications.adapters import deliveries, inbox_proto, log, proto
from services.notifications.adapters.replies import Replies
from services.notifications.domain import errors
from services.notifications.domain.message import Reason, State

SERVICE = inbox_service_pb2.DESCRIPTOR.services_by_name["InboxService"]

LONGEST_REPORT = timedelta(days=92)

ENDED = frozenset({State.SENT, State.SUPPRESSED, State.FAILED})
"""What can be said once more; the rest is still on its way."""


class InboxServicer:
    """Shows and mends what was said to whom."""

    def __init__(self, *, cipher: ClientCipher, clock: Callable[[], datetime]) -> None:
        """Take what the methods need."""
        self._cipher = cipher
        self._clock = clock

    async def SearchMessages(
        self, request: inbox_service_pb2.SearchMessagesRequest, call: Call
    ) -> inbox_service_pb2.SearchMessagesResponse:
        """Find messages of the practice, newest first."""
        wanted = inbox_proto.search(request)
        query = inbox_proto.query_of(request)
        size, before = proto.place(request, query)
        async with call.tx() as conn:
            found = await log.search(conn, call.practice_id, wanted, before=before, limit=size + 1)
        return inbox_service_pb2.SearchMessagesResponse(
            messages=[proto.message_resource(each) for each in found[:size]],
            next_page_token=proto.place_token(query, [each.message_id for each in found], size),
        )

    async def GetMessage(self, request: inbox_service_pb2.GetMessageRequest, call: Call) -> notifications_pb2.Message:
        """Return a message."""
        message_id = proto.uuid(request.message_id, field="message_id")
        async with call.tx() as conn:
            message = await log.get(conn, call.practice_id, message_id)
            await call.authorize(client_ids=[message.client_id], resource_id=message_id)
        return proto.message_resource(message)

    async def ListDeliveries(
        self, request: inbox_service_pb2.ListDeliveriesRequest, call: Call
    ) -> inbox_service_pb2.ListDeliveriesResponse:
        """List every try of a message, oldest first."""
        message_id = proto.uuid(request.message_id, field="message_id")
        query, size = f"deliveries|{message_id}", proto.size(request.page_size)
        place = read_page_token(query, request.page_token)
        async with call.tx() as conn:
            message = await log.get(conn, call.practice_id, message_id)
            await call.authorize(client_ids=[message.client_id], resource_id=message_id)
            after = int(str(place[0])) if place else 0
            found = await deliveries.list_tries(conn, call.practice_id, message_id, after=after, limit=size + 1)
        return inbox_service_pb2.ListDeliveriesResponse(
            deliveries=[inbox_proto.delivery_resource(each) for each in found[:size]],
            next_page_token=page_token(query, str(found[size - 1].number)) if len(found) > size else "",
        )

    async def ResendMessage(
        self, request: inbox_service_pb2.ResendMessageRequest, call: Call
    ) -> notifications_pb2.Message:
        """Say a message once more, as a new one."""
        message_id = proto.uuid(request.message_id, field="message_id")
        async with call.tx() as conn:
            message = await log.get(conn, call.practice_id, message_id)
            await call.authorize(client_ids=[message.client_id], resource_id=message_id)
            if message.state not in ENDED:
                raise errors.NotEnded("The message is still on its way.", message_id=message_id)
            new_id = str(uuid_utils.uuid7())
            again = await log.plan_again(conn, call.practice_id, message, message_id=new_id, at=self._clock())
        return proto.message_resource(again)

    async def ReplayMessages(
        self, request: inbox_service_pb2.ReplayMessagesRequest, call: Call
    ) -> inbox_service_pb2.ReplayMessagesResponse:
        """Say messages that failed for one reason once more."""
        if request.reason not in tuple(Reason):
            raise errors.ReasonUnknown("No message fails for such a reason.", field="reason")
        from_time, to_time = inbox_proto.stretch(request, most=LONGEST_REPORT)
        at = self._clock()
        async with call.tx() as conn:
            found = await log.dead(conn, call.practice_id, request.reason, from_time=from_time, to_time=to_time)
            for message in found[: log.MOST_REPLAYED]:
                await log.plan_again(conn, call.practice_id, message, message_id=str(uuid_utils.uuid7()), at=at)
        return inbox_service_pb2.ReplayMessagesResponse(
            replayed_count=min(len(found), log.MOST_REPLAYED), has_more=len(found) > log.MOST_REPLAYED
        )

    async def GetMessageReport(
        self, request: inbox_service_pb2.GetMessageReportRequest, call: Call
    ) -> inbox_service_pb2.MessageReport:
        """Count what was planned, sent, delivered and answered, and what failed why."""
        from_time, to_time = inbox_proto.stretch(request, most=LONGEST_REPORT)
        async with call.tx() as conn:
            steps = await log.count_steps(conn, call.practice_id, from_time=from_time, to_time=to_time)
            reasons = await log.count_reasons(conn, call.practice_id, from_time=from_time, to_time=to_time)
            open_count = await log.count_open_replies(conn, call.practice_id)
        return inbox_proto.report_resource(steps, reasons, open_count)

    async def ListReplies(
        self, request: inbox_service_pb2.ListRepliesRequest, call: Call
    ) -> inbox_service_pb2.ListRepliesResponse:
        """List what people texted back, newest first."""
        query = f"replies|{request.is_open_only}"
        size, before = proto.place(request, query)
        async with call.tx() as conn:
            replies = Replies(conn, call.practice_id, self._cipher)
            found = await replies.page(only_open=request.is_open_only, before=before, limit=size + 1)
        return inbox_service_pb2.ListRepliesResponse(
            replies=[inbox_proto.reply_resource(each) for each in found[:size]],
            next_page_token=proto.place_token(query, [each.reply_id for each in found], size),
        )

    async def CloseReply(self, request: inbox_service_pb2.CloseReplyRequest, call: Call) -> inbox_service_pb2.Reply:
        """Say that a human has seen to a reply."""
        reply_id = proto.uuid(request.reply_id, field="reply_id")
        async with call.tx() as conn:
            replies = Replies(conn, call.practice_id, self._cipher)
            reply = await replies.get(reply_id)
            await call.authorize(client_ids=[reply.client_id] if reply.client_id else (), resource_id=reply_id)
            await replies.close(reply_id, by=call.actor.actor_id, at=self._clock())
            return inbox_proto.reply_resource(await replies.get(reply_id))

    async def ListInbox(
        self, request: inbox_service_pb2.ListInboxRequest, call: Call
    ) -> inbox_service_pb2.ListInboxResponse:
        """List what was put into a client's inbox, newest first."""
        client_id = proto.uuid(request.client_id, field="client_id")
        query = f"inbox|{client_id}"
        size, before = proto.place(request, query)
        async with call.tx() as conn:
            found = await log.inbox(conn, call.practice_id, client_id, before=before, limit=size + 1)
        return inbox_service_pb2.ListInboxResponse(
            entries=[inbox_proto.entry_resource(*each) for each in found[:size]],
            next_page_token=proto.place_token(query, [each[0].message_id for each in found], size),
        )

    async def MarkInboxRead(
        self, request: inbox_service_pb2.MarkInboxReadRequest, call: Call
    ) -> inbox_service_pb2.InboxEntry:
        """Say that a client has seen an entry of the inbox."""
        message_id = proto.uuid(request.message_id, field="message_id")
        async with call.tx() as conn:
            message = await log.get(conn, call.practice_id, message_id)
            await call.authorize(client_ids=[message.client_id], resource_id=message_id)
            await log.mark_seen(conn, call.practice_id, message_id, at=self._clock())
            entries = await log.inbox(conn, call.practice_id, message.client_id, before=None, limit=200)
        for entry in entries:
            if entry[0].message_id == message_id:
                return inbox_proto.entry_resource(*entry)
        raise errors.UnknownMessage("No such entry in the inbox.", message_id=message_id)
